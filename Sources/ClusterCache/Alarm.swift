import Synchronization

/// One sleep at a time that another task can cut short.
package final class Alarm: Sendable {
    /// Why somebody rings.
    package enum Bell: Sendable, Equatable {
        /// There is a reason not to wait any longer.
        case now
        /// The server has answered again; only those who wait for that hear it.
        case serverIsBack
    }

    /// How a sleep ended.
    package enum Outcome: Sendable, Equatable {
        /// The whole time passed.
        case slept
        case rang(Bell)
        /// The task of the sleeper was cancelled.
        case cancelled
    }

    private struct State {
        var sleeper: Task<Bool, Never>?
        /// Whether the sleeper hears that the server is back.
        var waitsForServer = false
        var bell: Bell?
        /// Whether an attempt is under way, whose failure a sleep would follow.
        var isAttempting = false
        /// What rang during the attempt.
        var missed: Bell?
    }

    private let state = Mutex(State())

    package init() {}

    /// Says that an attempt begins: only what rings from now on cuts the wait after it short.
    package func attemptBegins() {
        state.withLock { state in
            state.isAttempting = true
            state.missed = nil
        }
    }

    /// Sleeps; not at all when somebody rang since `attemptBegins()`.
    ///
    /// - Parameters:
    ///   - duration: how long.
    ///   - waitsForServer: whether to hear that the server is back.
    ///   - sleep: waits, and throws when cancelled.
    /// - Returns: how it ended.
    package nonisolated(nonsending) func wait(
        _ duration: Duration, waitsForServer: Bool = false,
        sleep: @escaping @Sendable (Duration) async throws -> Void
    ) async -> Outcome {
        let (task, missed) = state.withLock { state -> (Task<Bool, Never>?, Bell?) in
            state.isAttempting = false
            let missed = state.missed
            state.missed = nil
            if let missed, missed == .now || waitsForServer { return (nil, missed) }
            let task = Task {
                do {
                    try await sleep(duration)
                    return true
                } catch {
                    return false
                }
            }
            state.sleeper = task
            state.waitsForServer = waitsForServer
            state.bell = nil
            return (task, nil)
        }
        guard let task else { return missed.map { .rang($0) } ?? .cancelled }
        let wasWhole = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        let bell = state.withLock { state in
            state.sleeper = nil
            return state.bell
        }
        if wasWhole { return .slept }
        return bell.map { .rang($0) } ?? .cancelled
    }

    /// Ends the sleep of who hears this bell, or the one that would follow the attempt that is under way.
    package func ring(_ bell: Bell) {
        state.withLock { state in
            guard let sleeper = state.sleeper else {
                if state.isAttempting, state.missed != .now { state.missed = bell }
                return
            }
            guard bell == .now || state.waitsForServer else { return }
            if state.bell == nil { state.bell = bell }
            sleeper.cancel()
        }
    }
}
