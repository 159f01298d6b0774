import HashTreeCollections
import KubernetesModel

/// Namespace and name of an object within its kind.
package struct ObjectKey: Sendable, Hashable {
    package var namespace: String
    package var name: String

    package init(namespace: String, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// The key of an object.
    package init(_ metadata: ObjectMeta) {
        self.init(namespace: metadata.namespace, name: metadata.name)
    }
}

/// One change of a store: `old` is nil for an addition, `new` for a deletion.
///
/// Both have the same UID.
package struct ObjectChange: Sendable {
    package var old: (any StoredObject)?
    package var new: (any StoredObject)?

    package init(old: (any StoredObject)?, new: (any StoredObject)?) {
        self.old = old
        self.new = new
    }
}

/// The objects of one kind and scope at one moment, with a bounded log of how they came to be.
package struct KindSnapshot: Sendable, Equatable {
    /// Tells stores apart: versions of different stores cannot be compared.
    package let storeID: UInt64
    /// Grows with every change of an object or of `state`.
    package let version: UInt64
    package let state: LoadState
    /// The columns in which the newest objects were printed; `nil` for a kind with a type of its own.
    package let printedColumns: PrintedColumns?
    private let contents: StoreContents
    private let log: ChangeLog

    init(
        storeID: UInt64, version: UInt64, state: LoadState, printedColumns: PrintedColumns?, contents: StoreContents,
        log: ChangeLog
    ) {
        self.printedColumns = printedColumns
        self.storeID = storeID
        self.version = version
        self.state = state
        self.contents = contents
        self.log = log
    }

    /// A snapshot of these objects without a history; of objects with the same key the last counts.
    package init(storeID: UInt64, version: UInt64, state: LoadState, objects: some Sequence<any StoredObject>) {
        var store = KindStore(storeID: storeID)
        for object in objects { store.upsert(object) }
        let built = store.snapshot()
        self.init(
            storeID: storeID, version: version, state: state, printedColumns: built.printedColumns,
            contents: built.contents, log: ChangeLog(limit: 0, version: version))
    }

    package var count: Int { contents.count }

    /// Every object, in no order.
    package var objects: some Sequence<any StoredObject> { contents.objects.values }

    package subscript(key: ObjectKey) -> (any StoredObject)? {
        contents.slot(of: key).flatMap { contents[$0] }
    }

    /// Namespaces with at least one object, in no order.
    package var namespaces: some Sequence<String> { contents.namespaces }

    /// The objects of a namespace, in no order.
    package func objects(inNamespace namespace: String) -> [any StoredObject] {
        contents.objects(inNamespace: namespace)
    }

    /// How many objects a namespace has, without walking them.
    package func count(inNamespace namespace: String) -> Int { contents.count(inNamespace: namespace) }

    /// The objects that name this UID as an owner, in no order.
    package func objects(ownedBy uid: String) -> [any StoredObject] { contents.objects(ownedBy: uid) }

    /// The pods that are bound to a node, in no order; nothing for other kinds.
    package func objects(onNode node: String) -> [any StoredObject] { contents.objects(onNode: node) }

    /// The events about the object with this UID, in no order; nothing for other kinds.
    package func objects(about uid: String) -> [any StoredObject] { contents.objects(about: uid) }

    /// The objects that carry all these labels, in no order.
    ///
    /// No labels match everything, as an empty `LabelSelector` does (an empty Service selector selects nothing: the
    /// caller knows which it has).
    package func objects(matching labels: Labels, inNamespace namespace: String? = nil) -> [any StoredObject] {
        contents.objects(matching: labels.pairs, inNamespace: namespace)
    }

    /// The objects that a label selector means, in no order; one with nothing set means every object.
    package func objects(
        matching selector: LabelSelector, inNamespace namespace: String? = nil
    ) -> [any StoredObject] {
        let indexed = objects(matching: selector.matchLabels, inNamespace: namespace)
        guard !selector.matchExpressions.isEmpty else { return indexed }
        return indexed.filter { selector.matches($0.metadata.labels) }
    }

    /// What changed after an earlier version of the same store, oldest first.
    ///
    /// - Returns: `nil` when the log does not reach back that far: walk `objects` once instead.
    package func changes(since version: UInt64) -> [ObjectChange]? {
        if version == self.version { return [] }
        guard version < self.version else { return nil }
        return log.changes(since: version)
    }

    package static func == (left: KindSnapshot, right: KindSnapshot) -> Bool {
        left.storeID == right.storeID && left.version == right.version
    }
}
