import KubernetesModel

/// When a CronJob is due, read as UTC.
///
/// Source: `github.com/robfig/cron` v3, `ParseStandard`, which Kubernetes uses.
struct CronSchedule: Equatable {
    private enum Form: Equatable {
        case fields(Fields)
        /// The seconds between two runs.
        case every(Int64)
    }

    /// The values of each field as bits.
    fileprivate struct Fields: Equatable {
        var minutes: UInt64 = 0
        var hours: UInt64 = 0
        var days: UInt64 = 0
        var months: UInt64 = 0
        var weekdays: UInt64 = 0
        /// Whether day and weekday must both fit, because one of them is free; otherwise one is enough.
        var needsBoth = false
    }

    private let form: Form

    /// The schedule that a text describes; `nil` when it is none.
    init?(_ text: String) {
        var words = text.split(separator: " ").map { $0.lowercased() }
        if let zone = words.first, zone.hasPrefix("tz=") || zone.hasPrefix("cron_tz=") { words.removeFirst() }
        if let name = words.first, name.hasPrefix("@") {
            if name == "@every" {
                guard words.count == 2, let seconds = Self.seconds(words[1]), seconds > 0 else { return nil }
                form = .every(seconds)
                return
            }
            guard words.count == 1, let fields = Self.names[name] else { return nil }
            words = fields.split(separator: " ").map(String.init)
        }
        guard words.count == 5, let minutes = Self.bits(words[0], 0...59), let hours = Self.bits(words[1], 0...23),
            let days = Self.bits(words[2], 1...31), let months = Self.bits(words[3], 1...12, Self.monthNames),
            let weekdays = Self.bits(words[4], 0...6, Self.weekdayNames)
        else { return nil }
        form = .fields(
            Fields(
                minutes: minutes.bits, hours: hours.bits, days: days.bits, months: months.bits,
                weekdays: weekdays.bits, needsBoth: days.isFree || weekdays.isFree))
    }

    /// The first run after a moment; `nil` when none comes within five years.
    func next(after moment: Timestamp) -> Timestamp? {
        // Beyond the year 9999 nothing is due.
        guard abs(moment.seconds) < 253_402_300_800 else { return nil }
        switch form {
        case .every(let seconds): return Timestamp(seconds: moment.seconds + seconds)
        case .fields(let fields):
            let first = Int(moment.seconds >= 0 ? moment.seconds / 60 : (moment.seconds - 59) / 60) + 1
            let firstDay = first >= 0 ? first / 1440 : (first - 1439) / 1440
            for day in firstDay...(firstDay + 5 * 366) where fields.include(day: day) {
                let start = day == firstDay ? first - day * 1440 : 0
                if let minute = (start..<1440).first(where: { fields.include(minute: $0) }) {
                    return Timestamp(seconds: Int64((day * 1440 + minute) * 60))
                }
            }
            return nil
        }
    }

    /// The moment of the run after so many others since a moment.
    func next(_ count: Int, after moment: Timestamp) -> Timestamp? {
        var moment = moment
        for _ in 0..<count {
            guard let next = next(after: moment) else { return nil }
            moment = next
        }
        return moment
    }

    private static let names = [
        "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@monthly": "0 0 1 * *", "@weekly": "0 0 * * 0",
        "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@hourly": "0 * * * *",
    ]
    private static let monthNames = [
        "", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]
    private static let weekdayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    /// The values that a field lists, and whether it leaves all of them free.
    private static func bits(
        _ text: String, _ range: ClosedRange<Int>, _ names: [String] = []
    ) -> (bits: UInt64, isFree: Bool)? {
        func number(_ text: Substring) -> Int? {
            let number = names.firstIndex(of: String(text)) ?? Int(text)
            return number.flatMap { range.contains($0) ? $0 : nil }
        }
        var bits: UInt64 = 0
        var isFree = false
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard let base = pieces.first, let step = pieces.count == 2 ? Int(pieces[1]) : 1, step > 0 else {
                return nil
            }
            var bounds = range
            if base == "*" || base == "?" {
                isFree = isFree || step == 1
            } else {
                let ends = base.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
                guard let low = ends.first.flatMap(number) else { return nil }
                var high = pieces.count == 2 ? range.upperBound : low
                if ends.count == 2 {
                    guard let end = number(ends[1]) else { return nil }
                    high = end
                }
                guard low <= high else { return nil }
                bounds = low...high
            }
            for value in stride(from: bounds.lowerBound, through: bounds.upperBound, by: min(step, 60)) {
                bits |= 1 << UInt64(value)
            }
        }
        return (bits, isFree)
    }

    /// The whole seconds of a duration as Go writes it, such as `1h30m`.
    private static func seconds(_ text: String) -> Int64? {
        var sum: Int64 = 0
        var digits = ""
        for character in text {
            if character.isASCII, character.isNumber {
                digits.append(character)
                continue
            }
            guard let unit = ["h": 3600, "m": 60, "s": 1][String(character)] as Int64?, digits.count < 9,
                let number = Int64(digits)
            else { return nil }
            sum += number * unit
            digits = ""
        }
        return digits.isEmpty ? sum : nil
    }
}

extension CronSchedule.Fields {
    /// Whether something is due on a day, counted from 1970-01-01.
    fileprivate func include(day: Int) -> Bool {
        let date = Timestamp.date(ofDay: day)
        guard months & 1 << UInt64(date.month) != 0 else { return false }
        let fitsDay = days & 1 << UInt64(date.day) != 0
        // That day was a Thursday.
        let fitsWeekday = weekdays & 1 << UInt64(((day + 4) % 7 + 7) % 7) != 0
        return needsBoth ? fitsDay && fitsWeekday : fitsDay || fitsWeekday
    }

    /// Whether something is due at a minute of such a day.
    fileprivate func include(minute: Int) -> Bool {
        hours & 1 << UInt64(minute / 60) != 0 && minutes & 1 << UInt64(minute % 60) != 0
    }
}
