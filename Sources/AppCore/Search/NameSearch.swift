import ClusterState
import Diagnosis
import KubernetesModel

/// What `:find` looks for, and where.
package struct SearchOrder: Sendable, Equatable {
    /// Tells searches apart.
    package var id: UInt64
    /// A part of a name, or with `*` and `?` a whole one.
    package var text: String
    /// `nil` for all.
    package var namespace: String?
    /// What the server offers; empty when that is not known yet.
    package var resources: [APIResource]
    /// Where kinds are looked through that may not be listed in all namespaces; empty for nowhere.
    package var ownNamespace: String

    package init(id: UInt64, text: String, namespace: String?, resources: [APIResource], ownNamespace: String = "") {
        self.id = id
        self.text = text
        self.namespace = namespace
        self.resources = resources
        self.ownNamespace = ownNamespace
    }

    /// Whether an object is called so; capital letters count as small ones.
    package func matches(_ name: String) -> Bool {
        let name = Array(name.lowercased().utf8)
        let pattern = Array(text.lowercased().utf8)
        guard pattern.contains(UInt8(ascii: "*")) || pattern.contains(UInt8(ascii: "?")) else {
            return contains(name, pattern)
        }
        return isWhole(name, like: pattern)
    }

    /// Whether a name is what a pattern means: `*` stands for anything, `?` for one byte.
    private func isWhole(_ name: [UInt8], like pattern: [UInt8]) -> Bool {
        var (at, next) = (0, 0)
        var star: (pattern: Int, name: Int)?
        while at < name.count {
            if next < pattern.count, pattern[next] == UInt8(ascii: "*") {
                star = (next, at)
                next += 1
            } else if next < pattern.count, pattern[next] == UInt8(ascii: "?") || pattern[next] == name[at] {
                at += 1
                next += 1
            } else if let last = star {
                next = last.pattern + 1
                at = last.name + 1
                star = (last.pattern, at)
            } else {
                return false
            }
        }
        return pattern[next...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// The kinds to look through: what can be listed, each object once.
    ///
    /// Events are named after what they are about, and metrics like what they measure: they would only repeat it.
    package static func kinds(of resources: [APIResource]) -> [APIResource] {
        resources.filter { resource in
            let name = resource.groupResource
            return resource.verbs.contains("list") && name.resource != "events" && name.group != "metrics.k8s.io"
                && name.resource != "componentstatuses"
                && !(name.group == "extensions"
                    && resources.contains { $0.kind == resource.kind && $0.groupResource != name })
        }
    }
}

/// News of a search by name.
package enum SearchNews: Sendable, Equatable {
    /// How many kinds will be looked through.
    case begun(kinds: Int)
    case found([FoundObject])
    /// A kind is done; `problem` says why it could not be looked through.
    case done(GroupResource, problem: SearchProblem?)
    case ended
    /// Nothing could be looked through.
    case failed(String)
}

/// Why a kind could not be looked through.
package enum SearchProblem: Sendable, Equatable {
    case forbidden
    case failed(String)
}

/// An object of any kind that a search found.
package struct FoundObject: KubernetesObject {
    /// Of no server: its rows are made here.
    package static let kind = ResourceKind(group: "", resource: "found", kind: "Found", versions: [])

    /// Its name is `RESOURCE.GROUP/NAME`: objects of different kinds may be called the same.
    package var metadata = ObjectMeta()
    package var resource = APIResource(groupResource: GroupResource(group: "", resource: ""), version: "", kind: "")
    package var name = ""

    package init() {}

    /// An object of a resource.
    package init(_ resource: APIResource, _ metadata: ObjectMeta) {
        self.resource = resource
        name = metadata.name
        self.metadata = metadata
        self.metadata.name = "\(resource.groupResource)/\(metadata.name)"
        // Of several versions of an object in one answer the last would do.
        if metadata.uid.isEmpty { self.metadata.uid = "\(metadata.namespace)/\(self.metadata.name)" }
    }

    package var id: ObjectID {
        ObjectID(
            group: resource.groupResource.group, kind: resource.kind, namespace: metadata.namespace, name: name)
    }
}

extension TableDefinition where Row == FoundObject {
    /// What a search found.
    static func found(title: String) -> TableDefinition {
        TableDefinition(
            title: title, aliases: [],
            columns: [
                .text("KIND", width: .fit(max: 48), importance: 2, help: "Kind of the object.") {
                    "\($0.resource.groupResource)"
                },
                Column(
                    "NAME", width: .fill(min: 12), help: "Name of the object.", importance: 3,
                    text: { found, _ in found.name }, sortKey: { .text($0.name) }),
                .age,
            ], defaultSort: ("KIND", false),
            health: { $0.metadata.deletionTimestamp == nil ? .fine : .degraded })
    }
}

/// A search by name, as far as it is.
package struct NameSearch: Sendable, Equatable {
    package let order: SearchOrder
    /// `nil` before it is known.
    package internal(set) var kindCount: Int?
    package internal(set) var doneCount = 0
    package internal(set) var forbidden: [GroupResource] = []
    package internal(set) var failures: [String] = []
    package internal(set) var isDone = false
    /// Whether somebody ended it.
    package internal(set) var wasStopped = false
    /// What was found so far.
    var store = KindStore(storeID: .max)

    init(_ order: SearchOrder) {
        self.order = order
    }

    package static func == (left: NameSearch, right: NameSearch) -> Bool {
        left.order == right.order && left.kindCount == right.kindCount && left.doneCount == right.doneCount
            && left.forbidden == right.forbidden && left.failures == right.failures && left.isDone == right.isDone
            && left.store.version == right.store.version && left.wasStopped == right.wasStopped
    }

    /// How far it is, and what it could not look through.
    package var progress: String {
        var words: String
        if let kindCount {
            words =
                isDone && !wasStopped
                ? "\(kindCount) kind\(kindCount == 1 ? "" : "s")" : "kinds \(doneCount) of \(kindCount)"
        } else {
            words = isDone ? "" : "asking what there is"
        }
        if wasStopped { words += ", stopped" }
        if !forbidden.isEmpty { words += ", \(forbidden.count) forbidden" }
        if !failures.isEmpty { words += ", \(failures.count) failed" }
        return words
    }

    /// What could not be looked through, by name; `nil` when everything could.
    package var gaps: String? {
        guard !forbidden.isEmpty || !failures.isEmpty else { return nil }
        var parts: [String] = []
        if !forbidden.isEmpty {
            let names = forbidden.sorted().prefix(8).map { "\($0)" }.joined(separator: ", ")
            let more = forbidden.count > 8 ? " and \(forbidden.count - 8) more" : ""
            let place = order.namespace == nil ? " everywhere" : ""
            parts.append("You may not list \(names)\(more)\(place).")
        }
        parts += failures.prefix(3)
        return parts.joined(separator: " ")
    }
}
