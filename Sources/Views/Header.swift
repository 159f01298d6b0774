import AppCore
import KubernetesModel
import Screen

/// The first line: where we are, as whom, and how it stands.
func drawHeader(_ state: AppState, _ grid: inout CellGrid) {
    grid.clear(row: 0, style: Style(.header))
    let right = rightPart(state, isShort: state.size.columns < 100)
    let rightStart = state.size.columns - width(of: right) - 1
    var left = [Piece(" sextant  ", .headerAccent)]
    if let session = state.session {
        left.append(Piece(session.context, .headerAccent))
        left.append(Piece(" ▸ ", .header))
        left.append(Piece(namespaceName(state), .headerAccent))
        let extras = [state.serverVersion, session.user, state.options.readOnly ? "(read-only)" : nil]
        for extra in extras.compactMap({ $0 }) {
            let piece = Piece("   " + extra, .header)
            if width(of: left) + textWidth(piece.text) + 2 <= rightStart { left.append(piece) }
        }
    } else {
        left.append(Piece("no cluster", .header))
    }
    grid.write(left, column: 0, row: 0, limit: max(10, rightStart - 1))
    if rightStart > 10 { grid.write(right, endingAt: state.size.columns - 1, row: 0) }
}

private func namespaceName(_ state: AppState) -> String {
    guard let view = state.table else { return state.namespace ?? "all" }
    if ResourceTable.named(view.kind)?.kind.isNamespaced == true { return view.namespace ?? "all" }
    return "cluster"
}

private func rightPart(_ state: AppState, isShort: Bool) -> [Piece] {
    var pieces: [Piece] = []
    switch state.connection {
    case .failed: pieces.append(Piece("● not connected  ", .broken))
    case .connecting: pieces.append(Piece("connecting  ", .header))
    case .none, .connected: break
    }
    if let view = state.table {
        if view.brokenCount > 0 {
            pieces.append(Piece("● \(grouped(view.brokenCount))\(isShort ? "" : " broken")  ", .broken))
        }
        if view.degradedCount > 0 {
            pieces.append(Piece("▲ \(grouped(view.degradedCount))\(isShort ? "" : " degraded")  ", .degraded))
        }
    }
    pieces.append(Piece(clock(state.now, state), .header))
    return pieces
}
