import AppCore
import KubernetesModel
import Screen

/// What a terminal is to show.
package struct Frame: Sendable, Equatable {
    package var grid: CellGrid
    /// Where the text cursor stands; `nil` hides it.
    package var cursor: Position?
}

/// The whole screen for a state: header, title, body, footer.
///
/// Pure, and without limits on the size.
package func render(_ shown: AppState) -> Frame {
    // All but the panes is drawn over the whole screen.
    let state = shown.onWholeScreen
    var frame = Frame(grid: CellGrid(size: state.size), cursor: nil)
    guard state.size.rows >= 4, state.size.columns >= 16 else {
        frame.grid.write("sextant: enlarge the window", column: 0, row: 0, style: Style(.notice))
        return frame
    }
    drawHeader(state.focused(on: state.navigable), &frame.grid)
    if state.helpTop != nil {
        drawHelp(state, &frame.grid)
    } else {
        drawPanes(shown, &frame)
    }
    if let dialog = state.dialog { drawDialog(dialog, state, &frame) }
    if let dialog = state.forwardDialog { drawForwardDialog(dialog, state, &frame) }
    if let signIn = state.shownSignIn { drawSignIn(signIn, state, &frame.grid) }
    drawFooter(state, &frame)
    return frame
}

/// A piece of text with its role, for lines that are put together from pieces.
struct Piece {
    var text: String
    var role: StyleRole

    init(_ text: String, _ role: StyleRole = .plain) {
        self.text = text
        self.role = role
    }
}

extension CellGrid {
    /// Writes pieces one behind the other; the cell after the last.
    @discardableResult
    mutating func write(_ pieces: [Piece], column: Int, row: Int, limit: Int? = nil) -> Int {
        var position = column
        let end = limit ?? size.columns
        for piece in pieces where position < end {
            position = write(piece.text, column: position, row: row, width: end - position, style: Style(piece.role))
        }
        return position
    }

    /// Writes pieces so that they end before `end`.
    mutating func write(_ pieces: [Piece], endingAt end: Int, row: Int) {
        write(pieces, column: max(0, end - width(of: pieces)), row: row, limit: end)
    }
}

func width(of pieces: [Piece]) -> Int { pieces.reduce(0) { $0 + textWidth($1.text) } }

/// A time of day, such as `12:03:44`.
func clock(_ time: Timestamp, _ state: AppState) -> String {
    let local = time.seconds + Int64(state.options.utcOffsetSeconds)
    let day = ((local % 86400) + 86400) % 86400
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(two(day / 3600)):\(two(day / 60 % 60)):\(two(day % 60))"
}

/// A number with its thousands apart, such as `3,035`.
func grouped(_ number: Int) -> String {
    var digits = Array(String(number))
    var index = digits.count - 3
    while index > 0 {
        digits.insert(",", at: index)
        index -= 3
    }
    return String(digits)
}

/// How long something takes so far, such as `1.2 s`.
func elapsed(since start: Timestamp, now: Timestamp) -> String {
    let tenths = max(0, (now.microseconds &- start.microseconds) / 100_000)
    return tenths < 100 ? "\(tenths / 10).\(tenths % 10) s" : "\(tenths / 10) s"
}
