import KubernetesModel

extension Timestamp {
    /// Such as `Sat, 21 Nov 2026 02:33:57 GMT`, as the `Date` header is written.
    var httpDate: String {
        let fields = wholeSeconds.rfc3339.dropLast().split { "-T".contains($0) }
        guard fields.count == 4, let month = Int(fields[1]), (1...12).contains(month) else { return "" }
        let names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int((days % 7 + 7) % 7)]
        return "\(weekday), \(fields[2]) \(names[month - 1]) \(fields[0]) \(fields[3]) GMT"
    }

    /// With six digits behind the seconds, as `MicroTime` holds it.
    var microText: String {
        let digits = String(microseconds &- wholeSeconds.microseconds &+ 1_000_000).dropFirst()
        return wholeSeconds.rfc3339.dropLast() + ".\(digits)Z"
    }

    /// This moment rounded down to seconds, as `Time` holds it.
    var wholeSeconds: Timestamp { Timestamp(seconds: seconds) }

    /// This moment moved by some seconds.
    func adding(seconds: Int) -> Timestamp { Timestamp(microseconds: microseconds &+ Int64(seconds) &* 1_000_000) }

    /// Whole seconds from another moment to this one.
    func seconds(since other: Timestamp) -> Int { Int((microseconds &- other.microseconds) / 1_000_000) }
}
