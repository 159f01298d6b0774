/// Which lines of a log belong together: a message and the stack trace below it.
///
/// Each source has one record that is open, to which lines are added that look like the rest of something.
struct LogRecords: Sendable {
    /// Lines of a record; more begin another one.
    private static let lineLimit = 500
    /// What comes later than this after the line before is something new.
    private static let pause: Int64 = 5_000_000_000

    private enum Language: Sendable {
        case any, python, go
    }

    private struct Record: Sendable {
        var head: Int
        var level: LogLevel
        var language = Language.any
        var lines = 1
        var stamp: Int64
    }

    private var open: [Int: Record] = [:]

    /// Says where a line belongs.
    ///
    /// - Returns: the number of the first line of its record, which may be itself, and how grave that is.
    mutating func add(_ line: UnsafeBufferPointer<UInt8>, number: Int, source: Int, stamp: Int64)
        -> (head: Int, level: LogLevel)
    {
        guard source >= 0 else { return (number, .unknown) }
        if var record = open[source], record.lines < Self.lineLimit,
            stamp == .min || record.stamp == .min || stamp &- record.stamp < Self.pause,
            continues(line, &record)
        {
            record.lines += 1
            record.stamp = stamp
            open[source] = record
            return (record.head, record.level)
        }
        var record = Record(head: number, level: findLevel(line).level, stamp: stamp)
        if begins(line, "Traceback (most recent") {
            (record.language, record.level) = (.python, .error)
        } else if begins(line, "panic:") || begins(line, "fatal error:") {
            (record.language, record.level) = (.go, .fatal)
        } else if begins(line, "goroutine ") {
            record.language = .go
        } else if record.level == .unknown, begins(line, "Exception in thread ") || isException(line) {
            record.level = .error
        }
        open[source] = record
        return (number, record.level)
    }

    /// Forgets records of which no line is kept any more.
    mutating func forget(before first: Int) {
        if open.count > 256 { open = open.filter { $0.value.head >= first } }
    }

    private func continues(_ line: UnsafeBufferPointer<UInt8>, _ record: inout Record) -> Bool {
        guard let first = line.first else { return record.language == .go }
        if first == UInt8(ascii: " ") || first == UInt8(ascii: "\t") { return true }
        switch first {
        case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ")"): if line.count <= 3 { return true }
        case UInt8(ascii: "a"): if begins(line, "at ") { return true }
        case UInt8(ascii: "C"): if begins(line, "Caused by:") { return true }
        case UInt8(ascii: "S"): if begins(line, "Suppressed:") { return true }
        case UInt8(ascii: "."): if begins(line, "... ") { return true }
        case UInt8(ascii: "-"): if begins(line, "---> ") || begins(line, "--- End of") { return true }
        case UInt8(ascii: "s"): if begins(line, "stack backtrace:") { return true }
        case UInt8(ascii: "n"): if begins(line, "note: run with") { return true }
        case UInt8(ascii: "T"):
            if record.level >= .error, begins(line, "Traceback (most recent") {
                record.language = .python
                return true
            }
        default: break
        }
        switch record.language {
        case .python:
            if begins(line, "During handling of") || begins(line, "The above exception") { return true }
            if begins(line, "Traceback (") { return true }
            return isException(line)
        case .go:
            return begins(line, "goroutine ") || begins(line, "created by ") || begins(line, "[signal ")
                || begins(line, "exit status") || isCall(line)
        case .any: return record.level >= .warn && isException(line)
        }
    }

    /// Whether a line is the name of an exception, or begins with it: `java.io.IOException: closed`, `ValueError`.
    private func isException(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = line.first, isASCIILetter(first) else { return false }
        let end = line.prefix(200).firstIndex { !(isASCIILetter($0) || isASCIIDigit($0) || "._$".utf8.contains($0)) }
        if let end, line[end] != UInt8(ascii: ":") { return false }
        let name = UnsafeBufferPointer(rebasing: line[..<(end ?? line.count)])
        guard name.count > 5, end != nil || line.count <= 200 else { return false }
        return ends(name, "Exception") || ends(name, "Error") || ends(name, "Interrupt") || ends(name, "Exit")
    }

    /// Whether a line is a call in a stack of Go, such as `main.(*Server).run(0xc000)`.
    private func isCall(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        line.last == UInt8(ascii: ")") && line.contains(UInt8(ascii: "(")) && line.contains(UInt8(ascii: "."))
            && !line.prefix(while: { $0 != UInt8(ascii: "(") }).contains(UInt8(ascii: " "))
    }
}

private func begins(_ line: UnsafeBufferPointer<UInt8>, _ text: StaticString) -> Bool {
    line.count >= text.utf8CodeUnitCount && (0..<text.utf8CodeUnitCount).allSatisfy { line[$0] == text.utf8Start[$0] }
}

private func ends(_ line: UnsafeBufferPointer<UInt8>, _ text: StaticString) -> Bool {
    let start = line.count - text.utf8CodeUnitCount
    return start >= 0 && (0..<text.utf8CodeUnitCount).allSatisfy { line[start + $0] == text.utf8Start[$0] }
}
