/// A moment, in microseconds since 1970-01-01T00:00:00Z.
///
/// Holds both `Time` (whole seconds) and `MicroTime` of the Kubernetes API.
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Microseconds since the Unix epoch; negative before it.
    public var microseconds: Int64

    /// A moment given in microseconds since the Unix epoch.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// A moment given in whole seconds since the Unix epoch; out-of-range values are clamped.
    public init(seconds: Int64) {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        microseconds = overflow ? (seconds < 0 ? .min : .max) : product
    }

    /// Whole seconds since the Unix epoch, rounded down.
    public var seconds: Int64 { microseconds / 1_000_000 - (microseconds % 1_000_000 < 0 ? 1 : 0) }

    /// Orders by time.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }
}
