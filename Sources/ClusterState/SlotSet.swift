import HashTreeCollections

/// A set of slots.
///
/// Most sets of an index hold a single one, which costs no allocation.
enum SlotSet: Sendable {
    case one(UInt32)
    case many(TreeSet<UInt32>)

    var count: Int {
        switch self {
        case .one: 1
        case .many(let slots): slots.count
        }
    }

    func contains(_ slot: UInt32) -> Bool {
        switch self {
        case .one(let only): only == slot
        case .many(let slots): slots.contains(slot)
        }
    }

    func forEach(_ body: (UInt32) -> Void) {
        switch self {
        case .one(let only): body(only)
        case .many(let slots): for slot in slots { body(slot) }
        }
    }

    mutating func insert(_ slot: UInt32) {
        switch self {
        case .one(let only):
            if only != slot { self = .many([only, slot]) }
        case .many(var slots):
            self = .one(slot)  // Releases the second reference, so that the set is changed in place.
            slots.insert(slot)
            self = .many(slots)
        }
    }

    /// Takes a slot out.
    ///
    /// - Returns: whether nothing is left; the set is then to be dropped.
    mutating func remove(_ slot: UInt32) -> Bool {
        switch self {
        case .one(let only):
            return only == slot
        case .many(var slots):
            self = .one(slot)
            slots.remove(slot)
            if slots.count == 1, let last = slots.first {
                self = .one(last)
            } else {
                self = .many(slots)
            }
            return slots.isEmpty
        }
    }
}

/// Slots by a key, such as a namespace.
struct SlotIndex<Key: Hashable & Sendable>: Sendable {
    private var sets = TreeDictionary<Key, SlotSet>()

    subscript(key: Key) -> SlotSet? { sets[key] }

    /// Every key with at least one slot, in no order.
    var keys: TreeDictionary<Key, SlotSet>.Keys { sets.keys }

    mutating func insert(_ slot: UInt32, for key: Key) {
        sets[key, default: .one(slot)].insert(slot)
    }

    mutating func remove(_ slot: UInt32, for key: Key) {
        let isEmpty = sets[key, default: .one(slot)].remove(slot)
        if isEmpty { sets[key] = nil }
    }
}
