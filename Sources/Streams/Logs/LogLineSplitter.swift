import Glibc

/// Cuts the bytes of a log into lines, as they come.
///
/// Lines are bytes of any encoding, and end with `\n` only. Holds at most `longestLine` bytes and one piece.
package struct LogLineSplitter: Sendable {
    /// A line that is longer comes in parts of at least this size.
    package static let longestLine = 16 << 20
    /// Container runtimes write longer lines in parts of this size; kubelets before 1.29 put a stamp before each.
    static let runtimePart = 16 << 10

    /// Whether lines begin with stamps.
    private let isStamped: Bool
    /// Whether stamps inside of long lines are taken out.
    private let mendsLongLines: Bool
    private let longestLine: Int
    private var pending: [UInt8] = []
    /// So much of `pending` has no newline.
    private var searched = 0
    private var continues = false
    private var lastStamp = Int64.min

    /// A splitter at the start of a log.
    ///
    /// - Parameters:
    ///   - isStamped: whether lines begin with their time.
    ///   - mendsLongLines: whether to take out the stamps that old kubelets put inside of long lines.
    ///   - longestLine: how much of a line is kept until its end comes, in bytes.
    package init(isStamped: Bool, mendsLongLines: Bool = false, longestLine: Int = Self.longestLine) {
        self.isStamped = isStamped
        self.mendsLongLines = mendsLongLines && isStamped
        self.longestLine = longestLine
    }

    /// Takes the next bytes.
    ///
    /// - Returns: the lines that they complete.
    package mutating func append(_ bytes: [UInt8]) -> LogChunk {
        if pending.isEmpty { pending = bytes } else { pending += bytes }
        let end = pending.withUnsafeBufferPointer { pending in
            var end = pending.count
            while end > searched, pending[end &- 1] != newline { end &-= 1 }
            return end
        }
        if end > searched {
            var rest = Array(pending[end...])
            searched = rest.count
            swap(&rest, &pending)
            return chunk(rest, upTo: end)
        }
        searched = pending.count
        return pending.count >= longestLine ? finish() : LogChunk()
    }

    /// Ends the log.
    ///
    /// - Returns: the last line, when it had no newline.
    package mutating func finish() -> LogChunk {
        guard !pending.isEmpty else { return LogChunk() }
        var last: [UInt8] = []
        swap(&last, &pending)
        searched = 0
        return chunk(last, upTo: last.count)
    }

    private mutating func chunk(_ bytes: [UInt8], upTo end: Int) -> LogChunk {
        var chunk = LogChunk()
        // Offsets have 32 bits.
        guard end <= Int(UInt32.max) else { return chunk }
        chunk.lines.reserveCapacity(end / 100 + 1)
        var hasLongLines = false
        bytes.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            var start = 0
            while start < end {
                let found = memchr(base + start, Int32(newline), end - start)
                let stop = found.map { UnsafeRawPointer(base).distance(to: UnsafeRawPointer($0)) + 1 } ?? end
                var text = start
                if isStamped, !continues, let (stamp, after) = LogStamp.read(bytes, from: start, to: stop) {
                    lastStamp = stamp
                    text = after
                }
                if stop - text > Self.runtimePart { hasLongLines = true }
                chunk.lines.append(
                    LogChunk.Line(
                        start: UInt32(start), text: UInt32(text), end: UInt32(stop), continues: continues,
                        stamp: lastStamp))
                continues = found == nil
                start = stop
            }
        }
        chunk.bytes = bytes
        if mendsLongLines && hasLongLines { mend(&chunk) }
        return chunk
    }

    /// Takes the stamps out of the inside of long lines: after each part there is one, or there are none.
    private func mend(_ chunk: inout LogChunk) {
        var mended: [UInt8] = []
        mended.reserveCapacity(chunk.bytes.count)
        chunk.bytes.withUnsafeBufferPointer { bytes in
            for index in chunk.lines.indices {
                let line = chunk.lines[index]
                let start = mended.count
                mended += bytes[Int(line.start)..<Int(line.text)]
                chunk.lines[index].start = UInt32(start)
                chunk.lines[index].text = UInt32(mended.count)
                var position = Int(line.text)
                let end = Int(line.end)
                while end - position > Self.runtimePart, line.text > line.start,
                    let (_, after) = LogStamp.read(bytes, from: position + Self.runtimePart, to: end)
                {
                    mended += bytes[position..<position + Self.runtimePart]
                    position = after
                }
                mended += bytes[position..<end]
                chunk.lines[index].end = UInt32(mended.count)
            }
        }
        chunk.bytes = mended
    }
}
