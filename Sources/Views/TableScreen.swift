import AppCore
import ClusterState
import KubernetesModel
import Screen

/// A table: title line, column titles, rows; or why there are no rows.
func drawTable(_ view: TableView, _ state: AppState, _ grid: inout CellGrid) {
    let table = view.table
    let layout = TableLayout(view, table: table, columns: state.size.columns)
    drawTitle(view, table, layout, state, &grid)
    drawColumnTitles(view, table, layout, state, &grid)
    if view.rows.count == 0 {
        drawEmpty(view, table, state, &grid)
        return
    }
    let isOld = isOld(view, state)
    let literals = view.filter.literals
    let forwarded = state.forwarded(table.kind)
    for line in 0..<min(state.visibleRows, view.rows.count - view.top) {
        let index = view.top + line
        let row = state.body.row + 1 + line
        drawRow(
            view.rows.objects[index], view.health(of: view.rows[index]), table, layout, state, &grid, row: row,
            isMarked: view.isMarked(index),
            isSelected: index == view.selectedIndex)
        if !forwarded.isEmpty, !view.isMarked(index),
            forwarded.contains(ObjectKey(view.rows.objects[index].metadata))
        {
            let style = Style(.notice, isSelected: index == view.selectedIndex)
            grid.write("⇄", column: 2, row: row, style: style)
        }
        for literal in literals {
            grid.highlight(literal, row: row, columns: TableLayout.margin..<state.size.columns)
        }
        if isOld { grid.restyle(row: row) { $0.isStale = true } }
    }
}

/// Whether the rows are of the past: the connection is lost, or the server refuses by now.
private func isOld(_ view: TableView, _ state: AppState) -> Bool {
    switch state.connection {
    case .failed, .stopped: return true
    case .none, .connecting, .connected: break
    }
    switch view.loadState {
    case .loading, .ready: return false
    case .stale, .forbidden, .unavailable, .failed: return true
    }
}

private func drawRow(
    _ object: any StoredObject, _ health: Health, _ table: ResourceTable, _ layout: TableLayout, _ state: AppState,
    _ grid: inout CellGrid, row: Int, isMarked: Bool, isSelected: Bool
) {
    let context = state.cellContext
    if isSelected {
        grid.clear(row: row, style: Style(.plain, isSelected: true))
        grid.write("▸", column: 0, row: row, style: Style(.plain, isSelected: true))
    }
    switch health {
    case .broken: grid.write("●", column: 1, row: row, style: Style(.broken, isSelected: isSelected))
    case .degraded: grid.write("▲", column: 1, row: row, style: Style(.degraded, isSelected: isSelected))
    case .fine, .finished: break
    }
    if isMarked { grid.write("+", column: 2, row: row, style: Style(.notice, isSelected: isSelected)) }
    for placed in layout.columns {
        let column = table.columns[placed.column]
        var role = column.role(object, context)
        if role == .plain, health == .finished { role = .finished }
        if isMarked, role == .plain { role = .notice }
        let text = column.text(object, context)
        grid.write(
            text, column: placed.start, row: row, width: placed.width,
            style: Style(role, isSelected: isSelected), alignment: column.isRightAligned ? .right : .left)
        // Colour alone tells nothing: what is near its limit has a sign before it.
        if column.needs != nil, role == .broken || role == .degraded {
            grid.write(
                role == .broken ? "●" : "▲",
                column: max(TableLayout.margin - 1, placed.start + placed.width - textWidth(text) - 1), row: row,
                style: Style(role, isSelected: isSelected))
        }
    }
}

private func drawColumnTitles(
    _ view: TableView, _ table: ResourceTable, _ layout: TableLayout, _ state: AppState, _ grid: inout CellGrid
) {
    for placed in layout.columns {
        let column = table.columns[placed.column]
        var role = StyleRole.columnHeader
        if column.title == view.sort.column { role = .columnHeaderSorted }
        if column.title == view.chosenColumn { role = .notice }
        grid.write(
            column.title, column: placed.start, row: state.body.row, width: placed.width, style: Style(role),
            alignment: column.isRightAligned ? .right : .left)
    }
}

// MARK: - Title line

private func drawTitle(
    _ view: TableView, _ table: ResourceTable, _ layout: TableLayout, _ state: AppState, _ grid: inout CellGrid
) {
    let right = titleStatus(view, layout, state)
    let end = state.size.columns - 1
    let rightWidth = min(width(of: right), state.size.columns * 2 / 3)
    var left = [Piece(" ", .title)]
    let isNavigable = state.focusedPane.isNavigable
    if isNavigable, state.size.columns >= 60 {
        for crumb in state.crumbs.dropLast().suffix(2) { left.append(Piece("\(crumb) ▸ ", .dim)) }
    }
    if let restriction = view.restriction {
        left.append(Piece("\(table.title) of \(restriction.title) ", .title))
    } else {
        left.append(Piece("\(table.title) ", .title))
    }
    left.append(Piece(countText(view), .titleCount))
    if state.fallback != nil, view.restriction == nil, state.size.columns >= 60, table.kind.isNamespaced {
        left.append(Piece("   ▲ you may not look into all namespaces", .degraded))
    }
    if view.faultsOnly { left.append(Piece("   only unhealthy", .notice)) }
    if !view.filterText.isEmpty {
        left.append(Piece("   /" + view.filterText, view.filterError == nil ? .match : .error))
    }
    if !view.marks.isEmpty { left.append(Piece("   + \(view.marks.count) marked", .notice)) }
    if let namespaces = favouriteHint(view, table, state),
        width(of: left) + width(of: namespaces) + rightWidth + 4 <= end
    {
        left += namespaces
    }
    if let reason = state.usageReason {
        let note = Piece("   no metrics: \(reason)", .dim)
        if width(of: left + [note]) + rightWidth + 4 <= end { left.append(note) }
    }
    grid.write(left, column: 0, row: 1, limit: max(8, end - rightWidth - 1))
    if rightWidth < width(of: right) {
        grid.write(right, column: end - rightWidth, row: 1, limit: end)
    } else {
        grid.write(right, endingAt: end, row: 1)
    }
}

/// How many rows are shown, of how many; nothing while that is not known, so that it never looks like none.
private func countText(_ view: TableView) -> String {
    switch view.loadState {
    case .forbidden, .unavailable, .failed, .loading:
        if view.total == 0 { return "" }
    case .ready, .stale: break
    }
    return view.rows.count == view.total
        ? grouped(view.total) : "\(grouped(view.rows.count)) of \(grouped(view.total))"
}

/// The namespaces on the number keys.
private func favouriteHint(_ view: TableView, _ table: ResourceTable, _ state: AppState) -> [Piece]? {
    guard table.kind.isNamespaced, state.size.columns >= 100, state.focusedPane.isNavigable else { return nil }
    var pieces = [Piece("    ", .dim), Piece("0", .footerKey), Piece(" all", .dim)]
    for (index, name) in state.favourites.prefix(5).enumerated() {
        pieces.append(Piece("  \(index + 1)", .footerKey))
        pieces.append(Piece(" " + name, .dim))
    }
    return pieces
}

private func titleStatus(_ view: TableView, _ layout: TableLayout, _ state: AppState) -> [Piece] {
    if let search = state.shownSearch {
        let since = search.isDone ? "" : " … \(elapsed(since: view.openedAt, now: state.now))"
        return [Piece(search.progress + since, search.isDone ? .dim : .notice)]
            + (search.isDone ? [] : [Piece("   Esc ends it", .dim)])
    }
    switch view.loadState {
    case .loading(let count):
        // What takes longer than a blink says so.
        guard state.now.microseconds &- view.openedAt.microseconds > 150_000 || count > 0 else { return [] }
        let rows = count > 0 ? " \(grouped(count))" : ""
        let text = "loading\(rows) \(view.kind.resource) … \(elapsed(since: view.openedAt, now: state.now))"
        if state.connection == .stopped { return [Piece("▲ not connected", .degraded)] }
        // Esc leaves only what something else is below, or a server that has not answered.
        let canLeave =
            view.filterText.isEmpty && !view.faultsOnly && (state.places.count > 1 || state.connection != .connected)
        return [Piece(text, .notice)] + (canLeave ? [Piece("   Esc cancels", .dim)] : [])
    case .stale(let since, let reason, let retryAt):
        let retry = retryText(retryAt, state)
        return [Piece("▲ since \(clock(since, state))\(retry): \(reason)", .degraded)]
    case .forbidden(let reason), .unavailable(let reason), .failed(let reason, _):
        // Without rows the body says so.
        return view.rows.count == 0 ? [] : [Piece("▲ no longer current: \(reason)", .degraded)]
    case .ready:
        if state.connection == .stopped { return [Piece("▲ not connected; Ctrl-R connects again", .degraded)] }
        if case .failed(let failure, let retryAt) = state.connection {
            return [Piece("▲ not connected\(retryText(retryAt, state)): \(failure)", .degraded)]
        }
    }
    var pieces: [Piece] = []
    if layout.hiddenCount > 0 {
        pieces.append(Piece("+\(layout.hiddenCount) column\(layout.hiddenCount == 1 ? "" : "s") →   ", .dim))
    }
    pieces.append(Piece("by \(view.sort.column) \(view.sort.descending ? "↓" : "↑")", .dim))
    return pieces
}

/// When the next attempt is, for the end of what says that rows are old.
func retryText(_ retryAt: Timestamp?, _ state: AppState) -> String {
    guard let retryAt else { return "" }
    let seconds = (retryAt.microseconds &- state.now.microseconds &+ 999_999) / 1_000_000
    return seconds > 0 ? ", retry in \(seconds) s" : ", retrying"
}

// MARK: - No rows

private func drawEmpty(_ view: TableView, _ table: ResourceTable, _ state: AppState, _ grid: inout CellGrid) {
    let kind = table.kind.groupResource.resource
    let place = table.kind.isNamespaced ? view.namespace.map { " in \($0)" } ?? " in any namespace" : ""
    var lines: [(String, StyleRole)] = []
    if let search = state.shownSearch, view.total == 0 {
        draw(paragraphs: searchLines(search), state, &grid)
        return
    }
    switch view.loadState {
    case .loading:
        if case .failed(let failure, let retryAt) = state.connection {
            lines = failureLines("\(failure)", retryAt, state)
        } else if state.connection == .stopped {
            lines = [
                ("Not connected to \(state.session?.server ?? "the server"): you stopped waiting.", .plain),
                ("Ctrl-R tries again; :ctx goes to another cluster.", .dim),
            ]
        } else if state.session == nil {
            lines = [("No cluster is in use yet.", .dim)]
        } else {
            lines = [("Loading \(kind)\(place) …", .dim)]
        }
    case .forbidden(let reason):
        lines = [
            ("You may not list \(kind)\(place) (needs: list \(kind)).", .degraded), (reason, .plain),
            (
                view.table.kind.isNamespaced
                    ? "Ask for it, or go to another namespace: 0-9, or :ns NAME." : "Ask for it.", .dim
            ),
            (":who-can list \(kind) says who may, as far as you may read roles.", .dim),
        ]
    case .unavailable(let reason) where table.kind == RoleHolderRow.kind:
        // No kind of the server: its rows are made of bindings.
        lines = [
            ("Who has which role is not known: \(reason).", .degraded),
            ("Ask for list on rolebindings and clusterrolebindings; :access says what you may do yourself.", .dim),
        ]
    case .unavailable(let reason):
        lines = [
            ("This server has no \(kind).", .degraded), (reason, .dim),
            ("It is looked for again every minute; Ctrl-R looks now.", .dim),
        ]
    case .failed(let reason, let retryAt): lines = failureLines(reason, retryAt, state)
    case .ready, .stale:
        if view.total > 0, !view.filterText.isEmpty {
            lines = [("No \(kind)\(place) match /\(view.filterText). Esc clears the filter.", .plain)]
        } else if view.total > 0 {
            lines = [("No \(kind)\(place) are unhealthy. Ctrl-Z shows all \(grouped(view.total)).", .fine)]
        } else if let restriction = view.restriction {
            lines = [(restriction.nothing ?? "\(restriction.title) has no \(kind).", .plain)]
        } else {
            lines = [("There are no \(kind)\(place).", .plain)]
        }
    }
    draw(paragraphs: lines, state, &grid)
}

/// Why a search has no results.
private func searchLines(_ search: NameSearch) -> [(String, StyleRole)] {
    let place = search.order.namespace.map { " in \($0)" } ?? ""
    guard search.isDone else { return [("Looking for \(search.order.text)\(place) …", .dim)] }
    let gaps = search.gaps.map { [($0, StyleRole.unknown)] } ?? []
    let words =
        search.wasStopped
        ? "Nothing was found before the search was ended."
        : "Nothing that can be read is called \(search.order.text)\(place)."
    return [(words, .plain)] + gaps + [(":find NAME -A looks in all namespaces; * and ? stand for anything.", .dim)]
}

private func failureLines(_ reason: String, _ retryAt: Timestamp?, _ state: AppState) -> [(String, StyleRole)] {
    let server = state.session.map { "Cannot read from \($0.server)\(retryText(retryAt, state))." } ?? "Cannot connect."
    let login = state.session?.signInProgram == nil ? "" : " :login signs in again;"
    return [
        (server, .broken), (reason, .plain), ("Ctrl-R tries now;\(login) :ctx goes to another cluster.", .dim),
    ]
}

/// Writes paragraphs into the body, below the column titles, wrapped at spaces.
func draw(paragraphs: [(String, StyleRole)], _ state: AppState, _ grid: inout CellGrid) {
    var row = state.body.row + 2
    let width = max(10, state.size.columns - 6)
    for (text, role) in paragraphs {
        for line in wrapped(text, width: width) {
            guard row < state.size.rows - 1 else { return }
            grid.write(line, column: 3, row: row, style: Style(role))
            row += 1
        }
    }
}
