import Screen
import Testing

@testable import TerminalEmulator

extension TerminalEmulator {
    convenience init(_ columns: Int, _ rows: Int, _ text: String = "") {
        self.init(size: Size(columns: columns, rows: rows))
        feed(text.utf8)
    }

    /// What is on the screen, without blanks at the ends of rows.
    var screenText: [String] { picture().screenText }
}

extension TerminalPicture {
    var screenText: [String] {
        rows.indices.map { row in
            let end = LinePosition(line: firstScreenLine + row, column: size.columns - 1)
            return text(from: LinePosition(line: end.line, column: 0), through: end)
        }
    }

    /// The lines above the screen.
    var scrolledText: [String] { (0..<scrollback.count).map { scrollback.text($0) } }
}

@Suite struct TerminalEmulatorTests {
    @Test func textMovesTheCursorAndWraps() {
        let terminal = TerminalEmulator(10, 4, "hello\r\nwide world wraps")
        #expect(terminal.screenText == ["hello", "wide world", " wraps", ""])
        let picture = terminal.picture()
        #expect(picture.cursor == .init(position: Position(column: 6, row: 2)))
        #expect(picture.rows.map(\.isContinued) == [false, true, false, false])
    }

    @Test func theCursorGoesWhereItIsSent() {
        let terminal = TerminalEmulator(
            10, 4, "\u{1B}[3;4Hx\u{1B}[Ay\u{1B}[5Dz\u{1B}[99;99H\u{1B}[2GE\u{1B}7\u{1B}[H!\u{1B}8?")
        #expect(terminal.screenText == ["!", "z   y", "   x", " E?"])
    }

    @Test func linesScrollInTheirRegion() {
        let terminal = TerminalEmulator(5, 5, "1\r\n2\r\n3\r\n4\r\n5\u{1B}[2;4r\u{1B}[4H\n\nx\u{1B}[r")
        #expect(terminal.screenText == ["1", "4", "", "x", "5"])
        #expect(terminal.picture().scrollback.count == 0)
        terminal.feed("\u{1B}[2;4r\u{1B}[2H\u{1B}My".utf8)
        #expect(terminal.screenText == ["1", "y", "4", "", "5"])
    }

    @Test func linesAndCharactersAreInsertedAndDeleted() {
        let terminal = TerminalEmulator(
            6, 4, "abcdef\r\nghi\r\njkl\u{1B}[1;2H\u{1B}[2@\u{1B}[2;2H\u{1B}[P\u{1B}[3H\u{1B}[L")
        #expect(terminal.screenText == ["a  bcd", "gi", "", "jkl"])
        terminal.feed("\u{1B}[2H\u{1B}[2M\u{1B}[H\u{1B}[3X\u{1B}[2;2H\u{1B}[K".utf8)
        #expect(terminal.screenText == ["   bcd", "j", "", ""])
        terminal.feed("\u{1B}[H\u{1B}[J".utf8)
        #expect(terminal.screenText == ["", "", "", ""])
    }

    @Test func theAlternateScreenLeavesTheOtherAsItWas() {
        let terminal = TerminalEmulator(8, 3, "shell $\r\n\u{1B}[?1049h\u{1B}[Hvim")
        #expect(terminal.screenText == ["vim", "", ""])
        #expect(terminal.picture().isAlternate)
        terminal.feed("\u{1B}[3H\r\n\r\n\r\n".utf8)
        #expect(terminal.picture().scrollback.count == 0)
        terminal.feed("\u{1B}[?1049lback".utf8)
        #expect(terminal.screenText == ["shell $", "back", ""])
        #expect(!terminal.picture().isAlternate)
    }

    @Test func wideCharactersTakeTwoCells() {
        let terminal = TerminalEmulator(5, 3, "日本語\r\ne\u{301}🚀")
        let picture = terminal.picture()
        #expect(terminal.screenText == ["日本", "語", "e\u{301}🚀"])
        #expect(picture.rows[0].cells.map(\.width) == [2, 0, 2, 0, 1])
        #expect(picture.rows[2].cells.map(\.width) == [1, 2, 0, 1, 1])
    }

    @Test func halvesOfWideCharactersBecomeBlank() {
        let left = TerminalEmulator(4, 1, "日\u{1B}[2Gx").picture()
        #expect(left.rows[0].cells.map(\.character) == [" ", "x", " ", " "])
        let right = TerminalEmulator(4, 1, "日\u{1B}[1Gx").picture()
        #expect(right.rows[0].cells[0].character == "x")
        #expect(TerminalEmulator(1, 1, "日").picture().rows[0].cells.map(\.width) == [1])
    }

    @Test func coloursAndAttributesBecomePaints() {
        func paint(_ codes: String) -> Paint? {
            TerminalEmulator(3, 1, "\u{1B}[\(codes)mx").picture().rows[0].cells[0].style.paint
        }
        #expect(paint("0") == nil)
        #expect(paint("31;42") == Paint(foreground: 1, background: 2))
        #expect(paint("91;1") == Paint(foreground: 9, bold: true))
        #expect(paint("38;5;208;4") == Paint(foreground: 208, underlined: true))
        #expect(paint("48;2;255;0;0") == Paint(background: 196))
        #expect(paint("38:2::0:0:255;48:5:17") == Paint(foreground: 21, background: 17))
        #expect(paint("2;3;7") == Paint(dim: true, italic: true, reversed: true))
        #expect(paint("2;1;22;4:3") == Paint(underlined: true))
        #expect(paint("58;2;1;2;3;31") == Paint(foreground: 1))
        #expect(paint("1;2;3;4;7;0") == nil)
        #expect(paint("1;3;4;7;31;38;2;1;2;3;48;2;9;9;9;1;1;1;1;1;1;1;1;1;0;1") == Paint(bold: true))
    }

    @Test func erasedCellsKeepTheBackground() {
        let cells = TerminalEmulator(3, 1, "\u{1B}[44m\u{1B}[K").picture().rows[0].cells
        #expect(cells == Array(repeating: Cell(" ", style: Style(paint: Paint(background: 4))), count: 3))
    }

    @Test func aCharacterIsRepeatedAsTerminfoSays() {
        #expect(TerminalEmulator(8, 2, "é-\u{1B}[4b|\u{1B}[99999999b").screenText == ["é-----||", "|||||||"])
        #expect(TerminalEmulator(8, 1, "\u{1B}[3b").screenText == [""])
    }

    @Test func lineDrawingAndTabsWork() {
        #expect(TerminalEmulator(12, 2, "\u{1B}(0lqk\u{1B}(B\ta\r\n\u{E0B0}").screenText == ["┌─┐     a", "\u{E0B0}"])
    }

    @Test func whatIsNotUTF8IsReplaced() {
        let terminal = TerminalEmulator(8, 1)
        terminal.feed([0x61, 0xFF, 0x62, 0xC3, 0x63, 0xE2, 0x82, 0x64])
        let text = terminal.screenText[0]
        #expect(text.contains("\u{FFFD}"))
        #expect(["a", "b", "c", "d"].allSatisfy { text.contains($0) })
    }

    @Test func theCursorIsSavedInBothWays() {
        #expect(TerminalEmulator(4, 2, "ab\u{1B}[s\u{1B}[2Hx\u{1B}[uc").screenText == ["abc", "x"])
        #expect(TerminalEmulator(4, 2, "ab\u{1B}7\u{1B}[2Hx\u{1B}8c").screenText == ["abc", "x"])
    }

    /// Numbers beyond those of any screen, more parameters than a sequence has, and sequences of other terminals.
    @Test(arguments: [
        "\u{1B}[99999999999999999999;2147483648H", "\u{1B}[2147483647@", "\u{1B}[2147483647L", "\u{1B}[9999999999C",
        "\u{1B}[" + String(repeating: "1;", count: 500) + "H", "\u{1B}[?" + String(repeating: "1;", count: 500) + "l",
        "\u{1B}[?69h\u{1B}[3;5s\u{1B}[?69l", "\u{1B}[2'}\u{1B}[2'~", "\u{1B}#3\u{1B}#6", "\u{1B}[>4;2m\u{1B}[?4m",
        "\u{1B}[22;0;0t",
        "\u{1B}[!!!!!p", "\u{1B}[=1;2u\u{1B}[>1u",
    ])
    func strangeSequencesDoNoHarm(_ sequence: String) {
        let terminal = TerminalEmulator(6, 3, sequence)
        terminal.feed("\u{1B}[m\u{1B}[Hfine".utf8)
        #expect(terminal.screenText[0] == "fine")
    }

    @Test func titlesAreSafeAndShort() {
        let terminal = TerminalEmulator(
            8, 1, "\u{1B}]0;vim \u{202E}\u{9B}x\u{7}a\u{1B}]52;c;Zm9v\u{7}b\u{1B}]8;;http://x\u{1B}\\c")
        #expect(terminal.picture().title == "vim \u{FFFD}\u{FFFD}x")
        #expect(terminal.screenText == ["abc"])
        terminal.feed("\u{1B}]2;\(String(repeating: "t", count: 100_000))\u{1B}\\".utf8)
        #expect(terminal.picture().title == String(repeating: "t", count: 200))
        #expect(terminal.takeReplies() == [])
    }

    @Test func stringsForOtherTerminalsAreSwallowed() {
        let strings =
            "\u{1B}_Gf=100;AAAA\u{1B}\\\u{1B}Pq#0\u{1B}\\\u{1B}ktitle\u{1B}\\\u{1B}^pm\u{1B}\\\u{1B}Xsos\u{7}ok"
        #expect(TerminalEmulator(8, 1, strings).screenText == ["ok"])
    }

    @Test func modesAndTheBellAreTold() {
        let terminal = TerminalEmulator(8, 2, "\u{7}\u{7}\u{1B}[?25l\u{1B}[?1002;1006h\u{1B}[?2004h\u{1B}[5 q")
        var picture = terminal.picture()
        #expect(picture.bells == 2)
        #expect(picture.cursor == .init(position: Position(column: 0, row: 0), isVisible: false, shape: .bar))
        #expect(picture.mouse == .drags)
        #expect(picture.wantsBracketedPaste)
        terminal.feed("\u{1B}[?25h\u{1B}[?1002l\u{1B}[?2004l\u{1B}[0 q".utf8)
        picture = terminal.picture()
        #expect(picture.cursor == .init(position: Position(column: 0, row: 0)))
        #expect(picture.mouse == .none)
        #expect(!picture.wantsBracketedPaste)
    }

    @Test func questionsAreAnsweredOnce() {
        let terminal = TerminalEmulator(8, 2, "ab\u{1B}[6n\u{1B}[c\u{1B}[>c\u{1B}[5n")
        let replies = String(decoding: terminal.takeReplies(), as: UTF8.self)
        #expect(replies.hasPrefix("\u{1B}[1;3R\u{1B}[?1;2c\u{1B}[>"))
        #expect(replies.hasSuffix("\u{1B}[0n"))
        #expect(terminal.takeReplies() == [])
        for _ in 0..<10_000 { terminal.feed("\u{1B}[c".utf8) }
        #expect(terminal.takeReplies().count <= 4096)
    }

    @Test func picturesAreTheSameUntilSomethingChanges() {
        let terminal = TerminalEmulator(8, 2, "a")
        let first = terminal.picture()
        #expect(terminal.picture() == first)
        terminal.feed("b".utf8)
        let second = terminal.picture()
        #expect(second != first)
        #expect(second.version > first.version)
        #expect(TerminalEmulator(8, 2, "a").picture() != first)
    }

    @Test func megabytesAtOnceAreTaken() {
        let terminal = TerminalEmulator(80, 24)
        terminal.feed(Array(repeating: UInt8(ascii: "x"), count: 8 << 20))
        terminal.feed(Array(String(repeating: "日e\u{301}", count: 200_000).utf8))
        #expect(terminal.screenText.first == String(repeating: "日e\u{301}", count: 26) + "日")
    }

    /// Every byte a piece of its own, and every pair of pieces, gives the same as the whole.
    @Test func splittingChangesNothing() {
        let text =
            "é日\u{1B}[1;31mred\u{1B}[0m\u{1B}]2;title\u{1B}\\e\u{301}\u{1B}[?2004;1000h\r\n\u{1B}(0q\u{1B}(B\u{1B}[2;3;22mx"
            + "-\u{1B}[3b🚀\u{1B}[38;2;1;2;3my\u{1B}[3J\u{1B}_apc\u{1B}\\\u{1B}[6n"
        let bytes = Array(text.utf8)
        let whole = TerminalEmulator(12, 4, text)
        let expected = Outcome(whole)
        let single = TerminalEmulator(12, 4)
        for byte in bytes { single.feed([byte]) }
        #expect(Outcome(single) == expected)
        for cut in bytes.indices {
            let terminal = TerminalEmulator(12, 4)
            terminal.feed(bytes[..<cut])
            _ = terminal.picture()
            terminal.feed(bytes[cut...])
            #expect(Outcome(terminal) == expected, "cut at \(cut)")
        }
    }

    private struct Outcome: Equatable {
        let rows: [TerminalRow]
        let cursor: TerminalPicture.Cursor
        let title: String
        let replies: [UInt8]

        init(_ terminal: TerminalEmulator) {
            let picture = terminal.picture()
            (rows, cursor, title, replies) = (picture.rows, picture.cursor, picture.title, terminal.takeReplies())
        }
    }
}
