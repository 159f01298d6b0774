/// On which side of its field a text stands.
package enum Alignment: Sendable, Hashable { case left, right }

extension CellGrid {
    /// Writes a text into a field of one row; what does not fit is cut and ends in `…`, what lies outside the grid is left out.
    ///
    /// - Parameters:
    ///   - text: any text; it is made safe to show.
    ///   - column: the field's first cell.
    ///   - row: the row.
    ///   - width: the field's width in cells; by default up to the end of the row.
    ///   - style: for the cells of the text.
    ///   - alignment: where the text stands when it is shorter than the field.
    /// - Returns: the cell after the text.
    @discardableResult
    package mutating func write(
        _ text: String, column: Int, row: Int, width: Int? = nil, style: Style = .plain, alignment: Alignment = .left
    ) -> Int {
        let room = min(width ?? size.columns - column, size.columns - column)
        guard row >= 0, row < size.rows, column >= 0, room > 0 else { return column }
        // How much longer the text is than the field does not matter: it may be megabytes.
        let full = textWidth(text, upTo: room)
        var position = column
        if alignment == .right, full < room { position += room - full }
        let end = column + room
        // The last cell is kept for the ellipsis when the text is cut.
        let limit = full > room ? end - 1 : end
        forEachCell(of: text) { character, cells in
            guard position + cells <= limit else { return false }
            put(character, width: cells, column: position, row: row, style: style)
            position += cells
            return true
        }
        if full > room {
            put("…", width: 1, column: position, row: row, style: style)
            position += 1
        }
        return position
    }

    /// Puts a character, as `forEachCell` gives it, into the grid; one that is not wholly inside is left out.
    package mutating func put(_ character: Character, width: Int, column: Int, row: Int, style: Style) {
        guard row >= 0, row < size.rows, column >= 0, column + width <= size.columns else { return }
        self[column, row] = Cell(character, style: style, width: UInt8(width))
        if width == 2 { self[column + 1, row] = Cell(" ", style: style, width: 0) }
    }

    /// Gives every cell of a part of a row this style and leaves its character.
    package mutating func restyle(row: Int, columns: Range<Int>? = nil, _ change: (inout Style) -> Void) {
        guard row >= 0, row < size.rows else { return }
        for column in (columns ?? 0..<size.columns).clamped(to: 0..<size.columns) {
            change(&self[column, row].style)
        }
    }

    /// Blanks a row.
    package mutating func clear(row: Int, style: Style = .plain) {
        guard row >= 0, row < size.rows else { return }
        for column in 0..<size.columns { self[column, row] = Cell(" ", style: style) }
    }

    /// Marks every place of a row where a text occurs, without case.
    package mutating func highlight(_ text: String, row: Int, columns: Range<Int>) {
        let wanted = text.map(withoutCase)
        let range = columns.clamped(to: 0..<size.columns)
        guard let first = wanted.first, row >= 0, row < size.rows, range.count >= wanted.count else { return }
        // The right half of a wide character is no character of its own.
        let shown = range.filter { self[$0, row].width > 0 }
        var index = 0
        while index + wanted.count <= shown.count {
            let isMatch =
                withoutCase(self[shown[index], row].character) == first
                && wanted.indices.allSatisfy { withoutCase(self[shown[index + $0], row].character) == wanted[$0] }
            guard isMatch else {
                index += 1
                continue
            }
            index += wanted.count
            let end = index < shown.count ? shown[index] : range.upperBound
            restyle(row: row, columns: shown[index - wanted.count]..<end) { $0.isMatch = true }
        }
    }

    /// The same grid for a terminal that shows ASCII only: our signs become letters, anything else `?`.
    package var ascii: CellGrid {
        var result = self
        for row in 0..<size.rows {
            for column in 0..<size.columns where !self[column, row].character.isASCII {
                result[column, row].character = Self.asciiSigns[self[column, row].character] ?? "?"
                result[column, row].width = 1
                if self[column, row].width == 2, column + 1 < size.columns { result[column + 1, row].width = 1 }
            }
        }
        return result
    }

    private static let asciiSigns: [Character: Character] = [
        "●": "X", "▲": "!", "·": ".", "✓": "v", "▸": ">", "⇄": "=", "…": "~", "─": "-", "│": "|", "├": "|", "└": "`",
        "↓": "v", "↑": "^",
        "→": ">",
        "←": "<", "•": "*",
    ]

    /// The text of the grid, row by row, without trailing spaces.
    package var text: String {
        (0..<size.rows).map { row in
            var line = String(self.row(row).filter { $0.width > 0 }.map(\.character))
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}

private func withoutCase(_ character: Character) -> Character {
    guard let byte = character.asciiValue else { return character.lowercased().first ?? character }
    return (0x41...0x5A).contains(byte) ? Character(Unicode.Scalar(byte | 0x20)) : character
}
