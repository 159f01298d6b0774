/// The time at the start of a line, as the kubelet writes it: RFC 3339 with a fraction, then a space.
enum LogStamp {
    /// The shortest, such as `2026-11-21T13:25:40Z `.
    static let shortest = 21
    /// The longest, such as `2026-11-21T13:25:40.189108139+01:00 `.
    static let longest = 36

    /// Reads the stamp that begins at `start`.
    ///
    /// - Returns: its moment in nanoseconds since 1970, and where the text after it begins; `nil` when there is none.
    static func read(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> (Int64, Int)? {
        guard end &- start >= shortest, bytes[start &+ 4] == UInt8(ascii: "-"), bytes[start &+ 7] == UInt8(ascii: "-"),
            bytes[start &+ 10] == UInt8(ascii: "T"), bytes[start &+ 13] == UInt8(ascii: ":"),
            bytes[start &+ 16] == UInt8(ascii: ":"), let century = pair(bytes, start),
            let years = pair(bytes, start &+ 2),
            let month = pair(bytes, start &+ 5), (1...12).contains(month), let day = pair(bytes, start &+ 8),
            (1...31).contains(day), let hour = pair(bytes, start &+ 11), let minute = pair(bytes, start &+ 14),
            let second = pair(bytes, start &+ 17)
        else { return nil }
        var index = start &+ 19
        var nanoseconds: Int64 = 0
        if bytes[index] == UInt8(ascii: ".") {
            index &+= 1
            var unit: Int64 = 100_000_000
            while index < end, let digit = digit(bytes[index]), unit > 0 {
                nanoseconds &+= digit &* unit
                unit /= 10
                index &+= 1
            }
        }
        var offset: Int64 = 0
        guard index < end else { return nil }
        switch bytes[index] {
        case UInt8(ascii: "Z"): index &+= 1
        case UInt8(ascii: "+"), UInt8(ascii: "-"):
            guard index &+ 6 < end, let hours = pair(bytes, index &+ 1), let minutes = pair(bytes, index &+ 4),
                bytes[index &+ 3] == UInt8(ascii: ":")
            else { return nil }
            offset = (hours &* 3600 &+ minutes &* 60) &* (bytes[index] == UInt8(ascii: "-") ? -1 : 1)
            index &+= 6
        default: return nil
        }
        guard index < end, bytes[index] == UInt8(ascii: " ") else { return nil }
        let days = days(year: century &* 100 &+ years, month: month, day: day)
        let seconds = days &* 86_400 &+ hour &* 3600 &+ minute &* 60 &+ second &- offset
        return (seconds &* 1_000_000_000 &+ nanoseconds, index &+ 1)
    }

    /// Days since 1970-01-01 in the Gregorian calendar.
    private static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        // Years that begin in March have their leap day at the end.
        let shifted = month > 2 ? year : year &- 1
        let era = shifted / 400
        let yearOfEra = shifted &- era &* 400
        let dayOfYear = (153 &* (month > 2 ? month &- 3 : month &+ 9) &+ 2) / 5 &+ day &- 1
        let dayOfEra = yearOfEra &* 365 &+ yearOfEra / 4 &- yearOfEra / 100 &+ dayOfYear
        return era &* 146_097 &+ dayOfEra &- 719_468
    }

    private static func pair(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int64? {
        guard let tens = digit(bytes[index]), let ones = digit(bytes[index &+ 1]) else { return nil }
        return tens &* 10 &+ ones
    }

    private static func digit(_ byte: UInt8) -> Int64? {
        let value = byte &- UInt8(ascii: "0")
        return value < 10 ? Int64(value) : nil
    }
}
