/// Lets equal values, such as the labels of the pods of one Deployment, share their storage.
///
/// Keeps one value for each of a fixed number of slots; a newer one takes its place.
struct ValueInterner<Value: Hashable> {
    private static var capacity: Int { 512 }

    private var slots: [Value?] = []

    init() {}

    /// Replaces a value by an equal one that came earlier.
    ///
    /// A value that is new may be changed by `prepare`, but not what it equals, before others get it.
    mutating func share(_ value: inout Value, preparing prepare: (inout Value) -> Void = { _ in }) {
        if slots.isEmpty { slots = Array(repeating: nil, count: Self.capacity) }
        let index = value.hashValue & (Self.capacity - 1)
        if let earlier = slots[index], earlier == value {
            value = earlier
        } else {
            prepare(&value)
            slots[index] = value
        }
    }
}
