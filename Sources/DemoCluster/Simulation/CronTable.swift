import KubernetesModel

/// When a CronJob runs, in UTC: the five fields of cron, or a name such as `@hourly`.
struct CronTable: Sendable, Equatable {
    private let minutes: Set<Int>
    private let hours: Set<Int>
    private let days: Set<Int>
    private let months: Set<Int>
    private let weekdays: Set<Int>
    private let hasDays: Bool
    private let hasWeekdays: Bool

    init?(_ text: String) {
        let names = [
            "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
            "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
        ]
        let fields = (names[text] ?? text).split(separator: " ").map(String.init)
        guard fields.count == 5, let minutes = Self.values(fields[0], 0...59),
            let hours = Self.values(fields[1], 0...23), let days = Self.values(fields[2], 1...31),
            let months = Self.values(fields[3], 1...12), let weekdays = Self.values(fields[4], 0...7)
        else { return nil }
        self.minutes = minutes
        self.hours = hours
        self.days = days
        self.months = months
        self.weekdays = Set(weekdays.map { $0 % 7 })
        hasDays = fields[2] != "*" && fields[2] != "?"
        hasWeekdays = fields[4] != "*" && fields[4] != "?"
    }

    private static func values(_ field: String, _ range: ClosedRange<Int>) -> Set<Int>? {
        let names = [
            "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
        ]
        let weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
        func number(_ text: Substring) -> Int? {
            let word = text.lowercased()
            let value =
                Int(word) ?? (range.upperBound == 12 ? names.firstIndex(of: word).map { $0 + 1 } : nil)
                ?? (range.upperBound == 7 ? weekdays.firstIndex(of: word) : nil)
            return value.flatMap { range.contains($0) ? $0 : nil }
        }
        var values: Set<Int> = []
        for part in field.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard let base = pieces.first, !base.isEmpty else { return nil }
            var bounds = range
            if base != "*", base != "?" {
                let ends = base.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
                guard let first = ends.first.flatMap(number) else { return nil }
                if ends.count == 2 {
                    guard let last = number(ends[1]), last >= first else { return nil }
                    bounds = first...last
                } else {
                    bounds = pieces.count == 2 ? first...range.upperBound : first...first
                }
            }
            var step = 1
            if pieces.count == 2 {
                guard let count = Int(pieces[1]), count > 0 else { return nil }
                step = count
            }
            values.formUnion(stride(from: bounds.lowerBound, through: bounds.upperBound, by: step))
        }
        return values
    }

    /// The last moment of the schedule in a span of at most an hour.
    func last(after start: Timestamp, upTo end: Timestamp) -> Timestamp? {
        var minute = end.seconds / 60
        while minute * 60 > start.seconds {
            if contains(minute) { return Timestamp(seconds: minute * 60) }
            minute -= 1
        }
        return nil
    }

    /// Whether a minute, counted from 1970, is one of the schedule's.
    func contains(_ minute: Int64) -> Bool {
        let (dayNumber, rest) = (minute / 1440, minute % 1440)
        guard minutes.contains(Int(rest % 60)), hours.contains(Int(rest / 60)) else { return false }
        // Days since 0000-03-01, so that a year ends with February.
        let shifted = dayNumber + 719_468
        let dayOfEra = shifted % 146_097
        let year = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * year + year / 4 - year / 100)
        let monthIndex = (5 * dayOfYear + 2) / 153
        let day = Int(dayOfYear - (153 * monthIndex + 2) / 5 + 1)
        let month = Int(monthIndex < 10 ? monthIndex + 3 : monthIndex - 9)
        guard months.contains(month) else { return false }
        let isDay = days.contains(day)
        let isWeekday = weekdays.contains(Int((dayNumber + 4) % 7))
        return hasDays && hasWeekdays ? isDay || isWeekday : isDay && isWeekday
    }
}
