import HashTreeCollections
import KubernetesModel

/// The cluster as far as it is watched, at one moment. Copies share structure; equality is equality of versions.
package struct ClusterSnapshot: Sendable, Equatable {
    /// Grows with every publication of one cache; snapshots of different caches differ in `epoch`.
    package private(set) var version: UInt64
    /// Tells caches (contexts, sessions) apart.
    package let epoch: UInt64
    private var kinds: [KindScope: KindSnapshot]

    package init(epoch: UInt64 = 0, version: UInt64 = 0, kinds: [KindScope: KindSnapshot] = [:]) {
        self.epoch = epoch
        self.version = version
        self.kinds = kinds
    }

    /// What is known of exactly this scope; `nil` when it is not watched.
    package subscript(scope: KindScope) -> KindSnapshot? { kinds[scope] }

    /// What is known of a kind in a namespace: of that scope, or of all namespaces when that is what is watched.
    ///
    /// - Returns: the snapshot, which may hold other namespaces too (filter by `namespace` then).
    package func resolve(_ scope: KindScope) -> KindSnapshot? {
        kinds[scope] ?? kinds[KindScope(scope.kind, namespace: nil)]
    }

    package static func == (left: ClusterSnapshot, right: ClusterSnapshot) -> Bool {
        left.epoch == right.epoch && left.version == right.version
    }
}

/// Namespace and name of an object within its kind.
package struct ObjectKey: Sendable, Hashable {
    package var namespace: String
    package var name: String

    package init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }
}

/// One change of a store: `old` is nil for an addition, `new` for a deletion.
package struct ObjectChange: Sendable {
    package var old: (any StoredObject)?
    package var new: (any StoredObject)?

    package init(old: (any StoredObject)?, new: (any StoredObject)?) {
        self.old = old
        self.new = new
    }
}

/// The objects of one kind and scope at one moment, with a bounded log of how they came to be.
package struct KindSnapshot: Sendable {
    /// Tells stores apart: versions of different stores cannot be compared.
    package let storeID: UInt64
    /// Grows with every change of an object or of `state`.
    package let version: UInt64
    package let state: LoadState
    private let objectsByKey: TreeDictionary<ObjectKey, any StoredObject>

    package init(
        storeID: UInt64, version: UInt64, state: LoadState, objects: TreeDictionary<ObjectKey, any StoredObject>
    ) {
        self.storeID = storeID
        self.version = version
        self.state = state
        objectsByKey = objects
    }

    package var count: Int { objectsByKey.count }

    /// Every object, in no order.
    package var objects: some Sequence<any StoredObject> { objectsByKey.values }

    package subscript(key: ObjectKey) -> (any StoredObject)? { objectsByKey[key] }

    /// What changed after an earlier version of the same store, oldest first.
    ///
    /// - Returns: `nil` when the log does not reach back that far: walk `objects` once instead.
    package func changes(since version: UInt64) -> [ObjectChange]? {
        version == self.version ? [] : nil
    }
}
