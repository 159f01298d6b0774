import HashTreeCollections
import KubernetesModel

/// The objects of a store and its indexes, as persistent trees: a copy shares all of them and costs nothing.
///
/// An object lives in a slot, a small number that it keeps until it is deleted; indexes hold slots only.
struct StoreContents: Sendable {
    private(set) var objects = TreeDictionary<UInt32, any StoredObject>()
    private var slots = TreeDictionary<ObjectKey, UInt32>()
    private var byNamespace = SlotIndex<String>()
    private var byOwner = SlotIndex<String>()
    private var byLabel = SlotIndex<Labels.Pair>()
    private var byNode = SlotIndex<String>()
    private var bySubject = SlotIndex<String>()

    var count: Int { objects.count }

    /// Namespaces with at least one object, in no order.
    var namespaces: some Sequence<String> { byNamespace.keys }

    subscript(slot: UInt32) -> (any StoredObject)? { objects[slot] }

    func slot(of key: ObjectKey) -> UInt32? { slots[key] }

    // MARK: Reading by index

    func objects(inNamespace namespace: String) -> [any StoredObject] { gather(byNamespace[namespace]) }

    func count(inNamespace namespace: String) -> Int { byNamespace[namespace]?.count ?? 0 }

    func objects(ownedBy uid: String) -> [any StoredObject] { gather(byOwner[uid]) }

    func objects(onNode node: String) -> [any StoredObject] { gather(byNode[node]) }

    func objects(about uid: String) -> [any StoredObject] { gather(bySubject[uid]) }

    /// Objects that carry every one of `pairs` and lie in `namespace` (`nil` for any), read from the smallest index
    /// set; all objects of the namespace when there are no pairs.
    func objects(matching pairs: [Labels.Pair], inNamespace namespace: String?) -> [any StoredObject] {
        var sets: [SlotSet] = []
        if let namespace {
            guard let set = byNamespace[namespace] else { return [] }
            sets.append(set)
        }
        for pair in pairs {
            guard let set = byLabel[pair] else { return [] }
            sets.append(set)
        }
        sets.sort { $0.count < $1.count }
        guard let smallest = sets.first else { return Array(objects.values) }
        let others = sets.dropFirst()
        var found: [any StoredObject] = []
        smallest.forEach { slot in
            if others.allSatisfy({ $0.contains(slot) }), let object = objects[slot] { found.append(object) }
        }
        return found
    }

    private func gather(_ set: SlotSet?) -> [any StoredObject] {
        guard let set else { return [] }
        var found: [any StoredObject] = []
        found.reserveCapacity(set.count)
        set.forEach { slot in
            if let object = objects[slot] { found.append(object) }
        }
        return found
    }

    // MARK: Changing

    /// Puts a new object into a free slot.
    ///
    /// Neither the slot nor `key` may be in use.
    mutating func insert(_ object: any StoredObject, key: ObjectKey, slot: UInt32) {
        objects[slot] = object
        slots[key] = slot
        let metadata = object.metadata
        byNamespace.insert(slot, for: metadata.namespace)
        for uid in ownerUIDs(metadata) { byOwner.insert(slot, for: uid) }
        for pair in metadata.labels.pairs { byLabel.insert(slot, for: pair) }
        if let node = nodeName(object) { byNode.insert(slot, for: node) }
        if let subject = subjectUID(object) { bySubject.insert(slot, for: subject) }
    }

    /// Puts a newer version of the object into its slot; indexes change only where the object does.
    mutating func replace(_ old: any StoredObject, with new: any StoredObject, slot: UInt32) {
        objects[slot] = new
        let before = old.metadata
        let after = new.metadata
        if before.ownerReferences != after.ownerReferences {
            for uid in ownerUIDs(before) { byOwner.remove(slot, for: uid) }
            for uid in ownerUIDs(after) { byOwner.insert(slot, for: uid) }
        }
        if before.labels != after.labels {
            for pair in before.labels.pairs where after.labels[pair.key] != pair.value {
                byLabel.remove(slot, for: pair)
            }
            for pair in after.labels.pairs where before.labels[pair.key] != pair.value {
                byLabel.insert(slot, for: pair)
            }
        }
        let nodeBefore = nodeName(old)
        let nodeAfter = nodeName(new)
        if nodeBefore != nodeAfter {
            if let nodeBefore { byNode.remove(slot, for: nodeBefore) }
            if let nodeAfter { byNode.insert(slot, for: nodeAfter) }
        }
        let subjectBefore = subjectUID(old)
        let subjectAfter = subjectUID(new)
        if subjectBefore != subjectAfter {
            if let subjectBefore { bySubject.remove(slot, for: subjectBefore) }
            if let subjectAfter { bySubject.insert(slot, for: subjectAfter) }
        }
    }

    /// Takes an object out of its slot, which is free then.
    mutating func remove(_ object: any StoredObject, key: ObjectKey, slot: UInt32) {
        objects[slot] = nil
        slots[key] = nil
        let metadata = object.metadata
        byNamespace.remove(slot, for: metadata.namespace)
        for uid in ownerUIDs(metadata) { byOwner.remove(slot, for: uid) }
        for pair in metadata.labels.pairs { byLabel.remove(slot, for: pair) }
        if let node = nodeName(object) { byNode.remove(slot, for: node) }
        if let subject = subjectUID(object) { bySubject.remove(slot, for: subject) }
    }

    /// The owners' UIDs, each once: a malformed object may name an owner twice.
    private func ownerUIDs(_ metadata: ObjectMeta) -> [String] {
        switch metadata.ownerReferences.count {
        case 0: []
        case 1: metadata.ownerReferences[0].uid.isEmpty ? [] : [metadata.ownerReferences[0].uid]
        default: Array(Set(metadata.ownerReferences.map(\.uid).filter { !$0.isEmpty }))
        }
    }

    /// The node of a pod; `nil` for an unscheduled pod and for other kinds.
    private func nodeName(_ object: any StoredObject) -> String? {
        guard let pod = object as? Stored<Pod> else { return nil }
        let name = pod.value.nodeName
        return name.isEmpty ? nil : name
    }

    /// The UID of what an event is about; `nil` for other kinds.
    private func subjectUID(_ object: any StoredObject) -> String? {
        guard let event = object as? Stored<Event> else { return nil }
        let uid = event.value.involvedObject.uid
        return uid.isEmpty ? nil : uid
    }
}
