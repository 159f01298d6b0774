import AppCore
import ClusterState
import Diagnosis
import KubernetesModel
import Screen

/// `:xray`: what belongs together as trees, the sign of each line's health before it as in tables.
func drawXray(_ view: XrayView, _ state: AppState, _ grid: inout CellGrid) {
    drawTitle(view, state, &grid)
    if !view.showsTrees { drawEmpty(view, state, &grid) }
    let rect = state.body
    let margin = TableLayout.margin
    // The names end where the words about them begin, unless that leaves those no room.
    let statusColumn = min(margin + view.nameWidth + 2, max(24, rect.columns * 3 / 5))
    for (offset, line) in view.lines.dropFirst(view.top).prefix(rect.rows).enumerated() {
        let index = view.top + offset
        let row = rect.row + offset
        draw(line, view, statusColumn: statusColumn, isSelected: index == view.selectedIndex, row: row, state, &grid)
        if let literal = view.literal { grid.highlight(literal, row: row, columns: margin..<rect.columns) }
        if isOld(state) { grid.restyle(row: row) { $0.isStale = true } }
    }
}

private func isOld(_ state: AppState) -> Bool {
    switch state.connection {
    case .failed, .stopped: true
    case .none, .connecting, .connected: false
    }
}

private func draw(
    _ line: XrayView.Line, _ view: XrayView, statusColumn: Int, isSelected: Bool, row: Int, _ state: AppState,
    _ grid: inout CellGrid
) {
    let node = line.node
    func style(_ role: StyleRole) -> Style { Style(role, isSelected: isSelected) }
    if isSelected {
        grid.clear(row: row, style: style(.plain))
        grid.write("▸", column: 0, row: row, style: style(.plain))
    }
    var column = TableLayout.margin
    let end = state.size.columns - 1
    switch node.content {
    case .note(let text):
        grid.write("?", column: 1, row: row, style: style(.unknown))
        grid.write(text, column: column, row: row, width: end - column, style: style(.unknown))
        return
    case .heading(let text):
        grid.write(text, column: column, row: row, width: end - column, style: style(.title))
        return
    case .object, .container, .absent: break
    }
    switch node.health {
    case .broken: grid.write("●", column: 1, row: row, style: style(.broken))
    case .degraded: grid.write("▲", column: 1, row: row, style: style(.degraded))
    case .fine, .finished: break
    }
    // Deeper than half of the screen, names matter more than lines.
    for level in stride(from: 1, to: line.depth, by: 1) where column < state.size.columns / 2 {
        let goesOn = line.guides & (1 << UInt64(level)) != 0
        grid.write(goesOn ? "│ " : "  ", column: column, row: row, style: style(.border))
        column += 2
    }
    let isFolded = node.isFoldable && !line.isOpen
    if line.depth > 0 {
        grid.write((line.isLast ? "└" : "├") + (isFolded ? "+" : "─"), column: column, row: row, style: style(.border))
    } else if isFolded {
        grid.write("+", column: column, row: row, style: style(.border))
    }
    column += 2
    let role: StyleRole = node.health == .finished ? .finished : node.id == view.subject ? .title : .plain
    column = grid.write(
        node.prefix, column: column, row: row, width: max(0, statusColumn - 2 - column), style: style(.dim))
    grid.write(node.name, column: column, row: row, width: max(0, statusColumn - 2 - column), style: style(role))

    let status = node.status
    var pieces = [Piece(status.text, status.role)]
    func add(_ text: String, _ role: StyleRole) {
        guard !text.isEmpty else { return }
        pieces.append(Piece((pieces[0].text.isEmpty && pieces.count == 1 ? "" : "  ") + text, role))
    }
    add(node.remark, node.health == .fine ? .dim : status.role)
    if isFolded {
        add(node.belowText, .dim)
        if node.below.broken > 0 { add("● \(node.below.broken)", .broken) }
        if node.below.degraded > 0 { add("▲ \(node.below.degraded)", .degraded) }
    }
    add(node.how, .dim)
    if line.depth == 0, view.order.namespace == nil, let namespace = node.object?.namespace, !namespace.isEmpty {
        add("in \(namespace)", .dim)
    }
    var position = statusColumn
    for piece in pieces where position < end {
        position = grid.write(piece.text, column: position, row: row, width: end - position, style: style(piece.role))
    }
}

// MARK: - Title line

private func drawTitle(_ view: XrayView, _ state: AppState, _ grid: inout CellGrid) {
    let end = state.size.columns - 1
    var left = [Piece(" Xray \(view.order.title) ", .title)]
    if case .object = view.order.subject {
        if let namespace = view.order.namespace { left.append(Piece("in \(namespace) ", .dim)) }
    } else {
        let tally = view.faultyRoots
        left.append(Piece(grouped(view.rootCount), .titleCount))
        if tally.broken > 0 { left.append(Piece("   ● \(grouped(tally.broken))", .broken)) }
        if tally.degraded > 0 { left.append(Piece("   ▲ \(grouped(tally.degraded))", .degraded)) }
    }
    if view.isSubjectGone, view.showsTrees { left.append(Piece("   ▲ deleted", .degraded)) }
    if view.faultsOnly { left.append(Piece("   only unhealthy", .notice)) }
    if !view.filterText.isEmpty {
        left.append(Piece("   /" + view.filterText, view.filterError == nil ? .match : .error))
    }
    var right: [Piece] = []
    if !view.loading.isEmpty, !isOld(state) {
        let names = view.loading.prefix(3).map(\.groupResource.resource).joined(separator: ", ")
        let more = view.loading.count > 3 ? " and \(view.loading.count - 3) more" : ""
        right = [Piece("reading \(names)\(more) … \(elapsed(since: view.openedAt, now: state.now))", .notice)]
    } else if case .failed(let failure, let retryAt) = state.connection {
        right = [Piece("▲ not connected\(retryText(retryAt, state)): \(failure)", .degraded)]
    } else {
        let place =
            switch view.order.subject {
            case .object: ""
            case .kind(let kind) where !kind.isNamespaced: ""
            case .kind, .workloads: view.order.namespace.map { "in \($0)" } ?? "in all namespaces"
            }
        right = [Piece(place, .dim)]
    }
    let rightWidth = min(width(of: right), state.size.columns * 2 / 3)
    grid.write(left, column: 0, row: 1, limit: max(8, end - rightWidth - 1))
    if rightWidth < width(of: right) {
        grid.write(right, column: end - rightWidth, row: 1, limit: end)
    } else {
        grid.write(right, endingAt: end, row: 1)
    }
}

private func drawEmpty(_ view: XrayView, _ state: AppState, _ grid: inout CellGrid) {
    let place = view.order.namespace.map { " in \($0)" } ?? ""
    let what = view.order.title
    let words: (String, StyleRole)
    if view.isSubjectGone {
        words = ("\(what) does not exist\(place).", .plain)
    } else if !view.loading.isEmpty {
        words = ("Reading \(what)\(place) …", .dim)
    } else if !view.filterText.isEmpty {
        words = ("Nothing\(place) matches /\(view.filterText). Esc clears the filter.", .plain)
    } else if view.faultsOnly {
        words = ("Nothing\(place) is unhealthy. Ctrl-Z shows everything again.", .fine)
    } else {
        // What may not be looked at stands above.
        words = (view.lines.isEmpty ? "There are no \(what)\(place)." : "No \(what)\(place) that may be read.", .plain)
    }
    let row = state.body.row + (view.lines.isEmpty ? 1 : view.lines.count + 1)
    guard row < state.size.rows - 1 else { return }
    grid.write(words.0, column: 3, row: row, width: state.size.columns - 4, style: Style(words.1))
}
