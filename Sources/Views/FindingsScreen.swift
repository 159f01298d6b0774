import AppCore
import ClusterState
import Diagnosis
import KubernetesModel
import Screen

/// `:triage` and `X`: findings, causes first, with their evidence; beside the table where there is room.
func drawFindings(_ view: FindingsView, _ state: AppState, _ grid: inout CellGrid) {
    let rect = state.findingsBody
    if view.subject == nil {
        drawTriageTitle(view, state, &grid)
    } else {
        drawWhyTitle(view, rect, state, &grid)
    }
    guard view.showsProbes || state.report(for: view) != nil else {
        let text = "Looking … \(elapsed(since: view.openedAt, now: state.now))"
        grid.write(text, column: rect.column + 3, row: rect.row + 1, style: Style(.dim))
        return
    }
    if view.subject == nil { return drawTriage(view, rect, state, &grid) }
    for (offset, line) in view.lines.dropFirst(view.top).prefix(rect.rows).enumerated() {
        let isSelected = view.top + offset == view.selectedIndex && line.isSelectable
        draw(line, isSelected: isSelected, rect, row: rect.row + offset, state, &grid)
    }
}

// MARK: - Why

/// Since when what is shown is old, and when the server is asked again; `nil` when it is not old.
private func staleness(of view: FindingsView, _ state: AppState) -> String? {
    let pods = KindScope(Pod.kind.groupResource, namespace: view.scope.namespace)
    guard case .stale(let since, _, let retryAt)? = state.snapshot.resolve(pods)?.state else { return nil }
    return "▲ since \(clock(since, state))\(retryText(retryAt, state))"
}

private func drawWhyTitle(_ view: FindingsView, _ rect: Rect, _ state: AppState, _ grid: inout CellGrid) {
    let row = rect.row - 1
    let end = rect.column + rect.columns
    let title = "\(view.showsProbes ? "Probes" : "Why"): \(view.subject.map { "\($0)" } ?? "")"
    let old = staleness(of: view, state).map { [Piece("  \($0)", .degraded)] } ?? []
    grid.write([Piece(" \(title) ", .title)] + old, column: rect.column, row: row, limit: end)
    drawPosition(view, rect, row: row, &grid)
}

/// Which lines are shown, when not all are.
private func drawPosition(_ view: FindingsView, _ rect: Rect, row: Int, _ grid: inout CellGrid) {
    guard view.lines.count > rect.rows else { return }
    let last = min(view.lines.count, view.top + rect.rows)
    grid.write(
        [Piece(" \(view.top + 1)-\(last) of \(view.lines.count) ", .dim)], endingAt: rect.column + rect.columns - 1,
        row: row)
}

private func draw(
    _ line: FindingsView.Line, isSelected: Bool, _ rect: Rect, row: Int, _ state: AppState, _ grid: inout CellGrid
) {
    func style(_ role: StyleRole) -> Style { Style(role, isSelected: isSelected) }
    let end = rect.column + rect.columns
    if isSelected {
        for column in rect.column..<end { grid[column, row] = Cell(" ", style: style(.plain)) }
        grid.write("▸", column: rect.column, row: row, style: style(.plain))
    }
    var column = rect.column + line.indent
    func write(_ text: String, _ role: StyleRole) {
        column = grid.write(text, column: column, row: row, width: max(0, end - 1 - column), style: style(role))
    }
    switch line.kind {
    case .title(let severity):
        grid.write(sign(severity), column: rect.column + 1, row: row, style: style(role(severity)))
        write(line.text, role(severity))
    case .effect(let severity):
        grid.write(sign(severity), column: column - 2, row: row, style: style(role(severity)))
        write(line.text, .plain)
    case .probe(let outcome):
        let (text, signRole): (String, StyleRole) =
            switch outcome {
            case .fine: ("✓", .fine)
            case .broken: ("●", .broken)
            case .unknown: ("?", .unknown)
            }
        grid.write(text, column: column - 2, row: row, style: style(signRole))
        write(line.label, .title)
        write(line.text, .plain)
    case .titleRest: write(line.text, .title)
    case .heading: write(line.text, .title)
    case .command:
        write(line.label, .dim)
        write(line.text, .yamlString)
    case .dim, .unknown, .cause:
        write(line.label, .dim)
        write(line.text, .dim)
    case .fine:
        grid.write("✓", column: rect.column + 1, row: row, style: style(.fine))
        write(line.text, .plain)
    case .evidence, .text:
        write(line.label, line.label.hasPrefix("│") ? .border : .title)
        write(line.text, .plain)
    }
    if let since = line.since {
        let words = duration(since: since, state)
        if column + textWidth(words) + 2 < end { grid.write([Piece(words, .dim)], endingAt: end - 1, row: row) }
    }
}

/// Such as `for 5m (11:58)`; without the time of day when that was another day.
private func duration(since: Timestamp, _ state: AppState) -> String {
    let text = "for \(age(from: since, to: state.now))"
    return isRecent(since, state) ? "\(text) (\(clock(since, state).prefix(5)))" : text
}

private func isRecent(_ since: Timestamp, _ state: AppState) -> Bool {
    state.now.seconds - since.seconds < 20 * 3600
}

// MARK: - Triage

private func drawTriageTitle(_ view: FindingsView, _ state: AppState, _ grid: inout CellGrid) {
    var pieces = [Piece(" Triage(\(view.scope.namespace ?? "all")) ", .title)]
    var right: [Piece] = []
    if let scoped = state.report(for: view), !scoped.report.causes.isEmpty {
        let causes = scoped.report.causes
        let symptoms = scoped.symptomCount
        let words = "\(causes.count) cause\(causes.count == 1 ? "" : "s")"
        let explains = causes.count == 1 ? "explains" : "explain"
        let rest = symptoms == 0 ? "" : " \(explains) \(symptoms) symptom\(symptoms == 1 ? "" : "s")"
        pieces.append(Piece(" \(words)\(rest)", .titleCount))
        let first = causes.filter { $0.severity == causes[0].severity }.compactMap(\.since).max()
        if let first {
            let time = isRecent(first, state) ? String(clock(first, state).prefix(5)) : age(from: first, to: state.now)
            right.append(Piece("newest \(time) · ", .dim))
        }
        right.append(Piece("by reach", .dim))
    }
    if let count = state.report(for: view)?.report.silenced.count, count > 0 {
        pieces.append(Piece("   \(count) silenced", .dim))
    }
    if let old = staleness(of: view, state) { right = [Piece(old, .degraded)] }
    let end = state.size.columns - 1
    let column = grid.write(pieces, column: 0, row: 1, limit: end)
    if column + width(of: right) + 2 < end { grid.write(right, endingAt: end, row: 1) }
}

/// Where the columns of the list of causes begin.
private struct TriageColumns {
    /// Of SINCE, which is five cells wide.
    let since = 3
    let cause = 10
    var place: Int
    /// `nil` where there is no room: what is wrong says more, and the order tells the reach too.
    var reach: Int?

    init(_ lines: [FindingsView.Line], columns: Int) {
        func widest(_ text: (FindingsView.Line) -> String, least: Int, most: Int) -> Int {
            min(most, lines.map { textWidth(text($0)) }.reduce(least, max))
        }
        let placeWidth = widest(\.place, least: 5, most: max(16, columns / 4))
        guard columns >= 100 else {
            place = columns - 1 - placeWidth
            return
        }
        let reach = columns - 1 - widest(\.reach, least: 5, most: columns / 7)
        place = reach - 2 - placeWidth
        self.reach = reach
    }
}

private func drawTriage(_ view: FindingsView, _ rect: Rect, _ state: AppState, _ grid: inout CellGrid) {
    guard !view.lines.isEmpty else { return drawNothing(view, state, &grid) }
    let columns = TriageColumns(view.lines, columns: rect.columns)
    var titles = [("SINCE", columns.since), ("CAUSE", columns.cause), ("WHERE", columns.place)]
    if let reach = columns.reach { titles.append(("REACH", reach)) }
    for (title, column) in titles {
        grid.write(title, column: column, row: rect.row - 1, style: Style(.columnHeader))
    }
    for (offset, line) in view.lines.dropFirst(view.top).prefix(rect.rows).enumerated() {
        let isSelected = view.top + offset == view.selectedIndex && line.isSelectable
        draw(line, columns, isSelected: isSelected, row: rect.row + offset, state, &grid)
    }
    if view.lines.allSatisfy({ $0.kind == .unknown || $0.kind == .dim }) {
        drawNothing(view, state, &grid)
    }
}

private func draw(
    _ line: FindingsView.Line, _ columns: TriageColumns, isSelected: Bool, row: Int, _ state: AppState,
    _ grid: inout CellGrid
) {
    func style(_ role: StyleRole) -> Style { Style(role, isSelected: isSelected) }
    let end = state.size.columns - 1
    if isSelected {
        grid.clear(row: row, style: style(.plain))
        grid.write("▸", column: 0, row: row, style: style(.plain))
    }
    guard case .cause(let severity, let isSilenced) = line.kind else {
        if line.kind == .unknown { grid.write("?", column: 1, row: row, style: style(.unknown)) }
        grid.write(
            line.text, column: columns.cause + max(0, line.indent - 9), row: row, width: end - columns.cause,
            style: style(.unknown))
        return
    }
    grid.write(sign(severity), column: 1, row: row, style: style(isSilenced ? .dim : role(severity)))
    if let since = line.since {
        let text = isRecent(since, state) ? String(clock(since, state).prefix(5)) : age(from: since, to: state.now)
        grid.write(text, column: columns.since, row: row, width: 5, style: style(.dim), alignment: .right)
    }
    let column = columns.cause + line.indent
    let textStyle = style(isSilenced ? .dim : .plain)
    grid.write(line.text, column: column, row: row, width: max(0, columns.place - 2 - column), style: textStyle)
    let placeEnd = columns.reach.map { $0 - 2 } ?? end
    grid.write(line.place, column: columns.place, row: row, width: placeEnd - columns.place, style: textStyle)
    guard let reach = columns.reach else { return }
    grid.write(line.reach, column: reach, row: row, width: end - reach, style: style(.dim))
}

private func drawNothing(_ view: FindingsView, _ state: AppState, _ grid: inout CellGrid) {
    let place = view.scope.namespace.map { "wrong in \($0)" } ?? "wrong"
    var row = state.findingsBody.row + view.lines.count + 1
    let unable = Set(state.report(for: view)?.report.notEvaluated.map(\.rule) ?? [])
    // Who could not look has not found that all is well.
    let words =
        unable.isEmpty
        ? "No rule finds anything \(place)."
        : unable.count >= DiagnosisRule.all.count
            ? "No rule could look. Enter says why." : "The rules that could look find nothing \(place)."
    for (text, role) in [
        (words, StyleRole.plain),
        ("What is looked for: sextant rules, docs/rules.md.", .dim),
    ] where row < state.size.rows - 1 {
        grid.write(text, column: 3, row: row, width: state.size.columns - 4, style: Style(role))
        row += 1
    }
}

// MARK: - Signs

private func sign(_ severity: Severity) -> String {
    switch severity {
    case .broken: "●"
    case .degraded: "▲"
    case .hygiene: "·"
    }
}

private func role(_ severity: Severity) -> StyleRole {
    switch severity {
    case .broken: .broken
    case .degraded: .degraded
    case .hygiene: .hygiene
    }
}
