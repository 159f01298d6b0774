import KubernetesModel
import Synchronization

/// Time that stands still until a test moves it.
final class ManualTime: Sendable {
    /// Somebody who sleeps.
    final class Sleeper: Sendable {
        let duration: Duration
        fileprivate let wakeUp: AsyncStream<Void>
        private let sleep: AsyncStream<Void>.Continuation
        private let isAwake: AsyncStream<Void>
        fileprivate let awake: AsyncStream<Void>.Continuation

        fileprivate init(_ duration: Duration) {
            self.duration = duration
            (wakeUp, sleep) = AsyncStream.makeStream()
            (isAwake, awake) = AsyncStream.makeStream()
        }

        /// The whole time passes; returns once nobody sleeps here.
        func wake() async {
            sleep.yield()
            sleep.finish()
            for await _ in isAwake {}
        }
    }

    private let sleepers: AsyncStream<Sleeper>
    private let sink: AsyncStream<Sleeper>.Continuation
    private let sleeping = Mutex(0)
    private let instant = Mutex<Duration?>(nil)
    private let (passes, passed) = AsyncStream.makeStream(of: Void.self)
    private let passCount = Mutex(0)

    /// Time in which sleeps of this length end at once.
    init(instant: Duration) {
        self.instant.withLock { $0 = instant }
        (sleepers, sink) = AsyncStream.makeStream()
    }

    let now = Timestamp(seconds: 1_000_000)

    /// How many sleep now.
    var count: Int { sleeping.withLock { $0 } }

    /// From now on every sleep waits for the test.
    func hold() { instant.withLock { $0 = nil } }

    /// Waits until so many sleeps ended at once, in all.
    func passed(_ count: Int) async {
        while passCount.withLock({ $0 }) < count {
            for await _ in passes { break }
            passCount.withLock { $0 += 1 }
        }
    }

    /// The next who goes to sleep.
    func next() async throws -> Sleeper {
        for await sleeper in sleepers { return sleeper }
        throw CancellationError()
    }

    func sleep(_ duration: Duration) async throws {
        if duration == instant.withLock({ $0 }) {
            passed.yield()
            return
        }
        let sleeper = Sleeper(duration)
        sleeping.withLock { $0 += 1 }
        defer {
            sleeping.withLock { $0 -= 1 }
            sleeper.awake.finish()
        }
        sink.yield(sleeper)
        for await _ in sleeper.wakeUp { return }
        throw CancellationError()
    }
}
