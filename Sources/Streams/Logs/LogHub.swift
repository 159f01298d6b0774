import KubernetesModel
import Synchronization

/// Where the readers of a feed meet the one who takes its lines.
final class LogHub: Sendable {
    private struct Reader {
        var source: LogSource
        var state: LogContainerState
        let signal: LogSignal
        let room: LogSignal
        var isFinished = false
    }

    private struct State {
        var merge: LogMerge
        var readers: [Reader] = []
        var events: [LogEvent] = []
        /// Nobody will add readers any more.
        var isClosed = false
        /// What the pods belong to is gone or has ended: nobody will say otherwise.
        var isClosedForGood = false
        var isOver = false
    }

    private let state: Mutex<State>
    private let consumer = LogSignal()
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant

    init(isLive: Bool) {
        state = Mutex(State(merge: LogMerge(isLive: isLive)))
        start = clock.now
    }

    private var now: Duration { clock.now - start }

    // MARK: The director

    func add(pod: String, container: String, _ state: LogContainerState) -> LogSource {
        let source = self.state.withLock { hub in
            let source = LogSource(id: hub.readers.count, pod: pod, container: container)
            hub.readers.append(Reader(source: source, state: state, signal: LogSignal(), room: LogSignal()))
            hub.events += [.began(source), .changed(source, state)]
            return source
        }
        consumer.set()
        return source
    }

    func update(_ id: Int, _ container: LogContainerState) {
        let signal = state.withLock { hub -> LogSignal? in
            guard hub.readers[id].state != container else { return nil }
            hub.readers[id].state = container
            hub.events.append(.changed(hub.readers[id].source, container))
            return hub.readers[id].signal
        }
        signal?.set()
        if signal != nil { consumer.set() }
    }

    /// Says that nothing more will come, whatever was begun.
    func fail() {
        state.withLock { hub in
            hub.isClosed = true
            for index in hub.readers.indices {
                hub.readers[index].isFinished = true
                hub.merge.pause(index)
            }
        }
        consumer.set()
    }

    /// Says whether readers may still be added.
    func close(_ isClosed: Bool) {
        state.withLock { $0.isClosed = isClosed || $0.isClosedForGood }
        consumer.set()
    }

    /// Says that no reader will ever be added.
    func closeForGood() {
        state.withLock { $0.isClosedForGood = true }
        close(true)
    }

    /// Whether no log is being read or waited for.
    var isIdle: Bool { state.withLock { $0.readers.allSatisfy(\.isFinished) } }

    func send(_ event: LogEvent) {
        state.withLock { $0.events.append(event) }
        consumer.set()
    }

    // MARK: A reader

    func container(_ id: Int) -> LogContainerState { state.withLock { $0.readers[id].state } }

    func wait(_ id: Int, atMost duration: Duration?, unless state: LogContainerState) async {
        let signal = self.state.withLock { hub in hub.readers[id].state == state ? hub.readers[id].signal : nil }
        await signal?.wait(atMost: duration)
    }

    func begin(_ id: Int) {
        let now = now
        state.withLock { $0.merge.begin(id, now: now) }
    }

    func pause(_ id: Int) {
        state.withLock { $0.merge.pause(id) }
        consumer.set()
    }

    /// Adds lines, and waits until there is room for more.
    func offer(_ chunk: LogChunk, of id: Int) async throws {
        guard !chunk.lines.isEmpty else { return }
        let now = now
        var isFull = state.withLock { !$0.merge.add(chunk, of: id, now: now) }
        consumer.set()
        let room = state.withLock { $0.readers[id].room }
        while isFull {
            await room.wait(atMost: nil)
            try Task.checkCancellation()
            isFull = state.withLock { !$0.merge.hasRoom(for: id) && !$0.isOver }
        }
    }

    func finish(_ id: Int, _ failure: APIFailure?) {
        state.withLock { hub in
            hub.merge.pause(id)
            hub.readers[id].isFinished = true
            hub.events.append(.ended(hub.readers[id].source, failure))
        }
        consumer.set()
    }

    // MARK: The one who takes

    /// What has come, and lines whose turn it is.
    ///
    /// - Returns: `nil` when nothing more will come, or the task was cancelled.
    func next() async -> [LogEvent]? {
        while true {
            if Task.isCancelled { return nil }
            let now = now
            let (events, rooms, isOver, time) = state.withLock { hub in
                var events = hub.events
                hub.events.removeAll()
                let runs = hub.merge.take(now: now)
                var rooms: [LogSignal] = []
                for id in Set(runs.map(\.source)) where hub.merge.hasRoom(for: id) {
                    rooms.append(hub.readers[id].room)
                }
                if !runs.isEmpty { events.append(.lines(runs)) }
                let isOver = hub.isClosed && hub.merge.isEmpty && hub.readers.allSatisfy(\.isFinished)
                hub.isOver = isOver
                return (events, rooms, isOver, hub.merge.nextTime())
            }
            for room in rooms { room.set() }
            // What ended comes after the lines before it.
            if !events.isEmpty { return events }
            if isOver { return nil }
            await consumer.wait(atMost: time.map { max($0 - now, .milliseconds(1)) })
        }
    }
}
