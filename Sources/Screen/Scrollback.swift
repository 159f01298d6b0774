/// A terminal's line as text and runs of cells that are alike: much smaller than its cells.
package struct CompactLine: Sendable {
    /// Neighbouring cells of one paint, one width and one number of scalars each.
    package struct Run: Sendable {
        package let paint: Paint
        /// Cells a character takes: 1 or 2.
        package let width: UInt8
        /// Scalars of each character, at least 1.
        package let scalars: UInt8
        /// Characters in the run.
        package var count: UInt16

        package init(paint: Paint, width: UInt8, scalars: UInt8, count: UInt16) {
            self.paint = paint
            self.width = width
            self.scalars = scalars
            self.count = count
        }
    }

    /// The characters in UTF-8.
    package var text: [UInt8] = []
    package var runs: [Run] = []
    /// Whether it goes on in the line after it.
    package var isContinued = false

    package init() {}

    package mutating func removeAll() {
        text.removeAll(keepingCapacity: true)
        runs.removeAll(keepingCapacity: true)
        isContinued = false
    }

    /// Adds a character to the last run, or to a new one.
    package mutating func count(_ paint: Paint, width: UInt8, scalars: UInt8) {
        let last = runs.count - 1
        if last >= 0, runs[last].paint == paint, runs[last].width == width, runs[last].scalars == scalars,
            runs[last].count < .max
        {
            runs[last].count += 1
        } else {
            runs.append(Run(paint: paint, width: width, scalars: scalars, count: 1))
        }
    }
}

/// The lines that have left a terminal's screen at its top, oldest first; the oldest are dropped when there are too many.
///
/// A value that is cheap to copy: full blocks of lines are shared.
package struct Scrollback: Sendable {
    /// Lines that are kept at least as far as `byteLimit` lets them.
    package let lineLimit: Int
    /// Bytes of text and runs that are kept; whole blocks are dropped beyond it.
    package let byteLimit: Int
    /// Lines that were dropped since the beginning.
    package private(set) var dropped = 0
    /// Lines that are kept.
    package private(set) var count = 0

    private var blocks: [Block] = []
    private var tail = Lines()
    private var bytes = 0

    /// Lines a block: small enough to be copied for each picture, large enough to make blocks few.
    private static let linesPerBlock = 128
    /// A block ends early when its lines are long.
    private static let bytesPerBlock = 32 * 1024

    package init(lineLimit: Int = 20_000, byteLimit: Int = 16 << 20) {
        self.lineLimit = max(1, lineLimit)
        self.byteLimit = max(1, byteLimit)
    }

    /// Bytes of text and runs that are kept.
    package var byteCount: Int { bytes + tail.byteCount }

    /// Adds a line below the others.
    package mutating func append(_ line: CompactLine) {
        tail.append(line)
        count += 1
        if tail.count >= Self.linesPerBlock || tail.byteCount >= Self.bytesPerBlock {
            blocks.append(Block(tail, before: blocks.last))
            bytes += tail.byteCount
            tail = Lines()
        }
        while let first = blocks.first, count > lineLimit + Self.linesPerBlock || byteCount > byteLimit {
            bytes -= first.lines.byteCount
            count -= first.lines.count
            dropped += first.lines.count
            blocks.removeFirst()
        }
    }

    /// Whether the newest line goes on in the one below it; not where there is none.
    package var lastIsContinued: Bool { tail.lastIsContinued ?? blocks.last?.lines.lastIsContinued ?? false }

    /// Takes the newest line away.
    /// - Returns: its cells without the blanks at its end; `nil` when there is none.
    package mutating func removeLast() -> TerminalRow? {
        if tail.count == 0 {
            guard let last = blocks.popLast() else { return nil }
            tail = last.lines
            bytes -= tail.byteCount
        }
        let row = tail.row(tail.count - 1)
        tail.removeLast()
        count -= 1
        return row
    }

    /// Forgets every line, as if they had been dropped.
    package mutating func removeAll() {
        dropped += count
        count = 0
        blocks = []
        tail = Lines()
        bytes = 0
    }

    /// A line without the blanks at its end, 0 being the oldest that is kept; an empty one when there is no such line.
    package subscript(index: Int) -> TerminalRow {
        guard let (lines, offset) = place(of: index) else { return TerminalRow(cells: []) }
        return lines.row(offset)
    }

    /// The text of a line; 0 is the oldest that is kept.
    package func text(_ index: Int) -> String { String(decoding: bytes(index), as: UTF8.self) }

    /// The text of a line in UTF-8; 0 is the oldest that is kept.
    package func bytes(_ index: Int) -> ArraySlice<UInt8> {
        guard let (lines, offset) = place(of: index) else { return [] }
        return lines.bytes(offset)
    }

    private func place(of index: Int) -> (Lines, Int)? {
        guard index >= 0, index < count else { return nil }
        guard let first = blocks.first, let last = blocks.last else { return (tail, index) }
        let wanted = first.firstLine + index
        guard wanted < last.endLine else { return (tail, wanted - last.endLine) }
        var (low, high) = (0, blocks.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle].endLine <= wanted { low = middle + 1 } else { high = middle }
        }
        return (blocks[low].lines, wanted - blocks[low].firstLine)
    }
}

/// Lines that change no more, numbered in the order in which blocks were made.
private final class Block: Sendable {
    let lines: Lines
    let firstLine: Int
    var endLine: Int { firstLine + lines.count }

    init(_ lines: Lines, before: Block?) {
        self.lines = lines
        firstLine = before?.endLine ?? 0
    }
}

/// Lines one after the other.
private struct Lines: Sendable {
    private struct Line {
        let textEnd: UInt32
        let runEnd: UInt32
        let isContinued: Bool
    }

    private var text: [UInt8] = []
    private var runs: [CompactLine.Run] = []
    private var lines: [Line] = []

    var count: Int { lines.count }
    var lastIsContinued: Bool? { lines.last?.isContinued }
    var byteCount: Int {
        text.count + runs.count * MemoryLayout<CompactLine.Run>.stride + lines.count * MemoryLayout<Line>.stride
    }

    mutating func append(_ line: CompactLine) {
        text += line.text
        runs += line.runs
        lines.append(
            Line(
                textEnd: UInt32(clamping: text.count), runEnd: UInt32(clamping: runs.count),
                isContinued: line.isContinued))
    }

    mutating func removeLast() {
        guard lines.popLast() != nil else { return }
        text.removeLast(text.count - Int(lines.last?.textEnd ?? 0))
        runs.removeLast(runs.count - Int(lines.last?.runEnd ?? 0))
    }

    /// The bytes of a line.
    func bytes(_ index: Int) -> ArraySlice<UInt8> {
        text[Int(index > 0 ? lines[index - 1].textEnd : 0)..<Int(lines[index].textEnd)]
    }

    func row(_ index: Int) -> TerminalRow {
        var cells: [Cell] = []
        var scalars = String(decoding: bytes(index), as: UTF8.self).unicodeScalars[...]
        for run in runs[Int(index > 0 ? lines[index - 1].runEnd : 0)..<Int(lines[index].runEnd)] {
            let style = Style(paint: run.paint)
            for _ in 0..<run.count {
                var character = String.UnicodeScalarView()
                for _ in 0..<run.scalars {
                    if let scalar = scalars.popFirst() { character.append(scalar) }
                }
                cells.append(Cell(String(character).first ?? " ", style: style, width: run.width))
                if run.width == 2 { cells.append(Cell(" ", style: style, width: 0)) }
            }
        }
        return TerminalRow(cells: cells, isContinued: lines[index].isContinued)
    }
}
