import Access
import AppCore
import ClusterState
import KubernetesModel
import Screen

/// Why a view could not be loaded, for the user.
package struct SnapshotFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String
}

/// Loads a view without a terminal, through the same loop as the screen.
@MainActor
package func loadView(
    options: LaunchOptions, size: Size, timeout: Duration, surroundings: Application.Surroundings
) async throws(SnapshotFailure) -> AppState {
    let application = Application(
        terminal: HeadlessTerminal(size: size), options: options, surroundings: surroundings)
    var outcome: Result<AppState, SnapshotFailure>?
    application.didChange = { [unowned application] in
        guard outcome == nil else { return }
        switch progress(of: application.state, wantsAll: options.allNamespaces) {
        case .loading: return
        case .loaded: outcome = .success(application.state)
        case .failed(let failure): outcome = .failure(failure)
        }
        application.stop()
    }
    let deadline = Task {
        repeat {
            do { try await Task.sleep(for: timeout) } catch { return }
            // Who has to enter a code somewhere needs their own time; the credential program's own limit ends that.
        } while application.state.signIn != nil
        application.stop()
    }
    await application.run()
    deadline.cancel()
    if let outcome { return try outcome.get() }
    throw SnapshotFailure(description: "nothing complete within \(timeout)" + lastWords(of: application.state))
}

private enum Progress {
    case loading
    case loaded
    case failed(SnapshotFailure)
}

private func progress(of state: AppState, wantsAll: Bool) -> Progress {
    if let notice = state.notice?.notice, notice.kind == .error {
        return .failed(SnapshotFailure(description: notice.text))
    }
    if state.pendingCommand != nil {
        if case .failed(let failure, _) = state.connection, isFinal(failure) {
            return .failed(SnapshotFailure(description: failure.description))
        }
        return .loading
    }
    if wantsAll, let reason = state.fallback { return .failed(SnapshotFailure(description: reason)) }
    switch state.place {
    case .forwards: return .loaded
    case .access(let view):
        switch view.content {
        case .loading: return .loading
        case .mine: return .loaded
        case .compared(let one, let other):
            return [one, other].compactMap(\.failure).first.map { .failed(SnapshotFailure(description: $0)) } ?? .loaded
        case .failed(let words, _): return .failed(SnapshotFailure(description: words))
        }
    case .contexts(let view):
        guard let reason = view.reason else { return state.session == nil ? .loading : .loaded }
        return .failed(SnapshotFailure(description: reason))
    case .document, .log, .xray, .columns, .shell: return .loaded
    case .findings(let view): return state.report(for: view) == nil ? .loading : .loaded
    case .table(let view):
        switch view.loadState {
        case .loading:
            // A refused or unreachable server fails the first request, whichever that is.
            if case .failed(let failure, _) = state.connection, isFinal(failure) {
                return .failed(SnapshotFailure(description: failure.description))
            }
            return .loading
        case .ready: return isIntroduced(state) && state.isUsageSettled ? .loaded : .loading
        case .stale(_, let reason, _), .forbidden(let reason), .unavailable(let reason), .failed(let reason, _):
            return .failed(SnapshotFailure(description: reason))
        }
    }
}

/// Whether the header can be drawn: the server said its version, or will not.
private func isIntroduced(_ state: AppState) -> Bool {
    if case .connecting = state.connection { return false }
    return true
}

/// Whether waiting cannot help.
private func isFinal(_ failure: APIFailure) -> Bool {
    switch failure.reason {
    case .tooManyRequests, .server, .timeout: false
    default: true
    }
}

private func lastWords(of state: AppState) -> String {
    if case .failed(let failure, _) = state.connection { return ": \(failure)" }
    if case .connecting = state.connection, let server = state.session?.server { return ": no answer of \(server)" }
    if let view = state.table, case .loading(let count) = view.loadState {
        return ": \(count) \(view.kind.resource) so far from \(state.session?.server ?? "the server")"
    }
    return ""
}
