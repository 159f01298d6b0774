import Screen

extension AppState {
    /// An action of the mouse in the pane that has the focus, by its own coordinates.
    mutating func handleInPane(_ event: MouseEvent, _ effects: inout [Effect]) {
        if helpTop == nil, shownShell != nil { return handleInShell(event, &effects) }
        guard event.button == .left else { return }
        if let top = helpTop {
            if let step = event.kind.wheelStep { scrollHelp(to: top + step) }
            return
        }
        let row = event.position.row - body.row
        switch (place, event.kind) {
        case (.table(var view), .wheelUp), (.table(var view), .wheelDown):
            view.scroll(by: event.kind.wheelStep ?? 0, visibleRows: visibleRows)
            place = .table(view)
        case (.document(var view), .wheelUp), (.document(var view), .wheelDown):
            view.scroll(to: view.top + (event.kind.wheelStep ?? 0), visibleRows: body.rows, columns: size.columns)
            place = .document(view)
        case (.access(var view), .wheelUp), (.access(var view), .wheelDown):
            view.scroll(to: view.top + (event.kind.wheelStep ?? 0), visibleRows: body.rows)
            place = .access(view)
        case (.access(var view), .press), (.access(var view), .doublePress):
            view.select(view.top + row)
            place = .access(view)
            if event.kind == .doublePress, view.target != nil { openAccessTarget(&effects) }
        case (.log, .wheelUp), (.log, .wheelDown):
            let step = event.kind.wheelStep ?? 0
            changeLog { $0.wheel(by: step, $1) }
        case (.log, .press), (.log, .doublePress):
            changeLog { $0.select(row: row, $1) }
            if event.kind == .doublePress { runInLog(.expandLine, key: .enter, &effects) }
        case (.forwards(var view), .wheelUp), (.forwards(var view), .wheelDown):
            view.select(
                view.selectedIndex + (event.kind.wheelStep ?? 0), count: forwardRows.count, visibleRows: visibleRows)
            place = .forwards(view)
        case (.forwards(var view), .press), (.forwards(var view), .doublePress):
            guard row >= 1, view.top + row - 1 < forwardRows.count else { return }
            view.select(view.top + row - 1, count: forwardRows.count, visibleRows: visibleRows)
            place = .forwards(view)
            if event.kind == .doublePress { open(&effects) }
        case (.contexts(let view), .wheelUp), (.contexts(let view), .wheelDown):
            let step = event.kind.wheelStep ?? 0
            if let top = view.detailTop {
                scrollContextDetails(to: top + step)
            } else if view.deletion == nil {
                selectContext(view.selectedIndex + step)
            }
        case (.table(var view), .press), (.table(var view), .doublePress):
            let table = view.table
            if row == 0 {
                let layout = TableLayout(view, table: table, columns: size.columns)
                if let column = layout.column(at: event.position.column) { sort(by: table.columns[column].title) }
                return
            }
            let index = view.top + row - 1
            guard row >= 1, row <= visibleRows, index < view.rows.count else { return }
            view.select(index: index, visibleRows: visibleRows)
            place = .table(view)
            if event.kind == .doublePress { open(&effects) }
        case (.findings(var view), .wheelUp), (.findings(var view), .wheelDown):
            view.scroll(by: event.kind.wheelStep ?? 0, visibleRows: findingsBody.rows)
            place = .findings(view)
        case (.findings(var view), .press), (.findings(var view), .doublePress):
            let index = view.top + event.position.row - findingsBody.row
            guard findingsBody.contains(event.position), view.lines.indices.contains(index),
                view.lines[index].isSelectable
            else { return }
            view.select(index, visibleRows: findingsBody.rows)
            place = .findings(view)
            if event.kind == .doublePress { open(&effects) }
        case (.columns(var view), .wheelUp), (.columns(var view), .wheelDown):
            view.select(view.selectedIndex + (event.kind.wheelStep ?? 0), visibleRows: body.rows)
            place = .columns(view)
        case (.columns(var view), .press), (.columns(var view), .doublePress):
            guard row >= 0, row < body.rows, view.top + row < view.columns.count else { return }
            view.select(view.top + row, visibleRows: body.rows)
            place = .columns(view)
            if event.kind == .doublePress { runInColumns(.toggleColumn, &effects) }
        case (.xray(var view), .wheelUp), (.xray(var view), .wheelDown):
            view.scroll(by: event.kind.wheelStep ?? 0, visibleRows: xrayRows)
            place = .xray(view)
        case (.xray(var view), .press), (.xray(var view), .doublePress):
            let index = view.top + row
            guard row >= 0, row < xrayRows, index < view.lines.count else { return }
            view.select(index, visibleRows: xrayRows)
            place = .xray(view)
            if event.kind == .doublePress { open(&effects) }
        case (.contexts(let view), .press), (.contexts(let view), .doublePress):
            let line = row - 1 - view.reasonLines(columns: size.columns).count
            guard view.detailTop == nil, view.deletion == nil, line >= 0, line < visibleRows(of: view),
                view.top + line < rows(of: view).count
            else { return }
            selectContext(view.top + line)
            if event.kind == .doublePress { open(&effects) }
        default: break
        }
    }
}

extension MouseEvent.Kind {
    /// The lines that a step of the wheel scrolls; `nil` for anything else.
    fileprivate var wheelStep: Int? {
        switch self {
        case .wheelUp: -3
        case .wheelDown: 3
        case .press, .release, .doublePress, .drag: nil
        }
    }
}
