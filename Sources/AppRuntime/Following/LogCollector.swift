import AppCore
import KubernetesClient
import KubernetesModel
import Streams

/// Makes what a log pane shows of what a feed tells.
struct LogCollector: Sendable {
    /// One of the origins on the screen.
    private struct Slot {
        var source: LogSource
        /// What the pod says.
        var phase = LogOrigin.Phase.waiting("")
        var outage: LogOutage?
        /// Of the last run that ended.
        var exitCode: Int?
        /// When that was.
        var finishedAt: Timestamp?
        /// One more than the number of its last line.
        var end = 0
        var isOver = false
    }

    private var ring = LogRing()
    private var news: LogNews
    private var names: LogNames
    private var slots: [Slot] = []
    /// The slot of each source that has not ended, by its number.
    private var places: [Int: Int] = [:]
    /// How many slots are of sources that ended.
    private var overCount = 0
    /// How many lines came.
    private var end = 0
    /// Our own words that stand before the next line.
    private var marks: [String] = []
    private var clockOffset = Duration.zero
    /// The server does not say which pods there are.
    private var outage: LogOutage?
    private var hasLines = false
    /// Whether `news` differs from what was told last.
    private(set) var hasChanged = true

    init(_ order: LogOrder) {
        news = LogNews(order)
        names = LogNames(order)
    }

    /// What to tell; `nil` when that is nothing new.
    mutating func takeNews() -> LogNews? {
        guard hasChanged else { return nil }
        hasChanged = false
        if hasLines { news.text = ring.snapshot() }
        hasLines = false
        return news
    }

    /// Says how it stands when no feed runs.
    mutating func set(_ state: LogNews.State) {
        news.state = state
        hasChanged = true
    }

    /// Takes what came at once.
    ///
    /// - Parameters:
    ///   - events: in the order in which they came.
    ///   - now: by the server's clock.
    ///   - clockOffset: how far that is ahead of ours.
    mutating func take(_ events: [LogEvent], now: Timestamp, clockOffset: Duration = .zero) {
        self.clockOffset = clockOffset
        for event in events { take(event, now) }
        flushMarks(now)
        hasChanged = true
    }

    private mutating func take(_ event: LogEvent, _ now: Timestamp) {
        switch event {
        case .began(let source):
            let slot = add(source)
            if !source.wasThere { marks.append("\(name(slot)) joined") }
        case .containers(let names): news.containers = names
        case .podsLeftOut(let count): news.podsLeftOut = count
        case .changed(let source, let state):
            guard let slot = places[source.id] else { break }
            slots[slot].exitCode = state.exitCode ?? slots[slot].exitCode
            slots[slot].finishedAt = state.finishedAt ?? slots[slot].finishedAt
            if news.order.previous, let run = state.previous {
                news.origins[slot].previousRun = EndedRun(exitCode: Int(run.exitCode), finishedAt: run.finishedAt)
            }
            slots[slot].phase =
                switch state.phase {
                case .waiting: .waiting(state.reason)
                case .ended where state.willRun: .waiting(state.reason)
                case .running, .ended: .reading
                case .gone: .ended
                }
            update(slot)
        case .retrying(let source, let outage):
            guard let slot = places[source.id] else { break }
            slots[slot].outage = outage
            update(slot)
            updateState()
        case .outage(let outage):
            self.outage = outage
            updateState()
        case .restarted(let source, let exitCode):
            guard let slot = places[source.id] else { break }
            marks.append("\(name(slot)) restarted" + (exitCode.map { " (exit code \($0))" } ?? ""))
        case .ended(let source, let failure):
            guard let slot = places.removeValue(forKey: source.id) else { break }
            slots[slot].phase = .ended
            slots[slot].outage = nil
            slots[slot].isOver = true
            news.origins[slot].hasFailed = failure != nil
            overCount += 1
            update(slot)
            updateState()
            noteEnd(slot, failure, now)
        case .notice(let words): marks.append(words)
        case .lines(let runs):
            flushMarks(now)
            for run in runs { append(run) }
        }
    }

    private mutating func append(_ run: LogRun) {
        guard let slot = places[run.source] else { return }
        run.chunk.bytes.withUnsafeBufferPointer { bytes in
            for index in run.lines {
                let line = run.chunk.lines[index]
                let text = UnsafeBufferPointer(rebasing: bytes[Int(line.text)..<Int(line.end)])
                ring.append(source: slot, stamp: line.stamp, text)
            }
        }
        end += run.lines.count
        slots[slot].end = end
        hasLines = true
    }

    private mutating func noteEnd(_ slot: Int, _ failure: APIFailure?, _ now: Timestamp) {
        // What is not followed ends with its last line.
        guard failure != nil || !news.order.previous else { return }
        if news.order.previous, let failure, failure.detail.hasPrefix("previous terminated container") {
            marks.append("\(name(slot)) has not restarted: no run before")
        } else if let failure {
            marks.append("\(name(slot)) ended: \(failure.detail)")
        } else {
            let words = "\(name(slot)) ended" + (slots[slot].exitCode.map { " (exit code \($0))" } ?? "")
            guard let finishedAt = slots[slot].finishedAt, finishedAt < now else { return marks.append(words) }
            // What ended before anybody looked did so at its own time.
            flushMarks(now)
            marks.append(words)
            flushMarks(finishedAt)
        }
    }

    /// Puts our own words between the lines.
    private mutating func flushMarks(_ now: Timestamp) {
        guard !marks.isEmpty else { return }
        let stamp = now.microseconds.multipliedReportingOverflow(by: 1000)
        ring.append(source: -1, stamp: stamp.overflow ? .min : stamp.partialValue, marks.joined(separator: " · ").utf8)
        end += 1
        marks = []
        hasLines = true
    }

    // MARK: - Origins

    private func name(_ slot: Int) -> String {
        let origin = news.origins[slot]
        return origin.label.isEmpty ? "\(origin.pod)/\(origin.container)" : origin.label
    }

    private mutating func update(_ slot: Int) {
        let state = slots[slot]
        let phase = state.outage.map { .retrying($0.failure.detail) } ?? state.phase
        if news.origins[slot].phase != phase { news.origins[slot].phase = phase }
    }

    /// Whether anything can be read.
    private mutating func updateState() {
        var found = outage
        if found == nil, !news.origins.contains(where: { $0.phase == .reading }) {
            found = slots.lazy.compactMap(\.outage).min { $0.retryAt < $1.retryAt }
        }
        news.state = found.map { .retrying(at: $0.retryAt.adding(clockOffset), $0.failure.detail) } ?? .reading
    }

    /// Gives a source a place among the origins: that of one of which nothing is shown any more, or a new one.
    private mutating func add(_ source: LogSource) -> Int {
        let first = news.text.first
        let free = overCount > 0 ? slots.firstIndex { $0.isOver && $0.end <= first } : nil
        if let free {
            names.remove(namespace: slots[free].source.namespace, pod: slots[free].source.pod)
            overCount -= 1
        }
        let (label, colour) = names.add(
            namespace: source.namespace, pod: source.pod, workload: source.workload, container: source.container,
            hasOthers: source.hasOthers)
        let origin = LogOrigin(
            pod: source.pod, container: source.container, phase: .waiting(""), label: label, colour: colour)
        let slot = free ?? slots.count
        if free == nil {
            slots.append(Slot(source: source))
            news.origins.append(origin)
        } else {
            slots[slot] = Slot(source: source)
            news.origins[slot] = origin
        }
        places[source.id] = slot
        return slot
    }
}
