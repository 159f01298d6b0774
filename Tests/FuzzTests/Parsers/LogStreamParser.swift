@testable import Streams

extension FuzzedParser {
    /// The bytes of a log, cut anywhere, dropped and read again: every line once, in its order.
    static let logStream = FuzzedParser(
        name: "log-stream",
        tokens: [
            "2026-11-21T13:00:01Z ", "2026-11-21T13:00:01.000000005Z ", "2026-11-21T13:00:02.5+01:00 ",
            "9999-12-31T23:59:59.999999999Z ", "0000-01-01T00:00:00Z ", "\n", "\r\n", " ", ".", "Z", "\u{0}",
            "\u{1B}[31m",
            "unable to retrieve container logs for containerd://x",
        ], sizeLimit: 600
    ) { bytes in
        let cut = bytes.isEmpty ? 0 : Int(bytes[0]) * bytes.count / 256
        var whole = LogLineSplitter(isStamped: true)
        let expected = lines([whole.append(bytes), whole.finish()])
        var splitter = LogLineSplitter(isStamped: true)
        let pieces = [splitter.append(Array(bytes[..<cut])), splitter.append(Array(bytes[cut...])), splitter.finish()]
        try requireEqual(lines(pieces), expected, "the lines when cut at \(cut)")
        try requireEqual(expected.flatMap { $0 }, bytes, "all bytes")

        var parts = LogLineSplitter(isStamped: true, mendsLongLines: true, longestLine: 16)
        let inParts = [parts.append(Array(bytes[..<cut])), parts.append(Array(bytes[cut...])), parts.finish()]
        try requireEqual(lines(inParts).flatMap { $0 }, bytes, "all bytes in parts")

        // Dropped at the cut, and read again by a server that gives everything from the start.
        var resume = LogResume()
        var first = LogLineSplitter(isStamped: true)
        var taken = first.append(Array(bytes[..<cut]))
        resume.take(&taken)
        let isOrdered = isOrdered(pieces)
        resume.readAgain()
        var second = LogLineSplitter(isStamped: true)
        var again = [second.append(bytes), second.finish()]
        for index in again.indices { resume.take(&again[index]) }
        // What has no stamp, or goes back in time, cannot be told apart.
        guard isOrdered, resume.since != nil, !taken.lines.isEmpty else { return }
        try requireEqual(lines([taken]) + lines(again), expected, "the lines when dropped at \(cut)")
    }

    private static func lines(_ chunks: [LogChunk]) -> [[UInt8]] {
        chunks.flatMap { chunk in chunk.lines.map { Array(chunk.bytes[Int($0.start)..<Int($0.end)]) } }
    }

    /// Whether every line has a stamp that is not before the one of the line before.
    private static func isOrdered(_ chunks: [LogChunk]) -> Bool {
        let lines = chunks.flatMap(\.lines)
        return lines.allSatisfy { $0.text > $0.start }
            && zip(lines, lines.dropFirst()).allSatisfy { $0.stamp <= $1.stamp }
    }
}
