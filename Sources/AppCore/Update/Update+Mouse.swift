import Screen

extension AppState {
    mutating func handle(_ event: MouseEvent, _ effects: inout [Effect]) {
        guard prompt == nil, forwardDialog == nil, dialog == nil else { return }
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
        case (.log(let view), .wheelUp), (.log(let view), .wheelDown):
            let (step, rect) = (event.kind.wheelStep ?? 0, logBody)
            changeLog {
                $0.scroll(to: view.top + step, rows: rect.rows, columns: rect.columns, utcOffset: $1)
                $0.follows = step > 0 && $0.isAtEnd(rows: rect.rows, columns: rect.columns, utcOffset: $1)
            }
        case (.forwards(var view), .wheelUp), (.forwards(var view), .wheelDown):
            view.select(
                view.selectedIndex + (event.kind.wheelStep ?? 0), count: forwardRows.count, visibleRows: visibleRows)
            place = .forwards(view)
        case (.forwards(var view), .press), (.forwards(var view), .doublePress):
            guard row >= 1, view.top + row - 1 < forwardRows.count else { return }
            view.select(view.top + row - 1, count: forwardRows.count, visibleRows: visibleRows)
            place = .forwards(view)
            if event.kind == .doublePress { open(&effects) }
        case (.contexts(var view), .wheelUp), (.contexts(var view), .wheelDown):
            view.select(
                view.selectedIndex + (event.kind.wheelStep ?? 0), count: contexts.count,
                visibleRows: visibleRows(of: view))
            place = .contexts(view)
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
        case (.contexts(var view), .press), (.contexts(var view), .doublePress):
            let line = row - 1 - view.reasonLines(columns: size.columns).count
            let visibleRows = visibleRows(of: view)
            guard line >= 0, line < visibleRows, view.top + line < contexts.count else { return }
            view.select(view.top + line, count: contexts.count, visibleRows: visibleRows)
            place = .contexts(view)
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
        case .press, .release, .doublePress: nil
        }
    }
}
