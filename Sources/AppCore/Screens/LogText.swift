/// Some lines of logs, as they came; shared by every state that shows them.
package final class LogBlock: Sendable {
    /// One line.
    package struct Line: Sendable, Equatable {
        /// Which of the sources; negative for words of our own.
        package var source: Int32
        /// Where its text is in the bytes of the block.
        package var start: UInt32
        package var end: UInt32
        /// Nanoseconds since 1970; `.min` when not known.
        package var stamp: Int64
    }

    /// The number of the first line; lines are counted from the beginning.
    package let first: Int
    package let bytes: [UInt8]
    package let lines: [Line]

    init(first: Int, bytes: [UInt8], lines: [Line]) {
        self.first = first
        self.bytes = bytes
        self.lines = lines
    }

    var end: Int { first + lines.count }

    /// The lines that contain a text, without case in ASCII.
    ///
    /// - Parameter wanted: its bytes, in lower case.
    /// - Returns: their numbers.
    fileprivate func matches(_ wanted: [UInt8]) -> [Int] {
        guard let head = wanted.first else { return [] }
        var found: [Int] = []
        bytes.withUnsafeBufferPointer { bytes in
            for (index, line) in lines.enumerated() {
                let last = Int(line.end) - wanted.count
                var position = Int(line.start)
                search: while position <= last {
                    defer { position += 1 }
                    guard lowercased(bytes[position]) == head else { continue }
                    for offset in 1..<max(1, wanted.count) where lowercased(bytes[position + offset]) != wanted[offset]
                    {
                        continue search
                    }
                    found.append(first + index)
                    break
                }
            }
        }
        return found
    }
}

private func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}

/// The end of logs as it is at some moment, in blocks; two are equal when they are of the same moment.
package struct LogText: Sendable, Equatable {
    /// Bytes of a line that are shown.
    static let shownBytes = 8 << 10

    package fileprivate(set) var blocks: [LogBlock] = []
    fileprivate var version: UInt64 = 0

    package init() {}

    /// The number of the first line that is kept.
    package var first: Int { blocks.first?.first ?? 0 }
    /// One more than the number of the last line.
    package var end: Int { blocks.last?.end ?? 0 }

    package static func == (left: LogText, right: LogText) -> Bool {
        left.version == right.version && left.end == right.end
    }

    /// A line by its number; `nil` when it is not kept.
    package subscript(number: Int) -> (line: LogBlock.Line, text: String)? {
        guard let block = block(of: number) else { return nil }
        let line = block.lines[number - block.first]
        let end = min(line.end, line.start + UInt32(Self.shownBytes))
        var text = String(decoding: block.bytes[Int(line.start)..<Int(end)], as: UTF8.self)
        if end < line.end { text += "… (\(line.end - end) more bytes)" }
        return (line, text)
    }

    private func block(of number: Int) -> LogBlock? {
        var low = 0
        var high = blocks.count
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle].end <= number { low = middle + 1 } else { high = middle }
        }
        guard low < blocks.count, blocks[low].first <= number else { return nil }
        return blocks[low]
    }

    /// The numbers of lines from one on that contain a text, without case in ASCII.
    func matches(_ text: String, from number: Int = 0) -> [Int] {
        let wanted = text.utf8.map(lowercased)
        guard !wanted.isEmpty else { return [] }
        return blocks.filter { $0.end > number }.flatMap { $0.matches(wanted) }.filter { $0 >= number }
    }
}

/// Keeps the end of logs: so many lines and bytes, the oldest go first.
package struct LogRing: Sendable {
    package static let maximumLines = 100_000
    package static let maximumBytes = 32 << 20
    /// Bytes of a line that are kept.
    private static let lineBytes = 64 << 10
    private static let blockLines = 512
    private static let blockBytes = 64 << 10

    private var text = LogText()
    private var bytes: [UInt8] = []
    private var lines: [LogBlock.Line] = []
    private var keptLines = 0
    private var keptBytes = 0
    /// Whether the last block holds lines that will be in a bigger one.
    private var hasPart = false
    private let maximumLines: Int

    package init(maximumLines: Int = Self.maximumLines) {
        self.maximumLines = maximumLines
    }

    /// Adds a line; a newline at its end is left out.
    package mutating func append(source: Int, stamp: Int64, _ line: some BidirectionalCollection<UInt8>) {
        var line = line[...]
        if line.last == UInt8(ascii: "\n") { line = line.dropLast() }
        let start = UInt32(bytes.count)
        bytes.append(contentsOf: line.prefix(Self.lineBytes))
        lines.append(
            LogBlock.Line(source: Int32(clamping: source), start: start, end: UInt32(bytes.count), stamp: stamp))
        if lines.count >= Self.blockLines || bytes.count >= Self.blockBytes { close() }
    }

    /// What is kept now.
    package mutating func snapshot() -> LogText {
        if !lines.isEmpty {
            // The lines at the end are in a block that the next snapshot replaces.
            putLastBlock()
            hasPart = true
        }
        text.version += 1
        return text
    }

    private mutating func putLastBlock() {
        if hasPart { text.blocks.removeLast() }
        hasPart = false
        text.blocks.append(LogBlock(first: text.end, bytes: bytes, lines: lines))
    }

    private mutating func close() {
        putLastBlock()
        keptLines += lines.count
        keptBytes += bytes.count
        bytes = []
        lines = []
        var oldest = 0
        while oldest + 1 < text.blocks.count,
            keptLines - text.blocks[oldest].lines.count >= maximumLines || keptBytes > Self.maximumBytes
        {
            keptLines -= text.blocks[oldest].lines.count
            keptBytes -= text.blocks[oldest].bytes.count
            oldest += 1
        }
        text.blocks.removeFirst(oldest)
    }
}
