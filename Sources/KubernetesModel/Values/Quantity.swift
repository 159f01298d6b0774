/// An amount as Kubernetes writes it, such as `250m` of CPU or `1536Mi` of memory (resource.Quantity).
///
/// Exact to a billionth; rounded up beyond that, and limited to ±(2^63 - 1), as the API server does.
public struct Quantity: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// How an amount is written.
    public enum Format: Sendable, Hashable {
        /// Powers of 1000: `m`, `k`, `M`.
        case decimal
        /// Powers of 1024: `Ki`, `Mi`.
        case binary
        /// Powers of 1000 as exponents: `1e3`.
        case exponent
    }

    /// Billionths of the unit.
    private let nanos: Int128
    /// How it was written.
    public let format: Format

    private static let limit = Int128(Int64.max) * 1_000_000_000
    private static let binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]
    /// From 10^-9 upwards in steps of 1000.
    private static let decimalSuffixes = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"]

    /// An amount of whole units.
    public init(_ value: Int64, format: Format = .decimal) {
        nanos = Int128(value) * 1_000_000_000
        self.format = format
    }

    /// The amount that a text writes; `nil` when it writes none.
    public init?(_ text: String) {
        var rest = text.utf8[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        let whole = rest.prefix { $0.isDigit }
        rest = rest.dropFirst(whole.count)
        var fraction = rest.prefix(0)
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            fraction = rest.prefix { $0.isDigit }
            rest = rest.dropFirst(fraction.count)
        }
        guard !whole.isEmpty || !fraction.isEmpty, let scale = Scale(suffix: Substring(rest)) else { return nil }
        format = scale.format
        let magnitude = Self.scaled(Array(whole) + Array(fraction), pointFromEnd: fraction.count, scale)
        nanos = isNegative ? -magnitude : magnitude
    }

    /// The amount in thousandths of the unit, rounded up in size and clamped.
    public var milliValue: Int64 { Int64(clamping: Self.rounded(nanos, by: 1_000_000)) }

    /// The amount in billionths of the unit, clamped.
    public var nanoValue: Int64 { Int64(clamping: nanos) }

    /// The amount in whole units, rounded up in size and clamped.
    public var value: Int64 { Int64(clamping: Self.rounded(nanos, by: 1_000_000_000)) }

    /// The shortest exact text, as `kubectl` prints it.
    public var description: String {
        let isSmall = nanos.magnitude < 1024 * 1_000_000_000
        if format == .binary, !isSmall, nanos % 1_000_000_000 == 0 {
            var units = nanos / 1_000_000_000
            var power = 0
            while units % 1024 == 0, power < Self.binarySuffixes.count - 1 {
                units /= 1024
                power += 1
            }
            return "\(units)\(Self.binarySuffixes[power])"
        }
        guard nanos != 0 else { return "0" }
        var units = nanos
        var power = 0
        while units % 1000 == 0, power < Self.decimalSuffixes.count - 1 {
            units /= 1000
            power += 1
        }
        if format == .exponent { return power == 3 ? "\(units)" : "\(units)e\((power - 3) * 3)" }
        return "\(units)\(Self.decimalSuffixes[power])"
    }

    /// The sum, written as the first amount is, or as the second where the first is 0.
    public static func + (left: Quantity, right: Quantity) -> Quantity {
        let sum = min(limit, max(-limit, left.nanos + right.nanos))
        return Quantity(nanos: sum, format: left.nanos == 0 ? right.format : left.format)
    }

    private init(nanos: Int128, format: Format) {
        self.nanos = nanos
        self.format = format
    }

    /// Orders by amount, however written.
    public static func < (left: Quantity, right: Quantity) -> Bool { left.nanos < right.nanos }

    /// Equal amounts are equal, however written.
    public static func == (left: Quantity, right: Quantity) -> Bool { left.nanos == right.nanos }

    /// Hashes the amount.
    public func hash(into hasher: inout Hasher) { hasher.combine(nanos) }

    private static func rounded(_ nanos: Int128, by unit: Int128) -> Int128 {
        let (quotient, remainder) = nanos.quotientAndRemainder(dividingBy: unit)
        return remainder == 0 ? quotient : quotient + (nanos < 0 ? -1 : 1)
    }

    /// The digits as billionths, with the point `pointFromEnd` digits from their end.
    private static func scaled(_ digits: [UInt8], pointFromEnd: Int, _ scale: Scale) -> Int128 {
        // Digits beyond the precision matter only by not being 0.
        var value: Int128 = 0
        var exponent = 9 - pointFromEnd + scale.power10
        var isInexact = false
        for (index, byte) in digits.enumerated() {
            guard value <= limit else {
                exponent += digits.count - index
                isInexact = digits[index...].contains { $0 != UInt8(ascii: "0") }
                break
            }
            value = value * 10 + Int128(byte - UInt8(ascii: "0"))
        }
        guard value != 0 else { return 0 }
        var shift = scale.power1024
        while shift > 0 {
            if value <= Int128.max / 1024 {
                value *= 1024
                shift -= 1
            } else if exponent < 0 {
                isInexact = isInexact || value % 10 != 0
                value /= 10
                exponent += 1
            } else {
                return limit
            }
        }
        while exponent > 0, value <= limit {
            value *= 10
            exponent -= 1
        }
        if exponent > 0 { return limit }
        while exponent < 0, value > 0 {
            isInexact = isInexact || value % 10 != 0
            value /= 10
            exponent += 1
        }
        return min(value + (isInexact ? 1 : 0), limit)
    }

    /// What a suffix multiplies by.
    private struct Scale {
        var format: Format
        var power10 = 0
        var power1024 = 0

        init?(suffix: Substring) {
            let text = String(suffix)
            if let index = Quantity.decimalSuffixes.firstIndex(of: text) {
                format = .decimal
                power10 = (index - 3) * 3
            } else if let index = Quantity.binarySuffixes.firstIndex(of: text) {
                format = .binary
                power1024 = index
            } else if text.first == "e" || text.first == "E", let power = Int(text.dropFirst()) {
                format = .exponent
                power10 = max(-1_000, min(power, 1_000))
            } else {
                return nil
            }
        }
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
