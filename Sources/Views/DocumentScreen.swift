import AppCore
import KubernetesModel
import Screen

/// An object as YAML, or described.
func drawDocument(_ view: DocumentView, _ state: AppState, _ grid: inout CellGrid) {
    drawTitle(view, state, &grid)
    switch view.content {
    case .loading(let since):
        if state.now.microseconds &- since.microseconds > 150_000 {
            let text = "Loading \(view.address.name) … \(elapsed(since: since, now: state.now)) (Esc cancels)"
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
    var left = [
        Piece(view.form == .yaml ? " YAML " : " Describe ", .title),
        Piece("\(kind) \(namespace)\(view.address.name)", .titleCount),
    ]
    if let (title, subject) = view.titleOfTopic { left = [Piece(title, .title), Piece(subject, .titleCount)] }
    if view.isDeleted { left.append(Piece("   ● deleted: this is its last state", .broken)) }
    if let failure = view.failure {
        left.append(Piece("   ▲ not live\(retryText(view.retryAt, state)): \(failure)", .degraded))
    }
    var right: [Piece] = []
    if !view.search.isEmpty {
        let position = view.matchIndex.map { "\($0 + 1) of " } ?? ""
        right.append(Piece("/\(view.search)  \(position)\(view.matches.count)   ", .match))
    }
    if !view.lines.isEmpty {
        let last = view.lastLine(visibleRows: state.body.rows, columns: state.size.columns)
        right.append(Piece("\(view.top + 1)-\(last + 1) of \(view.lines.count)", .dim))
    }
    let end = state.size.columns - 1
    grid.write(left, column: 0, row: 1, limit: end - width(of: right) - 1)
    grid.write(right, endingAt: end, row: 1)
}

private func drawLines(_ view: DocumentView, _ state: AppState, _ grid: inout CellGrid) {
    let columns = state.size.columns
    let current = view.matchIndex.map { view.matches[$0] }
    let end = state.body.row + state.body.rows
    var row = state.body.row
    for index in view.lines.indices.dropFirst(view.top) {
        guard row < end else { return }
        let line = PiecedLine(
            pieces: view.lines[index].pieces.enumerated().map { number, piece in
                let isSelected = view.selectedLink.map { $0.line == index && $0.piece == number } ?? false
                return (piece.text, Style(role(of: piece.kind), isSelected: isSelected))
            }, wraps: view.wraps,
            textColumn: view.wraps ? DocumentView.textColumn : DocumentView.textColumn - view.leftColumn,
            wrappedColumn: view.lines[index].wrappedColumn(columns: columns), search: view.search,
            isMatch: index == current)
        row = line.draw(on: &grid, row: row, end: end, columns: columns)
    }
}

func role(of kind: DocumentLine.Kind) -> StyleRole {
    switch kind {
    case .key: .yamlKey
    case .string: .yamlString
    case .number: .yamlNumber
    case .constant: .yamlConstant
    case .punctuation: .yamlPunctuation
    case .folded: .dim
    case .text: .plain
    case .heading: .title
    case .fine: .fine
    case .degraded: .degraded
    case .broken: .broken
    case .link: .link
    }
}
