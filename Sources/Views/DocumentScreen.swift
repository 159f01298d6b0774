import AppCore
import KubernetesModel
import Screen

/// The YAML of an object.
func drawDocument(_ view: DocumentView, _ state: AppState, _ grid: inout CellGrid) {
    drawTitle(view, state, &grid)
    switch view.content {
    case .loading(let since):
        if state.now.microseconds &- since.microseconds > 150_000 {
            let text = "Loading \(view.address.name) … \(elapsed(since: since, now: state.now))   Esc cancels"
            draw(paragraphs: [(text, .dim)], state, &grid)
        }
    case .failed(let failure):
        draw(paragraphs: [("Cannot show \(view.address.name).", .broken), ("\(failure)", .plain)], state, &grid)
    case .loaded: drawLines(view, state, &grid)
    }
}

private func drawTitle(_ view: DocumentView, _ state: AppState, _ grid: inout CellGrid) {
    let kind = view.address.resource.groupResource.resource
    let namespace = view.address.namespace.isEmpty ? "" : "\(view.address.namespace)/"
    var left = [Piece(" YAML ", .title), Piece("\(kind) \(namespace)\(view.address.name)", .titleCount)]
    if view.isDeleted { left.append(Piece("   ● deleted: this is its last state", .broken)) }
    if let failure = view.failure { left.append(Piece("   ▲ not live: \(failure)", .degraded)) }
    if !view.search.isEmpty {
        let position = view.matchIndex.map { "\($0 + 1) of " } ?? ""
        left.append(Piece("   /\(view.search)  \(position)\(view.matches.count)", .match))
    }
    var right: [Piece] = []
    if !view.lines.isEmpty {
        let last = min(view.lines.count, view.top + state.body.rows)
        right = [Piece("\(view.top + 1)-\(last) of \(view.lines.count)", .dim)]
    }
    let end = state.size.columns - 1
    grid.write(left, column: 0, row: 1, limit: end - width(of: right) - 1)
    grid.write(right, endingAt: end, row: 1)
}

private func drawLines(_ view: DocumentView, _ state: AppState, _ grid: inout CellGrid) {
    let columns = state.size.columns
    let current = view.matchIndex.map { view.matches[$0] }
    var row = state.body.row
    let end = state.body.row + state.body.rows
    for index in view.lines.indices.dropFirst(view.top) {
        guard row < end else { return }
        let first = row
        var cells: [(Character, Int, StyleRole)] = []
        for piece in view.lines[index].pieces {
            forEachCell(of: piece.text) { character, width in
                cells.append((character, width, role(of: piece.kind)))
                return cells.count < 4096
            }
        }
        // Cells from the left edge on; when lines wrap, the rest goes to the next rows.
        var column = view.wraps ? 1 : 1 - view.leftColumn
        for (character, width, role) in cells {
            if column + width > columns - 1 {
                guard view.wraps else {
                    grid.write("…", column: columns - 1, row: row, style: Style(.dim))
                    break
                }
                row += 1
                column = 3
                guard row < end else { return }
            }
            if column >= 1 { grid.write(String(character), column: column, row: row, style: Style(role)) }
            column += width
        }
        if !view.search.isEmpty {
            for line in first...row { grid.highlight(view.search, row: line, columns: 0..<columns) }
        }
        if index == current { grid.write("▸", column: 0, row: first, style: Style(.notice)) }
        row += 1
    }
}

private func role(of kind: DocumentLine.Kind) -> StyleRole {
    switch kind {
    case .key: .yamlKey
    case .string: .yamlString
    case .number: .yamlNumber
    case .constant: .yamlConstant
    case .punctuation: .yamlPunctuation
    case .folded: .dim
    }
}
