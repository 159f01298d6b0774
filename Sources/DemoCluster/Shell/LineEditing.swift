/// A line that somebody types at a prompt, with the lines before it.
struct LineEditing: Sendable {
    enum Outcome: Equatable, Sendable {
        case typing
        case line(String)
        /// ^C
        case dropped
        /// ^D on an empty line
        case ended
        /// Tab
        case completes
    }

    private static let longest = 4096

    let prompt: String
    private(set) var text: [Character] = []
    private(set) var cursor = 0
    private let history: [String]
    private var historyIndex: Int
    /// The line that was begun before going back to others.
    private var begun: [Character] = []
    private var columns: Int

    init(prompt: String, history: [String], columns: Int) {
        self.prompt = prompt
        self.history = history
        historyIndex = history.count
        self.columns = max(1, columns)
    }

    /// Takes a key.
    /// - Returns: what came of it, and what the terminal is to be sent.
    mutating func take(_ key: TypedKey, columns: Int) -> (Outcome, String) {
        let row = self.row
        self.columns = max(1, columns)
        switch key {
        case .text(let character):
            guard text.count < Self.longest else { return (.typing, "\u{7}") }
            text.insert(character, at: cursor)
            cursor += 1
            // At the end of a line that does not wrap, the character is all that changes.
            if cursor == text.count, self.row == row, column > 0 { return (.typing, String(character)) }
        case .control(0x0d):
            let end = toEnd
            return (.line(String(text)), end + "\n")
        case .control(0x03): return (.dropped, toEnd + "^C\n")
        case .control(0x04):
            if text.isEmpty { return (.ended, "") }
            if cursor < text.count { text.remove(at: cursor) }
        case .control(0x0c): return (.typing, "\u{1b}[H\u{1b}[2J" + drawn)
        case .control(0x09): return (.completes, "")
        case .control(0x08), .control(0x7f):
            guard cursor > 0 else { return (.typing, "") }
            cursor -= 1
            text.remove(at: cursor)
        case .delete:
            guard cursor < text.count else { return (.typing, "") }
            text.remove(at: cursor)
        case .left, .control(0x02): cursor = max(0, cursor - 1)
        case .right, .control(0x06): cursor = min(text.count, cursor + 1)
        case .home, .control(0x01): cursor = 0
        case .end, .control(0x05): cursor = text.count
        case .control(0x0b): text.removeLast(text.count - cursor)
        case .control(0x15):
            text.removeFirst(cursor)
            cursor = 0
        case .control(0x17):
            while cursor > 0, text[cursor - 1] == " " { removeBefore() }
            while cursor > 0, text[cursor - 1] != " " { removeBefore() }
        case .up, .control(0x10): recall(historyIndex - 1)
        case .down, .control(0x0e): recall(historyIndex + 1)
        case .resized: return (.typing, "")
        default: return (.typing, "")
        }
        return (.typing, redrawn(from: row))
    }

    /// Puts text at the cursor.
    /// - Returns: what the terminal is to be sent.
    mutating func insert(_ words: String) -> String {
        let row = self.row
        for character in words where text.count < Self.longest {
            text.insert(character, at: cursor)
            cursor += 1
        }
        return redrawn(from: row)
    }

    private mutating func removeBefore() {
        cursor -= 1
        text.remove(at: cursor)
    }

    private mutating func recall(_ index: Int) {
        guard (0...history.count).contains(index) else { return }
        if historyIndex == history.count { begun = text }
        historyIndex = index
        text = index == history.count ? begun : Array(history[index])
        cursor = text.count
    }

    // MARK: Drawing

    private func width(_ characters: some Sequence<Character>) -> Int {
        characters.reduce(0) { sum, character in
            let code = character.unicodeScalars.first?.value ?? 0
            let isWide =
                (0x1100...0x115f).contains(code) || (0x2e80...0xa4cf).contains(code) || (0xac00...0xd7a3).contains(code)
                || (0xf900...0xfaff).contains(code) || (0xff00...0xff60).contains(code)
                || (0x1f300...0x1faff).contains(code)
            return sum + (isWide ? 2 : 1)
        }
    }

    private var row: Int { (width(prompt) + width(text[..<cursor])) / columns }
    private var column: Int { (width(prompt) + width(text[..<cursor])) % columns }

    /// Prompt and line, with the cursor where it belongs.
    var drawn: String {
        let total = width(prompt) + width(text)
        // A full last row: the terminal goes to the next one only with the next character.
        var result = prompt + String(text) + (total > 0 && total % columns == 0 ? "\n" : "")
        let up = total / columns - row
        if up > 0 { result += "\u{1b}[\(up)A" }
        if cursor < text.count { result += "\r" + (column > 0 ? "\u{1b}[\(column)C" : "") }
        return result
    }

    private func redrawn(from row: Int) -> String {
        (row > 0 ? "\u{1b}[\(row)A" : "") + "\r\u{1b}[J" + drawn
    }

    private var toEnd: String {
        var moved = self
        moved.cursor = text.count
        return cursor == text.count ? "" : moved.redrawn(from: row)
    }
}
