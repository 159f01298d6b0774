/// A small vi: a text, a cursor, and what keys do to them.
struct Editor: Sendable {
    enum Mode: Equatable, Sendable {
        case normal, insert
        /// After `:` or `/`, with what was typed.
        case line(Character, String)
    }

    private static let longest = 1 << 20

    private(set) var lines: [[Character]] = [[]]
    private(set) var isDone = false
    private var name: String?
    private var mode = Mode.normal
    private var row = 0
    private var column = 0
    private var top = 0
    private var isChanged = false
    private var isNew = true
    private var words = ""
    private var yanked: [Character]?
    private var first: Character?
    private var found = ""
    private var before: (lines: [[Character]], row: Int, column: Int)?
    private var saving: (target: String, ends: Bool)?
    private var pastes = false

    init(name: String?) {
        self.name = name
        words = name.map { "\"\($0)\" [New File]" } ?? ""
    }

    /// The text as it is written to a file.
    var text: String { lines.map { String($0) + "\n" }.joined() }

    /// Begins with what is in a file.
    mutating func open(_ text: String) {
        let text = text.prefix(Self.longest)
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(Array.init)
        if lines.count > 1, lines.last == [] { lines.removeLast() }
        isNew = false
        words = "\"\(name ?? "")\" \(lines.count)L, \(text.utf8.count)B"
    }

    /// Where the text is to be written; once.
    mutating func takeSaving() -> String? { saving?.target }

    mutating func saved(as target: String) {
        let ends = saving?.ends ?? false
        saving = nil
        isChanged = false
        name = name ?? target
        words = "\"\(target)\" \(lines.count)L, \(text.utf8.count)B written"
        isDone = isDone || ends
    }

    mutating func failed(_ words: String) {
        saving = nil
        self.words = words
    }

    // MARK: Keys

    mutating func take(_ key: TypedKey, rows: Int) {
        switch key {
        case .pasteBegins: pastes = true
        case .pasteEnds: pastes = false
        case .resized, .ticked: break
        case .click(let column, let row):
            self.row = min(top + row, lines.count - 1)
            self.column = column
        case .wheel(let up): row = max(0, min(row + (up ? -3 : 3), lines.count - 1))
        default:
            switch mode {
            case .normal: takeNormal(key, rows)
            case .insert: takeInsert(key)
            case .line(let kind, let typed): takeLine(key, kind, typed)
            }
        }
        row = max(0, min(row, lines.count - 1))
        column = max(0, min(column, mode == .insert ? lines[row].count : max(0, lines[row].count - 1)))
    }

    private mutating func remember() {
        before = (lines, row, column)
        isChanged = true
    }

    private mutating func takeNormal(_ key: TypedKey, _ rows: Int) {
        let page = max(1, rows - 2)
        if move(key, page) { return first = nil }
        guard case .text(let character) = key else { return first = nil }
        if let first {
            self.first = nil
            switch (first, character) {
            case ("d", "d"):
                remember()
                yanked = lines.remove(at: row)
                if lines.isEmpty { lines = [[]] }
            case ("y", "y"): yanked = lines[row]
            case ("g", "g"): row = 0
            case ("Z", "Z"): write(to: name, ends: true)
            default: break
            }
            return
        }
        switch character {
        case "d", "y", "g", "Z": first = character
        case "i", "a", "I", "A", "o", "O": insert(character)
        case "x":
            guard column < lines[row].count else { return }
            remember()
            lines[row].remove(at: column)
        case "D":
            remember()
            lines[row].removeLast(max(0, lines[row].count - column))
        case "p":
            guard let yanked else { return }
            remember()
            lines.insert(yanked, at: row + 1)
            row += 1
        case "u":
            guard let before else { return }
            self.before = (lines, row, column)
            (lines, row, column) = before
        case "G": row = lines.count - 1
        case "n": find()
        case ":", "/": mode = .line(character, "")
        default: break
        }
    }

    private mutating func move(_ key: TypedKey, _ page: Int) -> Bool {
        switch key {
        case .up, .text("k"): row -= 1
        case .down, .text("j"), .control(0x0d): row += 1
        case .left, .text("h"), .control(0x08), .control(0x7f): column -= 1
        case .right, .text("l"), .text(" "): column += 1
        case .home, .text("0"), .text("^"): column = 0
        case .end, .text("$"): column = lines[row].count
        case .pageDown, .control(0x06): row += page
        case .pageUp, .control(0x02): row -= page
        case .text("w"):
            while column < lines[row].count, lines[row][column] != " " { column += 1 }
            while column < lines[row].count, lines[row][column] == " " { column += 1 }
            if column >= lines[row].count, row + 1 < lines.count { (row, column) = (row + 1, 0) }
        case .text("b"):
            while column > 0, lines[row][column - 1] == " " { column -= 1 }
            while column > 0, lines[row][column - 1] != " " { column -= 1 }
        case .delete:
            if column < lines[row].count {
                remember()
                lines[row].remove(at: column)
            }
        default: return false
        }
        return true
    }

    private mutating func insert(_ character: Character) {
        remember()
        mode = .insert
        words = ""
        switch character {
        case "a": column = min(column + 1, lines[row].count)
        case "A": column = lines[row].count
        case "I": column = 0
        case "o", "O":
            row += character == "o" ? 1 : 0
            lines.insert([], at: row)
            column = 0
        default: break
        }
    }

    private mutating func takeInsert(_ key: TypedKey) {
        switch key {
        case .escape, .control(0x03):
            mode = .normal
            column -= 1
        case .control(0x0d):
            let rest = Array(lines[row][column...])
            lines[row].removeLast(rest.count)
            lines.insert(rest, at: row + 1)
            (row, column) = (row + 1, 0)
        case .control(0x08), .control(0x7f):
            if column > 0 {
                column -= 1
                lines[row].remove(at: column)
            } else if row > 0 {
                let rest = lines.remove(at: row)
                row -= 1
                column = lines[row].count
                lines[row] += rest
            }
        case .control(0x09), .text:
            var character: Character = "\t"
            if case .text(let typed) = key { character = typed }
            guard lines[row].count < 4096, lines.count < 20_000 else { return }
            lines[row].insert(character, at: column)
            column += 1
        default: _ = move(key, 10)
        }
    }

    private mutating func takeLine(_ key: TypedKey, _ kind: Character, _ typed: String) {
        switch key {
        case .text(let character): mode = .line(kind, String((typed + String(character)).prefix(500)))
        case .control(0x08), .control(0x7f):
            mode = typed.isEmpty ? .normal : .line(kind, String(typed.dropLast()))
        case .control(0x0d):
            mode = .normal
            if kind == "/" {
                found = typed
                find()
            } else {
                command(typed)
            }
        case .escape, .control(0x03): mode = .normal
        default: break
        }
    }

    private mutating func command(_ typed: String) {
        let parts = typed.split(separator: " ", maxSplits: 1).map(String.init)
        let target = parts.count > 1 ? parts[1] : name
        switch parts.first ?? "" {
        case "w", "w!": write(to: target, ends: false)
        case "wq", "x", "wq!", "x!": write(to: target, ends: true)
        case "q":
            if isChanged {
                words = "E37: No write since last change (add ! to override)"
            } else {
                isDone = true
            }
        case "q!", "qa!": isDone = true
        case let word where Int(word) != nil: row = (Int(word) ?? 1) - 1
        default: words = typed.isEmpty ? "" : "E492: Not an editor command: \(typed)"
        }
    }

    private mutating func write(to target: String?, ends: Bool) {
        if let target { saving = (target, ends) } else { words = "E32: No file name" }
    }

    private mutating func find() {
        guard !found.isEmpty else { return }
        for step in 1...lines.count {
            let index = (row + step) % lines.count
            let line = String(lines[index])
            guard let range = line.firstRange(of: found) else { continue }
            row = index
            column = line.distance(from: line.startIndex, to: range.lowerBound)
            return
        }
        words = "E486: Pattern not found: \(found)"
    }

    // MARK: Drawing

    mutating func drawn(columns: Int, rows: Int) -> String {
        let page = max(1, rows - 1)
        top = max(min(top, row), row - page + 1)
        var shown = lines.dropFirst(top).prefix(page).map { line in
            line.prefix(columns).map { $0 == "\t" ? " " : String($0) }.joined()
        }
        while shown.count < page { shown.append("\u{1b}[1;34m~\u{1b}[m") }
        let status: String
        var cursor = "\u{1b}[\(row - top + 1);\(min(column, columns - 1) + 1)H"
        switch mode {
        case .line(let kind, let typed):
            status = "\(kind)\(typed)"
            cursor = "\u{1b}[\(rows);\(min(typed.count + 1, columns - 1) + 1)H"
        case .insert: status = "\u{1b}[1m-- INSERT\(pastes ? " (paste)" : "") --\u{1b}[m"
        case .normal: status = String(words.prefix(columns - 1))
        }
        return "\u{1b}[?25l\u{1b}[H" + shown.joined(separator: "\u{1b}[K\n") + "\u{1b}[K\n" + status
            + "\u{1b}[K" + cursor + "\u{1b}[?25h"
    }
}
