/// A value behind a reference, so that copies and equal values of many objects cost one pointer each.
///
/// Changing one copy leaves the others as they are.
struct Shared<Value: Sendable & Hashable>: Sendable, Hashable {
    private final class Box: Sendable {
        let value: Value

        init(_ value: Value) { self.value = value }
    }

    private var box: Box

    /// A value that nothing shares yet.
    init(_ value: Value) { box = Box(value) }

    /// The value.
    var value: Value {
        _read { yield box.value }
        _modify {
            var value = box.value
            yield &value
            box = Box(value)
        }
    }

    /// The same for copies that share one value.
    var identity: ObjectIdentifier { ObjectIdentifier(box) }

    /// Whether the values are equal; cheap for those that share one box.
    static func == (left: Shared, right: Shared) -> Bool {
        left.box === right.box || left.box.value == right.box.value
    }

    /// Hashes the value.
    func hash(into hasher: inout Hasher) { hasher.combine(box.value) }
}

extension Shared: CustomStringConvertible {
    var description: String { "\(value)" }
}
