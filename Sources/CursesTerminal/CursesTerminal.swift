import CCurses
import Screen

/// The real terminal, through ncurses; one at a time in a process.
///
/// From `init` to `close` the screen is ours; `exit`, a crash or a signal that ends the process gives it back as it was.
@MainActor
package final class CursesTerminal: Terminal {
    private static let fallbackType = "xterm-256color"

    package private(set) var size: Size
    /// Things worth telling once, such as an unknown TERM; often empty.
    package let notices: [String]
    /// Keys, resizes and signals, in order, for one reader.
    package let input: AsyncStream<TerminalInput>

    private let theme: Theme
    /// Whether anything but ASCII can be shown.
    private let isUTF8: Bool
    private let environment: [String: String]
    private let reader: TerminalReader
    private var shown: CellGrid?
    private var shownCursor: Position?
    private var isOpen = true
    /// Whether another program has the terminal.
    private var isLent = false

    /// Opens the screen.
    /// - Parameters:
    ///   - environment: `TERM`, `NO_COLOR`, `TMUX`.
    ///   - errorLog: where standard error goes while the screen is up, so that nothing runs across it; nowhere when `nil`.
    ///   - terminal: the tty to read.
    ///   - output: the tty to write.
    /// - Throws: when there is no terminal, or one that cannot be used; nothing has changed then.
    package init(
        environment: [String: String], errorLog: String?, terminal: Int32 = 0, output: Int32 = 1
    ) throws(TerminalFailure) {
        guard sx_is_tty(terminal, output) else {
            throw TerminalFailure(
                description: "the screen needs a terminal on stdin and stdout; "
                    + "for scripts there is: sextant snapshot pods")
        }
        isUTF8 = sx_set_locale()
        notices = try CursesTerminal.open(environment, errorLog, terminal, output)
        self.environment = environment
        theme = Theme(depth: ColourDepth.detect(environment: environment, terminalColours: Int(sx_colours())))
        size = currentTerminalSize() ?? Size(columns: 80, rows: 24)
        // Unbounded: a person types slowly, and a lost key would be worse than a late one.
        let (stream, continuation) = AsyncStream.makeStream(of: TerminalInput.self, bufferingPolicy: .unbounded)
        input = stream
        reader = TerminalReader(continuation)
        sx_resize(Int32(size.columns), Int32(size.rows))
        reader.start(input: terminal, signals: sx_signal_pipe()) { [weak self] in self?.suspend() }
    }

    /// Opens the screen and returns what is worth telling about it.
    private static func open(
        _ environment: [String: String], _ errorLog: String?, _ input: Int32, _ output: Int32
    ) throws(TerminalFailure) -> [String] {
        let wanted = environment["TERM"] ?? ""
        func attempt(_ type: String) -> sx_open_result {
            sx_open(input, output, type, errorLog, "sextant")
        }
        var result = wanted.isEmpty ? sx_open_unknown_type : attempt(wanted)
        var notices: [String] = []
        if result == sx_open_unknown_type, wanted != fallbackType {
            result = attempt(fallbackType)
            let reason = wanted.isEmpty ? "TERM is not set" : "TERM=\(wanted) is unknown to terminfo"
            notices.append("\(reason); drawing for \(fallbackType).")
        }
        switch result {
        case sx_open_ok: return notices
        case sx_open_unknown_type:
            throw TerminalFailure(
                description: "terminfo knows neither TERM=\(wanted) nor \(fallbackType): install ncurses-base")
        case sx_open_unusable_type:
            throw TerminalFailure(
                description: "TERM=\(wanted) is a terminal that cannot place text; set TERM to what yours is, "
                    + "such as \(fallbackType), or print one screen with: sextant snapshot pods")
        default:
            throw TerminalFailure(description: "the terminal could not be opened (TERM=\(wanted))")
        }
    }

    /// The window's size; `nil` when the terminal does not know.
    package static func currentSize() -> Size? { currentTerminalSize() }

    /// Takes the terminal's size over after `.resized`; everything has to be painted again.
    package func resize(to size: Size) {
        guard isOpen, !isLent, size != self.size else { return }
        self.size = Size(columns: max(1, size.columns), rows: max(1, size.rows))
        sx_resize(Int32(self.size.columns), Int32(self.size.rows))
        shown = nil
        sx_retake()
    }

    // MARK: Painting

    package func paint(_ grid: CellGrid, cursor: Position?) {
        guard isOpen, !isLent else { return }
        let cursor = cursor.flatMap { isInside($0) ? $0 : nil }
        let next = isUTF8 ? grid : grid.ascii
        if shown == next, shownCursor == cursor { return }
        for row in 0..<min(next.size.rows, size.rows) {
            let columns = GridDiff.changedColumns(of: row, from: shown, to: next)
            if !columns.isEmpty { paint(next.row(row), row: row, columns: columns) }
        }
        shown = next
        shownCursor = cursor
        sx_refresh(cursor.map { Int32($0.row) } ?? -1, cursor.map { Int32($0.column) } ?? 0)
    }

    private func isInside(_ position: Position) -> Bool {
        Rect(column: 0, row: 0, columns: size.columns, rows: size.rows).contains(position)
    }

    /// Gives a part of a row to ncurses: ASCII in runs of one style, every other character at its own column.
    private func paint(_ cells: ArraySlice<Cell>, row: Int, columns: Range<Int>) {
        let limit = min(cells.count, size.columns)
        var run = AsciiRun(column: columns.lowerBound, style: .plain)
        var column = columns.lowerBound
        while column < min(columns.upperBound, limit) {
            let cell = cells[cells.startIndex + column]
            let width = max(1, Int(cell.width))
            if cell.style != run.style {
                put(run, row)
                run = AsciiRun(column: column, style: cell.style)
            }
            // Half a wide character, at an edge or alone, is a blank.
            guard cell.width > 0, column + width <= limit else {
                run.bytes.append(UInt8(ascii: " "))
                column += 1
                continue
            }
            switch PaintedText(cell, columnsOf: { Int(sx_scalar_width($0.value)) }) {
            case .ascii(let byte): run.bytes.append(byte)
            case .scalars(let scalars, let padding):
                put(run, row)
                put(scalars, style: cell.style, row: row, column: column)
                run = AsciiRun(column: column + width - padding, style: cell.style)
                run.bytes += Array(repeating: UInt8(ascii: " "), count: padding)
            }
            column += width
        }
        put(run, row)
    }

    private func put(_ run: AsciiRun, _ row: Int) {
        guard !run.bytes.isEmpty else { return }
        let look = theme.appearance(of: run.style)
        sx_put_ascii(
            Int32(row), Int32(run.column), run.bytes, Int32(run.bytes.count), look.flags,
            Int32(look.foreground ?? -1), Int32(look.background ?? -1))
    }

    private func put(_ scalars: [UInt32], style: Style, row: Int, column: Int) {
        let look = theme.appearance(of: style)
        sx_put_scalars(
            Int32(row), Int32(column), scalars, Int32(scalars.count), look.flags, Int32(look.foreground ?? -1),
            Int32(look.background ?? -1))
    }

    /// Sends everything again, and the tty's modes with it: another program may have had the terminal.
    package func repaint() {
        guard isOpen, !isLent else { return }
        sx_retake()
        if let grid = shown, grid.size == size {
            sx_refresh(shownCursor.map { Int32($0.row) } ?? -1, shownCursor.map { Int32($0.column) } ?? 0)
        }
        shown = nil
        // In the background nobody is told of a new size.
        if let now = currentTerminalSize(), now != size { reader.send(.resized(now)) }
    }

    package func copy(_ text: String) {
        guard isOpen else { return }
        let bytes = Clipboard.clipped(text)
        let sequence = Clipboard.sequence(for: bytes, environment: environment)
        _ = sx_write(sequence, sequence.count)
        // As delivered tmux heeds neither form of the sequence, but its own command reaches the clipboard too.
        if Clipboard.isInsideTmux(environment) { Clipboard.feedTmux(bytes) }
    }

    // MARK: Leaving

    /// Gives the terminal to another program, such as one that asks for a password, until `body` returns.
    ///
    /// Nothing is painted or read meanwhile.
    package func lend(_ body: @Sendable () async -> Void) async {
        guard isOpen, !isLent else { return }
        isLent = true
        reader.pause()
        sx_leave()
        await body()
        isLent = false
        guard isOpen else { return }
        sx_enter()
        reader.resume()
        repaint()
    }

    /// Gives the terminal to the shell and stops as Ctrl-Z does elsewhere; shows everything again when it is continued.
    package func suspend() {
        guard isOpen else { return }
        // The program that has the terminal has stopped already, and goes on with us.
        guard !isLent else { return sx_stop_group() }
        sx_leave()
        sx_stop_group()
        sx_enter()
        repaint()
    }

    /// Gives the terminal back for good; does nothing the second time.
    package func close() {
        guard isOpen else { return }
        isOpen = false
        reader.close()
        sx_close()
    }
}

/// Neighbouring ASCII cells of one style.
private struct AsciiRun {
    let column: Int
    let style: Style
    var bytes: [UInt8] = []
}

extension Appearance {
    fileprivate var flags: UInt32 {
        (isBold ? sx_bold.rawValue : 0) | (isDim ? sx_dim.rawValue : 0) | (isUnderlined ? sx_underline.rawValue : 0)
            | (isReversed ? sx_reverse.rawValue : 0) | (isItalic ? sx_italic.rawValue : 0)
    }
}
