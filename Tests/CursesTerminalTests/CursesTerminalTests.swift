import Glibc
import Screen
import Testing

@testable import CursesTerminal

/// The two ends of a pseudo-terminal.
private struct PseudoTerminal {
    struct NotAvailable: Error {}

    let controller: Int32
    let terminal: Int32

    init(columns: UInt16, rows: UInt16) throws {
        // TIOCSPTLCK and TIOCGPTN, which Swift does not see, being computed macros: unlock, and the number of the other end.
        let (unlock, getNumber): (UInt, UInt) = (0x4004_5431, 0x8004_5430)
        var (locked, number): (Int32, UInt32) = (0, 0)
        controller = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_NONBLOCK)
        guard controller >= 0, ioctl(controller, unlock, &locked) == 0, ioctl(controller, getNumber, &number) == 0
        else { throw NotAvailable() }
        terminal = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
        guard terminal >= 0 else { throw NotAvailable() }
        resize(columns: columns, rows: rows)
    }

    func resize(columns: UInt16, rows: UInt16) {
        var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(controller, UInt(TIOCSWINSZ), &size)
    }

    /// What the program has sent since the last call.
    func sent() -> String {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(controller, &buffer, buffer.count)
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += buffer[..<count]
        }
    }

    func type(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { write(controller, $0.baseAddress, $0.count) }
    }

    /// The local modes, which tell whether lines are edited and echoed.
    var localModes: tcflag_t {
        var modes = termios()
        tcgetattr(terminal, &modes)
        return modes.c_lflag
    }

    func close() {
        _ = Glibc.close(terminal)
        _ = Glibc.close(controller)
    }
}

private func grid(_ lines: String..., size: Size = Size(columns: 20, rows: 4)) -> CellGrid {
    var grid = CellGrid(size: size)
    for (row, line) in lines.enumerated() {
        var column = 0
        forEachCell(of: line) { character, width in
            grid[column, row] = Cell(character, width: UInt8(width))
            if width == 2 { grid[column + 1, row] = Cell(" ", width: 0) }
            column += width
            return true
        }
    }
    return grid
}

// One terminal a process: one test at a time.
@MainActor
@Suite(.serialized, .timeLimit(.minutes(20)))
struct CursesTerminalTests {
    private func open(
        _ pty: PseudoTerminal, _ environment: [String: String] = ["TERM": "xterm-256color"]
    ) throws -> CursesTerminal {
        try CursesTerminal(
            environment: environment, errorLog: nil, terminal: pty.terminal, output: pty.terminal)
    }

    @Test func takesTheScreenAndGivesItBackAsItWas() throws {
        let pty = try PseudoTerminal(columns: 20, rows: 4)
        defer { pty.close() }
        let before = pty.localModes
        let terminal = try open(pty)
        #expect(terminal.size == Size(columns: 20, rows: 4))
        terminal.paint(grid("hello"), cursor: nil)
        #expect(pty.localModes & tcflag_t(ICANON | ECHO | ISIG) == 0)
        let opening = pty.sent()
        for part in ["\u{1B}[?1049h", "\u{1B}[?1006h", "\u{1B}[?2004h", "hello"] { #expect(opening.contains(part)) }
        terminal.close()
        let closing = pty.sent()
        for part in ["\u{1B}[?1049l", "\u{1B}[?1006l", "\u{1B}[?2004l", "\u{1B}[?25h"] {
            #expect(closing.contains(part))
        }
        #expect(pty.localModes == before)
        terminal.close()
        terminal.paint(grid("late"), cursor: nil)
        #expect(pty.sent() == "")
    }

    @Test func sendsOnlyWhatChanged() throws {
        let pty = try PseudoTerminal(columns: 20, rows: 4)
        defer { pty.close() }
        let terminal = try open(pty)
        defer { terminal.close() }
        terminal.paint(grid("one two", "three"), cursor: nil)
        _ = pty.sent()
        terminal.paint(grid("one two", "three"), cursor: nil)
        #expect(pty.sent() == "")
        terminal.paint(grid("one tWo", "three"), cursor: nil)
        let change = pty.sent()
        #expect(change.contains("W"))
        #expect(!change.contains("two") && !change.contains("three"))
        terminal.repaint()
        #expect(pty.sent().contains("three"))
    }

    @Test func aKeyThatWaitsDoesNotCutAPaintShort() throws {
        let pty = try PseudoTerminal(columns: 20, rows: 4)
        defer { pty.close() }
        let terminal = try open(pty)
        defer { terminal.close() }
        pty.type("jjjj")
        terminal.paint(grid("first", "second", "third", "fourth"), cursor: nil)
        #expect(pty.sent().contains("fourth"))
    }

    @Test func wideTextIsSentWhole() throws {
        let pty = try PseudoTerminal(columns: 20, rows: 4)
        defer { pty.close() }
        let terminal = try open(pty)
        defer { terminal.close() }
        var wide = grid("漢字e\u{301}x", "\u{1B}[31m")
        wide[19, 3] = Cell("漢", width: 2)
        terminal.paint(wide, cursor: nil)
        let sent = pty.sent()
        #expect(sent.contains("漢字e\u{301}x"))
        #expect(sent.contains("␛[31m"))
    }

    @Test func keysArriveInOrderAndALoneEscapeByItself() async throws {
        let pty = try PseudoTerminal(columns: 20, rows: 4)
        defer { pty.close() }
        let terminal = try open(pty)
        defer { terminal.close() }
        var input = terminal.input.makeAsyncIterator()
        pty.type("a\u{3}\u{1B}[A\u{1B}")
        var received: [TerminalInput?] = []
        for _ in 0..<4 { received.append(await input.next()) }
        let keys: [Key] = [.character("a"), .control("c"), .up, .escape]
        #expect(received == keys.map { .event(.key($0)) })
    }

    @Test func aNewSizeIsToldAndPainted() async throws {
        let pty = try PseudoTerminal(columns: 20, rows: 4)
        defer { pty.close() }
        let terminal = try open(pty)
        defer { terminal.close() }
        terminal.paint(grid("small"), cursor: nil)
        var input = terminal.input.makeAsyncIterator()
        pty.resize(columns: 30, rows: 6)
        kill(getpid(), SIGWINCH)
        let size = Size(columns: 30, rows: 6)
        #expect(await input.next() == .resized(size))
        terminal.resize(to: size)
        _ = pty.sent()
        terminal.paint(grid("", "", "", "", "", "bottom line is longer than 20", size: size), cursor: nil)
        #expect(pty.sent().contains("bottom line is longer than 20"))
    }

    @Test func requestsToEndAreTold() async throws {
        let pty = try PseudoTerminal(columns: 20, rows: 4)
        defer { pty.close() }
        let terminal = try open(pty)
        defer { terminal.close() }
        var input = terminal.input.makeAsyncIterator()
        kill(getpid(), SIGTERM)
        #expect(await input.next() == .signal(SIGTERM))
    }

    @Test func aTerminalThatHangsUpIsTold() async throws {
        let pty = try PseudoTerminal(columns: 20, rows: 4)
        let terminal = try open(pty)
        var input = terminal.input.makeAsyncIterator()
        _ = Glibc.close(pty.controller)
        #expect(await input.next() == .hungUp)
        #expect(await input.next() == nil)
        terminal.close()
        _ = Glibc.close(pty.terminal)
    }

    @Test func anUnknownTypeFallsBackAndSaysSo() throws {
        let pty = try PseudoTerminal(columns: 20, rows: 4)
        defer { pty.close() }
        let terminal = try open(pty, ["TERM": "no-such-terminal"])
        #expect(terminal.notices == ["TERM=no-such-terminal is unknown to terminfo; drawing for xterm-256color."])
        terminal.close()
        let unnamed = try open(pty, [:])
        #expect(unnamed.notices == ["TERM is not set; drawing for xterm-256color."])
        unnamed.close()
    }

    @Test func aTerminalThatCannotPlaceTextIsRefused() throws {
        let pty = try PseudoTerminal(columns: 20, rows: 4)
        defer { pty.close() }
        #expect {
            _ = try open(pty, ["TERM": "dumb"])
        } throws: { error in
            (error as? TerminalFailure)?.description.hasPrefix("TERM=dumb is a terminal that cannot place text") == true
        }
        #expect(pty.sent() == "")
    }

    @Test func whatIsNoTerminalIsRefused() throws {
        let file = Glibc.open("/dev/null", O_RDWR)
        defer { _ = Glibc.close(file) }
        #expect(throws: TerminalFailure.self) {
            _ = try CursesTerminal(environment: [:], errorLog: nil, terminal: file, output: file)
        }
    }

    @Test func noColorSendsNoColours() throws {
        let pty = try PseudoTerminal(columns: 20, rows: 4)
        defer { pty.close() }
        let terminal = try open(pty, ["TERM": "xterm-256color", "NO_COLOR": "1"])
        defer { terminal.close() }
        var coloured = grid("x")
        coloured[0, 0].style = Style(.broken, isSelected: true, isMatch: true)
        terminal.paint(coloured, cursor: Position(column: 0, row: 0))
        let sent = pty.sent()
        #expect(sent.contains("x"))
        #expect(!sent.contains("38;5") && !sent.contains("48;5") && !sent.contains("\u{1B}[31m"))
    }
}
