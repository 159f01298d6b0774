import Screen

/// A table and more about one of its objects, beside each other.
package struct Panes: Sendable, Equatable {
    /// The table with its title line.
    package var table: Rect
    /// What is beside or below it, without its title line, which is the row above.
    package var detail: Rect
}

extension AppState {
    /// The panes of a screen that has room for both; `nil` when one place has it all.
    package var panes: Panes? {
        guard size.columns >= 120, size.rows >= 30, places.count > 1, case .table = places[places.count - 2]
        else { return nil }
        var isWide = false
        switch place {
        case .findings(let view) where view.subject != nil: isWide = size.columns >= 200
        // Lines of logs are long.
        case .log(let view) where !view.isFull: break
        default: return nil
        }
        let rows = size.rows - 2
        if isWide {
            let left = size.columns * 9 / 20
            return Panes(
                table: Rect(column: 0, row: 1, columns: left - 1, rows: rows),
                detail: Rect(column: left + 1, row: 2, columns: size.columns - left - 1, rows: rows - 1))
        }
        let above = max(10, rows / 3)
        return Panes(
            table: Rect(column: 0, row: 1, columns: size.columns, rows: above),
            detail: Rect(column: 0, row: 2 + above, columns: size.columns, rows: rows - above - 1))
    }

    /// The lines of findings, without the titles above them.
    package var findingsBody: Rect {
        if let panes { return panes.detail }
        guard shownFindings?.subject == nil else { return body }
        // The titles of the columns.
        return Rect(column: 0, row: body.row + 1, columns: body.columns, rows: max(0, body.rows - 1))
    }

    /// The place below the one on top as it would be on a screen of another size.
    package func beneath(size: Size) -> AppState {
        var result = self
        guard places.count > 1 else { return result }
        result.places.removeLast()
        result.size = size
        if case .table(var view) = result.place {
            view.settle(visibleRows: result.visibleRows)
            result.place = .table(view)
        }
        return result
    }
}
