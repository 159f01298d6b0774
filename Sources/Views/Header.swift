import AppCore
import ClusterState
import KubernetesModel
import Screen

/// The first line: where we are, as whom, and how it stands.
func drawHeader(_ state: AppState, _ grid: inout CellGrid) {
    grid.clear(row: 0, style: Style(.header))
    let columns = state.size.columns
    let time = [Piece(clock(state.now, state), .header)]
    let standing = standing(state, isShort: columns < 100)
    let brand = [Piece(" sextant  ", .headerAccent)]
    guard let session = state.session else {
        let right = standing + time
        grid.write(brand + [Piece("no cluster", .header)], column: 0, row: 0)
        if columns >= 34 + width(of: standing) { grid.write(right, endingAt: columns - 1, row: 0) }
        return
    }
    func place(_ context: String) -> [Piece] {
        [Piece(context, .headerAccent), Piece(" ▸ ", .header), Piece(namespaceName(state), .headerAccent)]
    }
    // On a narrow screen our own name goes first, then the clock, then the beginning of the context's name.
    var left = brand + place(session.context)
    var right = standing + time
    func room() -> Int { columns - width(of: right) - 3 - width(of: left) }
    if room() < 0 { left[0].text = " " }
    if room() < 0 { right = standing }
    if room() < 0 {
        left = [Piece(" ", .header)] + place(end(of: session.context, width: textWidth(session.context) + room()))
    }
    for extra in [state.serverVersion, session.user, state.options.readOnly ? "read-only" : nil].compactMap({ $0 }) {
        let piece = Piece("   " + extra, .header)
        if textWidth(piece.text) <= room(), !extra.isEmpty { left.append(piece) }
    }
    grid.write(left, column: 0, row: 0, limit: columns - 1)
    if room() >= -2 { grid.write(right, endingAt: columns - 1, row: 0) }
}

/// The end of a name, which tells more than its beginning when names are long, such as those of cloud providers.
private func end(of name: String, width: Int) -> String {
    let name = sanitized(name)
    guard textWidth(name) > width else { return name }
    var kept = Substring(name)
    while !kept.isEmpty, textWidth(String(kept)) > max(7, width) - 1 { kept.removeFirst() }
    return "…" + kept
}

private func namespaceName(_ state: AppState) -> String {
    if let view = state.shownXray { return view.order.namespace ?? "all" }
    if let search = state.shownSearch { return search.order.namespace ?? "all" }
    guard let view = state.table else { return state.namespace ?? "all" }
    if let pod = view.pod { return pod.namespace }
    if view.table.kind.isNamespaced { return view.namespace ?? "all" }
    return "cluster"
}

private func standing(_ state: AppState, isShort: Bool) -> [Piece] {
    var pieces: [Piece] = []
    let isSigningIn = state.signIn != nil && (state.connection != .connected || state.shownSignIn != nil)
    if isSigningIn { pieces.append(Piece("signing in  ", .header)) }
    switch state.connection {
    case .failed where isSigningIn: break
    case .failed, .stopped: pieces.append(Piece("● not connected  ", .broken))
    case .connecting where !isSigningIn: pieces.append(Piece("connecting  ", .header))
    case .none, .connected, .connecting: break
    }
    let counts = state.standing
    if counts.broken > 0 {
        pieces.append(Piece("● \(grouped(counts.broken))\(isShort ? "" : " broken")  ", .broken))
    }
    if counts.degraded > 0 {
        let word = counts.areWarnings ? "warnings" : "degraded"
        pieces.append(Piece("▲ \(grouped(counts.degraded))\(isShort ? "" : " " + word)  ", .degraded))
    }
    return pieces
}
