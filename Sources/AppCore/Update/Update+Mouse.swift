import Screen

extension AppState {
    /// Lines that one step of the wheel scrolls.
    private static let wheelLines = 3

    mutating func handle(_ event: MouseEvent, _ effects: inout [Effect]) {
        guard prompt == nil else { return }
        if let top = helpTop {
            switch event.kind {
            case .wheelUp: scrollHelp(to: top - Self.wheelLines)
            case .wheelDown: scrollHelp(to: top + Self.wheelLines)
            case .press, .doublePress, .release: break
            }
            return
        }
        let row = event.position.row - body.row
        switch (place, event.kind) {
        case (.table(var view), .wheelUp), (.table(var view), .wheelDown):
            view.scroll(by: event.kind == .wheelUp ? -Self.wheelLines : Self.wheelLines, visibleRows: visibleRows)
            place = .table(view)
        case (.document(var view), .wheelUp), (.document(var view), .wheelDown):
            let step = event.kind == .wheelUp ? -Self.wheelLines : Self.wheelLines
            view.scroll(to: view.top + step, visibleRows: body.rows, columns: size.columns)
            place = .document(view)
        case (.table(var view), .press), (.table(var view), .doublePress):
            guard let table = ResourceTable.named(view.kind) else { return }
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
        case (.contexts(var view), .wheelUp), (.contexts(var view), .wheelDown):
            let step = event.kind == .wheelUp ? -Self.wheelLines : Self.wheelLines
            view.select(view.selectedIndex + step, count: contexts.count, visibleRows: visibleRows)
            place = .contexts(view)
        case (.contexts(var view), .press), (.contexts(var view), .doublePress):
            let index = view.top + row - 1
            guard row >= 1, row <= visibleRows, index < contexts.count else { return }
            view.select(index, count: contexts.count, visibleRows: visibleRows)
            place = .contexts(view)
            if event.kind == .doublePress { open(&effects) }
        default: break
        }
    }
}
