import ClusterState
import Diagnosis
import KubernetesModel

/// The trees of an order, kept current: only those are made anew that a change is about.
struct XrayTree: Sendable {
    /// One tree and what it is made of.
    private struct Entry: Sendable {
        var key: Key
        var node: XrayNode
        var members: Set<Int>
        var selectors: [(selector: LabelSelector, namespace: String)]
    }

    /// Where a tree stands among the others.
    private struct Key: Sendable, Hashable, Comparable {
        var namespace: String
        /// Which of the order's kinds.
        var kind: Int
        var name: String

        static func < (left: Key, right: Key) -> Bool {
            (left.namespace, left.kind, left.name) < (right.namespace, right.kind, right.name)
        }
    }

    private struct Version: Sendable, Equatable {
        var storeID: UInt64
        var version: UInt64
    }

    /// More changes than this at once, and everything is made anew.
    private static let changeLimit = 64
    /// The same for changes times trees.
    private static let workLimit = 100_000

    let order: XrayOrder
    private var entries: [Entry] = []
    /// The trees of one object.
    private var objectRoots: [XrayNode] = []
    /// What could not be looked at.
    private(set) var notes: [XrayNode] = []
    /// Kinds that are still being read.
    private(set) var loading: [ResourceKind] = []
    private var versions: [GroupResource: Version] = [:]
    /// Whether it was noted once what can be read.
    private var isNoted = false
    /// The node of the one object that the order is about.
    private(set) var subject: Int?
    /// The object as it was last seen, when it is gone by now.
    private var lastSubject: (any StoredObject)?
    private(set) var isSubjectGone = false
    /// Grows with every change.
    private(set) var revision: UInt64 = 0
    /// How many trees were made for the last change.
    private(set) var madeCount = 0

    init(_ order: XrayOrder) {
        self.order = order
    }

    /// The trees, in order.
    var roots: [XrayNode] {
        if case .object = order.subject { return objectRoots }
        return entries.map(\.node)
    }

    /// Brings the trees up to date.
    ///
    /// - Returns: whether anything changed.
    mutating func update(_ snapshot: ClusterSnapshot) -> Bool {
        var changed: [ResourceKind] = []
        var changes: [(kind: ResourceKind, change: ObjectChange)] = []
        var isWhole = false
        for kind in order.kinds where !changed.contains(kind) {
            guard let store = snapshot.resolve(order.scope(of: kind)) else {
                if versions.removeValue(forKey: kind.groupResource) != nil {
                    (isWhole, changed) = (true, changed + [kind])
                }
                continue
            }
            let version = Version(storeID: store.storeID, version: store.version)
            let before = versions[kind.groupResource]
            guard before != version else { continue }
            versions[kind.groupResource] = version
            changed.append(kind)
            if let before, before.storeID == store.storeID, let since = store.changes(since: before.version),
                since.count <= Self.changeLimit
            {
                changes += since.map { (kind, $0) }
            } else {
                isWhole = true
            }
        }
        guard !changed.isEmpty || !isNoted else { return false }
        isNoted = true
        revision &+= 1
        let stateChanged = note(snapshot)
        var builder = XrayBuilder(snapshot, order)
        if case .object(let kind, let key) = order.subject {
            makeObject(kind, key, &builder)
        } else if isWhole || stateChanged || changes.count > Self.changeLimit
            || changes.count * entries.count > Self.workLimit
        {
            makeAll(&builder)
        } else {
            remake(changes, &builder)
        }
        return true
    }

    /// Notes which kinds could not be read.
    ///
    /// - Returns: whether that is different from before: what is missing may not be missing then.
    private mutating func note(_ snapshot: ClusterSnapshot) -> Bool {
        var notes: [XrayNode] = []
        var loading: [ResourceKind] = []
        var seen: Set<GroupResource> = []
        var forbidden: [(resource: String, reason: String)] = []
        for kind in order.kinds where seen.insert(kind.groupResource).inserted {
            let resource = kind.groupResource.resource
            var words: String?
            switch snapshot.resolve(order.scope(of: kind))?.state {
            case nil, .loading: loading.append(kind)
            case .ready, .stale, .unavailable: break
            case .forbidden(let reason): forbidden.append((resource, reason))
            case .failed(let reason, _): words = "\(resource) cannot be read: \(reason)"
            }
            if let words { notes.append(XrayNode(id: words.hashValue, .note(words))) }
        }
        if let first = forbidden.first {
            let names = forbidden.map(\.resource).joined(separator: ", ")
            let words =
                forbidden.count == 1
                ? "\(names) may not be listed: \(first.reason)" : "\(forbidden.count) kinds may not be listed: \(names)"
            notes.append(XrayNode(id: words.hashValue, .note(words)))
        }
        let isSame = loading == self.loading && notes.map(\.id) == self.notes.map(\.id)
        (self.notes, self.loading) = (notes, loading)
        return !isSame
    }

    // MARK: - Many trees

    private mutating func makeAll(_ builder: inout XrayBuilder) {
        entries = []
        for (index, kind) in order.rootKinds.enumerated() {
            for object in builder.objects(kind, in: rootNamespace(kind)) {
                if let entry = entry(object, kind, index, &builder) { entries.append(entry) }
            }
        }
        entries.sort { $0.key < $1.key }
        madeCount = entries.count
    }

    private func rootNamespace(_ kind: ResourceKind) -> String? { kind.isNamespaced ? order.namespace : nil }

    /// The tree of an object; `nil` when it does not stand at a root.
    private func entry(
        _ object: any StoredObject, _ kind: ResourceKind, _ index: Int, _ builder: inout XrayBuilder
    ) -> Entry? {
        builder.beginTree()
        if kind == Namespace.kind, let only = order.namespace, object.metadata.name != only { return nil }
        if case .workloads = order.subject, !builder.isTopmost(object) || !builder.isInUse(object) { return nil }
        let node = builder.node(object, kind, parent: 0, isRoot: true)
        return Entry(
            key: key(object, index), node: node, members: builder.members, selectors: builder.selectors)
    }

    private func key(_ object: any StoredObject, _ index: Int) -> Key {
        let metadata = object.metadata
        return Key(namespace: metadata.namespace, kind: index, name: metadata.name)
    }

    /// Makes the trees anew that these changes are about.
    private mutating func remake(
        _ changes: [(kind: ResourceKind, change: ObjectChange)], _ builder: inout XrayBuilder
    ) {
        // What may be at a root now, may have been, or is part of a tree that changed.
        var dirty: [Key: (object: (any StoredObject)?, kind: ResourceKind)] = [:]
        let rootKinds = order.rootKinds
        func mark(_ entry: Entry) { dirty[entry.key] = dirty[entry.key] ?? (nil, rootKinds[entry.key.kind]) }
        for (kind, change) in changes {
            let versions = [change.old, change.new].compactMap { $0 }
            if let index = rootKinds.firstIndex(of: kind) {
                for object in versions { dirty[key(object, index)] = (nil, kind) }
            }
            let keys = Set(versions.flatMap { Self.keys(of: $0, kind) })
            for entry in entries {
                if !entry.members.isDisjoint(with: keys) {
                    mark(entry)
                } else if kind == Pod.kind,
                    entry.selectors.contains(where: { selector in
                        versions.contains {
                            $0.metadata.namespace == selector.namespace && selector.selector.matches($0.metadata.labels)
                        }
                    })
                {
                    mark(entry)
                }
            }
            // What stood alone may belong to something by now, and the other way round.
            if case .workloads = order.subject, change.old == nil || change.new == nil {
                for object in versions where !object.metadata.uid.isEmpty {
                    for (index, kind) in rootKinds.enumerated() {
                        for child in builder.store(kind, in: object.metadata.namespace)?
                            .objects(ownedBy: object.metadata.uid) ?? []
                        {
                            dirty[key(child, index)] = (nil, kind)
                        }
                    }
                }
            }
        }
        madeCount = dirty.count
        for (key, item) in dirty {
            let index = position(of: key)
            let isThere = index < entries.count && entries[index].key == key
            let object = builder.store(item.kind, in: key.namespace)?[
                ObjectKey(namespace: key.namespace, name: key.name)]
            if let object, let made = entry(object, item.kind, key.kind, &builder) {
                if isThere { entries[index] = made } else { entries.insert(made, at: index) }
            } else if isThere {
                entries.remove(at: index)
            }
        }
    }

    private func position(of key: Key) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// What an object is and names: a tree that has one of them may have it too.
    private static func keys(of object: any StoredObject, _ kind: ResourceKind) -> [Int] {
        let metadata = object.metadata
        var ids = references(of: object).map(\.target)
        ids.append(
            ObjectID(
                group: kind.groupResource.group, kind: kind.kind, namespace: metadata.namespace, name: metadata.name))
        for owner in metadata.ownerReferences {
            let isOfCluster = KindDecoder.all.contains { $0.kind.kind == owner.kind && !$0.kind.isNamespaced }
            ids.append(ObjectID(owner, namespace: isOfCluster ? "" : metadata.namespace))
        }
        if !metadata.namespace.isEmpty { ids.append(ObjectID(Namespace.self, name: metadata.namespace)) }
        return ids.map(XrayBuilder.memberKey)
    }

    // MARK: - One tree

    private mutating func makeObject(_ kind: ResourceKind, _ key: ObjectKey, _ builder: inout XrayBuilder) {
        let store = builder.store(kind, in: key.namespace)
        if let object = store?[key] {
            lastSubject = object
            isSubjectGone = false
        } else if lastSubject != nil || store?.state == .ready {
            isSubjectGone = true
        }
        guard let object = lastSubject else {
            objectRoots = []
            return
        }
        let (roots, subject) = builder.objectTrees(object, kind, parent: 0)
        objectRoots = roots
        self.subject = subject.id
        madeCount = 1
    }
}
