import Screen

/// What is sent to the terminal for one cell.
enum PaintedText: Equatable {
    /// One byte for one column.
    case ascii(UInt8)
    /// A base character and combining marks, then spaces up to the cell's width.
    case scalars([UInt32], padding: Int)

    /// Combining marks that ncurses keeps in a cell.
    private static let combiningLimit = 4
    private static let replacement: Unicode.Scalar = "\u{FFFD}"

    /// Chooses a text for which the terminal takes exactly the cell's columns.
    ///
    /// A width that the C library sees differently would shift the rest of the line: such a character becomes U+FFFD, or is
    /// followed by a space.
    /// - Parameters:
    ///   - cell: the cell; of more than a base character and combining marks only these are shown.
    ///   - columnsOf: columns of a scalar as the C library counts them, -1 when it does not know.
    init(_ cell: Cell, columnsOf: (Unicode.Scalar) -> Int) {
        let scalars = cell.character.unicodeScalars
        let width = max(1, Int(cell.width))
        guard let first = scalars.first else {
            self = .scalars([0x20], padding: width - 1)
            return
        }
        if width == 1, (0x20..<0x7F).contains(first.value), scalars.count == 1 {
            self = .ascii(UInt8(truncatingIfNeeded: first.value))
            return
        }
        let columns = columnsOf(first)
        guard columns == 1 || columns == 2, columns <= width else {
            self = .scalars([PaintedText.replacement.value], padding: width - 1)
            return
        }
        let marks = scalars.dropFirst().filter { PaintedText.isCombining($0) && columnsOf($0) == 0 }
        self = .scalars(
            [first.value] + marks.prefix(PaintedText.combiningLimit).map(\.value), padding: width - columns)
    }

    private static func isCombining(_ scalar: Unicode.Scalar) -> Bool {
        if (0xFE00...0xFE0F).contains(scalar.value) || (0xE0100...0xE01EF).contains(scalar.value) { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return true
        default: return false
        }
    }
}
