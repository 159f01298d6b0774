import AppCore
import ClusterState
import Diagnosis
import KubernetesModel
import Screen

/// `:triage` and `X`: findings, causes first, with their evidence.
func drawFindings(_ view: FindingsView, _ state: AppState, _ grid: inout CellGrid) {
    let report = state.report(for: view)
    drawTitle(view, report, state, &grid)
    guard let report else {
        let seconds = elapsed(since: view.openedAt, now: state.now)
        return draw(paragraphs: [("Looking … \(seconds)", .dim)], state, &grid)
    }
    let lines = state.lines(of: view)
    var row = state.body.row
    for (offset, line) in lines.dropFirst(view.top).prefix(state.body.rows).enumerated() {
        row = state.body.row + offset
        draw(line, isSelected: view.top + offset == view.selectedIndex, row: row, state, &grid)
    }
    if lines.isEmpty { drawNothing(view, state, &grid) }
    drawNotEvaluated(report, from: lines.isEmpty ? state.body.row + 4 : row + 2, state, &grid)
}

private func drawTitle(_ view: FindingsView, _ report: Report?, _ state: AppState, _ grid: inout CellGrid) {
    var pieces: [Piece]
    if let subject = view.subject {
        pieces = [Piece(" Why \(subject) ", .title)]
    } else {
        pieces = [Piece(" Triage(\(view.scope.namespace ?? "all")) ", .title)]
    }
    if let report {
        for severity in Severity.allCases.reversed() where view.subject == nil {
            let count = report.causes.count { $0.severity == severity }
            if count > 0 { pieces.append(Piece("  \(mark(severity)) \(count) \(severity.rawValue)", role(severity))) }
        }
        if !report.silenced.isEmpty { pieces.append(Piece("  \(report.silenced.count) silenced", .dim)) }
        if !report.notEvaluated.isEmpty { pieces.append(Piece("  ▲ could not look everywhere", .degraded)) }
    }
    grid.write(pieces, column: 0, row: 1, limit: state.size.columns)
}

private func draw(
    _ line: FindingsView.Line, isSelected: Bool, row: Int, _ state: AppState, _ grid: inout CellGrid
) {
    func style(_ role: StyleRole) -> Style { Style(role, isSelected: isSelected) }
    if isSelected {
        grid.clear(row: row, style: style(.plain))
        grid.write("▸", column: 0, row: row, style: style(.plain))
    }
    let end = state.size.columns - 1
    guard let severity = line.severity else {
        grid.write(line.label, column: line.indent, row: row, style: style(.dim))
        grid.write(
            line.text, column: line.indent + 10, row: row, width: max(0, end - line.indent - 10),
            style: style(line.label == "run" ? .yamlString : .plain))
        return
    }
    let trailingWidth = textWidth(line.trailing)
    let limit = max(0, end - trailingWidth - 2)
    var column = 1 + line.indent
    column = grid.write(mark(severity) + " ", column: column, row: row, style: style(role(severity)))
    column = grid.write(line.text, column: column, row: row, width: max(0, limit - column), style: style(.plain))
    if column + 2 < limit {
        grid.write("  " + line.label, column: column, row: row, width: limit - column, style: style(.dim))
    }
    grid.write(line.trailing, column: end - trailingWidth, row: row, style: style(.dim))
}

private func drawNothing(_ view: FindingsView, _ state: AppState, _ grid: inout CellGrid) {
    let place = view.subject.map { "wrong with \($0)" } ?? view.scope.namespace.map { "wrong in \($0)" } ?? "wrong"
    draw(
        paragraphs: [
            ("No rule finds anything \(place).", .plain), ("What is looked for: sextant rules, docs/rules.md.", .dim),
        ], state, &grid)
}

/// What could not be looked at, and why: silence would look like health.
private func drawNotEvaluated(_ report: Report, from row: Int, _ state: AppState, _ grid: inout CellGrid) {
    guard !report.notEvaluated.isEmpty else { return }
    var row = row
    var known: Set<GroupResource> = []
    for item in report.notEvaluated where known.insert(item.missing).inserted {
        guard row < state.size.rows - 1 else { return }
        let words = "▲ \(item.missing) could not be looked at: \(item.reason)"
        grid.write(words, column: 1, row: row, width: state.size.columns - 2, style: Style(.degraded))
        row += 1
    }
}

private func mark(_ severity: Severity) -> String {
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
