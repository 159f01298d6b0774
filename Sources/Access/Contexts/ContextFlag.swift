/// Something about a context that one should know before using it.
public struct ContextFlag: Sendable, Hashable {
    /// How much it matters.
    public enum Weight: Int, Sendable, Hashable, Comparable {
        /// Good to know.
        case note
        /// Dangerous, or it will not last.
        case warning
        /// It does not work, or whoever uses it can do anything.
        case grave

        /// The order of the cases.
        public static func < (left: Weight, right: Weight) -> Bool { left.rawValue < right.rawValue }
    }

    /// A word or two, for a column.
    public var label: String
    /// How much it matters.
    public var weight: Weight
    /// Why it matters, in one line without secrets.
    public var why: String
    /// What to do; empty when there is nothing.
    public var next: String

    /// A flag.
    public init(_ label: String, _ weight: Weight, why: String, next: String) {
        self.label = label
        self.weight = weight
        self.why = why
        self.next = next
    }
}
