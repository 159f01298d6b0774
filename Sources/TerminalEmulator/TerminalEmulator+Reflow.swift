import CVTerm
import Screen

/// What is on the screen as lines without a width, to be written again on one that is wider or narrower.
struct ScreenLines {
    /// Lines that were wrapped are whole again; blanks at the end of lines are left out.
    var lines: [[Cell]] = []
    /// The line that the cursor is in, and its place there.
    var cursorLine = 0
    var cursorOffset = 0
}

extension TerminalEmulator {
    /// Takes the lines from the screen, with those above it that they go on from.
    ///
    /// The library would cut them at the new width. Its cursor and pen are saved.
    func takeLines() -> ScreenLines {
        var cursor = VTermPos()
        vterm_state_get_cursorpos(vterm_obtain_state(terminal), &cursor)
        let rows = (0..<size.rows).map { row($0, columns: libraryColumns) }
        let end = max(Int(cursor.row), rows.lastIndex { $0.end > 0 } ?? 0) + 1
        var (result, line) = (ScreenLines(), sink.takeContinuedLine())
        for row in 0..<end {
            if row == Int(cursor.row) {
                result.cursorLine = result.lines.count
                result.cursorOffset = line.count + Int(cursor.col)
            }
            line += rows[row].cells
            if rows[row].isContinued, row < end - 1 { continue }
            while let last = line.last, last == .blank { line.removeLast() }
            result.lines.append(line)
            line = []
        }
        input(Array("\u{1B}7\u{1B}[m\u{1B}[H\u{1B}[2J".utf8))
        return result
    }

    /// Writes lines from the cursor on, and puts the cursor to its place in them.
    func write(_ screen: ScreenLines) {
        var place = VTermPos()
        var linesAbove = sink.linesAbove
        for (number, line) in screen.lines.enumerated() {
            if number > 0 { input([0x0D, 0x0A]) }
            guard number == screen.cursorLine else {
                input(Self.bytes(of: line[...]))
                continue
            }
            let offset = screen.cursorOffset
            input(Self.bytes(of: line.prefix(offset)))
            if line.count < offset { input(Array(repeating: 0x20, count: offset - line.count)) }
            // At the edge the cursor waits with wrapping; it is on the next row already.
            if offset > 0, offset % libraryColumns == 0 { input([0x20, 0x0D]) }
            vterm_state_get_cursorpos(vterm_obtain_state(terminal), &place)
            linesAbove = sink.linesAbove
            input(Self.bytes(of: line.dropFirst(offset)))
        }
        let row = Int(place.row) - (sink.linesAbove - linesAbove)
        input(Array("\u{1B}8\u{1B}[\(max(0, row) + 1);\(Int(place.col) + 1)H".utf8))
    }

    /// Cells as the library's text and sequences.
    private static func bytes(of cells: ArraySlice<Cell>) -> [UInt8] {
        var bytes: [UInt8] = []
        var paint: Paint?
        for cell in cells where cell.width > 0 {
            let next = cell.style.paint ?? .plain
            if next != paint {
                bytes += rendition(of: next).utf8
                paint = next
            }
            bytes += String(cell.character).utf8
        }
        if let paint, paint != .plain { bytes += "\u{1B}[m".utf8 }
        return bytes
    }

    private static func rendition(of paint: Paint) -> String {
        var text = "\u{1B}[0"
        if paint.isBold { text += ";1" }
        // The library's font 1 is faint text.
        if paint.isDim { text += ";11" }
        if paint.isItalic { text += ";3" }
        if paint.isUnderlined { text += ";4" }
        if paint.isReversed { text += ";7" }
        if let number = paint.foreground { text += ";38;5;\(number)" }
        if let number = paint.background { text += ";48;5;\(number)" }
        return text + "m"
    }
}
