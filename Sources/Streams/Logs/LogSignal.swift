import Synchronization

/// Wakes one task that waits for something to happen.
final class LogSignal: Sendable {
    private struct State {
        var isSet = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Wakes the one that waits, or the next that will.
    func set() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard let waiter = state.waiter else {
                state.isSet = true
                return nil
            }
            state.waiter = nil
            return waiter
        }
        waiter?.resume()
    }

    /// Waits until it is set, the time is over, or the task is cancelled; it may also return for no reason.
    func wait(atMost duration: Duration?) async {
        let timer = duration.map { duration in
            Task {
                try? await Task.sleep(for: duration)
                if !Task.isCancelled { self.set() }
            }
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let isSet = state.withLock { state in
                    defer { state.isSet = false }
                    if !state.isSet { state.waiter = waiter }
                    return state.isSet
                }
                if isSet { waiter.resume() }
            }
        } onCancel: {
            set()
        }
        timer?.cancel()
    }
}
