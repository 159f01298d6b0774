import AppCore
import Screen

/// `?`: the keys that work in the place below.
func drawHelp(_ state: AppState, _ grid: inout CellGrid) {
    let lines = HelpPage.lines(for: state)
    let top = state.helpTop ?? 0
    let shown = lines.dropFirst(top).prefix(max(0, state.body.rows))
    grid.write(
        [
            Piece(" Help ", .title),
            Piece("\(min(lines.count, top + 1))-\(top + shown.count) of \(lines.count)", .titleCount),
            Piece("   Esc closes", .dim),
        ], column: 0, row: 1)
    let keyWidth = HelpPage.keyWidth(columns: state.size.columns)
    for (offset, line) in shown.enumerated() {
        let row = state.body.row + offset
        if line.keys.isEmpty {
            grid.write(line.text, column: 1, row: row, style: Style(.title))
        } else {
            grid.write(line.keys, column: 3, row: row, width: keyWidth, style: Style(.footerKey))
            grid.write(
                line.text, column: 3 + keyWidth + 2, row: row,
                style: Style(line.isUnavailable ? .footerUnavailable : .plain))
        }
    }
}
