import Access
import AppCore
import Screen

/// A column of `:ctx`.
private struct ContextColumn {
    var title: String
    /// Those of low importance go first where there is little room.
    var importance: Int
    var text: (ContextInfo, ContextsView) -> String
}

/// `:ctx`: the contexts of the kubeconfig, and more of the selected one below.
func drawContexts(_ view: ContextsView, _ state: AppState, _ grid: inout CellGrid) {
    let rows = state.rows(of: view)
    let total = state.contexts.count
    var title = [
        Piece(" Contexts ", .title),
        Piece(rows.count == total ? "\(total)" : "\(rows.count) of \(total)", .titleCount),
    ]
    if !view.filterText.isEmpty { title.append(Piece("  /\(sanitized(view.filterText))", .suggestion)) }
    if view.detailTop != nil, let context = state.selectedContext {
        title.append(Piece("   \(sanitized(context.name))", .dim))
        grid.write(title, column: 0, row: 1)
        let lines = state.contextDetails.dropFirst(view.detailTop ?? 0).prefix(state.body.rows)
        return draw(Array(lines), state, &grid, from: state.body.row)
    }
    let asked = rows.count { view.probe(of: $0) != nil }
    let askable = rows.count { $0.hiddenBy == nil }
    if view.isProbing, asked < askable { title.append(Piece("   asking servers: \(asked) of \(askable)", .dim)) }
    grid.write(title, column: 0, row: 1)
    if state.contexts.isEmpty {
        draw(paragraphs: [("The kubeconfig has no contexts.", .plain)], state, &grid)
    }
    let reason = view.reasonLines(columns: state.size.columns)
    for (offset, line) in reason.enumerated() {
        grid.write(line, column: 1, row: state.body.row + offset, style: Style(.broken))
    }
    let top = state.body.row + reason.count
    drawList(view, rows, state, &grid, at: top)
    drawPanel(view, state, &grid, at: top + 1 + state.visibleRows(of: view))
}

private func drawList(
    _ view: ContextsView, _ rows: [ContextInfo], _ state: AppState, _ grid: inout CellGrid, at top: Int
) {
    let columns = contextColumns(state)
    let room = state.size.columns - 3
    let cells = rows.map { row in columns.map { sanitized($0.text(row, view)) } }
    var widths = columns.indices.map { index in
        cells.map { textWidth($0[index]) }.reduce(textWidth(columns[index].title), max)
    }
    // The name has what it needs, the others a third of the screen at most.
    for index in widths.indices.dropFirst() { widths[index] = min(widths[index], max(12, min(44, room / 3))) }
    widths[0] = min(widths[0], room)
    // What is empty everywhere is not shown; of the others the most important ones that fit, in their order.
    let last = columns.count - 1
    var shown = [0]
    for index in columns.indices.dropFirst().sorted(by: { columns[$0].importance > columns[$1].importance })
    where cells.contains(where: { !$0[index].isEmpty }) {
        let all = shown + [index]
        let needed = all.reduce(0) { $0 + ($1 == last ? min(widths[$1], 32) : widths[$1] + 2) }
        if needed <= room { shown = all }
    }
    shown.sort()
    func write(_ texts: [String], row: Int, style: (Int) -> Style) {
        var column = 3
        for index in shown where column < state.size.columns {
            let isLast = index == shown.last
            grid.write(
                texts[index], column: column, row: row,
                width: isLast ? state.size.columns - column : widths[index], style: style(index))
            column += widths[index] + 2
        }
    }
    write(columns.map(\.title), row: top) { _ in Style(.columnHeader) }
    for line in 0..<max(0, min(state.visibleRows(of: view), rows.count - view.top)) {
        let index = view.top + line
        let row = top + 1 + line
        let context = rows[index]
        let isSelected = index == view.selectedIndex
        if isSelected {
            grid.clear(row: row, style: Style(.plain, isSelected: true))
            grid.write("▸", column: 0, row: row, style: Style(.plain, isSelected: true))
        }
        if context.name == state.session?.context, context.hiddenBy == nil {
            grid.write("✓", column: 1, row: row, style: Style(.fine, isSelected: isSelected))
        }
        let role = contextRole(context, view, state)
        write(cells[index], row: row) { column in
            var style = context.hiddenBy == nil ? StyleRole.plain : .dim
            switch columns[column].title {
            case "FLAGS", "SERVER": if let role { style = role }
            case "ANSWER": style = answerRole(context, view)
            case "LEFT" where context.expiry.map { $0 < state.now } == true: style = .broken
            default: break
            }
            return Style(style, isSelected: isSelected)
        }
    }
    if rows.isEmpty, !state.contexts.isEmpty {
        grid.write("No context has this text; Esc shows all.", column: 3, row: top + 1, style: Style(.dim))
    }
}

private func contextColumns(_ state: AppState) -> [ContextColumn] {
    [
        ContextColumn(title: "NAME", importance: 100) { context, _ in context.name },
        ContextColumn(title: "CLUSTER", importance: 2) { context, _ in
            context.cluster == context.name ? "" : context.cluster
        },
        ContextColumn(title: "USER", importance: 5) { context, _ in context.user == context.name ? "" : context.user },
        ContextColumn(title: "NAMESPACE", importance: 6) { context, _ in context.namespace },
        ContextColumn(title: "CREDENTIAL", importance: 8) { context, _ in context.kind },
        ContextColumn(title: "LEFT", importance: 9) { context, view in view.timeLeft(of: context, now: state.now) },
        ContextColumn(title: "ANSWER", importance: 10) { context, view in view.state(of: context) },
        ContextColumn(
            title: "FILE", importance: state.contexts.allSatisfy { $0.file == state.contexts.first?.file } ? 1 : 4
        ) { context, _ in
            String(context.file.split(separator: "/").suffix(2).joined(separator: "/"))
        },
        ContextColumn(title: "SERVER", importance: 3) { context, _ in context.server },
        ContextColumn(title: "FLAGS", importance: 11) { context, view in
            view.flags(of: context, now: state.now).map { ContextsView.sign($0.weight) + $0.label }.joined(
                separator: " ")
        },
    ]
}

private func contextRole(_ context: ContextInfo, _ view: ContextsView, _ state: AppState) -> StyleRole? {
    switch view.flags(of: context, now: state.now).first?.weight {
    case .grave?: .broken
    case .warning?: .degraded
    case .note?: .hygiene
    case nil: nil
    }
}

private func answerRole(_ context: ContextInfo, _ view: ContextsView) -> StyleRole {
    switch view.probe(of: context)?.outcome {
    case .reached(.refused)?: .degraded
    case .reached?: .fine
    case .unreachable?, .untrusted?, .unusable?: .broken
    case nil: .dim
    }
}

// MARK: - Below the list

/// More of the selected context, or whether it is to be deleted.
private func drawPanel(_ view: ContextsView, _ state: AppState, _ grid: inout CellGrid, at top: Int) {
    let rows = state.size.rows - 1 - top
    if let deletion = view.deletion { return draw(deletion, state, &grid, rows: rows, at: top) }
    guard let context = state.selectedContext, rows > 1, state.panelRows(of: view) > 0 else {
        return drawProblem(view, state, &grid, rows: rows, at: top)
    }
    drawRule(context.name, .title, state, &grid, row: top)
    let lines = state.contextDetails
    let isCut = lines.count > rows - 1
    draw(Array(lines.prefix(isCut ? rows - 2 : rows - 1)), state, &grid, from: top + 1)
    if isCut {
        let more = lines.count - rows + 2
        grid.write(
            "… \(more) more lines: d", column: ContextLine.margin + 2, row: top + rows - 1, style: Style(.dim))
    }
}

/// Where there is no room for more: what is wrong.
private func drawProblem(_ view: ContextsView, _ state: AppState, _ grid: inout CellGrid, rows: Int, at top: Int) {
    guard let context = state.selectedContext, let problem = context.problem, rows > 0,
        view.reason?.contains(problem) != true
    else { return }
    let lines = wrapped("● \(sanitized(problem))", width: max(16, state.size.columns - 4)).prefix(rows)
    for (offset, line) in lines.enumerated() {
        grid.write(line, column: 1, row: top + rows - lines.count + offset, style: Style(.broken))
    }
}

private func drawRule(_ title: String, _ role: StyleRole, _ state: AppState, _ grid: inout CellGrid, row: Int) {
    let title = sanitized(title)
    let rule = String(repeating: "─", count: max(0, state.size.columns - 4 - textWidth(title)))
    grid.clear(row: row)
    grid.write([Piece(" ─ ", .dim), Piece(title, role), Piece(" " + rule, .dim)], column: 0, row: row)
}

private func draw(_ lines: [ContextLine], _ state: AppState, _ grid: inout CellGrid, from first: Int) {
    for (offset, line) in lines.enumerated() {
        let role: StyleRole =
            switch line.tone {
            case .plain: .plain
            case .dim: .dim
            case .grave: .broken
            case .warning: .degraded
            case .note: .hygiene
            case .fine: .fine
            }
        let isSign = line.tone != .plain && line.tone != .fine
        grid.write(
            sanitized(line.label), column: 2, row: first + offset, width: ContextLine.margin - 1,
            style: Style(isSign ? role : .dim))
        grid.write(
            sanitized(line.text), column: 2 + ContextLine.margin, row: first + offset,
            width: max(0, state.size.columns - ContextLine.margin - 2), style: Style(role))
    }
}

private func draw(
    _ deletion: ContextsView.Deletion, _ state: AppState, _ grid: inout CellGrid, rows: Int, at top: Int
) {
    let context = deletion.context
    let unused = context.unused.joined(separator: " and ")
    let isOne = context.unused.count == 1
    var lines: [(String, StyleRole)] = [
        ("It goes from \(context.place); a copy of the file is kept beside it.", .plain)
    ]
    if deletion.withUnused {
        let words =
            isOne
            ? "goes with it: no other context uses it. x: keep it"
            : "go with it: no other context uses them. x: keep them"
        lines.append(("Its \(unused) \(words)", .degraded))
    } else if !unused.isEmpty {
        let words =
            isOne
            ? "stays, though no other context uses it. x: delete it too"
            : "stay, though no other context uses them. x: delete them too"
        lines.append(("Its \(unused) \(words)", .plain))
    } else {
        let why = "other contexts use them, other files have them, or not all contexts can be read."
        lines.append(("Its cluster and user stay: \(why)", .plain))
    }
    let twins = state.contexts.filter { $0.name == context.name && $0.id != context.id }
    if context.hiddenBy == nil, let twin = twins.first {
        lines.append(("\(twin.file) has a context of this name, which counts from then on.", .degraded))
    } else if context.isCurrent, let file = context.nextCurrentFile {
        let next = "\(file) names another, which kubectl does not get to: it will say that there is no \(context.name)."
        lines.append(("It is the one that kubectl uses when none is named. \(next)", .degraded))
    } else if context.isCurrent {
        lines.append(("It is the one that kubectl uses when none is named: there will be none.", .degraded))
    }
    if context.name == state.session?.context, context.hiddenBy == nil {
        lines.append(("It is the one in use here; this session goes on until you leave it.", .degraded))
    }
    lines.append(("y deletes it, esc does not.", .notice))
    let width = max(16, state.size.columns - 6)
    let folded = lines.flatMap { line in wrapped(sanitized(line.0), width: width).map { ($0, line.1) } }
    let first = max(2, min(top, state.size.rows - 2 - folded.count))
    drawRule("Delete the context \(context.name)?", .broken, state, &grid, row: first)
    for (offset, line) in folded.enumerated() where first + 1 + offset < state.size.rows - 1 {
        grid.clear(row: first + 1 + offset)
        grid.write(line.0, column: 3, row: first + 1 + offset, style: Style(line.1))
    }
}
