import CVTerm
import Screen

/// What the library calls back with, collected until a picture is made.
///
/// The library holds it unretained and calls it only within calls of `TerminalEmulator`, which owns both.
final class TerminalSink {
    /// Bytes kept of what the program is to be told.
    private static let outputLimit = 4096
    /// Cells of a line that are taken back from above the screen.
    private static let continuedLimit = 10_000
    /// Characters kept of a title.
    private static let titleLimit = 200

    var reader = CellReader()
    private var damage: [Bool]
    /// Whether there is something for a picture.
    private(set) var hasChanged = false
    private var scrollback: Scrollback
    private var line = CompactLine()
    private var written: [UInt8] = []
    private var title = ""
    private var bells = 0
    private(set) var mouse = TerminalPicture.MouseWish.none
    private(set) var isAlternate = false
    private(set) var isCursorVisible = true
    private(set) var cursorShape = TerminalPicture.CursorShape.block

    init(rows: Int, scrollback: Scrollback) {
        damage = Array(repeating: true, count: rows)
        self.scrollback = scrollback
    }

    func isDamaged(row: Int) -> Bool { damage[row] }

    func resize(rows: Int) {
        damage = Array(repeating: true, count: rows)
        hasChanged = true
    }

    func setTitle(_ bytes: [UInt8]) {
        title = String(sanitized(String(decoding: bytes, as: UTF8.self)).prefix(Self.titleLimit))
        hasChanged = true
    }

    func clearScrollback() {
        scrollback.removeAll()
        hasChanged = true
    }

    /// Writes what was collected into a picture, and starts anew.
    func describe(in picture: inout TerminalPicture) {
        picture.title = title
        picture.mouse = mouse
        picture.isAlternate = isAlternate
        picture.bells = bells
        picture.scrollback = scrollback
        for row in damage.indices { damage[row] = false }
        hasChanged = false
    }

    /// How many lines have left the screen so far, less those that came back.
    var linesAbove: Int { scrollback.dropped + scrollback.count }

    /// Takes the line back from above the screen that goes on in its first row; empty when there is none.
    func takeContinuedLine() -> [Cell] {
        var (rows, count): ([[Cell]], Int) = ([], 0)
        while count < Self.continuedLimit, scrollback.lastIsContinued, let row = scrollback.removeLast() {
            rows.append(row.cells)
            count += max(1, row.cells.count)
        }
        return Array(rows.reversed().joined())
    }

    func takeOutput() -> [UInt8] {
        defer { written = [] }
        return written
    }

    /// What the library writes while `body` runs, apart from what it wrote before.
    func collectOutput(_ body: () -> Void) -> [UInt8] {
        let before = takeOutput()
        body()
        defer { written = before }
        return takeOutput()
    }

    // MARK: What the library calls

    static let callbacks: VTermScreenCallbacks = {
        var callbacks = VTermScreenCallbacks()
        callbacks.damage = { rect, user in TerminalSink.of(user)?.damaged(rect) ?? 0 }
        callbacks.settermprop = { property, value, user in TerminalSink.of(user)?.set(property, value) ?? 0 }
        callbacks.bell = { user in TerminalSink.of(user)?.rang() ?? 0 }
        callbacks.sb_pushline = { columns, cells, user in TerminalSink.of(user)?.push(cells, columns) ?? 0 }
        callbacks.sb_popline = { columns, cells, user in TerminalSink.of(user)?.pop(cells, columns) ?? 0 }
        return callbacks
    }()

    static let output: @convention(c) (UnsafePointer<CChar>?, Int, UnsafeMutableRawPointer?) -> Void = {
        bytes, count, user in
        guard let bytes, let sink = TerminalSink.of(user), sink.written.count + count <= outputLimit else { return }
        UnsafeBufferPointer(start: bytes, count: count).withMemoryRebound(to: UInt8.self) { sink.written += $0 }
    }

    private static func of(_ user: UnsafeMutableRawPointer?) -> TerminalSink? {
        user.map { Unmanaged<TerminalSink>.fromOpaque($0).takeUnretainedValue() }
    }

    private func damaged(_ rect: VTermRect) -> Int32 {
        let rows = max(0, Int(rect.start_row))..<max(0, Int(rect.start_row), Int(rect.end_row))
        for row in rows.clamped(to: damage.indices) { damage[row] = true }
        hasChanged = true
        return 1
    }

    private func set(_ property: VTermProp, _ value: UnsafeMutablePointer<VTermValue>?) -> Int32 {
        guard let value = value?.pointee else { return 0 }
        hasChanged = true
        switch property {
        case VTERM_PROP_CURSORVISIBLE: isCursorVisible = value.boolean != 0
        case VTERM_PROP_ALTSCREEN: isAlternate = value.boolean != 0
        case VTERM_PROP_CURSORSHAPE:
            cursorShape =
                switch value.number {
                case Int32(VTERM_PROP_CURSORSHAPE_UNDERLINE): .underline
                case Int32(VTERM_PROP_CURSORSHAPE_BAR_LEFT): .bar
                default: .block
                }
        case VTERM_PROP_MOUSE:
            mouse =
                switch value.number {
                case Int32(VTERM_PROP_MOUSE_NONE): .none
                case Int32(VTERM_PROP_MOUSE_CLICK): .clicks
                case Int32(VTERM_PROP_MOUSE_DRAG): .drags
                default: .moves
                }
        default: break
        }
        return 1
    }

    private func rang() -> Int32 {
        bells &+= 1
        hasChanged = true
        return 1
    }

    private func push(_ cells: UnsafePointer<VTermScreenCell>?, _ columns: Int32) -> Int32 {
        guard let cells, columns > 0 else { return 0 }
        reader.compact(UnsafeBufferPointer(start: cells, count: Int(columns)), into: &line)
        scrollback.append(line)
        hasChanged = true
        return 1
    }

    private func pop(_ cells: UnsafeMutablePointer<VTermScreenCell>?, _ columns: Int32) -> Int32 {
        guard let cells, columns > 0, let row = scrollback.removeLast() else { return 0 }
        CellReader.fill(UnsafeMutableBufferPointer(start: cells, count: Int(columns)), with: row)
        hasChanged = true
        return 1
    }
}
