import ClusterCache
import KubernetesModel
import Synchronization

/// Time that passes only as far as a test lets it; pauses between publications take none.
final class FaultTime: Sendable {
    /// Somebody who waits before the next attempt.
    struct Wait: Sendable {
        let duration: Duration
        /// When it began.
        let since: Timestamp
        fileprivate let done: AsyncStream<Void>.Continuation
        fileprivate let time: FaultTime

        /// The moment that this wait ends.
        var end: Timestamp { later(since, duration) }

        /// Lets the whole time pass.
        func pass() {
            time.advance(to: end)
            done.yield()
            done.finish()
        }
    }

    private struct State {
        var now = Timestamp(seconds: 1_795_228_437)
        var passesByItself = false
        var durations: [Duration] = []
        var open = 0
    }

    private let state = Mutex(State())
    /// Those who begin to wait, in time that does not pass by itself.
    private let waits: AsyncStream<Wait>
    private let sink: AsyncStream<Wait>.Continuation
    /// Gets one element for each wait that begins.
    private let begun: AsyncStream<Void>
    private let begin: AsyncStream<Void>.Continuation

    init() {
        (waits, sink) = AsyncStream.makeStream()
        (begun, begin) = AsyncStream.makeStream()
    }

    var now: Timestamp { state.withLock { $0.now } }
    /// How long every wait so far was to be.
    var durations: [Duration] { state.withLock { $0.durations } }
    /// How many wait now.
    var openWaits: Int { state.withLock { $0.open } }

    /// From now on a wait ends as soon as it begins, and the clock shows its end.
    func passByItself() { state.withLock { $0.passesByItself = true } }

    /// The next who waits.
    func nextWait() async throws -> Wait {
        for await wait in waits { return wait }
        throw CancellationError()
    }

    /// Waits until somebody begins to wait who did not before.
    func untilWaitBegins() async {
        for await _ in begun { return }
    }

    private func advance(to moment: Timestamp) {
        state.withLock { $0.now = max($0.now, moment) }
    }

    func sleep(_ duration: Duration) async throws {
        try Task.checkCancellation()
        if duration == ClusterCache.publicationInterval { return await Task.yield() }
        if duration == ClusterCache.warmTime {
            for await _ in AsyncStream<Void>.makeStream().stream {}
            throw CancellationError()
        }
        let (stream, done) = AsyncStream<Void>.makeStream()
        let wait = state.withLock { state -> Wait? in
            state.durations.append(duration)
            let wait = Wait(duration: duration, since: state.now, done: done, time: self)
            guard state.passesByItself else {
                state.open += 1
                return wait
            }
            state.now = max(state.now, wait.end)
            return nil
        }
        begin.yield()
        guard let wait else { return await Task.yield() }
        defer { state.withLock { $0.open -= 1 } }
        sink.yield(wait)
        for await _ in stream { return }
        throw CancellationError()
    }
}

/// The moment this much later.
func later(_ moment: Timestamp, _ duration: Duration) -> Timestamp {
    let (seconds, attoseconds) = duration.components
    return Timestamp(microseconds: moment.microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
}
