import Synchronization

/// One sleep at a time that another task can cut short.
final class Alarm: Sendable {
    private let sleeper = Mutex<Task<Bool, Never>?>(nil)

    /// Sleeps; `ring()` has an effect from the moment of the call.
    ///
    /// - Returns: whether the whole time passed; false when the alarm rang, or the task was cancelled.
    nonisolated(nonsending) func wait(_ duration: Duration, sleep: @escaping @Sendable (Duration) async throws -> Void)
        async -> Bool
    {
        let task = Task {
            do {
                try await sleep(duration)
                return true
            } catch {
                return false
            }
        }
        sleeper.withLock { $0 = task }
        let wasWhole = await withTaskCancellationHandler {
            await task.value
        } onCancel: {
            task.cancel()
        }
        sleeper.withLock { $0 = nil }
        return wasWhole
    }

    /// Ends the sleep; does nothing when nobody sleeps.
    func ring() {
        sleeper.withLock { $0?.cancel() }
    }
}
