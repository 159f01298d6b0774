/// Where a text was found: columns of one line.
package struct LineMatch: Sendable, Hashable {
    package var line: Int
    package var columns: Range<Int>

    package init(line: Int, columns: Range<Int>) {
        self.line = line
        self.columns = columns
    }
}

extension TerminalPicture {
    /// The text between two places, both included, in whichever order; lines that were wrapped at the right edge are joined.
    ///
    /// Blanks at the ends of lines are left out.
    package func text(from one: LinePosition, through other: LinePosition) -> String {
        let (start, end) = (min(one, other), max(one, other))
        guard end.line >= firstLine, start.line < endLine else { return "" }
        var text = ""
        for number in max(start.line, firstLine)...min(end.line, endLine - 1) {
            let line = line(number)
            let columns =
                (number == start.line ? start.column : 0)..<(number == end.line ? end.column + 1 : Int.max)
            let part = line.text(columns: columns)
            let isLast = number >= end.line || number == endLine - 1
            let goesOn = line.isContinued && !isLast
            text += goesOn ? part : part.withoutTrailingBlanks
            if !isLast, !goesOn { text += "\n" }
        }
        return text
    }

    /// Where a text stands in a line; a text without capitals is found whatever the case of its letters of ASCII.
    package func matches(of text: String, inLine number: Int) -> [LineMatch] {
        let needle = Needle(text)
        return matches(of: needle, inLine: number)
    }

    /// The next place of a text after, or before, a place; beyond the last line it goes on at the first, and the other way round.
    ///
    /// - Parameters:
    ///   - text: what is looked for; nothing is found when it is empty.
    ///   - position: the search begins beside it and ends with it.
    ///   - backwards: whether to look up.
    /// - Returns: the place, or `nil` when the text is nowhere.
    package func search(_ text: String, from position: LinePosition, backwards: Bool = false) -> LineMatch? {
        let needle = Needle(text)
        let count = endLine - firstLine
        let start = min(max(position.line, firstLine), endLine - 1)
        func best(_ number: Int, where isWanted: (LineMatch) -> Bool) -> LineMatch? {
            let found = matches(of: needle, inLine: number).filter(isWanted)
            return backwards ? found.last : found.first
        }
        func isBeside(_ match: LineMatch) -> Bool {
            backwards ? match.columns.lowerBound < position.column : match.columns.lowerBound > position.column
        }
        if let match = best(start, where: isBeside) { return match }
        for step in 1..<max(1, count) {
            let offset = (start - firstLine + (backwards ? count - step : step)) % count
            if let match = best(firstLine + offset, where: { _ in true }) { return match }
        }
        return best(start) { !isBeside($0) }
    }

    /// The columns of the word at a place, as a double click selects it: what stands between blanks and quotes.
    package func word(at position: LinePosition) -> Range<Int> {
        let cells = line(position.line).cells
        guard cells.indices.contains(position.column), !Self.separates(cells[position.column]) else {
            return position.column..<position.column + 1
        }
        var (start, end) = (position.column, position.column + 1)
        while start > 0, !Self.separates(cells[start - 1]) { start -= 1 }
        while end < cells.count, !Self.separates(cells[end]) { end += 1 }
        return start..<end
    }

    private static func separates(_ cell: Cell) -> Bool {
        cell.width > 0 && " \"'`()[]{}<>|,;│".contains(cell.character)
    }

    private func matches(of needle: Needle, inLine number: Int) -> [LineMatch] {
        guard !needle.bytes.isEmpty else { return [] }
        // Text is much less than cells, and most lines have no match.
        if number < firstScreenLine, !needle.isIn(scrollback.bytes(number - firstLine)) { return [] }
        var (bytes, ends): ([UInt8], [Range<Int>]) = ([], [])
        for (column, cell) in line(number).cells.enumerated() where cell.width > 0 {
            for byte in String(cell.character).utf8 {
                bytes.append(byte)
                ends.append(column..<column + Int(cell.width))
            }
        }
        return needle.places(in: bytes).map { place in
            LineMatch(line: number, columns: ends[place.lowerBound].lowerBound..<ends[place.upperBound - 1].upperBound)
        }
    }
}

extension TerminalRow {
    /// The column after the last cell that is not blank.
    package var end: Int {
        (cells.lastIndex { $0.width == 0 || $0.character != " " } ?? -1) + 1
    }

    /// What is written in it, without the blanks at its end.
    package var text: String { text(columns: 0..<end) }

    /// The text of some columns, with the blanks at its end.
    package func text(columns: Range<Int>) -> String {
        var text = ""
        for cell in cells[columns.clamped(to: cells.indices)] where cell.width > 0 { text.append(cell.character) }
        return text
    }
}

extension String {
    fileprivate var withoutTrailingBlanks: String {
        var rest = self[...]
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}

/// A text to look for in UTF-8.
private struct Needle {
    let bytes: [UInt8]
    /// Whether letters of ASCII match in either case.
    let ignoresCase: Bool

    init(_ text: String) {
        ignoresCase = !text.contains { $0.isUppercase }
        bytes = Array(text.utf8)
    }

    func isIn(_ line: ArraySlice<UInt8>) -> Bool { place(in: line) != nil }

    func places(in line: [UInt8]) -> [Range<Int>] {
        var (result, rest): ([Range<Int>], ArraySlice<UInt8>) = ([], line[...])
        while let place = place(in: rest) {
            result.append(place)
            rest = line[place.upperBound...]
        }
        return result
    }

    private func place(in line: ArraySlice<UInt8>) -> Range<Int>? {
        guard let first = bytes.first, line.count >= bytes.count else { return nil }
        let found: Int? = line.withUnsafeBufferPointer { line in
            for start in 0...line.count - bytes.count where fold(line[start]) == first {
                if isEqual(line, at: start) { return start }
            }
            return nil
        }
        return found.map { line.startIndex + $0..<line.startIndex + $0 + bytes.count }
    }

    private func isEqual(_ line: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
        for offset in bytes.indices where fold(line[start + offset]) != bytes[offset] { return false }
        return true
    }

    private func fold(_ byte: UInt8) -> UInt8 {
        ignoresCase && (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
}
