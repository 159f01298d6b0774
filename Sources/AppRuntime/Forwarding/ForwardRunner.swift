import AppCore
import KubernetesClient
import KubernetesModel
import Logging
import Streams

/// Runs the forwards of a session and tells how they stand.
package actor ForwardRunner {
    /// Statistics are told as often as this, when they changed.
    private static let interval = Duration.seconds(1)

    private enum Command: Sendable {
        case start(ForwardRequest, orAnyPort: Bool)
        case stop(ForwardRequest)
        case news(UInt64, ForwardNews)
        case ended(UInt64, (any Error)?)
        case look
    }

    private struct Entry {
        var id: UInt64
        var info: ForwardInfo
        var forward: Forward
        var task: Task<Void, Never>
        /// Whether another local port is as good as the one that was asked for.
        var orAnyPort: Bool
    }

    private let cluster: any ForwardCluster
    private let now: @Sendable () -> Timestamp
    private let send: Session.Send
    private let commands: AsyncStream<Command>
    private nonisolated let command: AsyncStream<Command>.Continuation
    private var entries: [Entry] = []
    private var nextID: UInt64 = 0
    private var told: [ForwardInfo] = []

    /// Nothing happens before `run`.
    ///
    /// - Parameters:
    ///   - cluster: where to.
    ///   - now: the time by the server's clock.
    ///   - send: takes the events.
    package init(_ cluster: any ForwardCluster, now: @escaping @Sendable () -> Timestamp, send: @escaping Session.Send)
    {
        self.cluster = cluster
        self.now = now
        self.send = send
        (commands, command) = AsyncStream.makeStream(of: Command.self)
    }

    /// Begins a forward, or begins it again.
    package nonisolated func start(_ request: ForwardRequest, orAnyPort: Bool) {
        command.yield(.start(request, orAnyPort: orAnyPort))
    }

    /// Ends a forward, or forgets one that failed.
    package nonisolated func stop(_ request: ForwardRequest) { command.yield(.stop(request)) }

    /// Serves until cancelled, then closes every port.
    package func run() async {
        let looking = Task { [command] in
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.interval)
                command.yield(.look)
            }
        }
        for await command in commands { await handle(command) }
        looking.cancel()
        for entry in entries { entry.task.cancel() }
        for entry in entries { await entry.task.value }
        entries = []
    }

    private func handle(_ command: Command) async {
        switch command {
        case .start(let request, let orAnyPort): await start(request, localPort: request.local, orAnyPort)
        case .stop(let request):
            guard let index = entries.firstIndex(where: { $0.info.request == request }) else { return }
            let entry = entries.remove(at: index)
            entry.task.cancel()
            await entry.task.value
        case .news(let id, let news):
            guard let index = entries.firstIndex(where: { $0.id == id }) else { return }
            await take(news, at: index)
        case .ended(let id, let error): await ended(id, error)
        case .look: break
        }
        await tell()
    }

    private func start(_ request: ForwardRequest, localPort: Int, _ orAnyPort: Bool) async {
        if let index = entries.firstIndex(where: { $0.info.request == request }) {
            guard !entries[index].info.isRunning else { return }
            entries.remove(at: index)
        }
        var info = ForwardInfo(request, .starting)
        info.since = now()
        let order: Forward.Order
        do {
            order = try Forward.Order(request, localPort: localPort)
        } catch {
            return await send(.notice(Notice(.error, "\(error)")))
        }
        nextID += 1
        let id = nextID
        // A person who waits sees why, and can stop it: there is no need to give up.
        let patience = Forward.Patience(start: .seconds(86400 * 365))
        let forward = Forward(order, cluster: cluster, patience: patience) { [command] in command.yield(.news(id, $0)) }
        let task = Task { [command] in
            do {
                try await forward.run()
                command.yield(.ended(id, nil))
            } catch {
                command.yield(.ended(id, error))
            }
        }
        entries.append(Entry(id: id, info: info, forward: forward, task: task, orAnyPort: orAnyPort))
    }

    private func ended(_ id: UInt64, _ error: (any Error)?) async {
        guard let index = entries.firstIndex(where: { $0.id == id }) else { return }
        let entry = entries[index]
        guard let error else {
            entries.remove(at: index)
            return
        }
        let wasOpen = entry.info.localPort != nil
        if entry.orAnyPort, !wasOpen, (error as? APIFailure)?.reason == .configuration {
            entries.remove(at: index)
            return await start(entry.info.request, localPort: 0, false)
        }
        entries[index].info.state = .failed((error as? APIFailure)?.detail ?? "\(error)")
        entries[index].info.localPort = nil
        entries[index].info.pod = ""
        entries[index].info.openConnections = 0
        if !wasOpen { await send(.notice(Notice(.error, "\(entry.info.request.target): \(error)"))) }
    }

    private func take(_ news: ForwardNews, at index: Int) async {
        let request = entries[index].info.request
        switch news {
        case .listening(_, let port, _):
            guard entries[index].info.localPort == nil else { return }
            entries[index].info.localPort = port
            let info = entries[index].info
            let other = request.local != 0 && request.local != port ? " (\(request.local) is in use)" : ""
            await send(
                .notice(Notice(.info, "Forwarding \(info.address)\(other) to \(request.target); f lists forwards.")))
        case .connectionFailed(_, let words): entries[index].info.lastProblem = words
        case .handling: entries[index].info.lastProblem = nil
        case .moved(let from, let to):
            await send(.notice(Notice(.info, "\(request.target): \(from) is out, new connections go to \(to).")))
        case .notListening, .waiting, .cannotRead: break
        }
    }

    /// Tells how all stand, when that changed.
    private func tell() async {
        for index in entries.indices where entries[index].info.isRunning {
            let (forward, id) = (entries[index].forward, entries[index].id)
            let standing = await forward.standings.first
            let opened = await forward.opened
            guard entries.indices.contains(index), entries[index].id == id else { continue }
            entries[index].info.take(standing, opened)
        }
        let infos = entries.map(\.info)
        guard infos != told else { return }
        told = infos
        await send(.forwards(.running(infos)))
    }
}

extension ForwardInfo {
    fileprivate mutating func take(_ standing: ForwardMachine.Standing?, _ opened: [Forward.Opened]) {
        switch standing {
        case .ready(let choice):
            pod = choice.pod
            state = opened.isEmpty ? .starting : .serving
        case .waiting(let words), .impossible(let words), .ended(let words):
            pod = ""
            state = .waiting(words)
        case .looking, nil: break
        }
        openConnections = opened.reduce(0) { $0 + $1.statistics.open }
        allConnections = opened.reduce(0) { $0 + $1.statistics.total }
        failedConnections = opened.reduce(0) { $0 + $1.statistics.failed }
        bytesIn = opened.reduce(0) { $0 &+ $1.statistics.bytesIn }
        bytesOut = opened.reduce(0) { $0 &+ $1.statistics.bytesOut }
    }
}

extension Forward.Order {
    /// What a request asks for.
    ///
    /// - Throws: `ForwardProblem` for what cannot be asked.
    init(_ request: ForwardRequest, localPort: Int) throws(ForwardProblem) {
        let target = try ForwardTarget(parsing: "\(request.kind)/\(request.name)")
        let port = ForwardPort(local: localPort, remote: try ForwardPort.Remote(parsing: request.remote))
        self.init(namespace: request.namespace, target: target, ports: [port], addresses: [request.address])
    }
}
