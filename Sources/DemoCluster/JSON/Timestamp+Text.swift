import KubernetesModel

extension Timestamp {
    /// Such as `2026-11-21T02:33:57Z`: whole seconds, UTC.
    var rfc3339: String {
        let parts = calendarParts
        return "\(padded(parts.year, 4))-\(padded(parts.month))-\(padded(parts.day))T\(clockText(parts))Z"
    }

    /// Such as `2026-11-21T02:33:57.730183Z`, as `MicroTime` is written.
    var rfc3339WithMicroseconds: String {
        let fraction = microseconds - seconds * 1_000_000
        return rfc3339.dropLast() + ".\(padded(Int(fraction), 6))Z"
    }

    /// Such as `Sat, 21 Nov 2026 02:33:57 GMT`, as the `Date` header is written.
    var httpDate: String {
        let parts = calendarParts
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][parts.daysSinceEpoch.modulo(7)]
        let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][
            parts.month - 1]
        return "\(weekday), \(padded(parts.day)) \(month) \(padded(parts.year, 4)) \(clockText(parts)) GMT"
    }

    /// This moment moved by some seconds.
    func adding(seconds: Int) -> Timestamp { Timestamp(microseconds: microseconds &+ Int64(seconds) &* 1_000_000) }

    /// Whole seconds from another moment to this one.
    func seconds(since other: Timestamp) -> Int { Int((microseconds &- other.microseconds) / 1_000_000) }

    private struct CalendarParts {
        var daysSinceEpoch: Int
        var year: Int
        var month: Int
        var day: Int
        var secondOfDay: Int
    }

    /// The Gregorian date in UTC, counted in 400-year eras that begin on 1 March.
    private var calendarParts: CalendarParts {
        let total = Int(seconds)
        let secondOfDay = total.modulo(86400)
        let days = (total - secondOfDay) / 86400
        let shifted = days + 719_468
        let dayOfEra = shifted.modulo(146_097)
        let era = (shifted - dayOfEra) / 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return CalendarParts(
            daysSinceEpoch: days, year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1, secondOfDay: secondOfDay)
    }

    private func clockText(_ parts: CalendarParts) -> String {
        let second = parts.secondOfDay
        return "\(padded(second / 3600)):\(padded(second / 60 % 60)):\(padded(second % 60))"
    }

    private func padded(_ value: Int, _ width: Int = 2) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}

extension Int {
    /// The remainder that is never negative, for a positive divisor.
    fileprivate func modulo(_ divisor: Int) -> Int {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}

extension Timestamp {
    /// The moment that RFC 3339 text in UTC tells, to the second; `nil` when the text is nothing such.
    init?(rfc3339 text: String) {
        let fields = text.split { !$0.isNumber }.prefix(6).compactMap { Int($0) }
        guard fields.count == 6, text.hasSuffix("Z"), (1...12).contains(fields[1]) else { return nil }
        let year = fields[1] <= 2 ? fields[0] - 1 : fields[0]
        let monthFromMarch = fields[1] > 2 ? fields[1] - 3 : fields[1] + 9
        let yearOfEra = year.modulo(400)
        let era = (year - yearOfEra) / 400
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + fields[2] - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        self.init(seconds: Int64(days * 86400 + fields[3] * 3600 + fields[4] * 60 + fields[5]))
    }
}
