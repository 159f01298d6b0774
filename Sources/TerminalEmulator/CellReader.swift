import CVTerm
import Screen

/// Makes the library's cells ours.
struct CellReader {
    /// Characters of ASCII, made once.
    private let ascii: [Character] = (UInt8(0)..<128).map { Character(Unicode.Scalar($0)) }
    /// What is shown for other scalars that stand alone.
    private var others: [UInt32: (character: Character, width: Int)] = [:]
    private static let othersLimit = 4096
    /// The last look, since neighbours are alike.
    private var look: Look?
    private var paint = Paint.plain

    private struct Look: Equatable {
        let foreground: UInt32
        let background: UInt32
        let attributes: UInt32

        init(_ cell: borrowing VTermScreenCell) {
            foreground = withUnsafeBytes(of: cell.fg) { $0.load(as: UInt32.self) }
            background = withUnsafeBytes(of: cell.bg) { $0.load(as: UInt32.self) }
            attributes = withUnsafeBytes(of: cell.attrs) { $0.load(as: UInt32.self) }
        }
    }

    /// Marks the right half of a wide character.
    static let rightHalf = UInt32.max

    /// The colours and attributes of a cell.
    mutating func paint(of cell: borrowing VTermScreenCell) -> Paint {
        let look = Look(cell)
        if look == self.look { return paint }
        self.look = look
        paint = Paint(
            foreground: Self.number(cell.fg, defaults: VTERM_COLOR_DEFAULT_FG),
            background: Self.number(cell.bg, defaults: VTERM_COLOR_DEFAULT_BG),
            bold: cell.attrs.bold != 0, dim: cell.attrs.font != 0, italic: cell.attrs.italic != 0,
            underlined: cell.attrs.underline != 0, reversed: cell.attrs.reverse != 0)
        return paint
    }

    private static func number(_ colour: VTermColor, defaults: VTermColorType) -> UInt8? {
        if UInt32(colour.type) & defaults.rawValue != 0 { return nil }
        if UInt32(colour.type) & VTERM_COLOR_TYPE_MASK.rawValue == VTERM_COLOR_INDEXED.rawValue {
            return colour.indexed.idx
        }
        return Palette.nearest(red: colour.rgb.red, green: colour.rgb.green, blue: colour.rgb.blue)
    }

    /// The character of a cell and the cells it takes by our measure.
    mutating func character(of cell: borrowing VTermScreenCell) -> (character: Character, width: Int) {
        let base = cell.chars.0
        if base == 0 { return (" ", 1) }
        if base < 0x80, cell.chars.1 == 0 { return base < 0x20 || base == 0x7F ? (" ", 1) : (ascii[Int(base)], 1) }
        guard cell.chars.1 == 0 else { return cellCharacter(of: Self.scalars(of: cell)) }
        if let known = others[base] { return known }
        if others.count >= Self.othersLimit { others = [:] }
        let shown = cellCharacter(of: CollectionOfOne(Unicode.Scalar(base) ?? "\u{FFFD}"))
        others[base] = shown
        return shown
    }

    private static func scalars(of cell: borrowing VTermScreenCell) -> [Unicode.Scalar] {
        let values = [
            cell.chars.0, cell.chars.1, cell.chars.2, cell.chars.3, cell.chars.4, cell.chars.5,
        ]
        return values.prefix { $0 != 0 }.map { Unicode.Scalar($0) ?? "\u{FFFD}" }
    }

    /// The cells of a row: as many as wanted, wide characters with both their halves.
    /// - Parameters:
    ///   - columns: how many cells.
    ///   - read: the library's cell in a column; `nil` when there is none.
    /// - Returns: the cells, and whether the last one was written to.
    mutating func row(columns: Int, _ read: (Int) -> VTermScreenCell?) -> (cells: [Cell], isFull: Bool) {
        var cells: [Cell] = []
        cells.reserveCapacity(columns)
        var isFull = false
        while cells.count < columns {
            guard let cell = read(cells.count) else {
                cells.append(.blank)
                continue
            }
            let style = Style(paint: paint(of: cell))
            guard cell.chars.0 != 0, cell.chars.0 != Self.rightHalf else {
                cells.append(Cell(" ", style: cell.chars.0 == 0 ? Self.erased(style) : style))
                isFull = cell.chars.0 != 0
                continue
            }
            isFull = true
            let (character, width) = character(of: cell)
            if cell.width == 2, cells.count + 2 <= columns {
                cells.append(Cell(character, style: style, width: 2))
                cells.append(Cell(" ", style: style, width: 0))
            } else {
                // One half of a wide character, whose other half was written over or is outside.
                cells.append(Cell(width == 2 || cell.width == 2 ? " " : character, style: style))
            }
        }
        return (cells, isFull)
    }

    /// The look of an erased cell: of the colours that it was erased with, only the background shows.
    private static func erased(_ style: Style) -> Style {
        guard let paint = style.paint else { return style }
        return Style(paint: Paint(background: paint.background, reversed: paint.isReversed))
    }

    /// Makes a line for the scrollback of the library's cells.
    mutating func compact(_ cells: UnsafeBufferPointer<VTermScreenCell>, into line: inout CompactLine) {
        line.removeAll()
        var end = cells.count
        while end > 0, cells[end - 1].chars.0 == 0,
            UInt32(cells[end - 1].bg.type) & VTERM_COLOR_DEFAULT_BG.rawValue != 0
        { end -= 1 }
        line.isContinued = end == cells.count && end > 0 && cells[end - 1].chars.0 != 0
        var column = 0
        while column < end {
            let next = compactASCII(cells, column..<end, into: &line)
            guard next == column else {
                column = next
                continue
            }
            let (character, width) =
                cells[column].chars.0 == Self.rightHalf ? (" ", 1) : character(of: cells[column])
            let isWide = cells[column].width == 2 && column + 1 < cells.count
            let shown: Character = !isWide && width == 2 ? " " : character
            line.text += String(shown).utf8
            line.count(
                paint(of: cells[column]), width: isWide ? 2 : 1,
                scalars: UInt8(truncatingIfNeeded: shown.unicodeScalars.count))
            column += isWide ? 2 : 1
        }
    }

    /// Adds the characters of ASCII of one look at the beginning of some columns.
    ///
    /// - Returns: the column after them.
    private mutating func compactASCII(
        _ cells: UnsafeBufferPointer<VTermScreenCell>, _ columns: Range<Int>, into line: inout CompactLine
    ) -> Int {
        let look = Look(cells[columns.lowerBound])
        let count = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: columns.count) { bytes in
            var count = 0
            for column in columns {
                let base = cells[column].chars.0
                // After the end of a cell's scalars there are those of another.
                guard base < 0x80, base == 0 || cells[column].chars.1 == 0, Look(cells[column]) == look else { break }
                bytes[count] = base < 0x20 || base == 0x7F ? 0x20 : UInt8(truncatingIfNeeded: base)
                count += 1
            }
            line.text.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[..<count]))
            return count
        }
        guard count > 0 else { return columns.lowerBound }
        let paint = paint(of: cells[columns.lowerBound])
        line.runs.append(.init(paint: paint, width: 1, scalars: 1, count: UInt16(clamping: count)))
        return columns.lowerBound + count
    }

    /// Makes the library's cells of a line that comes back from the scrollback.
    static func fill(_ cells: UnsafeMutableBufferPointer<VTermScreenCell>, with row: TerminalRow) {
        var blank = VTermScreenCell()
        blank.width = 1
        blank.fg.type = UInt8(VTERM_COLOR_DEFAULT_FG.rawValue)
        blank.bg.type = UInt8(VTERM_COLOR_DEFAULT_BG.rawValue)
        cells.update(repeating: blank)
        for (column, cell) in row.cells.prefix(cells.count).enumerated() where cell.width > 0 {
            guard column + Int(cell.width) <= cells.count else { continue }
            var other = blank
            var values = cell.character.unicodeScalars.prefix(6).map(\.value)
            values += Array(repeating: 0, count: 6 - values.count)
            other.chars = (values[0], values[1], values[2], values[3], values[4], values[5])
            if let paint = cell.style.paint { apply(paint, to: &other) }
            other.width = Int8(cell.width)
            cells[column] = other
        }
    }

    private static func apply(_ paint: Paint, to cell: inout VTermScreenCell) {
        if let number = paint.foreground { vterm_color_indexed(&cell.fg, number) }
        if let number = paint.background { vterm_color_indexed(&cell.bg, number) }
        cell.attrs.bold = paint.isBold ? 1 : 0
        cell.attrs.italic = paint.isItalic ? 1 : 0
        cell.attrs.underline = paint.isUnderlined ? 1 : 0
        cell.attrs.reverse = paint.isReversed ? 1 : 0
        cell.attrs.font = paint.isDim ? 1 : 0
    }
}
