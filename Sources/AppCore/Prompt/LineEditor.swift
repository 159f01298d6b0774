import Screen

/// A line of text that is being typed, with readline's keys.
package struct LineEditor: Sendable, Equatable {
    package private(set) var characters: [Character]
    /// Before which character the cursor is, 0 to the count.
    package private(set) var cursor: Int

    package init(_ text: String = "") {
        characters = Array(text)
        cursor = characters.count
    }

    package var text: String { String(characters) }

    /// - Returns: whether the key was an editing key.
    mutating func handle(_ key: Key) -> Bool {
        switch key {
        case .character(let character): insert(String(character))
        case .backspace, .control("h"):
            if cursor > 0 {
                cursor -= 1
                characters.remove(at: cursor)
            }
        case .delete, .control("d"):
            if cursor < characters.count { characters.remove(at: cursor) }
        case .left, .control("b"): cursor = max(0, cursor - 1)
        case .right, .control("f"): cursor = min(characters.count, cursor + 1)
        case .home, .control("a"): cursor = 0
        case .end, .control("e"): cursor = characters.count
        case .control("u"):
            characters.removeFirst(cursor)
            cursor = 0
        case .control("k"): characters.removeLast(characters.count - cursor)
        case .control("w"), .alt("\u{7F}"):
            var start = cursor
            while start > 0, characters[start - 1] == " " { start -= 1 }
            while start > 0, characters[start - 1] != " " { start -= 1 }
            characters.removeSubrange(start..<cursor)
            cursor = start
        default: return false
        }
        return true
    }

    /// Inserts a text's first line at the cursor; control characters are left out.
    mutating func insert(_ text: String) {
        let line = text.drop { $0.isNewline }.prefix { !$0.isNewline }.filter {
            $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        }
        let room = max(0, 4096 - characters.count)
        characters.insert(contentsOf: line.prefix(room), at: cursor)
        cursor += min(room, line.count)
    }
}
