@testable import AppCore
@testable import Screen

extension FuzzedParser {
    /// What stands between the bytes of others and the terminal, in both directions.
    static let screenParsers = [displayText, keys, logPane]

    /// Text of objects and logs on its way to cells.
    private static let displayText = FuzzedParser(
        name: "display-text",
        tokens: [
            "\u{1B}[31m", "\u{1B}]0;", "\u{7}", "\r\n", "\n", "\t", "\u{0}", "\u{7F}", "\u{85}", "\u{9B}", "\u{AD}",
            "\u{301}",
            "\u{200B}", "\u{200D}", "\u{202E}", "\u{2028}", "\u{FE0F}", "\u{FEFF}", "\u{1F3FB}", "\u{1F1E9}",
            "\u{1100}",
            "\u{1161}", "\u{0E33}", "\u{E0041}", "\u{10FFFF}", "日", "👩‍👩‍👧", "🇩🇪", "ﷺ", " ",
        ], sizeLimit: 300
    ) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        var width = 0
        var cells = 0
        forEachCell(of: text) { character, columns in
            width += columns
            cells += 1
            return true
        }
        let safe = sanitized(text)
        try require(safe.unicodeScalars.allSatisfy(isSafe), "\(safe.debugDescription) is not safe")
        try require(safe.utf8.count <= 3 * bytes.count, "\(safe.utf8.count) bytes of \(bytes.count)")
        try require(width <= 2 * cells && cells <= text.unicodeScalars.count, "\(width) columns of \(cells) cells")
        try requireEqual(textWidth(text), width, "the width")
        for limit in [0, 1, 7, 80] {
            try requireEqual(textWidth(text, upTo: limit) > limit, width > limit, "wider than \(limit)")
        }

        var grid = CellGrid(size: Size(columns: min(width + 1, 500), rows: 1))
        let end = grid.write(text, column: 0, row: 0)
        try requireEqual(end <= grid.size.columns, true, "inside of the grid")
        if width <= 500 { try requireEqual(end, width, "columns drawn") }
        for column in 0..<grid.size.columns {
            let cell = grid[column, 0]
            let isSecondHalf = column > 0 && grid[column - 1, 0].width == 2
            try requireEqual(cell.width == 0, isSecondHalf, "the second half of a wide character")
            try require(cell.character.unicodeScalars.allSatisfy(isSafe), "\(cell.character.debugDescription) drawn")
        }
        for columns in [1, 20] {
            let lines = wrapped(text, width: columns)
            try require(lines.count <= cells + 1, "\(lines.count) lines of \(cells) cells")
            for line in lines {
                try require(textWidth(line) <= max(2, columns), "\(line.debugDescription) in \(columns) columns")
            }
        }
    }

    /// Whether a terminal only shows a scalar, and never acts upon it.
    private static func isSafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }

    /// The bytes of a terminal, and a line that is typed with them.
    private static let keys = FuzzedParser(
        name: "keys",
        tokens: [
            "\u{1B}", "\u{1B}[", "\u{1B}O", "\u{1B}]", "\u{1B}P", "\u{1B}\\", "\u{7}", "\u{18}", "\u{1B}[200~",
            "\u{1B}[201~",
            "\u{1B}[<", "M", "m", ";", "~", "\u{1B}[M", "\u{1B}[[", "u", "$", "1;5A", "27;", "304", "7838", "65",
            "\u{9B}",
            "é", "日", "\u{301}", "\r", "\u{7F}", "\u{17}", "\u{15}", "\u{B}",
        ], sizeLimit: 200
    ) { bytes in
        var parser = KeyParser()
        var whole = parser.feed(bytes)
        whole += parser.flush()
        try require(!parser.isAwaitingMore, "awaits more after it was told that nothing comes")
        try require(whole.count <= 2 * bytes.count, "\(whole.count) events of \(bytes.count) bytes")

        var byByte = KeyParser()
        var single: [InputEvent] = []
        for byte in bytes { single += byByte.feed(CollectionOfOne(byte)) }
        single += byByte.flush()
        try requireEqual(single, whole, "byte by byte")

        var line = LineEditor()
        for event in whole {
            switch event {
            case .key(.character(let character)):
                try require(
                    character.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control },
                    "the key \(character.debugDescription)")
                _ = line.handle(.character(character))
            case .key(let key): _ = line.handle(key)
            case .paste(let text):
                try require(text.utf8.count <= 3 * bytes.count, "a paste of \(text.utf8.count) bytes")
                line.insert(text)
            case .pasteTooLong: try require(bytes.count > KeyParser.pasteLimit, "too long a paste")
            case .mouse(let mouse):
                try require(mouse.position.column >= 0 && mouse.position.row >= 0, "\(mouse)")
            }
            try require((0...line.characters.count).contains(line.cursor), "the cursor at \(line.cursor)")
        }
        try require(line.characters.count <= bytes.count, "a line of \(line.characters.count) characters")
    }
}
