/// How grave a line of a log says it is.
package enum LogLevel: UInt8, Sendable, Hashable, Comparable, CaseIterable {
    /// It does not say.
    case unknown
    case trace, debug, info, warn, error, fatal

    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }

    /// In capitals, as most programs write it.
    package var word: String {
        switch self {
        case .unknown: ""
        case .trace: "TRACE"
        case .debug: "DEBUG"
        case .info: "INFO"
        case .warn: "WARN"
        case .error: "ERROR"
        case .fatal: "FATAL"
        }
    }

    /// Of a word in any case, such as `Warning` or `err`; by its first four letters.
    init(word: UnsafeBufferPointer<UInt8>) {
        var letters: UInt32 = 0
        for byte in word.prefix(4) { letters = letters << 8 | UInt32(asciiLowercased(byte)) }
        self = word.count < 3 ? Self.byLetter[UInt8(truncatingIfNeeded: letters)] ?? .unknown : Self.byStart(letters)
    }

    /// Of a number, as bunyan and pino count (10 to 60), or syslog (7 to 0).
    init(number: Int) {
        switch number {
        case 0...3: self = .error
        case 4: self = .warn
        case 5, 6: self = .info
        case 7: self = .debug
        case 10..<20: self = .trace
        case 20..<30: self = .debug
        case 30..<40: self = .info
        case 40..<50: self = .warn
        case 50..<60: self = .error
        case 60..<100: self = .fatal
        default: self = .unknown
        }
    }

    /// As MongoDB and klog abbreviate.
    private static let byLetter: [UInt8: LogLevel] = [
        UInt8(ascii: "t"): .trace, UInt8(ascii: "d"): .debug, UInt8(ascii: "i"): .info, UInt8(ascii: "w"): .warn,
        UInt8(ascii: "e"): .error, UInt8(ascii: "f"): .fatal,
    ]

    private static func byStart(_ letters: UInt32) -> LogLevel {
        switch letters {
        case 0x7472_6163, 0x74_7263, 0x7665_7262, 0x6669_6E65: .trace  // trac, trc, verb, fine
        case 0x6465_6275, 0x64_6267: .debug  // debu, dbg
        case 0x696E_666F, 0x69_6E66, 0x6E6F_7469: .info  // info, inf, noti
        case 0x7761_726E, 0x77_726E: .warn  // warn, wrn
        case 0x6572_726F, 0x65_7272, 0x6572_7220, 0x7365_7665, 0x6661_696C: .error  // erro, err, seve, fail
        case 0x6372_6974, 0x6661_7461, 0x66_746C, 0x7061_6E69, 0x656D_6572, 0x616C_6572, 0x6470_616E: .fatal
        default: .unknown  // above: crit, fata, ftl, pani, emer, aler, dpan
        }
    }
}

/// Where a line says how grave it is.
struct FoundLevel: Equatable {
    var level: LogLevel
    /// Where the word, letter or number stands.
    var range: Range<Int>

    static let none = FoundLevel(level: .unknown, range: 0..<0)
}

/// Reads the level of a line: JSON, logfmt, klog, syslog, or a word near its beginning.
func findLevel(_ line: UnsafeBufferPointer<UInt8>) -> FoundLevel {
    guard let first = line.first, line.count > 2 else { return .none }
    switch first {
    case UInt8(ascii: "{"): return levelOfJSON(line)
    case UInt8(ascii: "<"):
        if let found = levelOfSyslog(line) { return found }
    case UInt8(ascii: "I"), UInt8(ascii: "W"), UInt8(ascii: "E"), UInt8(ascii: "F"):
        // klog: `I1121 12:03:41.120000 1 file.go:12]`.
        if line.count > 6, line[5] == space, line[1..<5].allSatisfy(isASCIIDigit) {
            return FoundLevel(level: LogLevel(word: UnsafeBufferPointer(rebasing: line[..<1])), range: 0..<1)
        }
    default: break
    }
    return levelOfText(line)
}

private let space = UInt8(ascii: " ")
private let quote = UInt8(ascii: "\"")

func asciiLowercased(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}

func isASCIIDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }

func isASCIILetter(_ byte: UInt8) -> Bool { (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7A }

/// `<134>`: the lowest three bits.
private func levelOfSyslog(_ line: UnsafeBufferPointer<UInt8>) -> FoundLevel? {
    var number = 0
    var index = 1
    while index < min(4, line.count), isASCIIDigit(line[index]) {
        number = number * 10 + Int(line[index] - 0x30)
        index += 1
    }
    guard index > 1, index < line.count, line[index] == UInt8(ascii: ">") else { return nil }
    return FoundLevel(level: LogLevel(number: number & 7), range: 1..<index)
}

/// The bytes of a line that are looked at for its level.
private let levelBytes = 4096
private let logfmtBytes = 512
private let wordBytes = 160

/// The value of `level` and its like on the top level of an object, or in its `log`.
private func levelOfJSON(_ line: UnsafeBufferPointer<UInt8>) -> FoundLevel {
    let end = min(line.count, levelBytes)
    var index = 1
    var depth = 1
    /// As deep as members are looked at.
    var wanted = 1
    while index < end {
        switch line[index] {
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            if depth < wanted { wanted = depth }
            if depth == 0 { return .none }
        case quote:
            let start = index + 1
            index = endOfString(line, from: start, end: end)
            guard depth == wanted, index < end else { break }
            var colon = index + 1
            while colon < end, line[colon] == space { colon += 1 }
            guard colon < end, line[colon] == UInt8(ascii: ":") else { break }
            var value = colon + 1
            while value < end, line[value] == space { value += 1 }
            guard value < end else { return .none }
            let key = UnsafeBufferPointer(rebasing: line[start..<index])
            if isLevelKey(key), let found = levelOfValue(line, from: value, end: end) { return found }
            if key.count == 3, line[value] == UInt8(ascii: "{"), isKey(key, "log") { wanted += 1 }
            index = colon
        default: break
        }
        index += 1
    }
    return .none
}

/// The index of the quote that ends a string, or the end.
private func endOfString(_ line: UnsafeBufferPointer<UInt8>, from start: Int, end: Int) -> Int {
    var index = start
    while index < end, line[index] != quote {
        index += line[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    return min(index, end)
}

private func isKey(_ key: UnsafeBufferPointer<UInt8>, _ name: StaticString) -> Bool {
    guard key.count == name.utf8CodeUnitCount else { return false }
    return key.indices.allSatisfy { asciiLowercased(key[$0]) == name.utf8Start[$0] }
}

private func isLevelKey(_ key: UnsafeBufferPointer<UInt8>) -> Bool {
    switch key.count {
    case 1: isKey(key, "s")
    case 2: isKey(key, "@l")
    case 3: isKey(key, "lvl")
    case 5: isKey(key, "level")
    case 8: isKey(key, "severity") || isKey(key, "loglevel")
    case 9: isKey(key, "log.level") || isKey(key, "levelname") || isKey(key, "log_level")
    case 10: isKey(key, "level_name")
    default: false
    }
}

/// A level as a value: a word with or without quotes, or a number.
private func levelOfValue(_ line: UnsafeBufferPointer<UInt8>, from start: Int, end: Int) -> FoundLevel? {
    var first = start
    if line[first] == quote { first += 1 }
    var last = first
    while last < end, isASCIILetter(line[last]) || isASCIIDigit(line[last]) { last += 1 }
    guard last > first else { return nil }
    let word = UnsafeBufferPointer(rebasing: line[first..<last])
    var level = LogLevel.unknown
    if word.count <= 3, word.allSatisfy(isASCIIDigit) {
        level = LogLevel(number: word.reduce(0) { $0 * 10 + Int($1 - 0x30) })
    } else {
        level = LogLevel(word: word)
    }
    return level == .unknown ? nil : FoundLevel(level: level, range: first..<last)
}

/// `level=` of logfmt, else the first word that is a level and stands by itself.
private func levelOfText(_ line: UnsafeBufferPointer<UInt8>) -> FoundLevel {
    let end = min(line.count, logfmtBytes)
    var found = FoundLevel.none
    var index = 0
    while index < end {
        guard isASCIILetter(line[index]) else {
            index += 1
            continue
        }
        let start = index
        repeat { index += 1 } while index < end && isASCIILetter(line[index])
        let next = index < line.count ? line[index] : space
        guard index - start >= 3, index - start <= 9 else { continue }
        let word = UnsafeBufferPointer(rebasing: line[start..<index])
        if next == UInt8(ascii: "="), isLevelKey(word), index + 1 < end,
            let value = levelOfValue(line, from: index + 1, end: end)
        {
            return value
        }
        guard found.level == .unknown, start < wordBytes else { continue }
        let before = start > 0 ? line[start - 1] : space
        guard isWordOfLevel(word, before: before, after: next, isFirst: start == 0) else { continue }
        let level = LogLevel(word: word)
        if level != .unknown { found = FoundLevel(level: level, range: start..<index) }
    }
    return found
}

private let wordsOfLevels: Set<String> = [
    "trace", "trc", "verbose", "fine", "debug", "dbg", "info", "inf", "notice", "warn", "warning", "wrn", "error",
    "err",
    "severe", "fail", "crit", "critical", "fatal", "ftl", "panic", "emerg", "emergency", "alert",
]

private func isWordOfLevel(_ word: UnsafeBufferPointer<UInt8>, before: UInt8, after: UInt8, isFirst: Bool) -> Bool {
    // Nothing but a level, by its first letters, is looked up.
    guard LogLevel(word: word) != .unknown else { return false }
    func joins(_ byte: UInt8) -> Bool { isASCIIDigit(byte) || "_.-/=$@".utf8.contains(byte) }
    guard !joins(before), !joins(after) else { return false }
    if !word.allSatisfy({ $0 < 0x60 }) {
        // In small letters it is a word like any other, unless something marks it.
        let isMarked = "[|\t<(".utf8.contains(before) && "]|\t>)".utf8.contains(after)
        guard isMarked || isFirst && (after == UInt8(ascii: ":") || after == UInt8(ascii: "\t")) else { return false }
    }
    return wordsOfLevels.contains(String(decoding: word, as: UTF8.self).lowercased())
}
