import HashTreeCollections
import KubernetesModel

/// The objects of one kind and scope while they change: what list and watch bring goes in, snapshots come out.
///
/// Tolerates what servers send twice or late: an object with the UID and version that is already there is no change,
/// and neither is the deletion of an object that is not there.
package struct KindStore: Sendable {
    /// What a list in progress has brought.
    private struct ListInProgress {
        /// Whether objects wait for the end of the list; otherwise they are visible as they arrive.
        var isBuffered: Bool
        /// Whether the same version may stand for another object than the one we have.
        var isNewHistory: Bool
        /// New and changed objects that wait for the end.
        var pending: [any StoredObject] = []
        /// One bit a slot: the list named its object.
        var seen: [UInt64] = []

        mutating func see(_ slot: UInt32) {
            let word = Int(slot / 64)
            while seen.count <= word { seen.append(0) }
            seen[word] |= 1 << UInt64(slot % 64)
        }

        func hasSeen(_ slot: UInt32) -> Bool {
            let word = Int(slot / 64)
            return word < seen.count && seen[word] & (1 << UInt64(slot % 64)) != 0
        }
    }

    /// Tells stores apart in snapshots.
    package let storeID: UInt64
    /// Grows with every change of an object or of `state`.
    package private(set) var version: UInt64 = 0
    package private(set) var state = LoadState.loading(count: 0)
    private var printedColumns: PrintedColumns?
    private var contents = StoreContents()
    private var log: ChangeLog
    private var freeSlots: [UInt32] = []
    private var slotCount: UInt32 = 0
    private var list: ListInProgress?
    /// Whether one list has been read to its end.
    private var wasListed = false

    /// An empty store.
    ///
    /// - Parameters:
    ///   - storeID: unique among all stores whose snapshots may meet.
    ///   - logLimit: how many changes readers can catch up on; older ones walk once.
    package init(storeID: UInt64, logLimit: Int = 1024) {
        self.storeID = storeID
        log = ChangeLog(limit: logLimit, version: 0)
    }

    package var count: Int { contents.count }

    /// The store at this moment; costs the same for any number of objects.
    package func snapshot() -> KindSnapshot {
        KindSnapshot(
            storeID: storeID, version: version, state: state, printedColumns: printedColumns, contents: contents,
            log: log)
    }

    /// Says how far the kind has been read.
    ///
    /// The count of `.loading` is the store's own.
    package mutating func setState(_ new: LoadState) {
        var new = new
        if case .loading = new { new = .loading(count: contents.count) }
        guard new != state else { return }
        state = new
        version &+= 1
    }

    // MARK: Watching

    /// Adds an object, or replaces the one of the same namespace and name.
    package mutating func upsert(_ object: any StoredObject) {
        place(object)
        countLoaded()
    }

    /// Deletes the object; does nothing when it is not there, or when another of that name has taken its place.
    package mutating func remove(_ object: any StoredObject) {
        let metadata = object.metadata
        let key = ObjectKey(metadata)
        guard let slot = contents.slot(of: key), let old = contents[slot], old.metadata.uid == metadata.uid else {
            return
        }
        drop(old, key: key, slot: slot)
        countLoaded()
    }

    // MARK: Listing

    /// Starts a list.
    ///
    /// A list that was not ended is forgotten: what it made visible stays until the new one ends. Until a list was
    /// read to its end objects are visible as they arrive; a later list changes nothing before it ends.
    ///
    /// - Parameter isNewHistory: whether the server may have started to count anew, so that the same version does not
    ///   mean the same object.
    package mutating func beginList(isNewHistory: Bool = false) {
        list = ListInProgress(isBuffered: wasListed, isNewHistory: isNewHistory)
    }

    /// Takes objects of the list that was begun.
    package mutating func receive(_ objects: [any StoredObject]) {
        guard var list else { return }
        self.list = nil
        for object in objects {
            if list.isBuffered {
                let metadata = object.metadata
                if let slot = contents.slot(of: ObjectKey(metadata)) {
                    list.see(slot)
                    if !list.isNewHistory, let old = contents[slot], isSame(old, object) { continue }
                }
                list.pending.append(object)
            } else {
                list.see(place(object))
            }
        }
        self.list = list
        countLoaded()
    }

    /// Ends the list: new and changed objects are taken, those that it did not name are deleted, all in one step.
    package mutating func endList() {
        guard let list else { return }
        self.list = nil
        var vanished: [(object: any StoredObject, slot: UInt32)] = []
        for (slot, object) in contents.objects where !list.hasSeen(slot) { vanished.append((object, slot)) }
        for (object, slot) in vanished { drop(object, key: ObjectKey(object.metadata), slot: slot) }
        for object in list.pending { place(object, replacingSame: list.isNewHistory) }
        wasListed = true
        countLoaded()
    }

    // MARK: Slots

    /// Puts an object where its namespace and name belong.
    ///
    /// - Parameters:
    ///   - object: the object.
    ///   - replacingSame: whether it replaces one of the same UID and version too.
    /// - Returns: its slot.
    @discardableResult
    private mutating func place(_ object: any StoredObject, replacingSame: Bool = false) -> UInt32 {
        let metadata = object.metadata
        let key = ObjectKey(metadata)
        if let printed = object as? PrintedObject, printed.columns !== printedColumns {
            printedColumns = printed.columns
        }
        if let slot = contents.slot(of: key), let old = contents[slot] {
            if !replacingSame && isSame(old, object) { return slot }
            if old.metadata.uid == metadata.uid {
                contents.replace(old, with: object, slot: slot)
                record(ObjectChange(old: old, new: object))
                return slot
            }
            drop(old, key: key, slot: slot)  // Another object of the same name: two changes.
        }
        let slot: UInt32
        if let free = freeSlots.popLast() {
            slot = free
        } else {
            slot = slotCount
            slotCount &+= 1
        }
        contents.insert(object, key: key, slot: slot)
        record(ObjectChange(old: nil, new: object))
        return slot
    }

    private mutating func drop(_ object: any StoredObject, key: ObjectKey, slot: UInt32) {
        contents.remove(object, key: key, slot: slot)
        freeSlots.append(slot)
        record(ObjectChange(old: object, new: nil))
    }

    private mutating func record(_ change: ObjectChange) {
        version &+= 1
        log.append(change, version: version)
    }

    /// Keeps the count of `.loading` true.
    private mutating func countLoaded() {
        if case .loading = state { setState(.loading(count: contents.count)) }
    }

    /// Whether two answers are of the same object at the same version, printed alike; an object without a version is
    /// always new.
    private func isSame(_ old: any StoredObject, _ new: any StoredObject) -> Bool {
        if let new = new as? PrintedObject, (old as? PrintedObject)?.columns !== new.columns { return false }
        let (left, right) = (old.metadata, new.metadata)
        return left.resourceVersion == right.resourceVersion && left.uid == right.uid && !left.resourceVersion.isEmpty
    }
}
