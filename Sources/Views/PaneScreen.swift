import AppCore
import Screen

/// The panes that can be seen, each as if it had a terminal to itself, and the lines between them.
func drawPanes(_ state: AppState, _ frame: inout Frame) {
    guard state.layout.tree.panes.count > 1 else { return drawPlace(state, &frame) }
    let rects = state.paneRects
    for id in state.shownPanes {
        guard let rect = rects[id], rect.rows > 0, rect.columns > 0 else { continue }
        let own = state.focused(on: id)
        var part = Frame(grid: CellGrid(size: own.size), cursor: nil)
        drawPlace(own, &part)
        // The row of the header is not shown.
        for row in 0..<rect.rows {
            for column in 0..<rect.columns {
                frame.grid[rect.column + column, rect.row + row] = part.grid[column, row + 1]
            }
        }
        if id == state.focus, let cursor = part.cursor {
            let place = Position(column: rect.column + cursor.column, row: rect.row + cursor.row - 1)
            if rect.contains(place) { frame.cursor = place }
        }
        if !state.hasTabs { markTitle(of: id, rect, state, &frame.grid) }
    }
    for border in state.paneBorders where border.axis == .beside {
        for row in 0..<border.rect.rows {
            let place = Position(column: border.rect.column, row: border.rect.row + row)
            let meetsLine = place.column > 0 && frame.grid[place.column - 1, place.row].isLine
            frame.grid.put(
                meetsLine ? (row == 0 ? "┬" : "┤") : "│", width: 1, column: place.column, row: place.row,
                style: Style(.border))
        }
    }
    drawTabs(state, &frame.grid)
}

private func drawPlace(_ state: AppState, _ frame: inout Frame) {
    switch state.place {
    case .table(let view): drawTable(view, state, &frame.grid)
    case .contexts(let view): drawContexts(view, state, &frame.grid)
    case .forwards(let view): drawForwards(view, state, &frame.grid)
    case .access(let view): drawAccess(view, state, &frame.grid)
    case .document(let view): drawDocument(view, state, &frame.grid)
    case .log(let view): drawLog(view, state, &frame.grid)
    case .shell(let view): drawShell(view, state, &frame)
    case .xray(let view): drawXray(view, state, &frame.grid)
    case .columns(let view): drawColumns(view, state, &frame.grid)
    case .findings(let view): drawFindings(view, state, &frame.grid)
    }
}

/// Makes the title of a pane a line between it and what is above, and says whether keys go to it.
private func markTitle(of id: PaneID, _ rect: Rect, _ state: AppState, _ grid: inout CellGrid) {
    let hasFocus = id == state.focus
    let (row, end) = (rect.row, rect.column + rect.columns)
    if rect.row > state.panesRect.row {
        var column = rect.column
        while column < end {
            var after = column
            while after < end, grid[after, row].isEmpty { after += 1 }
            // Between words there stays a space.
            let isLast = after == end
            if after - column >= 3 || (isLast && after > column) {
                for place in (column == rect.column ? column : column + 1)..<(isLast ? end : after - 1) {
                    grid.put("─", width: 1, column: place, row: row, style: Style(.border))
                }
            }
            column = max(after, column + 1)
        }
        if state.pane(id)?.isPinned == true {
            let isWritten = write(" follows the selection ", intoLineOf: row, from: rect.column, to: end, &grid)
            if !isWritten { write(" pinned ", intoLineOf: row, from: rect.column, to: end, &grid) }
        }
    }
    grid.restyle(row: row, columns: rect.column..<end) { style in
        if style.role == .title, !hasFocus { style.role = .dim }
    }
    if state.awaitsPaneKey, let index = state.layout.tree.panes.firstIndex(of: id), index < 9 {
        grid.put(Character("\(index + 1)"), width: 1, column: rect.column, row: row, style: Style(.footerKey))
    } else if hasFocus {
        grid.put("▸", width: 1, column: rect.column, row: row, style: Style(.headerAccent))
    }
}

extension Cell {
    fileprivate var isEmpty: Bool { character == " " && width == 1 && !style.isSelected }
    fileprivate var isLine: Bool { character == "─" && style.role == .border }
}

/// Writes words where a title line has room for them, as far to the right as it has.
///
/// - Returns: false when it has none.
@discardableResult
private func write(
    _ words: String, intoLineOf row: Int, from first: Int, to end: Int, _ grid: inout CellGrid
) -> Bool {
    let width = textWidth(words) + 2
    for start in stride(from: end - width, through: first, by: -1)
    where (start..<start + width).allSatisfy({ grid[$0, row].isLine }) {
        grid.write(words, column: start + 1, row: row, style: Style(.notice))
        return true
    }
    return false
}

private func drawTabs(_ state: AppState, _ grid: inout CellGrid) {
    for tab in state.tabs {
        let isShown = tab.pane == state.focus
        grid.write(
            isShown ? "▸" + tab.text.dropFirst() : tab.text, column: tab.columns.lowerBound, row: 1,
            style: Style(isShown ? .headerAccent : .dim))
    }
}
