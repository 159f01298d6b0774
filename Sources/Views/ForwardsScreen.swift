import AppCore
import KubernetesModel
import Screen

/// A column of `:pf`.
private struct ForwardColumn {
    var title: String
    var isRightAligned = false
    /// Those of low importance go first where there is little room.
    var importance: Int
    var text: (ForwardInfo) -> String
}

/// `:pf`: the forwards of this context.
func drawForwards(_ view: ForwardsView, _ state: AppState, _ grid: inout CellGrid) {
    let rows = state.forwardRows
    let running = rows.count { $0.isRunning }
    grid.write(
        [
            Piece(" Port-forwards ", .title), Piece("\(rows.count)", .titleCount),
            Piece(running > 0 ? "   open until the context is left" : "", .dim),
        ], column: 0, row: 1)
    guard !rows.isEmpty else {
        let words: [(String, StyleRole)] = [
            ("Nothing is forwarded.", .plain),
            (
                "Shift-F on a pod, Service or Deployment forwards one of its ports; s here saves it for another day.",
                .dim
            ),
        ]
        return draw(paragraphs: words, state, &grid)
    }
    let columns = columns(state)
    let cells = rows.map { row in columns.map { sanitized($0.text(row)) } }
    var widths = columns.indices.map { index in
        min(44, cells.map { textWidth($0[index]) }.reduce(textWidth(columns[index].title), max))
    }
    // Narrow screens lose the least important columns; the state at the end takes what is left.
    var shown = Array(columns.indices)
    func needed() -> Int { shown.reduce(3) { $0 + min(widths[$1], $1 == columns.count - 1 ? 12 : 44) + 2 } }
    while needed() > state.size.columns, shown.count > 3,
        let least = shown.min(by: { columns[$0].importance < columns[$1].importance })
    {
        shown.removeAll { $0 == least }
    }
    if let last = shown.last { widths[last] = max(8, state.size.columns - needed() + min(widths[last], 12)) }
    func write(_ texts: [String], row: Int, style: (Int) -> Style) {
        var column = 3
        for index in shown where column < state.size.columns {
            grid.write(
                texts[index], column: column, row: row, width: min(widths[index], state.size.columns - column),
                style: style(index), alignment: columns[index].isRightAligned ? .right : .left)
            column += widths[index] + 2
        }
    }
    write(columns.map(\.title), row: state.body.row) { _ in Style(.columnHeader) }
    for line in 0..<max(0, min(state.visibleRows, rows.count - view.top)) {
        let index = view.top + line
        let row = state.body.row + 1 + line
        let isSelected = index == view.selectedIndex
        if isSelected {
            grid.clear(row: row, style: Style(.plain, isSelected: true))
            grid.write("▸", column: 0, row: row, style: Style(.plain, isSelected: true))
        }
        let role = role(of: rows[index])
        switch role {
        case .broken: grid.write("●", column: 1, row: row, style: Style(role, isSelected: isSelected))
        case .degraded: grid.write("▲", column: 1, row: row, style: Style(role, isSelected: isSelected))
        default: break
        }
        write(cells[index], row: row) { column in
            let isState = column == columns.count - 1
            let plain: StyleRole = rows[index].isRunning ? .plain : .finished
            return Style(isState ? role : plain, isSelected: isSelected)
        }
    }
    if rows.indices.contains(view.selectedIndex) {
        let end = state.body.row + min(state.visibleRows, rows.count - view.top)
        drawStanding(rows[view.selectedIndex], state, &grid, below: end)
    }
}

/// How the selected forward stands in full, at the bottom: a row may have no room for it.
private func drawStanding(_ info: ForwardInfo, _ state: AppState, _ grid: inout CellGrid, below end: Int) {
    guard let words = words(of: info) else { return }
    let lines = wrapped("\(info.request.target): \(words)", width: max(16, state.size.columns - 4))
    let first = state.size.rows - 1 - lines.count
    guard first > end else { return }
    for (offset, line) in lines.enumerated() {
        grid.write(line, column: 1, row: first + offset, style: Style(role(of: info)))
    }
}

/// What is to be said about a forward that is not as it should be.
private func words(of info: ForwardInfo) -> String? {
    switch info.state {
    case .waiting(let reason), .failed(let reason): reason
    case .serving: info.lastProblem
    case .starting, .stopped: nil
    }
}

private func columns(_ state: AppState) -> [ForwardColumn] {
    let saved = Set(state.savedForwards)
    return [
        ForwardColumn(title: "NAMESPACE", importance: 1) { $0.request.namespace },
        ForwardColumn(title: "ADDRESS", importance: 9) { $0.address },
        ForwardColumn(title: "TARGET", importance: 8) { $0.request.target },
        ForwardColumn(title: "POD", importance: 3) { $0.pod.isEmpty ? "-" : $0.pod },
        ForwardColumn(title: "CONNECTIONS", isRightAligned: true, importance: 4) { info in
            let failed = info.failedConnections > 0 ? ", \(info.failedConnections) failed" : ""
            return "\(info.openConnections) of \(info.allConnections)\(failed)"
        },
        ForwardColumn(title: "IN", isRightAligned: true, importance: 5) { bytes($0.bytesIn) },
        ForwardColumn(title: "OUT", isRightAligned: true, importance: 2) { bytes($0.bytesOut) },
        ForwardColumn(title: "AGE", isRightAligned: true, importance: 6) { info in
            info.isRunning ? age(from: info.since, to: state.now) : "-"
        },
        ForwardColumn(title: "STATE", importance: 10) { info in
            let isSaved = saved.contains(info.request)
            let words =
                switch info.state {
                case .starting: "starting"
                case .serving: info.lastProblem.map { "open; last failure: \($0)" } ?? "open"
                case .waiting(let reason): "waiting: \(reason)"
                case .failed(let reason): "ended: \(reason)"
                case .stopped: "stopped"
                }
            return isSaved ? "saved, \(words)" : words
        },
    ]
}

private func role(of info: ForwardInfo) -> StyleRole {
    switch info.state {
    case .serving: info.lastProblem == nil ? .fine : .degraded
    case .starting, .stopped: .plain
    case .waiting: .degraded
    case .failed: .broken
    }
}

/// Such as `512`, `1.5Ki`, `30Mi`.
private func bytes(_ count: UInt64) -> String {
    var size = Double(count)
    for unit in ["", "Ki", "Mi", "Gi", "Ti"] {
        if size < 1024 || unit == "Ti" {
            guard !unit.isEmpty else { return "\(count)" }
            let tenths = Int((size * 10).rounded())
            return tenths < 100 ? "\(tenths / 10).\(tenths % 10)\(unit)" : "\(tenths / 10)\(unit)"
        }
        size /= 1024
    }
    return "\(count)"
}

/// `Shift-F`: which port, from the bottom up.
func drawForwardDialog(_ dialog: ForwardDialog, _ state: AppState, _ frame: inout Frame) {
    let offers = dialog.offers.map(\.text).joined(separator: ", ")
    var hints: [ForwardDialog.Field: String] = [
        .remote: offers.isEmpty ? "it declares no ports; number or name" : offers,
        .local: "0 for any that is free", .address: "localhost keeps it to this machine",
    ]
    if dialog.isOpenToOthers { hints[.address] = "▲ whoever reaches this machine can use it, as you" }
    let fields: [(ForwardDialog.Field, String, LineEditor)] = [
        (.remote, "Port of it", dialog.remote), (.local, "Local port", dialog.local),
        (.address, "Address", dialog.address),
    ]
    let top = state.size.rows - 2 - fields.count - 1
    guard top >= 1 else { return }
    frame.grid.clear(row: top)
    let rule = String(repeating: "─", count: max(0, state.size.columns - 5 - textWidth(dialog.title)))
    frame.grid.write(
        [Piece(" ─ ", .dim), Piece(dialog.title, .title), Piece(" " + rule, .dim)], column: 0, row: top)
    for (offset, (field, label, editor)) in fields.enumerated() {
        let row = top + 1 + offset
        let isCurrent = field == dialog.field
        frame.grid.clear(row: row)
        frame.grid.write(isCurrent ? "▸" : " ", column: 1, row: row, style: Style(.prompt))
        frame.grid.write(label, column: 3, row: row, style: Style(isCurrent ? .title : .plain))
        let end = frame.grid.write(editor.text, column: 15, row: row, style: Style(.prompt))
        let isWarning = field == .address && dialog.isOpenToOthers
        frame.grid.write(
            hints[field] ?? "", column: max(28, end + 2), row: row, style: Style(isWarning ? .degraded : .dim))
        if isCurrent {
            let before = textWidth(String(editor.characters.prefix(editor.cursor)))
            frame.cursor = Position(column: min(state.size.columns - 1, 15 + before), row: row)
        }
    }
    let row = state.size.rows - 2
    frame.grid.clear(row: row)
    if let error = dialog.error { frame.grid.write(error, column: 3, row: row, style: Style(.error)) }
}

/// The keys of the dialog, for the footer.
let forwardDialogHints: [(key: String, text: String)] = [
    ("enter", "forward"), ("tab", "next field"), ("up/down", "choose port"), ("esc", "cancel"),
]
