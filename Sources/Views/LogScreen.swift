import AppCore
import KubernetesModel
import Screen

/// Logs as they grow; below the table where there is room.
func drawLog(_ view: LogView, _ state: AppState, _ grid: inout CellGrid) {
    let rect = state.body
    drawTitle(view, rect, state, &grid)
    guard view.text.end > view.text.first else { return drawNothing(view, rect, state, &grid) }
    if view.shownCount == 0 { drawNothingLeft(view, rect, state, &grid) }
    drawLines(view, rect, state, &grid)
}

private func drawTitle(_ view: LogView, _ rect: Rect, _ state: AppState, _ grid: inout CellGrid) {
    let row = rect.row - 1
    let end = rect.column + rect.columns
    var kind: [Piece] = []
    switch view.order.containers {
    case .usual:
        // Which one that is, where there is a choice.
        let names = Set(view.news.origins.map(\.container))
        if view.news.containers.count > 1, names.count == 1, let name = names.first {
            kind.append(Piece("/\(name)", .title))
        }
    case .named(let name): kind.append(Piece("/\(name)", .title))
    case .all: kind.append(Piece(", all containers", .title))
    }
    if view.order.previous { kind.append(Piece(" (\(previousWords(view, state)))", .degraded)) }
    let now = statePieces(view, state)
    var pods: [Piece] = []
    let counts = view.podCounts
    if view.order.isOfMany, counts.all > 0 {
        pods.append(Piece(" · \(counts.reading) of \(counts.all) pods", .titleCount))
    }
    var rest: [Piece] = []
    if view.news.podsLeftOut > 0 { rest.append(Piece(" · \(view.news.podsLeftOut) left out", .degraded)) }
    rest += filterPieces(view)
    var range: [Piece] = []
    switch view.order.range {
    case .tail: break
    case .start: range.append(Piece(" · from the start", .dim))
    case .minutes(let count): range.append(Piece(" · last \(count == 60 ? "hour" : "\(count) min")", .dim))
    }
    var right: [Piece] = []
    if !view.search.text.isEmpty {
        let position = view.matchIndex.map { "\($0 + 1) of " } ?? ""
        let count = grouped(view.matches.count) + (view.isBehind ? " …" : "")
        right.append(Piece(" /\(view.search.text)  \(position)\(count) ", .match))
    }
    var lines: [Piece] = []
    if view.text.first > 0 { lines.append(Piece(" \(grouped(view.text.first)) older lines dropped ", .degraded)) }
    if view.text.end > 0 { lines.append(Piece(" \(lineCounts(view, state)) ", .dim)) }
    // Where there is no room, counts give way first, then the name; never what it does now.
    let name = " Logs \(view.order.title)"
    func excess() -> Int {
        let left = [Piece(name)] + kind + now + pods + rest + range
        return width(of: left) + 1 + width(of: right + lines) + 1 - rect.columns
    }
    while excess() > 0, !lines.isEmpty { lines.removeLast() }
    if excess() > 0 { range = [] }
    if excess() > 0 { pods = [] }
    let room = max(11, textWidth(name) - max(0, excess()))
    let left = [Piece(name.cutInMiddle(to: room), .title)] + kind + now + pods + rest + range + [Piece(" ", .plain)]
    right += lines
    grid.write(left, column: rect.column, row: row, limit: max(rect.column, end - width(of: right) - 1))
    grid.write(right, endingAt: end, row: row)
}

/// Which run before this one is shown, as far as that is known.
private func previousWords(_ view: LogView, _ state: AppState) -> String {
    let runs = view.news.origins.compactMap(\.previousRun)
    guard runs.count == 1, view.news.origins.count == 1, let run = runs.first else { return "previous" }
    var words = "previous, exit code \(run.exitCode)"
    if let ended = run.finishedAt {
        func local(_ time: Timestamp) -> String {
            Timestamp(seconds: time.seconds + Int64(state.options.utcOffsetSeconds)).rfc3339
        }
        let isToday = local(ended).prefix(10) == local(state.now).prefix(10)
        words += isToday ? " at \(local(ended).dropFirst(11).prefix(8))" : " on \(local(ended).prefix(10))"
    }
    return words
}

/// Such as ` in 3 s`; empty when the moment has come.
private func secondsText(until moment: Timestamp, _ state: AppState) -> String {
    let seconds = (moment.microseconds &- state.now.microseconds &+ 999_999) / 1_000_000
    return seconds > 0 ? " in \(seconds) s" : ""
}

/// What it does now.
private func statePieces(_ view: LogView, _ state: AppState) -> [Piece] {
    switch view.news.state {
    case .ended: return [Piece(" · ended", .dim)]
    case .failed: return [Piece(" · not read", .broken)]
    case .retrying(let moment, _):
        return [Piece(" · reconnecting\(secondsText(until: moment, state))", .degraded)]
    case .reading: break
    }
    // A run that is over is not followed.
    if view.order.previous { return [] }
    let phases = view.news.origins.map(\.phase)
    if view.follows, phases.isEmpty, state.now.microseconds &- view.openedAt.microseconds < 2_000_000 {
        return [Piece(" · looking for pods", .dim)]
    }
    if view.follows, !phases.contains(.reading) {
        // Nothing is read now; what comes will be.
        let isRun = phases.contains { if case .waiting = $0 { true } else { false } }
        return [Piece(isRun ? " · waiting for it to run" : " · no pod writes now", .degraded)]
    }
    if view.follows { return [Piece(" · following", .fine)] }
    let new = view.newCount
    return [Piece(" · paused", .degraded)] + (new > 0 ? [Piece(" +\(grouped(new)) new", .degraded)] : [])
}

/// What is not shown, so that nobody takes it for everything.
private func filterPieces(_ view: LogView) -> [Piece] {
    let filter = view.filter
    var pieces: [Piece] = []
    if filter.minimum != .unknown { pieces.append(Piece(" · ≥\(filter.minimum.word)", .notice)) }
    if !filter.included.isEmpty { pieces.append(Piece(" · +\(filter.included)", .match)) }
    if !filter.excluded.isEmpty { pieces.append(Piece(" · −\(filter.excluded)", .notice)) }
    return pieces
}

/// Which lines are on the screen, of how many.
private func lineCounts(_ view: LogView, _ state: AppState) -> String {
    guard view.index == nil else {
        let all = grouped(view.text.end - view.text.first)
        return "\(grouped(view.shownCount)) of \(all) lines" + (view.isBehind ? " …" : "")
    }
    let last = view.text.first + view.lastPlace(state.logSpace)
    return "\(grouped(view.top + 1))-\(grouped(last + 1)) of \(grouped(view.text.end))"
}

/// Why there are no lines.
private func drawNothing(_ view: LogView, _ rect: Rect, _ state: AppState, _ grid: inout CellGrid) {
    var texts: [(String, StyleRole)] = []
    switch view.news.state {
    case .failed(let words): texts = [("The log cannot be read.", .broken), (words, .plain)]
    case .retrying(_, let words):
        texts = [
            ("The log cannot be read.", .broken), (words, .plain), ("It is tried again by itself.", .dim),
        ]
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
            let isNew = state.now.microseconds &- view.openedAt.microseconds < 2_000_000
            let words = isNew || !view.news.origins.isEmpty ? "Reading …" : "No such pods so far …"
            texts.append(("\(words) \(elapsed(since: view.openedAt, now: state.now))", .dim))
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

/// Why none of the lines is shown.
private func drawNothingLeft(_ view: LogView, _ rect: Rect, _ state: AppState, _ grid: inout CellGrid) {
    let all = grouped(view.text.end - view.text.first)
    let words =
        view.isBehind
        ? "Looking through \(all) lines …" : "None of \(all) lines is like that. Esc takes the filter away."
    for (offset, line) in wrapped(words, width: max(2, rect.columns - 6)).prefix(max(0, rect.rows - 1)).enumerated() {
        grid.write(line, column: rect.column + 3, row: rect.row + 1 + offset, style: Style(.plain))
    }
}

private func drawLines(_ view: LogView, _ rect: Rect, _ state: AppState, _ grid: inout CellGrid) {
    let space = state.logSpace
    let end = rect.row + rect.rows
    var row = rect.row
    for number in view.shownLines where row < end {
        let isCursor = number == view.cursor
        let rows = view.rows(of: number, space).enumerated().dropFirst(number == view.top ? view.topRow : 0)
        for (index, part) in rows where row < end {
            let isText = part.isText
            if isCursor, isText { grid.clear(row: row, style: Style(.plain, isSelected: true)) }
            let line = PiecedLine(
                pieces: part.pieces.map { ($0.text, style(of: $0, isSelected: isCursor && isText)) }, wraps: false,
                textColumn: part.isWhole ? part.column - view.leftColumn : part.column,
                wrappedColumn: LogView.wrappedColumn, search: "", isMatch: false)
            _ = line.draw(on: &grid, row: row, end: end, columns: rect.columns)
            if isCursor, index == 0 {
                grid.put("▸", width: 1, column: 0, row: row, style: Style(.notice, isSelected: true))
            }
            row += 1
        }
    }
}

private func style(of piece: LogView.Piece, isSelected: Bool) -> Style {
    var style = Style(.plain)
    switch piece.kind {
    case .time, .mark: style = Style(.dim)
    case .continuation: style = Style(.border)
    case .origin(let number): style = Style(originRoles[number % originRoles.count])
    case .text: break
    case .painted(let paint): style = Style(.plain, paint: paint)
    case .level(let level): style = Style(role(of: level))
    case .field(let kind): style = Style(role(of: kind))
    }
    style.isSelected = isSelected
    style.isMatch = piece.isMatch
    return style
}

private func role(of level: LogLevel) -> StyleRole {
    switch level {
    case .fatal, .error: .broken
    case .warn: .degraded
    case .info: .fine
    case .debug, .trace: .dim
    case .unknown: .plain
    }
}

/// Colours that tell neighbours apart.
private let originRoles: [StyleRole] = [.yamlKey, .yamlString, .yamlNumber, .yamlConstant, .hygiene]
