import AppCore
import KubernetesModel
import Screen

/// What the program that gets the credential says, across the bottom: a device code waits for its reader.
func drawSignIn(_ signIn: SignIn, _ state: AppState, _ grid: inout CellGrid) {
    let columns = state.size.columns
    let lines = signIn.lines.flatMap { wrapped($0, width: max(16, columns - 4)) }.suffix(max(0, state.body.rows - 2))
    let top = state.size.rows - 2 - lines.count
    guard top > 1 else { return }
    grid.clear(row: top, style: Style(.title))
    grid.write(
        [
            Piece(" Signing in: \(signIn.program) … \(elapsed(since: signIn.since, now: state.now))", .title),
            Piece("   Esc cancels", .dim),
        ], column: 0, row: top)
    for (offset, line) in lines.enumerated() {
        grid.clear(row: top + 1 + offset)
        grid.write(line, column: 2, row: top + 1 + offset, style: Style(.notice))
    }
}
