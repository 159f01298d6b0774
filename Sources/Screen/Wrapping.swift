/// A text in lines of at most `width` cells, broken at spaces where there are some; a line has room for two cells at least.
package func wrapped(_ text: String, width: Int) -> [String] {
    var wrapper = Wrapper(width: max(2, width))
    forEachCell(of: text) { character, cells in
        wrapper.take(character, cells)
        return true
    }
    return wrapper.finish()
}

/// Puts cells into words and words into lines; looks at every cell once.
private struct Wrapper {
    let width: Int
    private var lines: [String] = []
    private var line = Piece()
    /// What follows the line; it is not known yet whether it fits.
    private var word = Piece()

    private struct Piece {
        var text = ""
        var width = 0
    }

    init(width: Int) { self.width = width }

    mutating func take(_ character: Character, _ cells: Int) {
        if character == " " { return endWord() }
        if word.width + cells > width {
            endLine()
            line = word
            endLine()
            word = Piece()
        }
        word.text.append(character)
        word.width += cells
    }

    mutating func finish() -> [String] {
        endWord()
        endLine()
        return lines
    }

    private mutating func endWord() {
        guard word.width > 0 else { return }
        if line.width > 0, line.width + 1 + word.width <= width {
            line.text += " " + word.text
            line.width += 1 + word.width
        } else {
            endLine()
            line = word
        }
        word = Piece()
    }

    private mutating func endLine() {
        if line.width > 0 { lines.append(line.text) }
        line = Piece()
    }
}
