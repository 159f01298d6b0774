import KubernetesClient
import KubernetesModel
import Synchronization

/// Where the readers of a feed meet the one who takes its lines.
final class LogHub: Sendable {
    fileprivate struct Reader {
        var source: LogSource
        var state: LogContainerState
        let signal = LogSignal()
        let room = LogSignal()
        /// What it waits for before it reads again.
        var outage: LogOutage?
        var isFinished = false
    }

    /// What is told after the lines of a source that came before it.
    fileprivate struct Held {
        var source: Int
        /// How many chunks of the source came before it.
        var chunks: Int
        var event: LogEvent
    }

    fileprivate struct State {
        var merge: LogMerge
        /// Those that are not forgotten, by number.
        var readers: [Int: Reader] = [:]
        var count = 0
        /// How many are not finished.
        var active = 0
        var events: [LogEvent] = []
        var held: [Held] = []
        /// Scopes whose pods cannot be read now.
        var outages: [Int: LogOutage] = [:]
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

    /// Adds a reader; its source gets the next number.
    func add(_ source: LogSource, _ state: LogContainerState) -> LogSource {
        let source = self.state.withLock { hub in
            var source = source
            source.id = hub.count
            hub.count += 1
            hub.active += 1
            hub.readers[source.id] = Reader(source: source, state: state)
            hub.events += [.began(source), .changed(source, state)]
            return source
        }
        consumer.set()
        return source
    }

    func update(_ id: Int, _ container: LogContainerState) {
        let signal = state.withLock { hub -> LogSignal? in
            guard let reader = hub.readers[id], reader.state != container else { return nil }
            hub.readers[id]?.state = container
            hub.events.append(.changed(reader.source, container))
            return reader.signal
        }
        signal?.set()
        if signal != nil { consumer.set() }
    }

    /// Says that nothing more will come, whatever was begun.
    func fail() {
        state.withLock { hub in
            hub.isClosed = true
            hub.active = 0
            for id in hub.readers.keys {
                hub.readers[id]?.isFinished = true
                hub.merge.pause(id)
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
    var isIdle: Bool { state.withLock { $0.active == 0 } }

    func send(_ event: LogEvent) {
        state.withLock { $0.events.append(event) }
        consumer.set()
    }

    /// Says whether the pods of a scope can be read; `nil` when they can.
    func setOutage(_ outage: LogOutage?, of scope: Int) {
        let hasChanged = state.withLock { hub in
            guard hub.outages[scope] != outage else { return false }
            hub.outages[scope] = outage
            hub.events.append(.outage(hub.outages.values.min { $0.retryAt < $1.retryAt }))
            return true
        }
        if hasChanged { consumer.set() }
    }

    // MARK: A reader

    func container(_ id: Int) -> LogContainerState {
        state.withLock { $0.readers[id]?.state ?? LogContainerState(.gone) }
    }

    func wait(_ id: Int, atMost duration: Duration?, unless state: LogContainerState) async {
        let signal = self.state.withLock { hub in
            hub.readers[id].flatMap { $0.state == state ? $0.signal : nil }
        }
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

    /// Says what a reader waits for before it reads again; `nil` when it reads.
    func setOutage(_ outage: LogOutage?, ofReader id: Int) {
        let hasChanged = state.withLock { hub in
            guard let reader = hub.readers[id], reader.outage != outage else { return false }
            hub.readers[id]?.outage = outage
            hub.events.append(.retrying(reader.source, outage))
            return true
        }
        if hasChanged { consumer.set() }
    }

    /// Whether the server itself does not answer.
    var hasOutage: Bool { state.withLock { !$0.outages.isEmpty } }

    /// Adds lines, and waits until there is room for more.
    func offer(_ chunk: LogChunk, of id: Int) async throws {
        guard !chunk.lines.isEmpty else { return }
        let now = now
        var (isFull, room) = state.withLock { (!$0.merge.add(chunk, of: id, now: now), $0.readers[id]?.room) }
        consumer.set()
        while isFull, let room {
            await room.wait(atMost: nil)
            try Task.checkCancellation()
            isFull = state.withLock { !$0.merge.hasRoom(for: id) && !$0.isOver }
        }
    }

    /// Tells something after the lines that a source has offered so far.
    func sendAfterLines(of id: Int, _ event: (LogSource) -> LogEvent) {
        state.withLock { $0.hold(event, afterLinesOf: id) }
        consumer.set()
    }

    func finish(_ id: Int, _ failure: APIFailure?) {
        // At once: a reader whose end was taken is forgotten.
        state.withLock { hub in
            hub.hold({ .ended($0, failure) }, afterLinesOf: id)
            hub.merge.pause(id)
            if hub.readers[id]?.isFinished == false {
                hub.readers[id]?.isFinished = true
                hub.active -= 1
            }
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
                let (events, sources) = hub.take(now: now)
                let rooms = sources.compactMap { id in hub.merge.hasRoom(for: id) ? hub.readers[id]?.room : nil }
                let isOver = hub.isClosed && hub.merge.isEmpty && hub.held.isEmpty && hub.active == 0
                hub.isOver = isOver
                return (events, rooms, isOver, hub.merge.nextTime())
            }
            for room in rooms { room.set() }
            if !events.isEmpty { return events }
            if isOver { return nil }
            await consumer.wait(atMost: time.map { max($0 - now, .milliseconds(1)) })
        }
    }
}

extension LogHub.State {
    /// Keeps an event until the lines that a source has offered so far were given.
    fileprivate mutating func hold(_ event: (LogSource) -> LogEvent, afterLinesOf id: Int) {
        guard let source = readers[id]?.source else { return }
        held.append(LogHub.Held(source: id, chunks: merge.added(of: id), event: event(source)))
    }

    /// What is told now, what is held after the lines before it; and whose lines are among it.
    fileprivate mutating func take(now: Duration) -> ([LogEvent], Set<Int>) {
        var told = events
        events.removeAll()
        if !held.isEmpty { tellHeld(&told) }
        let runs = merge.take(now: now)
        var lines: [LogRun] = []
        for run in runs {
            lines.append(run)
            guard held.contains(where: { $0.source == run.source && $0.chunks <= run.chunksGiven }) else { continue }
            told.append(.lines(lines))
            lines = []
            tellHeld(&told, after: run)
        }
        if !lines.isEmpty { told.append(.lines(lines)) }
        return (told, Set(runs.map(\.source)))
    }

    /// Tells what has no lines before it any more: of all sources, or of the one of a run.
    private mutating func tellHeld(_ told: inout [LogEvent], after run: LogRun? = nil) {
        var rest: [LogHub.Held] = []
        for item in held {
            let isTurn =
                run.map { $0.source == item.source && item.chunks <= $0.chunksGiven }
                ?? (item.chunks <= merge.given(of: item.source))
            guard isTurn else {
                rest.append(item)
                continue
            }
            told.append(item.event)
            if case .ended = item.event {
                readers[item.source] = nil
                merge.forget(item.source)
            }
        }
        held = rest
    }
}
