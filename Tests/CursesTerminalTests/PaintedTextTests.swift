import Screen
import Testing

@testable import CursesTerminal

@Suite struct PaintedTextTests {
    /// Columns as a C library may count them.
    private func columns(_ scalar: Unicode.Scalar) -> Int {
        switch scalar {
        case "\u{301}", "\u{FE0F}": 0
        case "漢", "🚀": 2
        case "\u{1FAE8}", "\u{80}": -1
        default: 1
        }
    }

    private func painted(_ character: Character, width: UInt8) -> PaintedText {
        PaintedText(Cell(character, width: width), columnsOf: columns)
    }

    @Test func asciiIsOneByte() {
        #expect(painted("a", width: 1) == .ascii(0x61))
        #expect(painted(" ", width: 1) == .ascii(0x20))
    }

    @Test func charactersTakeTheColumnsOfTheirCell() {
        #expect(painted("é", width: 1) == .scalars([0xE9], padding: 0))
        #expect(painted("漢", width: 2) == .scalars([0x6F22], padding: 0))
        #expect(painted("❤", width: 2) == .scalars([0x2764], padding: 1))
    }

    @Test func combiningMarksStayAndJoinersGo() {
        #expect(painted("e\u{301}", width: 1) == .scalars([0x65, 0x301], padding: 0))
        #expect(painted("🚀\u{200D}🚀", width: 2) == .scalars([0x1F680], padding: 0))
        #expect(painted("❤\u{FE0F}", width: 2) == .scalars([0x2764], padding: 1))
    }

    @Test func whatTheLibraryMeasuresDifferentlyIsReplaced() {
        #expect(painted("\u{1FAE8}", width: 2) == .scalars([0xFFFD], padding: 1))
        #expect(painted("漢", width: 1) == .scalars([0xFFFD], padding: 0))
    }

    @Test func controlCharactersNeverGetThrough() {
        func none(_ scalar: Unicode.Scalar) -> Int { -1 }
        for character: Character in ["\u{1B}", "\r\n", "\u{7F}", "\u{9B}", "\u{0}"] {
            #expect(PaintedText(Cell(character), columnsOf: none) == .scalars([0xFFFD], padding: 0))
        }
    }
}

@Suite struct GridDiffTests {
    private func grid(_ text: String) -> CellGrid {
        var grid = CellGrid(size: Size(columns: 6, rows: 1))
        var column = 0
        for character in text {
            let isWide = character == "漢"
            grid[column, 0] = Cell(character, width: isWide ? 2 : 1)
            if isWide { grid[column + 1, 0] = Cell(" ", width: 0) }
            column += isWide ? 2 : 1
        }
        return grid
    }

    @Test func onlyColumnsThatChangedAreNamed() {
        #expect(GridDiff.changedColumns(of: 0, from: grid("abcdef"), to: grid("abcdef")) == 0..<0)
        #expect(GridDiff.changedColumns(of: 0, from: grid("abcdef"), to: grid("abXdYf")) == 2..<5)
    }

    @Test func everythingIsNewOnAnotherSize() {
        #expect(GridDiff.changedColumns(of: 0, from: nil, to: grid("abc")) == 0..<6)
        let other = CellGrid(size: Size(columns: 5, rows: 1))
        #expect(GridDiff.changedColumns(of: 0, from: other, to: grid("abc")) == 0..<6)
    }

    @Test func changesStartAtAWholeCharacter() {
        var before = grid("a漢b")
        before[2, 0] = Cell("x")
        #expect(GridDiff.changedColumns(of: 0, from: before, to: grid("a漢b")) == 1..<3)
        #expect(GridDiff.changedColumns(of: 0, from: grid("a漢b"), to: grid("axyb")) == 1..<3)
    }
}

@Suite struct ClickCounterTests {
    private let start = ContinuousClock.now
    private let place = Position(column: 3, row: 4)

    @Test func theSecondPressInTimeIsADoublePress() {
        var clicks = ClickCounter()
        let press = MouseEvent(.press, at: place)
        let release = MouseEvent(.release, at: place)
        let kinds = [
            clicks.count(press, at: start), clicks.count(release, at: start),
            clicks.count(press, at: start + .milliseconds(300)), clicks.count(press, at: start + .milliseconds(400)),
        ].map(\.kind)
        #expect(kinds == [.press, .release, .doublePress, .press])
    }

    @Test func slowOrDistantPressesAreSingle() {
        var clicks = ClickCounter()
        _ = clicks.count(MouseEvent(.press, at: place), at: start)
        let late = clicks.count(MouseEvent(.press, at: place), at: start + .milliseconds(500))
        let elsewhere = MouseEvent(.press, at: Position(column: 9, row: 4))
        #expect(late.kind == .press)
        #expect(clicks.count(elsewhere, at: start + .milliseconds(600)).kind == .press)
    }
}

@Suite struct ClipboardTests {
    private func sequence(_ text: String, _ environment: [String: String]) -> String {
        String(decoding: Clipboard.sequence(for: Array(text.utf8), environment: environment), as: UTF8.self)
    }

    @Test func textIsSentAsBase64() {
        #expect(sequence("", [:]) == "\u{1B}]52;c;\u{7}")
        #expect(sequence("M", [:]) == "\u{1B}]52;c;TQ==\u{7}")
        #expect(sequence("Ma", [:]) == "\u{1B}]52;c;TWE=\u{7}")
        #expect(sequence("Man", ["TERM": "xterm-256color"]) == "\u{1B}]52;c;TWFu\u{7}")
        #expect(sequence("ü?>", [:]) == "\u{1B}]52;c;w7w/Pg==\u{7}")
    }

    @Test func tmuxGetsItPlainAndWrapped() {
        let expected = "\u{1B}]52;c;TQ==\u{7}\u{1B}Ptmux;\u{1B}\u{1B}]52;c;TQ==\u{7}\u{1B}\\"
        #expect(sequence("M", ["TMUX": "/tmp/tmux-0/default,1,0"]) == expected)
        #expect(sequence("M", ["TERM": "tmux-256color"]) == expected)
    }

    @Test func screenGetsItInPieces() {
        let long = String(repeating: "abc", count: 300)
        let sent = sequence(long, ["STY": "1.pts-0"])
        let pieces = sent.split(separator: "\u{1B}\\")
        #expect(pieces.allSatisfy { $0.hasPrefix("\u{1B}P") && $0.utf8.count <= 514 })
        #expect(pieces.map { $0.dropFirst(2) }.joined() == sequence(long, [:]))
    }

    @Test func aTextOverTheLimitIsCutBetweenCharacters() {
        let text = "a" + String(repeating: "é", count: Clipboard.byteLimit)
        let clipped = Clipboard.clipped(text)
        #expect(clipped.count == Clipboard.byteLimit - 1)
        #expect(String(validating: clipped, as: UTF8.self) != nil)
        #expect(Clipboard.clipped("short") == Array("short".utf8))
        let exact = String(repeating: "x", count: Clipboard.byteLimit)
        #expect(Clipboard.clipped(exact).count == Clipboard.byteLimit)
    }
}
