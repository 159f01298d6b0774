import CVTerm
import Screen
import Synchronization

/// Makes the bytes that a program writes to its terminal into pictures, and keys into the bytes that it reads.
///
/// It belongs to one task or actor at a time. No byte of the program reaches anything but cells, the title and the answers.
package final class TerminalEmulator {
    /// The largest screen; a larger one is cut.
    package static let largest = Size(columns: 1000, rows: 500)
    /// The library writes wide characters without looking whether there is room for both halves.
    private static let fewestColumns = 2

    package private(set) var size: Size
    /// Columns of the library's screen.
    var libraryColumns: Int { max(Self.fewestColumns, size.columns) }
    let terminal: OpaquePointer
    private let screen: OpaquePointer
    private let callbacks: UnsafeMutablePointer<VTermScreenCallbacks>
    let sink: TerminalSink
    private var filter = OutputFilter()
    private var last: TerminalPicture

    /// A blank screen of a size.
    /// - Parameters:
    ///   - size: at least 1x1 is taken, and at most `largest`.
    ///   - scrollback: where the lines go that leave the screen.
    package init(size: Size, scrollback: Scrollback = Scrollback()) {
        let size = Self.clamped(size)
        guard let terminal = vterm_new(Int32(size.rows), Int32(max(Self.fewestColumns, size.columns))) else {
            preconditionFailure("no memory for a terminal")
        }
        guard let screen = vterm_obtain_screen(terminal) else { preconditionFailure("no memory for a screen") }
        self.size = size
        self.terminal = terminal
        self.screen = screen
        sink = TerminalSink(rows: size.rows, scrollback: scrollback)
        last = TerminalPicture(size: size)
        callbacks = .allocate(capacity: 1)
        callbacks.initialize(to: TerminalSink.callbacks)
        let user = Unmanaged.passUnretained(sink).toOpaque()
        vterm_set_utf8(terminal, 1)
        vterm_output_set_callback(terminal, TerminalSink.output, user)
        vterm_screen_set_callbacks(screen, callbacks, user)
        vterm_screen_set_damage_merge(screen, VTERM_DAMAGE_ROW)
        vterm_screen_enable_altscreen(screen, 1)
        vterm_screen_reset(screen, 1)
    }

    deinit {
        vterm_free(terminal)
        callbacks.deinitialize(count: 1)
        callbacks.deallocate()
    }

    private static func clamped(_ size: Size) -> Size {
        Size(columns: min(max(1, size.columns), largest.columns), rows: min(max(1, size.rows), largest.rows))
    }

    /// Takes what the program wrote; sequences and characters may be split anywhere.
    package func feed(_ bytes: some Sequence<UInt8>) {
        let fed: Void? = bytes.withContiguousStorageIfAvailable { feed($0) }
        if fed == nil { Array(bytes).withUnsafeBufferPointer { feed($0) } }
    }

    private func feed(_ bytes: UnsafeBufferPointer<UInt8>) {
        filter.take(bytes, columns: size.columns) { piece in
            switch piece {
            case .output(let bytes, let scrollsWhole): write(bytes, scrollsWhole: scrollsWhole)
            case .title(let bytes): sink.setTitle(bytes)
            case .clearScrollback: sink.clearScrollback()
            }
        }
    }

    /// Gives the screen another size; lines are wrapped anew, what no longer fits goes to the scrollback, and comes back from there.
    ///
    /// Lines of the scrollback keep their width.
    package func resize(to size: Size) {
        let size = Self.clamped(size)
        guard size != self.size else { return }
        vterm_screen_flush_damage(screen)
        resetScrollRegion()
        filter.forgetRegion()
        let changesWidth = libraryColumns != max(Self.fewestColumns, size.columns)
        let lines = changesWidth && !sink.isAlternate && filter.writesPlainly ? takeLines() : nil
        self.size = size
        sink.resize(rows: size.rows)
        vterm_set_size(terminal, Int32(size.rows), Int32(libraryColumns))
        input(OutputFilter.nothing)
        if let lines { write(lines) }
    }

    /// A region that does not fit the new size would not be made to; xterm resets it too.
    private func resetScrollRegion() {
        var (before, after) = (VTermPos(), VTermPos())
        vterm_state_get_cursorpos(vterm_obtain_state(terminal), &before)
        input(Array("\u{1B}[r".utf8))
        vterm_state_get_cursorpos(vterm_obtain_state(terminal), &after)
        guard before.row != after.row || before.col != after.col else { return }
        input(Array("\u{1B}[\(before.row + 1);\(before.col + 1)H".utf8))
    }

    /// Bytes that the library is given at once: it takes four times as many of the stack.
    private static let mostAtOnce = 4096

    private func write(_ bytes: UnsafeBufferPointer<UInt8>, scrollsWhole: Bool) {
        var start = 0
        while start < bytes.count {
            var end = min(start + Self.mostAtOnce, bytes.count)
            // Not within a character.
            while end < bytes.count, end > start + 1, bytes[end] & 0xC0 == 0x80 { end -= 1 }
            if scrollsWhole, let lines = linesThatScroll(UnsafeBufferPointer(rebasing: bytes[start..<end])) {
                input(Array("\u{1B}[\(lines.count)S\u{1B}[\(lines.count)A".utf8))
                end = start + lines.end
            }
            input(UnsafeBufferPointer(rebasing: bytes[start..<end]))
            start = end
        }
    }

    /// How many line feeds come that would each scroll the whole screen, and where they end; `nil` when that is not sure or not worth it.
    ///
    /// For the library scrolling is dear, and by many lines no dearer than by one: it is done before, and the lines are written to the
    /// rows that have become free. Nothing but text and colours of letters may stand between.
    private func linesThatScroll(_ bytes: UnsafeBufferPointer<UInt8>) -> (count: Int, end: Int)? {
        guard size.rows > 4 else { return nil }
        var place = VTermPos()
        vterm_state_get_cursorpos(vterm_obtain_state(terminal), &place)
        // In the last column the next character may be about to wrap.
        guard Int(place.row) == size.rows - 1, Int(place.col) < size.columns - 1 else { return nil }
        var (count, end, index) = (0, 0, 0)
        while index < bytes.count, count < size.rows - 1 {
            let byte = bytes[index]
            if byte == 0x1B {
                guard let next = OutputFilter.endOfLetterColours(bytes, at: index) else { break }
                index = next
                continue
            }
            index += 1
            if byte == 0x0A { (count, end) = (count + 1, index) }
        }
        guard count >= 3 else { return nil }
        var background = VTermValue()
        guard vterm_state_get_penattr(vterm_obtain_state(terminal), VTERM_ATTR_BACKGROUND, &background) != 0,
            UInt32(background.color.type) & VTERM_COLOR_DEFAULT_BG.rawValue != 0
        else { return nil }
        return (count, end)
    }

    private func input(_ bytes: UnsafeBufferPointer<UInt8>) {
        bytes.withMemoryRebound(to: CChar.self) { _ = vterm_input_write(terminal, $0.baseAddress, $0.count) }
    }

    func input(_ bytes: [UInt8]) { bytes.withUnsafeBufferPointer { write($0, scrollsWhole: false) } }

    /// What the program is to be told because it asked, such as where the cursor is; at most a few kilobytes are kept.
    package func takeReplies() -> [UInt8] { sink.takeOutput() }

    /// Whether the program asked to be told where a paste begins and ends.
    var wantsBracketedPaste: Bool { !sink.collectOutput { vterm_keyboard_start_paste(terminal) }.isEmpty }

    // MARK: Pictures

    /// What is on the screen now; the same picture as before when nothing has changed.
    ///
    /// Only rows that have changed are made anew.
    package func picture() -> TerminalPicture {
        vterm_screen_flush_damage(screen)
        let cursor = cursor
        let wantsBracketedPaste = wantsBracketedPaste
        guard
            sink.hasChanged || cursor != last.cursor || wantsBracketedPaste != last.wantsBracketedPaste
                || last.version == 0
        else { return last }
        var picture = TerminalPicture(last, version: Self.versions.wrappingAdd(1, ordering: .relaxed).newValue)
        let isResized = picture.size != size
        if isResized {
            picture.size = size
            picture.rows = Array(repeating: TerminalRow(cells: []), count: size.rows)
        }
        for row in 0..<size.rows where isResized || sink.isDamaged(row: row) {
            picture.rows[row] = self.row(row, columns: size.columns)
        }
        picture.cursor = cursor
        picture.wantsBracketedPaste = wantsBracketedPaste
        sink.describe(in: &picture)
        last = picture
        return picture
    }

    private static let versions = Atomic<UInt64>(0)

    var cursor: TerminalPicture.Cursor {
        var place = VTermPos()
        vterm_state_get_cursorpos(vterm_obtain_state(terminal), &place)
        let position = Position(
            column: min(max(0, Int(place.col)), size.columns - 1), row: min(max(0, Int(place.row)), size.rows - 1))
        return TerminalPicture.Cursor(position: position, isVisible: sink.isCursorVisible, shape: sink.cursorShape)
    }

    func row(_ row: Int, columns: Int) -> TerminalRow {
        let (cells, isFull) = sink.reader.row(columns: columns) { column in
            var cell = VTermScreenCell()
            let place = VTermPos(row: Int32(row), col: Int32(column))
            return vterm_screen_get_cell(screen, place, &cell) == 0 ? nil : cell
        }
        return TerminalRow(cells: cells, isContinued: isFull && !sink.isAlternate && row < size.rows - 1)
    }
}
