import Screen
import Testing

@testable import TerminalEmulator

@Suite struct ScrollingTests {
    private static func numbered(_ numbers: Range<Int>) -> String {
        numbers.map { "line \($0)" }.joined(separator: "\r\n")
    }

    @Test func linesThatLeaveTheScreenAreKept() {
        let picture = TerminalEmulator(20, 5, Self.numbered(0..<2000)).picture()
        #expect(picture.scrolledText == (0..<1995).map { "line \($0)" })
        #expect(picture.screenText == (1995..<2000).map { "line \($0)" })
        #expect(picture.firstScreenLine == 1995 && picture.endLine == 2000)
        #expect(picture.line(7).text(columns: 0..<99) == "line 7")
        #expect(picture.line(1999).text(columns: 0..<9) == "line 1999")
    }

    @Test func tenThousandLinesAreKept() {
        let picture = TerminalEmulator(80, 24, Self.numbered(0..<40_000)).picture()
        #expect(picture.scrollback.count >= 10_000)
        #expect(picture.line(picture.firstLine).text(columns: 0..<20) == "line \(picture.firstLine)")
    }

    @Test func coloursAndWidthsAreKept() throws {
        let terminal = TerminalEmulator(10, 2, "\u{1B}[31mred\u{1B}[0m 日e\u{301}\r\n\u{1B}[2mfaint\u{1B}[0m\r\n\r\n")
        let before = terminal.picture()
        #expect(before.scrolledText == ["red 日e\u{301}", "faint"])
        let cells = before.line(0).cells
        try #require(cells.count == 7)
        #expect(cells.map(\.width) == [1, 1, 1, 1, 2, 0, 1])
        #expect(cells[0].style.paint == Paint(foreground: 1))
        #expect(before.line(1).cells[0].style.paint == Paint(dim: true))
        terminal.resize(to: Size(columns: 10, rows: 4))
        let after = terminal.picture()
        #expect(after.scrollback.count == 0)
        #expect(after.rows[0].cells.prefix(7) == cells[...])
        #expect(after.rows[1].cells[0] == Cell("f", style: Style(paint: Paint(dim: true))))
    }

    @Test func gapsInLinesAreBlank() {
        let combined = String(repeating: "e\u{301}", count: 10)
        let terminal = TerminalEmulator(10, 2, "\(combined)\r\na\u{1B}[9Gb\r\n\r\n")
        #expect(terminal.picture().scrolledText == [combined, "a       b"])
    }

    /// Lines that come at once are written as if they had come one by one: wrapped ones, wide ones, with colours, in a region.
    @Test(arguments: ["", "\u{1B}[44m", "\u{1B}[2;5r", "\u{1B}[?6h", "\u{1B}[4h", "\u{1B}[20h", "\u{1B}[?7l"])
    func manyLinesAtOnceAreAsOneByOne(_ mode: String) {
        var text = mode
        for number in 0..<300 {
            switch number % 9 {
            case 0: text += "line \(number) that is too long for its row, twice even\r\n"
            case 1: text += "\u{1B}[3\(number % 8);1mcolour \(number)\u{1B}[0m\r\n"
            case 2: text += "日本語の長い行でここで折り返す\n"
            case 3: text += "\u{1B}[4\(number % 8)mbackground\r\n\r\n\n\u{1B}[49m"
            case 4: text += "\tab\u{8}c\r\r\n\n\n"
            case 5: text += String(repeating: "x", count: 20) + "\r\n\n\n\ny"
            case 6: text += "\u{1B}[3A\u{1B}[38;5;100mup\r\n\n\n\n\n\n\n"
            default: text += "short\r\n"
            }
        }
        let whole = TerminalEmulator(20, 8, text).picture()
        let single = TerminalEmulator(20, 8)
        for byte in text.utf8 { single.feed([byte]) }
        let expected = single.picture()
        #expect(whole.scrollback.count == expected.scrollback.count)
        for line in whole.firstLine..<whole.endLine {
            #expect(whole.line(line) == expected.line(line), "line \(line)")
        }
        #expect(whole.cursor == expected.cursor)
    }

    @Test func growingBringsLinesBackAndShrinkingTakesThem() {
        let terminal = TerminalEmulator(20, 10, Self.numbered(0..<30))
        for rows in [3, 24, 1, 50, 7, 10] {
            terminal.resize(to: Size(columns: 20, rows: rows))
            let picture = terminal.picture()
            #expect(picture.rows.count == rows)
            let all = picture.scrolledText + picture.screenText
            #expect(Array(all.prefix(30)) == (0..<30).map { "line \($0)" })
        }
    }

    @Test func narrowingKeepsWhatHasLeftTheScreen() {
        let terminal = TerminalEmulator(40, 2, "a long line that is wider than ten\r\nb\r\nc")
        terminal.resize(to: Size(columns: 10, rows: 2))
        #expect(terminal.picture().scrolledText == ["a long line that is wider than ten"])
        terminal.resize(to: Size(columns: 40, rows: 3))
        #expect(terminal.screenText == ["a long line that is wider than ten", "b", "c"])
    }

    @Test func linesOnTheScreenAreWrappedAnew() {
        let text = "\u{1B}[31mred\u{1B}[m and plain\r\nshort\r\n日本語の行 wide\r\n$ typ"
        let terminal = TerminalEmulator(20, 8, text)
        let before = terminal.picture()
        terminal.resize(to: Size(columns: 8, rows: 8))
        let narrow = terminal.picture()
        #expect(narrow.screenText == ["red and", "plain", "short", "日本語の", "行 wide", "$ typ", "", ""])
        #expect(narrow.rows[0].cells[2].style.paint == Paint(foreground: 1))
        #expect(narrow.cursor.position == Position(column: 5, row: 5))
        terminal.resize(to: Size(columns: 20, rows: 8))
        let after = terminal.picture()
        #expect(after.rows == before.rows)
        #expect(after.cursor == before.cursor)
        terminal.feed("ed".utf8)
        #expect(terminal.screenText[3] == "$ typed")
    }

    @Test func linesThatWrapOffTheScreenAreKeptAndComeBack() {
        let terminal = TerminalEmulator(30, 3, Self.numbered(0..<3) + String(repeating: " word", count: 4))
        terminal.resize(to: Size(columns: 7, rows: 3))
        #expect(terminal.picture().scrolledText.prefix(3) == ["line 0", "line 1", "line 2 "])
        #expect(terminal.screenText.last == " word")
        terminal.feed("!".utf8)
        terminal.resize(to: Size(columns: 30, rows: 5))
        #expect(terminal.picture().screenText == ["line 0", "line 1", "line 2 word word word word!", "", ""])
    }

    @Test func theCursorKeepsItsPlaceInItsLine() {
        for columns in [1, 2, 5, 6, 7, 12, 13, 40] {
            let terminal = TerminalEmulator(20, 6, "abc\r\n$ command arg\u{1B}[6D")
            terminal.resize(to: Size(columns: columns, rows: 6))
            terminal.resize(to: Size(columns: 20, rows: 6))
            terminal.feed("X".utf8)
            #expect(terminal.picture().screenText.contains("$ commaXd arg"), "\(columns) columns")
        }
    }

    @Test func theScrollbackIsClearedWhenAsked() {
        let terminal = TerminalEmulator(20, 2, Self.numbered(0..<10))
        terminal.feed("\u{1B}[H\u{1B}[2J\u{1B}[3J".utf8)
        let picture = terminal.picture()
        #expect(picture.scrollback.count == 0)
        #expect(picture.firstLine == picture.firstScreenLine)
    }

    @Test(arguments: [Size(columns: 1, rows: 1), Size(columns: 3, rows: 1), Size(columns: 500, rows: 200)])
    func anySizeWorks(_ size: Size) {
        let terminal = TerminalEmulator(size: size)
        terminal.feed(
            "日本語 e\u{301}\u{1B}[99;99H\u{1B}[5@\u{1B}[5P\u{1B}[2;1r\u{1B}[Lx\tx\u{1B}[?1049h日\u{1B}[?1049l\u{1B}M".utf8)
        let picture = terminal.picture()
        #expect(picture.rows.count == size.rows)
        #expect(picture.rows.allSatisfy { $0.cells.count == size.columns })
    }

    @Test func aStormOfResizesLeavesARightPicture() {
        let terminal = TerminalEmulator(80, 24, Self.numbered(0..<100))
        for step in 0..<500 {
            terminal.resize(to: Size(columns: 1 + step * 37 % 300, rows: 1 + step * 17 % 90))
            if step % 7 == 0 { terminal.feed("\r\nstep \(step)".utf8) }
        }
        terminal.resize(to: Size(columns: 33, rows: 9))
        let picture = terminal.picture()
        #expect(picture.rows.count == 9)
        #expect(picture.rows.allSatisfy { $0.cells.count == 33 })
    }

    @Test func theCursorStaysInsideWhenTheScreenShrinks() {
        // Rows below the cursor, a saved cursor and a region that are no longer there.
        let terminal = TerminalEmulator(20, 10, Self.numbered(0..<10) + "\u{1B}[5;9r\u{1B}[9;18H\u{1B}7\u{1B}[2;3H")
        terminal.resize(to: Size(columns: 6, rows: 3))
        terminal.feed("日x".utf8)
        #expect(terminal.picture().cursor.position.row < 3)
        terminal.feed("\u{1B}8日日日\n\n\n\u{1B}[uend".utf8)
        #expect(terminal.screenText.joined().contains("end"))
        #expect(terminal.picture().cursor.position.column < 6)
    }

    // MARK: Copying and searching

    @Test func copiedTextJoinsWrappedLines() {
        let picture = TerminalEmulator(10, 3, "one\r\na line that was wrapped  \r\nlast 日本").picture()
        #expect(picture.scrolledText == ["one", "a line tha"])
        let text = picture.text(
            from: LinePosition(line: 0, column: 1), through: LinePosition(line: 4, column: 6))
        #expect(text == "ne\na line that was wrapped\nlast 日")
        #expect(picture.text(from: LinePosition(line: 9, column: 0), through: LinePosition(line: 4, column: 5)) == "日本")
        #expect(picture.text(from: LinePosition(line: -5, column: 0), through: LinePosition(line: -3, column: 5)) == "")
    }

    @Test func searchesGoBothWaysAndAround() {
        let picture = TerminalEmulator(20, 2, "Error one\r\nfine\r\nan error, error\r\nend").picture()
        func find(_ text: String, _ line: Int, _ column: Int, backwards: Bool = false) -> LineMatch? {
            picture.search(text, from: LinePosition(line: line, column: column), backwards: backwards)
        }
        #expect(find("error", 0, 0) == LineMatch(line: 2, columns: 3..<8))
        #expect(find("error", 2, 3) == LineMatch(line: 2, columns: 10..<15))
        #expect(find("error", 2, 10) == LineMatch(line: 0, columns: 0..<5))
        #expect(find("error", 2, 10, backwards: true) == LineMatch(line: 2, columns: 3..<8))
        #expect(find("error", 0, 0, backwards: true) == LineMatch(line: 2, columns: 10..<15))
        #expect(find("Error", 3, 0) == LineMatch(line: 0, columns: 0..<5))
        #expect(find("fine", 1, 0) == LineMatch(line: 1, columns: 0..<4))
        #expect(find("nothing", 1, 0) == nil)
        #expect(find("", 1, 0) == nil)
        #expect(find("end", -7, 0) == LineMatch(line: 3, columns: 0..<3))
    }

    @Test func matchesKnowTheColumnsOfWideCharacters() {
        let picture = TerminalEmulator(20, 2, "日本 x é x").picture()
        #expect(picture.matches(of: "x", inLine: 0).map(\.columns) == [5..<6, 9..<10])
        #expect(picture.matches(of: "本", inLine: 0).map(\.columns) == [2..<4])
        #expect(picture.word(at: LinePosition(line: 0, column: 1)) == 0..<4)
        #expect(picture.word(at: LinePosition(line: 0, column: 4)) == 4..<5)
    }

    @Test func aLineOfThousandsOfNarrowRowsIsWrappedAnew() {
        let text = (0..<30_000).map { String($0 % 10) }.joined()
        let terminal = TerminalEmulator(2, 3, text)
        for columns in [100, 3, 2, 40, 7] {
            terminal.resize(to: Size(columns: columns, rows: 3))
            let picture = terminal.picture()
            #expect((picture.scrolledText + picture.screenText).joined() == text)
        }
    }

    @Test func manyRowsOfColoursAreWrappedAnew() {
        let cells = (0..<60_000).map { "\u{1B}[38;5;\($0 % 200 + 16)m\($0 % 10)" }.joined()
        let terminal = TerminalEmulator(300, 200, cells)
        terminal.resize(to: Size(columns: 299, rows: 200))
        let picture = terminal.picture()
        #expect((picture.scrolledText + picture.screenText).joined().count == 60_000)
        #expect(picture.rows[199].cells[0].style.paint?.foreground != nil)
    }
}
