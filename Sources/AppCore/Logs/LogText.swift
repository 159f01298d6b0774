/// The end of logs as it is at some moment, in blocks; two are equal when they are of the same moment.
package struct LogText: Sendable, Equatable {
    /// Bytes of a line that are shown.
    static let shownBytes = 8 << 10

    package internal(set) var blocks: [LogBlock] = []
    var version: UInt64 = 0
    /// Of which ring it is; `nil` for none.
    private let ring: LogRing.Identity?

    package init() { ring = nil }

    init(of ring: LogRing.Identity) { self.ring = ring }

    /// The number of the first line that is kept.
    package var first: Int { blocks.first?.first ?? 0 }
    /// One more than the number of the last line.
    package var end: Int { blocks.last?.end ?? 0 }

    package static func == (left: LogText, right: LogText) -> Bool {
        left.ring === right.ring && left.version == right.version && left.end == right.end
    }

    /// Whether it is of the same ring as an earlier one: the same numbers mean the same lines.
    func continues(_ earlier: LogText) -> Bool { ring === earlier.ring }

    /// A line by its number; `nil` when it is not kept.
    package subscript(number: Int) -> (line: LogBlock.Line, text: String)? {
        guard let (block, index) = place(of: number) else { return nil }
        let line = block.lines[index]
        let end = min(line.end, line.start + UInt32(Self.shownBytes))
        var text = String(decoding: block.bytes[Int(line.start)..<Int(end)], as: UTF8.self)
        if end < line.end { text += Self.cutMark(line.end - end) }
        return (line, text)
    }

    /// What is said of a line that is too long to be shown.
    static func cutMark(_ bytes: UInt32) -> String { "… (\(bytes) more bytes)" }

    /// What is known of a line, without its text.
    func line(_ number: Int) -> LogBlock.Line? {
        place(of: number).map { $0.block.lines[$0.index] }
    }

    /// The bytes of a line, without colours.
    func bytes(of number: Int) -> ArraySlice<UInt8>? {
        place(of: number).map { block, index in
            block.bytes[Int(block.lines[index].start)..<Int(block.lines[index].end)]
        }
    }

    /// The block of a line, and where it is there.
    func place(of number: Int) -> (block: LogBlock, index: Int)? {
        let index = indexOfBlock(endingAfter: number)
        guard index < blocks.count, blocks[index].first <= number else { return nil }
        return (blocks[index], number - blocks[index].first)
    }

    /// The first block that has lines from a number on.
    func indexOfBlock(endingAfter number: Int) -> Int {
        var low = 0
        var high = blocks.count
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle].end <= number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
