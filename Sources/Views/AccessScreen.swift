import Access
import AppCore
import Screen

/// A page about access: who one is, until when, what one may do, and the worst of it; who may do something.
func drawAccess(_ view: AccessView, _ state: AppState, _ grid: inout CellGrid) {
    let (title, what) = view.order.title
    let end = grid.write([Piece(" \(title) ", .title), Piece(sanitized(what), .dim)], column: 0, row: 1)
    if let (user, worst) = view.summary {
        let place = view.order.namespace.isEmpty ? "the whole cluster" : view.order.namespace
        let ways = [sign(of: worst, in: " in " + sanitized(place)), sign(of: worst, in: "")]
        let fitting = ways.map { [Piece(sanitized(user), .plain)] + $0 }.first {
            end + 2 + width(of: $0) < state.size.columns
        }
        if let fitting { grid.write(fitting, endingAt: state.size.columns - 1, row: 1) }
    }
    if case .loading = view.content {
        return draw(paragraphs: [("Asking the server who you are and what you may do.", .dim)], state, &grid)
    }
    let bottom = state.body.row + state.body.rows
    let target = view.target
    for (offset, line) in view.lines.dropFirst(view.top).enumerated() where state.body.row + offset < bottom {
        let row = state.body.row + offset
        let pieces = line.pieces.map { Piece(sanitized($0.text), $0.tone.role) }
        grid.write(pieces, column: 2, row: row, limit: max(2, state.size.columns - 1))
        if target != nil, line.target == target, isSelected(view.top + offset, view) {
            grid.restyle(row: row, columns: 0..<state.size.columns) { $0.isSelected = true }
            if view.selected == view.top + offset {
                grid.put("▸", width: 1, column: 0, row: row, style: Style(.plain, isSelected: true))
            }
        }
    }
}

private func sign(of worst: DangerousGrant.Score?, in place: String) -> [Piece] {
    switch worst {
    case .critical?: [Piece("  ● critical", .broken)]
    case .high?: [Piece("  ● high", .broken)]
    case .medium?: [Piece("  ▲ medium", .degraded)]
    case nil: [Piece("  ✓ nothing dangerous found\(place)", .fine)]
    }
}

/// Whether a line is the selected one, or one that it was folded into.
private func isSelected(_ index: Int, _ view: AccessView) -> Bool {
    guard let selected = view.selected, index >= selected, index < view.lines.count else { return false }
    return view.lines[selected...index].allSatisfy { $0.target == view.target }
}

extension AccessLine.Tone {
    fileprivate var role: StyleRole {
        switch self {
        case .plain: .plain
        case .dim: .dim
        case .title: .columnHeader
        case .critical: .broken
        case .warning: .degraded
        case .note: .hygiene
        case .fine: .fine
        }
    }
}
