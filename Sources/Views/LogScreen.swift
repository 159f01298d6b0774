import AppCore
import KubernetesModel
import Screen

/// Logs as they grow; below the table where there is room.
func drawLog(_ view: LogView, _ state: AppState, _ grid: inout CellGrid) {
    if let panes = state.panes { drawBeneath(panes, state, &grid) }
    let rect = state.logBody
    drawTitle(view, rect, state, &grid)
    guard view.text.end > view.text.first else { return drawNothing(view, rect, state, &grid) }
    drawLines(view, rect, state, &grid)
}

private func drawTitle(_ view: LogView, _ rect: Rect, _ state: AppState, _ grid: inout CellGrid) {
    let row = rect.row - 1
    let end = rect.column + rect.columns
    if state.panes != nil {
        grid.write(
            String(repeating: "─", count: rect.columns), column: rect.column, row: row, style: Style(.border))
    }
    var left = [Piece(" Logs \(view.order.title)", .title)]
    switch view.order.containers {
    case .usual:
        // Which one that is, where there is a choice.
        let names = Set(view.news.origins.map(\.container))
        if view.news.containers.count > 1, names.count == 1, let name = names.first {
            left.append(Piece("/\(name)", .title))
        }
    case .named(let name): left.append(Piece("/\(name)", .title))
    case .all: left.append(Piece(", all containers", .title))
    }
    if view.order.previous { left.append(Piece(" (previous)", .degraded)) }
    let counts = view.podCounts
    if case .workload = view.order.subject {
        left.append(Piece(" · \(counts.reading) of \(counts.all) pods", .titleCount))
    }
    switch view.news.state {
    case .reading:
        left.append(Piece(view.follows ? " · following" : " · paused: s follows", view.follows ? .fine : .degraded))
    case .ended: left.append(Piece(" · ended", .dim))
    case .failed: left.append(Piece(" · not read", .broken))
    }
    switch view.order.range {
    case .tail: break
    case .start: left.append(Piece(" · from the start", .dim))
    case .minutes(let count): left.append(Piece(" · last \(count == 60 ? "hour" : "\(count) min")", .dim))
    }
    left.append(Piece(" ", .plain))
    var right: [Piece] = []
    if !view.search.isEmpty {
        let position = view.match.flatMap { view.matches.firstIndex(of: $0) }.map { "\($0 + 1) of " } ?? ""
        right.append(Piece(" /\(view.search)  \(position)\(grouped(view.matches.count)) ", .match))
    }
    if view.text.first > 0 { right.append(Piece(" \(grouped(view.text.first)) older lines dropped ", .degraded)) }
    if view.text.end > 0 {
        let last = view.lastLine(
            rows: rect.rows, columns: rect.columns, utcOffset: state.options.utcOffsetSeconds)
        right.append(
            Piece(" \(grouped(view.top + 1))-\(grouped(last + 1)) of \(grouped(view.text.end)) ", .dim))
    }
    grid.write(left, column: rect.column, row: row, limit: max(rect.column, end - width(of: right) - 1))
    grid.write(right, endingAt: end, row: row)
}

/// Why there are no lines.
private func drawNothing(_ view: LogView, _ rect: Rect, _ state: AppState, _ grid: inout CellGrid) {
    var texts: [(String, StyleRole)] = []
    switch view.news.state {
    case .failed(let words, let retries):
        texts = [("The log cannot be read.", .broken), (words, .plain)]
        if retries { texts.append(("It is tried again by itself.", .dim)) }
    case .ended: texts = [("The log is empty.", .dim)]
    case .reading:
        let waiting = view.news.origins.compactMap { origin -> String? in
            guard case .waiting(let reason) = origin.phase else { return nil }
            return "\(origin.pod)/\(origin.container) is not running" + (reason.isEmpty ? "." : ": \(reason).")
        }
        texts = waiting.map { ($0, .plain) }
        if view.news.origins.contains(where: { $0.phase == .reading }) {
            texts.append(("Nothing was written yet.", .dim))
        } else if waiting.isEmpty {
            texts.append(("Reading … \(elapsed(since: view.openedAt, now: state.now))", .dim))
        }
    }
    var row = rect.row + 1
    for (text, role) in texts {
        for line in wrapped(text, width: max(2, rect.columns - 6)) where row < rect.row + rect.rows {
            grid.write(line, column: rect.column + 3, row: row, style: Style(role))
            row += 1
        }
    }
}

private func drawLines(_ view: LogView, _ rect: Rect, _ state: AppState, _ grid: inout CellGrid) {
    let columns = rect.columns
    let end = rect.row + rect.rows
    var row = rect.row
    var number = view.top
    while row < end, number < view.text.end {
        let pieces = view.pieces(of: number, utcOffset: state.options.utcOffsetSeconds)
        let line = PiecedLine(
            pieces: pieces.map { ($0.text, Style(role(of: $0.kind))) }, wraps: view.wraps,
            textColumn: view.wraps ? LogView.textColumn : LogView.textColumn - view.leftColumn,
            wrappedColumn: LogView.wrappedColumn, search: view.search, isMatch: number == view.match)
        row = line.draw(on: &grid, row: row, end: end, columns: columns)
        number += 1
    }
}

private func role(of kind: LogView.Piece.Kind) -> StyleRole {
    switch kind {
    case .time, .mark: .dim
    case .origin(let number): originRoles[number % originRoles.count]
    case .text: .plain
    }
}

/// Colours that tell neighbours apart.
private let originRoles: [StyleRole] = [.yamlKey, .yamlString, .yamlNumber, .yamlConstant, .hygiene]
