/// One character cell.
package struct Cell: Sendable, Hashable {
    /// A grapheme cluster that is safe to show: no control character, no escape.
    package var character: Character
    package var style: Style
    /// Cells it takes: 1 or 2; 0 marks the second half of the wide character to the left.
    package var width: UInt8

    package init(_ character: Character = " ", style: Style = .plain, width: UInt8 = 1) {
        self.character = character
        self.style = style
        self.width = width
    }

    package static let blank = Cell()
}

/// A screenful of cells: what `render` returns and a `Terminal` paints.
package struct CellGrid: Sendable, Equatable {
    package let size: Size
    /// Row by row from the top left, `size.columns * size.rows` cells.
    package private(set) var cells: [Cell]

    /// A blank grid.
    package init(size: Size) {
        self.size = Size(columns: max(1, size.columns), rows: max(1, size.rows))
        cells = Array(repeating: .blank, count: self.size.columns * self.size.rows)
    }

    /// The cells of one row.
    package func row(_ row: Int) -> ArraySlice<Cell> {
        cells[row * size.columns..<(row + 1) * size.columns]
    }

    package subscript(column: Int, row: Int) -> Cell {
        get { cells[row * size.columns + column] }
        set { cells[row * size.columns + column] = newValue }
    }
}
