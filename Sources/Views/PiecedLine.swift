import AppCore
import Screen

/// A line of text in pieces of different style, as documents and logs show it.
struct PiecedLine {
    var pieces: [(text: String, style: Style)]
    /// Whether what does not fit goes to the next rows, or is cut.
    var wraps: Bool
    /// Where it begins, and where the rest of a wrapped one does; the first may be left of the screen.
    var textColumn: Int
    var wrappedColumn: Int
    /// What is highlighted in it; may be empty.
    var search: String
    /// Whether it was jumped to.
    var isMatch: Bool

    /// Draws it, at most to the row before `end`.
    ///
    /// - Returns: the row after it.
    func draw(on grid: inout CellGrid, row first: Int, end: Int, columns: Int) -> Int {
        var row = first
        var column = textColumn
        for piece in pieces {
            let isWhole = forEachCell(of: piece.text) { character, width in
                if column + width > columns - 1 {
                    guard wraps else {
                        grid.put("…", width: 1, column: columns - 1, row: row, style: Style(.dim))
                        return false
                    }
                    row += 1
                    column = wrappedColumn
                    if row == end { return false }
                }
                if column >= 1 { grid.put(character, width: width, column: column, row: row, style: piece.style) }
                column += width
                return true
            }
            if !isWhole { break }
        }
        if !search.isEmpty {
            for line in first...min(row, end - 1) { grid.highlight(search, row: line, columns: 1..<columns) }
        }
        if isMatch { grid.put("▸", width: 1, column: 0, row: first, style: Style(.notice)) }
        return row + 1
    }
}
