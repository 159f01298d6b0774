/// One row of a terminal.
package struct TerminalRow: Sendable, Equatable {
    /// Safe to show; rows of the screen are as wide as it, lines of the scrollback end with their last cell that is not blank.
    package var cells: [Cell]
    /// Whether its line goes on in the row below: the program wrote over the right edge.
    package var isContinued: Bool

    package init(cells: [Cell], isContinued: Bool = false) {
        self.cells = cells
        self.isContinued = isContinued
    }
}

/// A place in a terminal's lines, those of the scrollback and the screen's, numbered since the beginning.
package struct LinePosition: Sendable, Hashable, Comparable {
    /// 0 is the first line that the terminal ever had, whether or not it is still kept.
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static func < (one: LinePosition, other: LinePosition) -> Bool {
        (one.line, one.column) < (other.line, other.column)
    }
}

/// What a terminal shows at one time, and the lines that have left it: an immutable value that shares rows with the one before.
///
/// Two are equal when they have the same version, which is never given twice in a process.
package struct TerminalPicture: Sendable, Equatable {
    /// What the program wants to know of the mouse.
    package enum MouseWish: Sendable, Hashable {
        case none
        /// Buttons pressed and released, and the wheel.
        case clicks
        /// And where it goes while a button is held.
        case drags
        /// And wherever it goes.
        case moves
    }

    package enum CursorShape: Sendable, Hashable { case block, underline, bar }

    package struct Cursor: Sendable, Hashable {
        package var position: Position
        package var isVisible: Bool
        package var shape: CursorShape

        package init(position: Position, isVisible: Bool = true, shape: CursorShape = .block) {
            self.position = position
            self.isVisible = isVisible
            self.shape = shape
        }
    }

    package let version: UInt64
    package var size: Size
    /// `size.rows` rows of `size.columns` cells each.
    package var rows: [TerminalRow]
    package var cursor: Cursor
    /// What the program calls itself: safe to show, at most 200 characters; empty when it did not say.
    package var title: String
    package var mouse: MouseWish
    /// Whether a program has the screen to itself, as editors do; nothing goes to the scrollback meanwhile.
    package var isAlternate: Bool
    /// Whether the program asked to be told where a paste begins and ends.
    package var wantsBracketedPaste: Bool
    /// How often the bell has rung.
    package var bells: Int
    package var scrollback: Scrollback

    /// A blank screen.
    package init(size: Size, version: UInt64 = 0) {
        self.version = version
        self.size = Size(columns: max(1, size.columns), rows: max(1, size.rows))
        let row = TerminalRow(cells: Array(repeating: .blank, count: self.size.columns))
        rows = Array(repeating: row, count: self.size.rows)
        cursor = Cursor(position: Position(column: 0, row: 0))
        title = ""
        mouse = .none
        isAlternate = false
        wantsBracketedPaste = false
        bells = 0
        scrollback = Scrollback()
    }

    /// The same picture with another version, for changes to it.
    package init(_ other: TerminalPicture, version: UInt64) {
        self.version = version
        size = other.size
        rows = other.rows
        cursor = other.cursor
        title = other.title
        mouse = other.mouse
        isAlternate = other.isAlternate
        wantsBracketedPaste = other.wantsBracketedPaste
        bells = other.bells
        scrollback = other.scrollback
    }

    package static func == (one: TerminalPicture, other: TerminalPicture) -> Bool { one.version == other.version }

    // MARK: Lines

    /// The oldest line that is kept.
    package var firstLine: Int { scrollback.dropped }
    /// The line in the screen's first row.
    package var firstScreenLine: Int { scrollback.dropped + scrollback.count }
    /// The line after the last one.
    package var endLine: Int { firstScreenLine + rows.count }

    /// A line of the scrollback or the screen; an empty one when there is none of that number.
    package func line(_ number: Int) -> TerminalRow {
        if number < firstScreenLine { return scrollback[number - firstLine] }
        guard number < endLine else { return TerminalRow(cells: []) }
        return rows[number - firstScreenLine]
    }
}
