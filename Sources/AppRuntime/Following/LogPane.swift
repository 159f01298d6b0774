import AppCore
import KubernetesClient
import KubernetesModel
import Streams
import Synchronization

/// Reads the logs of a log view and tells what came, at most once a frame.
struct LogPane: Sendable {
    /// The time between two events.
    private static let frame = Duration.milliseconds(33)
    private static let waits: [Duration] = [.seconds(1), .seconds(2), .seconds(5), .seconds(10)]

    let client: KubernetesClient
    let now: @Sendable () -> Timestamp
    let send: Session.Send

    /// What was read so far.
    private struct Reading {
        var ring = LogRing()
        var news: LogNews
        var hasLines = false
        var hasChanged = true
        /// Whether what joins is said: not at first, when everything does.
        var saysWhatJoins = false
    }

    private final class Shared: Sendable {
        let content: Mutex<Reading>

        init(_ news: LogNews) { content = Mutex(Reading(news: news)) }
    }

    /// Reads until cancelled.
    func run(_ order: LogOrder) async {
        let reading = Shared(LogNews(order))
        let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await read(order, reading, signal)
                signal.finish()
            }
            for await _ in signals {
                await tell(reading)
                try? await Task.sleep(for: Self.frame)
            }
            await tell(reading)
            group.cancelAll()
        }
    }

    private func tell(_ reading: Shared) async {
        let news = reading.content.withLock { reading -> LogNews? in
            guard reading.hasChanged else { return nil }
            reading.hasChanged = false
            if reading.hasLines { reading.news.text = reading.ring.snapshot() }
            reading.hasLines = false
            return reading.news
        }
        if let news, !Task.isCancelled { await send(.log(news)) }
    }

    /// Reads, and again when that fails in a way that may pass.
    private func read(
        _ order: LogOrder, _ reading: Shared, _ signal: AsyncStream<Void>.Continuation
    ) async {
        var failures = 0
        while !Task.isCancelled {
            do {
                reading.content.withLock { $0 = Reading(news: LogNews(order)) }
                signal.yield()
                try await LogFeed(client, try LogQuery(order), localNow: now).run { events in
                    failures = 0
                    reading.content.withLock { reading in
                        for event in events { take(event, &reading) }
                        reading.saysWhatJoins = true
                        reading.hasChanged = true
                    }
                    signal.yield()
                }
                end(.ended, reading)
                return
            } catch let failure as APIFailure {
                let retries =
                    switch failure.reason {
                    case .transport, .timeout, .tooManyRequests, .server, .gone: true
                    default: false
                    }
                end(.failed("\(failure)", retries: retries), reading)
                guard retries else { return }
                signal.yield()
                try? await Task.sleep(for: Self.waits[min(failures, Self.waits.count - 1)])
                failures += 1
            } catch is CancellationError {
                return
            } catch {
                end(.failed("\(error)", retries: false), reading)
                return
            }
        }
    }

    private func end(_ state: LogNews.State, _ reading: Shared) {
        reading.content.withLock { reading in
            reading.news.state = state
            reading.hasChanged = true
        }
    }

    private func take(_ event: LogEvent, _ reading: inout Reading) {
        switch event {
        case .began(let source):
            reading.news.origins.append(
                LogOrigin(pod: source.pod, container: source.container, phase: .waiting("")))
            if reading.saysWhatJoins { say("\(source.pod)/\(source.container) joined", &reading) }
        case .containers(let names): reading.news.containers = names
        case .changed(let source, let state):
            guard reading.news.origins.indices.contains(source.id) else { break }
            reading.news.origins[source.id].phase =
                switch state.phase {
                case .waiting: .waiting(state.reason)
                case .ended where state.willRun: .waiting(state.reason)
                case .running, .ended: .reading
                case .gone: .ended
                }
        case .ended(let source, let failure):
            guard reading.news.origins.indices.contains(source.id) else { break }
            reading.news.origins[source.id].phase = .ended
            // What is not followed ends with its last line.
            guard failure != nil || !reading.news.order.previous else { break }
            let name = "\(source.pod)/\(source.container)"
            if reading.news.order.previous, let failure, failure.detail.hasPrefix("previous terminated container") {
                say("\(name) has not restarted: no run before", &reading)
            } else {
                say("\(name) ended" + (failure.map { ": \($0.detail)" } ?? ""), &reading)
            }
        case .notice(let words): if reading.saysWhatJoins { say(words, &reading) }
        case .lines(let runs):
            for run in runs {
                for index in run.lines {
                    let line = run.chunk.lines[index]
                    let text = run.chunk.text(of: line)
                    if text.contains(0x1B) {
                        reading.ring.append(source: run.source, stamp: line.stamp, withoutColours(text))
                    } else {
                        reading.ring.append(source: run.source, stamp: line.stamp, text)
                    }
                }
            }
            reading.hasLines = true
        }
    }

    /// Puts words of our own between the lines.
    private func say(_ words: String, _ reading: inout Reading) {
        reading.ring.append(source: -1, stamp: .min, "── \(words) ──".utf8)
        reading.hasLines = true
    }
}

extension LogQuery {
    /// What an order asks for.
    init(_ order: LogOrder) throws(LogFailure) {
        switch order.subject {
        case .pod(let name): self.init(namespace: order.namespace, target: .pod(name))
        case .workload(let resource, let name):
            self.init(namespace: order.namespace, target: try LogTarget(parsing: "\(resource)/\(name)"))
        }
        switch order.containers {
        case .usual: break
        case .named(let name): containers = .named(name)
        case .all: containers = .all
        }
        previous = order.previous
        follow = !order.previous
        switch order.range {
        case .tail(let lines): tailLines = lines
        case .start: break
        case .minutes(let minutes): sinceSeconds = minutes * 60
        }
    }
}
