import Glibc

/// Keeps the end of logs: so many lines and bytes, the oldest go first.
package struct LogRing: Sendable {
    package static let maximumLines = 200_000
    package static let maximumBytes = 48 << 20
    /// Bytes of a line that are kept.
    static let lineBytes = 64 << 10
    private static let blockLines = 512
    private static let blockBytes = 64 << 10

    /// What tells its lines from those of another.
    package final class Identity: Sendable {
        package init() {}
    }

    private var text: LogText
    private var bytes: [UInt8] = []
    private var lines: [LogBlock.Line] = []
    private var records = LogRecords()
    private var keptLines = 0
    private var keptBytes = 0
    /// The number of the first line that is in no closed block.
    private var first = 0
    /// Whether the last block holds lines that will be in a bigger one.
    private var hasPart = false
    private let maximumLines: Int
    private let maximumBytes: Int

    /// - Parameters:
    ///   - maximumLines: how many lines are kept, about.
    ///   - maximumBytes: how many bytes are kept, about.
    ///   - identity: given to go on with the lines of another ring.
    package init(
        maximumLines: Int = Self.maximumLines, maximumBytes: Int = Self.maximumBytes, identity: Identity = Identity()
    ) {
        text = LogText(of: identity)
        self.maximumLines = maximumLines
        self.maximumBytes = maximumBytes
        // What a block holds before it is closed is never moved.
        bytes.reserveCapacity(Self.blockBytes * 2)
        lines.reserveCapacity(Self.blockLines)
    }

    /// Adds a line; the end of the line is left out, and colours are set apart.
    package mutating func append(source: Int, stamp: Int64, _ line: ArraySlice<UInt8>) {
        line.withUnsafeBufferPointer { append(source: source, stamp: stamp, $0) }
    }

    /// Adds a line; the end of the line is left out, and colours are set apart.
    package mutating func append(source: Int, stamp: Int64, _ line: some Sequence<UInt8>) {
        append(source: source, stamp: stamp, Array(line)[...])
    }

    /// Adds a line; the end of the line is left out, and colours are set apart.
    package mutating func append(source: Int, stamp: Int64, _ line: UnsafeBufferPointer<UInt8>) {
        var count = line.count
        if count > 0, line[count - 1] == UInt8(ascii: "\n") { count -= 1 }
        if count > 0, line[count - 1] == UInt8(ascii: "\r") { count -= 1 }
        let line = UnsafeBufferPointer(rebasing: line[..<min(count, Self.lineBytes)])
        let start = bytes.count
        var end = start
        if let base = line.baseAddress, memchr(base, Int32(escape), line.count) != nil {
            let coloured = ColouredLine(line)
            bytes.append(contentsOf: coloured.text)
            end = bytes.count
            bytes.append(contentsOf: coloured.changes)
        } else {
            bytes.append(contentsOf: line)
            end = bytes.count
        }
        let number = first + lines.count
        let (head, level) = bytes.withUnsafeBufferPointer {
            records.add(
                UnsafeBufferPointer(rebasing: $0[start..<end]), number: number, source: source, stamp: stamp)
        }
        lines.append(
            LogBlock.Line(
                source: Int32(clamping: source), start: UInt32(start), end: UInt32(end), stamp: stamp, level: level,
                hasColours: bytes.count > end, back: number - head))
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
        text.blocks.append(LogBlock(first: first, bytes: exactCopy(of: bytes), lines: exactCopy(of: lines)))
    }

    private mutating func close() {
        putLastBlock()
        keptLines += lines.count
        keptBytes += bytes.count
        first += lines.count
        bytes.removeAll(keepingCapacity: true)
        lines.removeAll(keepingCapacity: true)
        var oldest = 0
        while oldest + 1 < text.blocks.count,
            keptLines - text.blocks[oldest].lines.count >= maximumLines || keptBytes > maximumBytes
        {
            keptLines -= text.blocks[oldest].lines.count
            keptBytes -= text.blocks[oldest].bytes.count
            oldest += 1
        }
        guard oldest > 0 else { return }
        text.blocks.removeFirst(oldest)
        records.forget(before: text.first)
    }
}

let escape: UInt8 = 0x1B

/// A copy that takes no more room than its elements.
private func exactCopy<Element>(of array: [Element]) -> [Element] {
    [Element](unsafeUninitializedCapacity: array.count) { buffer, count in
        count = array.count
        _ = buffer.initialize(from: array)
    }
}
