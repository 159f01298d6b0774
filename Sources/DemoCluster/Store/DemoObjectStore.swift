import KubernetesModel

/// The objects of the demo cluster and the recent history of their changes: what etcd and the watch cache are to a
/// real API server.
///
/// Every change gets the next resource version. Changes older than the history are forgotten, and who asks for them
/// learns that they expired.
package struct DemoObjectStore: Sendable {
    /// Where an object is among those of its resource.
    package struct Key: Sendable, Hashable, Comparable {
        /// Empty for cluster-scoped kinds.
        package var namespace: String
        /// Name of the object.
        package var name: String

        /// Orders as etcd does: by namespace, then name.
        package static func < (left: Key, right: Key) -> Bool {
            (left.namespace, left.name) < (right.namespace, right.name)
        }
    }

    /// One version of an object.
    package struct Entry: Sendable {
        let content: any DemoContent
        /// The resource version of this state.
        package let version: UInt64

        init(_ content: any DemoContent, version: UInt64) {
            self.content = content
            self.version = version
        }

        init(_ document: JSONValue, version: UInt64) {
            self.init(WholeContent(document), version: version)
        }

        /// The object without `kind` and `apiVersion`.
        package var document: JSONValue { content.document(version: version) }

        var labels: Labels { content.labels }
    }

    /// What happened to an object.
    package struct Change: Sendable {
        /// What kind of change it was.
        package enum Kind: String, Sendable { case added = "ADDED", modified = "MODIFIED", deleted = "DELETED" }

        /// What kind of change it was.
        package let kind: Kind
        /// Of which resource.
        package let resource: GroupResource
        /// Of which object.
        package let key: Key
        /// The object after the change; when it was deleted, its last state with the version of the deletion.
        package let entry: Entry
        /// The object before the change.
        package let previous: Entry?
    }

    /// The resource version of the last change.
    package private(set) var version: UInt64
    /// Versions up to this one can no longer be watched from or listed, except the current state.
    package private(set) var compactedVersion: UInt64
    /// The changes after `compactedVersion`, oldest first.
    private(set) var history = ChangeHistory()
    /// What the pods' objects do not say about them.
    var behaviours: [Key: DemoPodBehaviour] = [:]
    private var objects: [GroupResource: SortedEntries] = [:]
    private let historyLimit: Int
    private let historyBytes: Int
    private var identities: DemoRandom

    /// An empty store.
    /// - Parameters:
    ///   - version: the resource version to start from.
    ///   - historyLimit: at least this many changes are remembered, at most twice as many.
    ///   - historyBytes: fewer changes are remembered when their objects take more than this.
    ///   - seed: decides the UIDs.
    package init(
        version: UInt64 = 1000, historyLimit: Int = 2000, historyBytes: Int = 64 << 20, seed: UInt64 = 1
    ) {
        self.version = version
        compactedVersion = version
        self.historyLimit = max(1, historyLimit)
        self.historyBytes = historyBytes
        identities = DemoRandom(seed: seed ^ 0x5eed)
    }

    /// How many objects there are of all kinds.
    package var count: Int { objects.values.reduce(0) { $0 + $1.count } }

    /// How many changes are remembered.
    package var historyCount: Int { history.count }

    /// The objects of a resource, by namespace and name; those of one namespace when one is named.
    package func documents(of resource: DemoResource, namespace: String = "") -> [JSONValue] {
        items(of: resource, namespace: namespace).map(\.entry.document)
    }

    /// The objects of a resource, by namespace and name; those of one namespace when one is named.
    func items(of resource: DemoResource, namespace: String = "") -> SortedEntries.Slice {
        entries(of: resource).slice(namespace: namespace)
    }

    /// How many objects of a resource there are, in one namespace when one is named.
    package func count(of resource: DemoResource, namespace: String = "") -> Int {
        entries(of: resource).count(namespace: namespace)
    }

    /// The objects of a resource that belong to the object of a UID.
    func items(of resource: DemoResource, ownedBy uid: String) -> [SortedEntries.Item] {
        items(of: resource).filter { $0.entry.content.ownerUIDs.contains(uid) }
    }

    /// One object, without `kind` and `apiVersion`.
    package func document(of resource: DemoResource, namespace: String = "", name: String) -> JSONValue? {
        entry(of: resource, Key(namespace: namespace, name: name))?.document
    }

    func entry(of resource: DemoResource, _ key: Key) -> Entry? { objects[resource.groupResource]?[key] }

    private func entries(of resource: DemoResource) -> SortedEntries {
        objects[resource.groupResource] ?? SortedEntries()
    }

    /// Creates or replaces an object whose document is made when it is asked for.
    /// - Returns: the change.
    @discardableResult
    mutating func put(_ resource: DemoResource, _ key: Key, _ content: any DemoContent) -> Change {
        let previous = entry(of: resource, key)
        version += 1
        let entry = Entry(content, version: version)
        objects[resource.groupResource, default: SortedEntries()][key] = entry
        return record(
            Change(
                kind: previous == nil ? .added : .modified, resource: resource.groupResource, key: key, entry: entry,
                previous: previous))
    }

    /// Creates an object, or replaces it when it is there; nothing happens when it is the same.
    ///
    /// UID and creation time are kept, or given when it is new and has none. The generation grows with the `spec`.
    /// - Returns: the change; `nil` when nothing changed.
    @discardableResult
    package mutating func apply(_ resource: DemoResource, _ document: JSONValue, at now: Timestamp) -> Change? {
        let key = Key(
            namespace: resource.isNamespaced ? document.text("metadata", "namespace") : "",
            name: document.text("metadata", "name"))
        let previous = entry(of: resource, key)
        var document = document
        document.set("kind", to: nil)
        document.set("apiVersion", to: nil)
        let old = previous?.document
        document.fill("metadata", "uid", with: old?.at("metadata", "uid") ?? .string(identities.uid()))
        document.fill("metadata", "creationTimestamp", with: old?.at("metadata", "creationTimestamp") ?? .time(now))
        // A slice has no spec; all of it is what is wanted.
        let isSlice = resource == .endpointSlices
        if isSlice || (document["spec"] != nil && resource.countsGenerations) {
            let generation = old?.integer("metadata", "generation") ?? 0
            let parts = isSlice ? ["endpoints", "ports"] : ["spec"]
            let isSame = old != nil && parts.allSatisfy { old?[$0] == document[$0] }
            document.set("metadata", "generation", to: .integer(isSame ? generation : generation &+ 1))
        }
        document.set("metadata", "resourceVersion", to: .string(String(previous?.version ?? version + 1)))
        document.set("metadata", to: document["metadata"]?.inMetadataOrder)
        if let old, document == old { return nil }
        version += 1
        document.set("metadata", "resourceVersion", to: .string(String(version)))
        let entry = Entry(document, version: version)
        objects[resource.groupResource, default: SortedEntries()][key] = entry
        return record(
            Change(
                kind: previous == nil ? .added : .modified, resource: resource.groupResource, key: key, entry: entry,
                previous: previous))
    }

    /// Replaces the `status` of an object.
    /// - Returns: the change; `nil` when nothing changed or there is no such object.
    @discardableResult
    package mutating func patchStatus(
        _ resource: DemoResource, namespace: String = "", name: String, _ status: JSONValue, at now: Timestamp
    ) -> Change? {
        guard var document = document(of: resource, namespace: namespace, name: name) else { return nil }
        document.set("status", to: status)
        return apply(resource, document, at: now)
    }

    /// Removes an object.
    /// - Returns: the change; `nil` when there is no such object.
    @discardableResult
    package mutating func delete(_ resource: DemoResource, namespace: String = "", name: String) -> Change? {
        let key = Key(namespace: namespace, name: name)
        guard let previous = entry(of: resource, key) else { return nil }
        objects[resource.groupResource]?[key] = nil
        version += 1
        var document = previous.document
        document.set("metadata", "resourceVersion", to: .string(String(version)))
        return record(
            Change(
                kind: .deleted, resource: resource.groupResource, key: key, entry: Entry(document, version: version),
                previous: previous))
    }

    /// Forgets the history, as etcd does when it compacts: every earlier version is then expired.
    package mutating func compact() {
        history.removeAll()
        compactedVersion = version
    }

    private mutating func record(_ change: Change) -> Change {
        history.append(change)
        if history.count >= historyLimit * 2 { forget(historyLimit) }
        while history.weight > historyBytes, history.count > 1 { forget(max(1, history.count / 4)) }
        return change
    }

    private mutating func forget(_ count: Int) {
        if let last = history.removeFirst(count) { compactedVersion = last }
    }
}

// MARK: - Reading as the API does

extension DemoObjectStore {
    /// What a list or watch is about.
    struct Scope: Sendable {
        var resource: DemoResource
        /// Empty for all namespaces.
        var namespace = ""
        var labels = LabelSelector()
        var fields = FieldSelector()

        func contains(_ key: Key, _ entry: Entry) -> Bool {
            (namespace.isEmpty || key.namespace == namespace) && labels.matches(entry.labels)
                && (fields.requirements.isEmpty || fields.matches(entry.content.outline))
        }

        var hasSelectors: Bool { labels != LabelSelector() || !fields.requirements.isEmpty }
    }

    /// One page of a list.
    struct Page: Sendable {
        var entries: [Entry]
        /// The version that all pages of the list are of.
        var version: UInt64
        var continueToken: String?
        /// `nil` when selectors make it unknown, or nothing remains.
        var remaining: Int?
    }

    /// The objects in a scope as they are now.
    func entries(in scope: Scope) -> [Entry] {
        items(of: scope.resource, namespace: scope.namespace).compactMap {
            scope.contains($0.key, $0.entry) ? $0.entry : nil
        }
    }

    /// One page of a list: of the state of a version, or the current one; a limit of 0 is no limit.
    func page(of scope: Scope, exactVersion: UInt64? = nil, limit: Int = 0, token: String = "") throws(DemoStatus)
        -> Page
    {
        var listVersion = exactVersion ?? version
        var start: Key?
        if !token.isEmpty {
            guard let parsed = ContinueToken(parsing: token) else {
                throw .badRequest("continue key is not valid: \(token)")
            }
            guard parsed.version <= version else { throw .badRequest("continue key is not valid: \(token)") }
            listVersion = parsed.version == 0 ? version : parsed.version
            start = parsed.key
            if listVersion < compactedVersion {
                throw .expiredContinue(next: ContinueToken(version: 0, key: parsed.key).text)
            }
        }
        guard listVersion >= compactedVersion else { throw .expired(version: listVersion, oldest: compactedVersion) }
        let state = entries(of: scope.resource, at: listVersion)
        var page: [Entry] = []
        var last: Key?
        for item in state.slice(namespace: scope.namespace, after: start)
        where scope.contains(item.key, item.entry) {
            if limit > 0, page.count == limit, let last {
                let left = scope.hasSelectors ? nil : state.count(namespace: scope.namespace, after: last)
                return Page(
                    entries: page, version: listVersion,
                    continueToken: ContinueToken(version: listVersion, key: last).text, remaining: left)
            }
            page.append(item.entry)
            last = item.key
        }
        return Page(entries: page, version: listVersion)
    }

    /// The changes after a version, as one who watches a scope sees them.
    func changes(in scope: Scope, after version: UInt64) throws(DemoStatus) -> [(kind: Change.Kind, entry: Entry)] {
        guard version >= compactedVersion else { throw .expired(version: version, oldest: compactedVersion) }
        return history.after(version).compactMap { change in change.kind(in: scope).map { ($0, change.entry) } }
    }

    /// The objects of a resource at a version that is not expired: the current ones, with later changes undone.
    private func entries(of resource: DemoResource, at version: UInt64) -> SortedEntries {
        var entries = entries(of: resource)
        let group = resource.groupResource
        for change in history.after(version).reversed() where change.resource == group {
            entries[change.key] = change.previous
        }
        return entries
    }
}

extension DemoObjectStore.Change {
    /// What one who watches a scope sees of this change: an object that begins to match was added, one that no longer
    /// does was deleted.
    func kind(in scope: DemoObjectStore.Scope) -> Kind? {
        guard resource == scope.resource.groupResource else { return nil }
        let didMatch = previous.map { scope.contains(key, $0) } ?? false
        let matches = kind != .deleted && scope.contains(key, entry)
        return switch (didMatch, matches) {
        case (false, true): .added
        case (true, true): .modified
        case (true, false): .deleted
        case (false, false): nil
        }
    }
}

/// Where the next page of a list begins.
struct ContinueToken: Sendable, Equatable {
    /// The version of the list; 0 for whatever is current.
    var version: UInt64
    /// The last object of the page before.
    var key: DemoObjectStore.Key

    /// What a client sends back, in the form that a real server gives it.
    var text: String {
        let place = key.namespace.isEmpty ? key.name : "\(key.namespace)/\(key.name)"
        let token = JSONValue.members([
            "v": .string("meta.k8s.io/v1"), "rv": version == 0 ? .integer(-1) : .number(String(version)),
            "start": .string(place + "\u{0}"),
        ])
        return Base64.text(token.jsonBytes, isForAddresses: true)
    }

    init(version: UInt64, key: DemoObjectStore.Key) {
        self.version = version
        self.key = key
    }

    init?(parsing text: String) {
        guard let bytes = Base64.bytes(text), let token = bytes.withUnsafeBytes({ try? JSONValue(parsing: $0) }),
            token.text("v") == "meta.k8s.io/v1", let version = token["rv"]?.integer
        else { return nil }
        let start = token.text("start").split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = start.last else { return nil }
        self.version = UInt64(max(0, version))
        key = DemoObjectStore.Key(
            namespace: start.count == 2 ? String(start[0]) : "", name: String(name.prefix { $0 != "\u{0}" }))
    }
}

extension JSONValue {
    /// Metadata with its members in the order in which an API server writes them.
    var inMetadataOrder: JSONValue {
        let order = [
            "name", "generateName", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp",
            "deletionTimestamp", "deletionGracePeriodSeconds", "labels", "annotations", "ownerReferences", "finalizers",
        ]
        let known = order.compactMap { key in self[key].map { Member(key, $0) } }
        return .object(known + members.filter { !order.contains($0.key) })
    }
}
