import Screen
import TerminalEmulator

extension FuzzedParser {
    /// What programs in containers write to their terminal, through the emulator to cells.
    static let terminalParsers = [terminal]

    private static let terminal = FuzzedParser(
        name: "terminal",
        tokens: [
            "\u{1B}[", "\u{1B}]0;", "\u{7}", "\u{1B}\\", "\u{1B}P", "\r\n", "\n", "\t", "\u{8}", "\u{1B}7", "\u{1B}8",
            "\u{1B}M", "\u{1B}c", "\u{1B}(0", "\u{1B}#8", "\u{E}", "H", "J", "K", "L", "M", "P", "@", "X", "S", "T",
            "m",
            "r", "h", "l", "?1049", "?1047", "?6", "?7", "?69", "?1000;1006", "4", "20", ";", "99999999999", "-1", "日",
            "e\u{301}", "🚀", "\u{200D}", "\u{1B}[2;4r", "\u{1B}[9999;9999H", "\u{1B}[5@", "\u{1B}[5P", "\u{1B}[4h",
            "\u{1B}[6n", "\u{1B}[38;5;1m", "\u{1B}[3b", "\u{1B}[?25l", "\u{1B}[!p",
        ],
        slowness: 10,
        furtherSeeds: {
            [
                "\u{2}\u{5}hello\r\n\u{1B}[2;4r\u{1B}[4H\n\n日本\u{1B}7\u{1B}[?1049h\u{1B}[Hvim\u{1B}[?1049l\u{1B}8x",
                "\u{A}\u{3}\u{1B}[1;31mred\u{1B}[0m\r\n\r\n\r\n\r\n\r\n\u{1B}[5L\u{1B}[5M\u{1B}[3J\u{1B}]2;title\u{7}",
            ].map { Array($0.utf8) }
        }
    ) { bytes in
        // The first bytes choose the sizes, between which it changes as it goes.
        func side(_ index: Int, _ limit: Int) -> Int { 1 + (index < bytes.count ? Int(bytes[index]) % limit : 0) }
        var sizes = [Size(columns: side(0, 40), rows: side(1, 12)), Size(columns: side(2, 9), rows: side(3, 5))]
        let terminal = TerminalEmulator(size: sizes[0], scrollback: Scrollback(lineLimit: 200, byteLimit: 64 << 10))
        let piece = max(1, bytes.count / 5)
        for start in stride(from: 0, to: bytes.count, by: piece) {
            terminal.feed(bytes[start..<min(start + piece, bytes.count)])
            try requireWellFormed(terminal.picture(), sizes[0])
            sizes.swapAt(0, 1)
            terminal.resize(to: sizes[0])
            try requireWellFormed(terminal.picture(), sizes[0])
        }
        try require(terminal.takeReplies().count <= 4096, "answers without end")
        let picture = terminal.picture()
        try require(picture.scrollback.byteCount <= 80 << 10, "\(picture.scrollback.byteCount) bytes above the screen")
        for number in picture.firstLine..<picture.firstScreenLine {
            try requirePaired(picture.line(number).cells, "line \(number)")
        }
        let all = picture.text(
            from: LinePosition(line: 0, column: 0), through: LinePosition(line: picture.endLine, column: 0))
        try require(all.unicodeScalars.allSatisfy(isHarmless), "\(all.debugDescription) is not safe")
        try require(picture.title.unicodeScalars.allSatisfy(isHarmless), "the title \(picture.title.debugDescription)")
        _ = picture.search("e", from: LinePosition(line: 0, column: 0), backwards: true)
    }

    private static func requireWellFormed(_ picture: TerminalPicture, _ size: Size) throws {
        try requireEqual(picture.size, size, "the size")
        try requireEqual(picture.rows.map(\.cells.count), Array(repeating: size.columns, count: size.rows), "the cells")
        let cursor = picture.cursor.position
        try require(
            (0..<size.columns).contains(cursor.column) && (0..<size.rows).contains(cursor.row),
            "the cursor at \(cursor)")
        for (row, line) in picture.rows.enumerated() { try requirePaired(line.cells, "row \(row)") }
    }

    /// Wide characters have both their halves, and halves their other.
    private static func requirePaired(_ cells: [Cell], _ place: String) throws {
        for (column, cell) in cells.enumerated() {
            let isRightHalf = column > 0 && cells[column - 1].width == 2
            try requireEqual(cell.width == 0, isRightHalf, "the right half at \(place), \(column)")
            try require(cell.width != 2 || column + 1 < cells.count, "half a character at the end of \(place)")
        }
    }

    /// Whether a terminal only shows a scalar; private ones are signs of fonts.
    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control: scalar == "\n"
        case .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: false
        default: true
        }
    }
}
