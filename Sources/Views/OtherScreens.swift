import AppCore
import Screen

/// `:ctx`: the contexts of the kubeconfig.
func drawContexts(_ view: ContextsView, _ state: AppState, _ grid: inout CellGrid) {
    grid.write([Piece(" Contexts ", .title), Piece("\(state.contexts.count)", .titleCount)], column: 0, row: 1)
    if let reason = view.reason {
        grid.write("● " + reason, column: 14, row: 1, style: Style(.broken))
    }
    let titles = ["NAME", "CLUSTER", "USER", "NAMESPACE", "SERVER"]
    let cells = state.contexts.map { context in
        let server = context.problem.map { "● " + $0 } ?? context.server
        return [context.name, context.cluster, context.user, context.namespace, server]
    }
    let widths = titles.indices.map { index in
        min(40, cells.map { textWidth($0[index]) }.reduce(textWidth(titles[index]), max))
    }
    if state.contexts.isEmpty {
        draw(paragraphs: [("The kubeconfig has no contexts.", .plain)], state, &grid)
    }
    func write(_ texts: [String], row: Int, style: (Int) -> Style) {
        var column = 3
        for (index, text) in texts.enumerated() where column < state.size.columns {
            let isLast = index == texts.count - 1
            grid.write(text, column: column, row: row, width: isLast ? nil : widths[index], style: style(index))
            column += widths[index] + 2
        }
    }
    write(titles, row: state.body.row) { _ in Style(.columnHeader) }
    for line in 0..<max(0, min(state.visibleRows, state.contexts.count - view.top)) {
        let index = view.top + line
        let row = state.body.row + 1 + line
        let isSelected = index == view.selectedIndex
        let context = state.contexts[index]
        if isSelected {
            grid.clear(row: row, style: Style(.plain, isSelected: true))
            grid.write("▸", column: 0, row: row, style: Style(.plain, isSelected: true))
        }
        if context.name == state.session?.context {
            grid.write("✓", column: 1, row: row, style: Style(.fine, isSelected: isSelected))
        }
        write(cells[index], row: row) { column in
            Style(column == 4 && context.problem != nil ? .broken : .plain, isSelected: isSelected)
        }
    }
}

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
