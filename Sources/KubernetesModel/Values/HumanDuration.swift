/// A duration as kubectl prints it: about two significant units, such as `45s`, `3m5s`, `5h10m`, `2d4h`, `2y30d`.
///
/// Clocks may differ by less than two seconds: a little below zero is `0s`, and before that `<invalid>`.
/// Source: `k8s.io/apimachinery/pkg/util/duration` HumanDuration.
public func humanDuration(microseconds: Int64) -> String {
    let seconds = microseconds / 1_000_000
    if seconds < -1 { return "<invalid>" }
    if seconds < 0 { return "0s" }
    if seconds < 120 { return "\(seconds)s" }
    let minutes = seconds / 60
    if minutes < 10 { return twoUnits(minutes, "m", seconds % 60, "s") }
    if minutes < 180 { return "\(minutes)m" }
    let hours = minutes / 60
    if hours < 8 { return twoUnits(hours, "h", minutes % 60, "m") }
    if hours < 48 { return "\(hours)h" }
    let days = hours / 24
    if days < 8 { return twoUnits(days, "d", hours % 24, "h") }
    if days < 2 * 365 { return "\(days)d" }
    if days < 8 * 365 { return twoUnits(days / 365, "y", days % 365, "d") }
    return "\(days / 365)y"
}

/// The time from a moment to another, as kubectl prints an age; `<unknown>` without a start.
public func age(from start: Timestamp?, to now: Timestamp) -> String {
    guard let start else { return "<unknown>" }
    let (difference, overflow) = now.microseconds.subtractingReportingOverflow(start.microseconds)
    if overflow { return humanDuration(microseconds: now > start ? .max : .min) }
    return humanDuration(microseconds: difference)
}

private func twoUnits(_ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String) -> String {
    small == 0 ? "\(large)\(largeUnit)" : "\(large)\(largeUnit)\(small)\(smallUnit)"
}

/// The duration that an age such as `3h5m` says, in microseconds; `nil` for any other text.
public func microseconds(inAge text: String) -> Int64? {
    var total: Int64 = 0
    var number: Int64?
    for byte in text.utf8 {
        if (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            let value = (number ?? 0) * 10 + Int64(byte - UInt8(ascii: "0"))
            guard value <= 1_000_000_000 else { return nil }
            number = value
            continue
        }
        let seconds: Int64
        switch byte {
        case UInt8(ascii: "s"): seconds = 1
        case UInt8(ascii: "m"): seconds = 60
        case UInt8(ascii: "h"): seconds = 3600
        case UInt8(ascii: "d"): seconds = 86400
        case UInt8(ascii: "y"): seconds = 365 * 86400
        default: return nil
        }
        guard let count = number else { return nil }
        total += count * seconds
        number = nil
        guard total <= 100_000_000_000 else { return nil }
    }
    return number == nil && !text.isEmpty ? total * 1_000_000 : nil
}
