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
    /// The pane that shows them.
    let pane: PaneID
    let send: Session.Send

    private final class Shared: Sendable {
        let collector: Mutex<LogCollector>

        init(_ order: LogOrder) { collector = Mutex(LogCollector(order)) }
    }

    /// Reads until cancelled.
    func run(_ order: LogOrder) async {
        let shared = Shared(order)
        let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await read(order, shared, signal)
                signal.finish()
            }
            for await _ in signals {
                await tell(shared)
                try? await Task.sleep(for: Self.frame)
            }
            await tell(shared)
            group.cancelAll()
        }
    }

    private func tell(_ shared: Shared) async {
        let news = shared.collector.withLock { $0.takeNews() }
        if let news, !Task.isCancelled { await send(.log(pane, news)) }
    }

    /// The time by the server's clock.
    private var serverNow: Timestamp { now().adding(client.serverClockOffset) }

    /// Reads, and again when that fails in a way that may pass.
    private func read(_ order: LogOrder, _ shared: Shared, _ signal: AsyncStream<Void>.Continuation) async {
        var failures = 0
        while !Task.isCancelled {
            do {
                signal.yield()
                try await LogFeed(client, try LogQuery(order), localNow: now).run { events in
                    // The first says that it can be read.
                    if failures > 0 { shared.collector.withLock { $0 = LogCollector(order) } }
                    failures = 0
                    shared.collector.withLock { $0.take(events, now: serverNow, clockOffset: client.serverClockOffset) }
                    signal.yield()
                }
                shared.collector.withLock { $0.set(.ended) }
                return
            } catch let failure as APIFailure where failure.mayPass {
                let wait = Self.waits[min(failures, Self.waits.count - 1)]
                failures += 1
                shared.collector.withLock { $0.set(.retrying(at: serverNow.adding(wait), "\(failure)")) }
                signal.yield()
                try? await Task.sleep(for: wait)
            } catch is CancellationError {
                return
            } catch {
                shared.collector.withLock { $0.set(.failed("\(error)")) }
                return
            }
        }
    }
}

extension APIFailure {
    /// Whether the same may work a little later.
    fileprivate var mayPass: Bool {
        switch reason {
        case .transport, .timeout, .tooManyRequests, .server, .gone: true
        default: false
        }
    }
}

extension LogQuery {
    /// What an order asks for.
    init(_ order: LogOrder) throws(LogFailure) {
        var scopes: [LogScope] = []
        for target in order.targets {
            let place: LogTarget =
                switch target.subject {
                case .pod(let name): .pod(name)
                case .workload(let resource, let name): try LogTarget(parsing: "\(resource)/\(name)")
                case .selector(let text): .selector(text)
                }
            scopes.append(LogScope(namespace: target.namespace, target: place, container: target.container))
        }
        self.init(scopes)
        isOnScreen = true
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
