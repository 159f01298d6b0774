import Screen

/// Looking back at what a terminal showed: a place in its lines, a search, a selection.
package struct CopyMode: Sendable, Equatable {
    /// What is looked at; it stays as it was.
    package let picture: TerminalPicture
    /// The line in the first row.
    package private(set) var top: Int
    package private(set) var cursor: LinePosition
    /// The other end of the selection.
    package private(set) var anchor: LinePosition?
    package private(set) var search = ""
    /// What was found last.
    package private(set) var match: LineMatch?
    /// Whether it ends when it comes to the end: it was begun by the wheel.
    var endsAtBottom = false

    /// Begins where the terminal's cursor is.
    init(_ picture: TerminalPicture, rows: Int) {
        self.picture = picture
        top = max(picture.firstLine, picture.endLine - max(1, rows))
        cursor = LinePosition(
            line: picture.firstScreenLine + picture.cursor.position.row, column: picture.cursor.position.column)
        settle(rows: rows)
    }

    /// The selection from its first cell up to its last.
    package var selection: ClosedRange<LinePosition>? {
        anchor.map { min($0, cursor)...max($0, cursor) }
    }

    /// Whether the last line is on the screen.
    func isAtBottom(rows: Int) -> Bool { top >= picture.endLine - max(1, rows) }

    // MARK: - Moving

    /// Keeps the cursor in the lines, and the lines around it on the screen.
    mutating func settle(rows: Int) {
        let rows = max(1, rows)
        cursor.line = max(picture.firstLine, min(cursor.line, picture.endLine - 1))
        cursor.column = max(0, min(cursor.column, picture.size.columns - 1))
        top = max(cursor.line - rows + 1, min(top, cursor.line))
        top = max(picture.firstLine, min(top, picture.endLine - rows))
    }

    mutating func move(lines: Int, rows: Int) {
        cursor.line += lines
        settle(rows: rows)
    }

    mutating func move(columns: Int, rows: Int) {
        cursor.column += columns
        settle(rows: rows)
    }

    mutating func move(to position: LinePosition, rows: Int) {
        cursor = position
        settle(rows: rows)
    }

    mutating func moveToLineEnd(rows: Int) {
        cursor.column = picture.line(cursor.line).cells.lastIndex { $0.character != " " } ?? 0
        settle(rows: rows)
    }

    /// Moves the lines, and the cursor only as far as it has to.
    mutating func scroll(by lines: Int, rows: Int) {
        let rows = max(1, rows)
        top = max(picture.firstLine, min(top + lines, max(picture.firstLine, picture.endLine - rows)))
        cursor.line = max(top, min(cursor.line, top + rows - 1))
        settle(rows: rows)
    }

    // MARK: - Selecting

    /// Begins a selection, or gives it up.
    mutating func toggleSelection() { anchor = anchor == nil ? cursor : nil }

    mutating func select(from position: LinePosition) {
        anchor = position
        cursor = position
    }

    mutating func dropSelection() { anchor = nil }

    /// Selects the word around a place.
    mutating func selectWord(at position: LinePosition, rows: Int) {
        let columns = picture.word(at: position)
        anchor = LinePosition(line: position.line, column: columns.lowerBound)
        move(to: LinePosition(line: position.line, column: columns.upperBound - 1), rows: rows)
    }

    /// What is copied: the selection, or the line that the cursor is in.
    var copiedText: String {
        if let selection { return picture.text(from: selection.lowerBound, through: selection.upperBound) }
        return picture.text(
            from: LinePosition(line: cursor.line, column: 0),
            through: LinePosition(line: cursor.line, column: picture.size.columns))
    }

    // MARK: - Searching

    /// Looks for a text from the cursor on, backward at first: what is looked for was shown before.
    mutating func find(_ text: String, rows: Int) {
        search = text
        match = nil
        if !text.isEmpty { findNext(forward: false, rows: rows) }
    }

    /// Goes to the next place where the text is; begins again at the other end.
    mutating func findNext(forward: Bool, rows: Int) {
        guard !search.isEmpty else { return }
        match = picture.search(search, from: cursor, backwards: !forward)
        if let match { move(to: LinePosition(line: match.line, column: match.columns.lowerBound), rows: rows) }
    }
}
