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
    // On a narrow screen our own name goes first, then the clock, words, and the beginning of the context's name.
    var power = dangerousPower(state, session)
    var left = brand + place(session.context)
    var clock = time
    var rule: [Piece] = []
    if state.whyReadOnly != nil {
        rule = [Piece("read-only  ", .headerAccent)]
    } else if session.isRuleLifted {
        rule = [Piece("changes allowed  ", .degraded)]
    }
    var right: [Piece] { standing + power + rule + clock }
    func room() -> Int { columns - width(of: right) - 3 - width(of: left) }
    if room() < 0 { left[0].text = " " }
    if room() < 0 { clock = [] }
    if room() < 0, !power.isEmpty {
        power = [Piece(state.isClusterAdmin ? "▲ cluster-admin  " : "▲ critical rights  ", .degraded)]
    }
    if room() < 0 {
        left = [Piece(" ", .header)] + place(end(of: session.context, width: textWidth(session.context) + room()))
    }
    if room() < -2, !power.isEmpty {
        power = [Piece(state.isClusterAdmin ? "▲ admin  " : "▲ rights  ", .degraded)]
    }
    let hidden = state.hiddenPanes.count
    let panes = hidden > 0 ? "+\(hidden) pane\(hidden == 1 ? "" : "s"): ctrl-t w" : nil
    let isAdmin = state.isClusterAdmin && power.isEmpty
    let user = session.actsAs == nil ? session.user : nil
    // Under another name than one's own nothing is as expected, so that a part of it is better than none.
    if let name = session.actsAs, room() >= 14 {
        left.append(Piece("   as " + end(of: name, width: room() - 6), .header))
    }
    for extra in [
        panes, isAdmin ? "cluster-admin" : nil, state.serverVersion, user,
    ].compactMap(\.self) {
        let piece = Piece("   " + extra, .header)
        if textWidth(piece.text) <= room(), !extra.isEmpty { left.append(piece) }
    }
    grid.write(left, column: 0, row: 0, limit: columns - 1)
    if room() >= -2 { grid.write(right, endingAt: columns - 1, row: 0) }
}

/// What everybody who looks must know: that every key can do everything here, and that here is where it matters; or that
/// one can become whoever can.
private func dangerousPower(_ state: AppState, _ session: SessionInfo) -> [Piece] {
    if state.isNearlyClusterAdmin {
        // Who may become an administrator is told so wherever it is: nobody expects it of another name.
        return [Piece("▲ critical rights\(session.looksLikeProduction ? " on production" : "")  ", .degraded)]
    }
    guard state.isClusterAdmin, session.looksLikeProduction else { return [] }
    return [Piece("▲ cluster-admin on production  ", .degraded)]
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
