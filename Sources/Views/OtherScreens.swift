import AppCore
import Screen

/// `:ctx`: the contexts of the kubeconfig.
func drawContexts(_ view: ContextsView, _ state: AppState, _ grid: inout CellGrid) {
    grid.write([Piece(" Contexts ", .title), Piece("\(state.contexts.count)", .titleCount)], column: 0, row: 1)
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
    let reason = view.reasonLines(columns: state.size.columns)
    for (offset, line) in reason.enumerated() {
        grid.write(line, column: 1, row: state.body.row + offset, style: Style(.broken))
    }
    let firstRow = state.body.row + reason.count
    write(titles, row: firstRow) { _ in Style(.columnHeader) }
    for line in 0..<max(0, min(state.visibleRows(of: view), state.contexts.count - view.top)) {
        let index = view.top + line
        let row = firstRow + 1 + line
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
    drawProblem(view, state, &grid, below: firstRow)
}

/// What is wrong with the selected context in full, at the bottom: a row has no room for it.
private func drawProblem(_ view: ContextsView, _ state: AppState, _ grid: inout CellGrid, below top: Int) {
    guard state.contexts.indices.contains(view.selectedIndex) else { return }
    let context = state.contexts[view.selectedIndex]
    guard let problem = context.problem, view.reason?.contains(problem) != true else { return }
    let lines = wrapped("● \(context.name): \(problem)", width: max(16, state.size.columns - 4))
    let first = state.size.rows - 1 - lines.count
    let listEnd = top + 1 + min(state.visibleRows(of: view), state.contexts.count - view.top)
    guard first > listEnd else { return }
    for (offset, line) in lines.enumerated() {
        grid.write(line, column: 1, row: first + offset, style: Style(.broken))
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
