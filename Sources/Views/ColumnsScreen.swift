import AppCore
import KubernetesModel
import Screen

/// The columns of a table: which are shown, from left to right, and what they say.
func drawColumns(_ view: ColumnsView, _ state: AppState, _ grid: inout CellGrid) {
    let columns = view.columns
    let pieces = [
        Piece(" Columns of \(view.table.kind.groupResource.resource) ", .title), Piece("\(columns.count)", .titleCount),
        Piece(view.choice.isEmpty ? "" : "   changed; r shows them as at first", .dim),
    ]
    grid.write(pieces, column: 0, row: 1, limit: state.size.columns - 1)
    let width = columns.map { textWidth(view.table.columns[$0].title) }.reduce(0, max)
    for (offset, index) in columns.dropFirst(view.top).prefix(state.body.rows).enumerated() {
        let column = view.table.columns[index]
        let row = state.body.row + offset
        let isSelected = view.top + offset == view.selectedIndex
        func style(_ role: StyleRole) -> Style { Style(role, isSelected: isSelected) }
        if isSelected {
            grid.clear(row: row, style: style(.plain))
            grid.write("▸", column: 0, row: row, style: style(.plain))
        }
        let mark = view.mark(of: column)
        let (sign, words, role): (String, String, StyleRole) =
            switch mark {
            case .always: ("✓", column.isName ? "always" : "shown", .plain)
            case .wide: ("·", "wide", .dim)
            case .never: (" ", "hidden", .dim)
            }
        grid.write(sign, column: 1, row: row, style: style(mark == .always ? .fine : .dim))
        grid.write(words, column: 3, row: row, style: style(.dim))
        let title = min(width, max(8, state.size.columns - 14))
        grid.write(column.title, column: 11, row: row, width: title, style: style(role))
        let help = 11 + title + 2
        grid.write(
            column.help, column: help, row: row, width: max(0, state.size.columns - 1 - help), style: style(.dim))
    }
}
