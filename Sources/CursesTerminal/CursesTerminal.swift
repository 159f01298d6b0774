import CCurses
import Dispatch
import Glibc
import Screen

/// Why the screen cannot be opened, for the user.
package struct TerminalFailure: Error, Sendable, CustomStringConvertible {
    package let description: String
}

/// What comes from the terminal.
package enum TerminalInput: Sendable, Equatable {
    case event(InputEvent)
    case resized(Size)
    /// SIGTERM, SIGHUP or SIGINT.
    case signal(Int32)
    /// The process goes on after it was stopped.
    case continued
    /// The terminal is gone.
    case hungUp
}

/// The real terminal, through ncurses.
///
/// One a process.
@MainActor
package final class CursesTerminal: Terminal {
    package private(set) var size: Size
    /// Things worth telling once, such as an unknown TERM.
    package let notices: [String]
    /// Keys, resizes and signals, in order.
    package let input: AsyncStream<TerminalInput>

    private let theme: Theme
    private let isUTF8: Bool
    private let isInsideTmux: Bool
    private let reader: TerminalReader
    private var shown: CellGrid?
    private var shownCursor: Position?
    private var isOpen = true

    /// Opens the screen.
    ///
    /// - Parameters:
    ///   - environment: `TERM`, `NO_COLOR`, `TMUX`.
    ///   - errorLog: where fd 2 goes while the screen is up.
    /// - Throws: when this is no terminal, or one that cannot be used.
    package init(environment: [String: String], errorLog: String?) throws(TerminalFailure) {
        guard isatty(STDIN_FILENO) == 1, isatty(STDOUT_FILENO) == 1 else {
            throw TerminalFailure(
                description: "the screen needs a terminal on stdin and stdout; for scripts there is: sextant snapshot pods")
        }
        isUTF8 = sx_locale_is_utf8() == 1
        let wanted = environment["TERM"] ?? ""
        var notices: [String] = []
        if wanted.isEmpty || sx_open(wanted) != 0 {
            guard sx_open("xterm-256color") == 0 else {
                throw TerminalFailure(
                    description: "terminfo knows neither TERM=\(wanted) nor xterm-256color: install ncurses-base")
            }
            notices.append("TERM=\(wanted) is unknown to terminfo; drawing for xterm-256color.")
        }
        self.notices = notices
        if let errorLog { _ = sx_redirect_stderr(errorLog) }
        theme = Theme(depth: .detect(environment: environment, terminalColours: Int(sx_colours())))
        isInsideTmux = !(environment["TMUX"] ?? "").isEmpty
        size = Self.measure() ?? Size(columns: 80, rows: 24)
        (reader, input) = TerminalReader.start(signals: sx_watch_signals())
    }

    private static func measure() -> Size? {
        var (rows, columns): (Int32, Int32) = (0, 0)
        guard sx_size(&rows, &columns) == 0, rows > 0, columns > 0 else { return nil }
        return Size(columns: Int(columns), rows: Int(rows))
    }

    /// Takes the terminal's size over after `.resized`.
    package func resize(to size: Size) {
        self.size = size
        sx_resize(Int32(size.rows), Int32(size.columns))
        shown = nil
        sx_forget()
    }

    package func paint(_ grid: CellGrid, cursor: Position?) {
        guard isOpen else { return }
        let next = isUTF8 ? grid : grid.ascii
        let previous = shown?.size == next.size ? shown : nil
        for row in 0..<min(next.size.rows, size.rows) {
            if let previous, previous.row(row) == next.row(row) { continue }
            paint(next.row(row), row: row)
        }
        shown = next
        shownCursor = cursor
        sx_cursor(Int32(cursor?.row ?? -1), Int32(cursor?.column ?? 0))
        sx_refresh()
    }

    /// Gives a row to ncurses: ASCII in runs of one style, every other character at its own cell.
    private func paint(_ cells: ArraySlice<Cell>, row: Int) {
        var run: [UInt8] = []
        var runStart = 0
        var runStyle = Style.plain
        for (column, cell) in zip(0..., cells) where column < size.columns {
            if let byte = cell.character.asciiValue, cell.width == 1 {
                if run.isEmpty || cell.style != runStyle {
                    put(run, row: row, column: runStart, style: runStyle)
                    (run, runStart, runStyle) = ([], column, cell.style)
                }
                run.append(byte)
            } else {
                put(run, row: row, column: runStart, style: runStyle)
                run = []
                if cell.width > 0 { put(cell, row: row, column: column) }
            }
        }
        put(run, row: row, column: runStart, style: runStyle)
    }

    private func put(_ cell: Cell, row: Int, column: Int) {
        // A width that the C library sees differently would shift the rest of the line.
        let scalar = cell.character.unicodeScalars.first?.value ?? 0x20
        let isKnown = sx_width(scalar) == Int32(cell.width)
        let text = isKnown ? Array(String(cell.character).utf8) : Array("\u{FFFD}".utf8)
        put(text, row: row, column: column, style: cell.style)
        if !isKnown, cell.width == 2 { put([0x20], row: row, column: column + 1, style: cell.style) }
    }

    private func put(_ text: [UInt8], row: Int, column: Int, style: Style) {
        guard !text.isEmpty else { return }
        let look = theme.appearance(of: style)
        var attributes = 0
        if look.isBold { attributes |= SX_BOLD }
        if look.isDim { attributes |= SX_DIM }
        if look.isUnderlined { attributes |= SX_UNDERLINE }
        if look.isReversed { attributes |= SX_REVERSE }
        text.withUnsafeBytes { bytes in
            sx_put(
                Int32(row), Int32(column), bytes.bindMemory(to: CChar.self).baseAddress, Int32(text.count),
                Int32(attributes), Int32(look.foreground ?? -1), Int32(look.background ?? -1))
        }
    }

    package func repaint() {
        shown = nil
        sx_forget()
    }

    /// Puts a text on the clipboard by OSC 52; inside tmux through its passthrough as well.
    package func copy(_ text: String) {
        let sequence = clipboardSequence(text, isInsideTmux: isInsideTmux)
        sequence.withUnsafeBytes { sx_send($0.bindMemory(to: CChar.self).baseAddress, Int32($0.count)) }
    }

    /// Gives the terminal to the shell and stops, until the shell continues us.
    package func suspend() {
        sx_leave()
        sx_stop()
        sx_resume()
        shown = nil
        if let measured = Self.measure() { resize(to: measured) }
    }

    /// Gives the terminal back for good.
    package func close() {
        guard isOpen else { return }
        isOpen = false
        reader.stop()
        sx_close()
        sx_restore_stderr()
    }

    /// The size to take over after SIGWINCH.
    package static func currentSize() -> Size? { measure() }
}
