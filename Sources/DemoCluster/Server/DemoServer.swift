import KubernetesModel
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An API server on loopback that serves the objects of a cluster, and lets its clients change them.
///
/// It speaks enough of the real protocol for what `kubectl` does every day. Answers are JSON.
package final class DemoServer: Sendable {
    /// How a server behaves.
    package struct Options: Sendable {
        /// The port to listen on; 0 for any free one.
        package var port = 0
        /// Users by bearer token; when empty, everybody may read everything.
        package var users: [String: DemoUser] = [:]
        /// Serve HTTPS with this context instead of plain HTTP.
        package var tls: NIOSSLContext?
        /// Seconds between bookmarks on watches that want them.
        package var bookmarkIntervalSeconds = 15
        /// Whether discovery answers in one document, as servers since 1.30 do.
        package var offersAggregatedDiscovery = true
        /// Whether a watch may start with the current objects, as servers since 1.32 let it.
        package var offersStreamingLists = true
        /// Whether an API is registered whose server does not answer.
        package var hasBrokenAPI = false
        /// A client that leaves more than this many bytes unread gets no more until it reads on; a watch that has
        /// waited so long that what it missed is forgotten is dropped.
        package var watchBufferBytes = 512 << 10

        /// A server that everybody may read.
        package init() {}
    }

    /// A request that was answered.
    package struct RequestRecord: Sendable, Equatable {
        /// Such as `GET`.
        package var method: String
        /// Path and query as they came.
        package var target: String
        /// The `Accept` header.
        package var accept: String
        /// HTTP status of the answer.
        package var status: Int
    }

    private struct Watcher {
        var watch: DemoWatch
        var channel: any Channel
        /// The version after which it has to catch up; `nil` for one that gets every change at once.
        var missed: UInt64?
    }

    private struct State {
        var cluster: DemoClusterState
        var watchers: [Int: Watcher] = [:]
        var nextWatcher = 1
        var log: [RequestRecord] = []
        var requestCount = 0
        var connections: [ObjectIdentifier: any Channel] = [:]
        var sessions: [Int: Task<Void, Never>] = [:]
        var nextSession = 1
        var listener: (any Channel)?
        var group: MultiThreadedEventLoopGroup?
        var port = 0
    }

    private static let loggedRequests = 10_000
    private static let loggedCharacters = 4096

    private let options: Options
    private let clock: @Sendable () -> Timestamp
    private let state: Mutex<State>
    private let files = ContainerFiles()

    /// A server that does not listen yet.
    /// - Parameters:
    ///   - store: the objects to begin with.
    ///   - simulation: what makes them move, when something does.
    ///   - crowd: generated pods among the objects, if there are any.
    ///   - options: how it behaves.
    ///   - clock: what time it is on the server.
    package init(
        store: DemoObjectStore, simulation: DemoSimulation? = nil, crowd: DemoCrowd? = nil,
        options: Options = Options(), clock: @escaping @Sendable () -> Timestamp
    ) {
        self.options = options
        self.clock = clock
        state = Mutex(State(cluster: DemoClusterState(store: store, simulation: simulation, crowd: crowd)))
    }

    // MARK: Life

    /// Begins to listen on 127.0.0.1.
    /// - Throws: `DemoServerFailure` when the port cannot be had, otherwise an error of the system.
    package func start() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            let listener = try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        if let tls = self.options.tls {
                            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                        }
                        try self.configure(channel)
                    }
                }
                .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
                .childChannelOption(
                    .writeBufferWaterMark,
                    value: .init(low: options.watchBufferBytes / 2, high: options.watchBufferBytes)
                )
                .bind(host: "127.0.0.1", port: options.port).get()
            state.withLock { state in
                state.listener = listener
                state.group = group
                state.port = listener.localAddress?.port ?? 0
            }
            let interval = TimeAmount.seconds(Int64(options.bookmarkIntervalSeconds))
            listener.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { [weak self] _ in
                self?.sendBookmarks()
            }
        } catch {
            try? await group.shutdownGracefully()
            if let failure = DemoServerFailure(error, port: options.port) { throw failure }
            throw error
        }
    }

    /// Ends every watch and connection and stops listening.
    package func shutdown() async {
        let (listener, group) = state.withLock { state in
            defer {
                state.listener = nil
                state.group = nil
            }
            return (state.listener, state.group)
        }
        try? await listener?.close()
        for connection in disconnectAll() { try? await connection.closeFuture.get() }
        for session in state.withLock({ Array($0.sessions.values) }) { await session.value }
        try? await group?.shutdownGracefully()
    }

    /// The port it listens on; 0 before it starts.
    package var port: Int { state.withLock { $0.port } }

    /// Such as `http://127.0.0.1:40123`.
    package var url: String { "\(options.tls == nil ? "http" : "https")://127.0.0.1:\(port)" }

    /// A kubeconfig for this server, as YAML: context `demo`, with the bearer token if there is one.
    package func kubeconfig(token: String? = nil, namespace: String = "shop") -> String {
        """
        apiVersion: v1
        kind: Config
        current-context: demo
        clusters:
        - name: demo
          cluster:
            server: \(url)\(options.tls == nil ? "" : "\n    insecure-skip-tls-verify: true")
        contexts:
        - name: demo
          context:
            cluster: demo
            user: demo
            namespace: \(namespace)
        users:
        - name: demo
          user: \(token.map { "{token: \"\($0)\"}" } ?? "{}")

        """
    }

    // MARK: Objects

    /// The objects as they are now.
    package var store: DemoObjectStore { state.withLock { $0.cluster.store } }

    /// Changes objects, and sends the changes to those who watch them.
    @discardableResult
    package func update<Result>(_ body: (inout DemoObjectStore) -> sending Result) -> sending Result {
        let now = clock()
        return state.withLock { state in
            let before = state.cluster.store.version
            let result = body(&state.cluster.store)
            settle(after: before, &state, at: now)
            return result
        }
    }

    /// Lets the simulation go on to what time it is now; nothing happens without one.
    package func step() {
        let now = clock()
        state.withLock { state in
            let before = state.cluster.store.version
            state.cluster.simulation?.step(at: now, in: &state.cluster.store)
            state.cluster.crowd?.step(at: now, in: &state.cluster.store)
            publish(after: before, &state)
        }
    }

    /// Lets the crowd go on to what time it is now; nothing happens without one.
    package func stepCrowd() {
        let now = clock()
        state.withLock { state in
            let before = state.cluster.store.version
            state.cluster.crowd?.step(at: now, in: &state.cluster.store)
            publish(after: before, &state)
        }
    }

    /// Lets the crowd see what somebody changed, and tells those who watch.
    private func settle(after version: UInt64, _ state: inout State, at now: Timestamp) {
        guard state.cluster.store.version > version else { return }
        state.cluster.crowd?.observe(&state.cluster.store, at: now)
        publish(after: version, &state)
    }

    /// Sends a bookmark to every watch that wants them.
    package func sendBookmarks() {
        state.withLock { state in
            for (id, watcher) in state.watchers where watcher.watch.sendsBookmarks && watcher.missed == nil {
                let line = watcher.watch.renderer.bookmark(version: state.cluster.store.version)
                Self.tell(WatchLines(id: id, lines: [ByteBuffer(bytes: line)]), watcher.channel)
            }
        }
    }

    /// An event in a form.
    private struct RenderedEvent: Hashable {
        var version: UInt64
        var kind: DemoObjectStore.Change.Kind
        var form: AnswerForm
        var includeObject: String
        var apiVersion: String
    }

    private func publish(after version: UInt64, _ state: inout State) {
        let store = state.cluster.store
        guard store.version > version, !state.watchers.isEmpty else { return }
        let isComplete = store.compactedVersion <= version
        let changes = Dictionary(grouping: store.history.after(version)) { $0.resource }
        let now = clock()
        // Who watches the same in the same form gets the same bytes.
        var rendered: [RenderedEvent: ByteBuffer] = [:]
        for (id, watcher) in state.watchers {
            if let missed = watcher.missed {
                guard missed < store.compactedVersion else { continue }
                state.watchers[id] = nil
                watcher.channel.close(promise: nil)
                continue
            }
            guard isComplete, watcher.channel.isWritable else {
                state.watchers[id]?.missed = version
                Self.tell(WatchIsBehind(id: id), watcher.channel)
                continue
            }
            var renderer = watcher.watch.renderer
            renderer.now = now
            let lines = (changes[watcher.watch.scope.resource.groupResource] ?? []).compactMap {
                change -> ByteBuffer? in
                guard let kind = change.kind(in: watcher.watch.scope) else { return nil }
                let key = RenderedEvent(
                    version: change.entry.version, kind: kind, form: renderer.form,
                    includeObject: renderer.includeObject, apiVersion: renderer.resource.apiVersion)
                if let line = rendered[key] { return line }
                let line = ByteBuffer(bytes: renderer.event(kind, change.entry))
                rendered[key] = line
                return line
            }
            if !lines.isEmpty { Self.tell(WatchLines(id: id, lines: lines), watcher.channel) }
        }
    }

    /// Tells a connection that its watch has to catch up when the client reads on.
    struct WatchIsBehind: Sendable {
        /// Of the watch.
        var id: Int
    }

    /// Gives a connection what a watch of its gets, if that is still open.
    struct WatchLines: Sendable {
        /// Of the watch.
        var id: Int
        var lines: [ByteBuffer]
    }

    /// What a watch gets that has to catch up.
    enum CatchingUp {
        /// These events, and perhaps there are more.
        case events([UInt8])
        /// Nothing more: from now on it gets every change at once.
        case done
        /// What it missed is forgotten.
        case expired
    }

    /// The next events for a watch that has to catch up.
    func catchUp(_ id: Int) -> CatchingUp {
        let now = clock()
        return state.withLock { state in
            guard let watcher = state.watchers[id], let missed = watcher.missed else { return .done }
            guard missed >= state.cluster.store.compactedVersion else {
                state.watchers[id] = nil
                return .expired
            }
            let changes = state.cluster.store.history.after(missed, most: DemoWatch.mostAtOnce)
            guard let last = changes.last else {
                state.watchers[id]?.missed = nil
                return .done
            }
            state.watchers[id]?.missed = last.entry.version
            var renderer = watcher.watch.renderer
            renderer.now = now
            var bytes: [UInt8] = []
            for change in changes {
                if let kind = change.kind(in: watcher.watch.scope) { bytes += renderer.event(kind, change.entry) }
            }
            return .events(bytes)
        }
    }

    /// Tells a connection on its own loop, after all that it was told before.
    ///
    /// The connection decides there whether it still has the watch: it may have ended it meanwhile.
    private static func tell(_ event: any Sendable, _ channel: any Channel) {
        channel.eventLoop.execute { channel.pipeline.fireUserInboundEventTriggered(event) }
    }

    // MARK: What happened

    /// The last 10,000 requests that were answered, oldest first.
    package var requestLog: [RequestRecord] { state.withLock { $0.log } }

    /// How many requests were answered.
    package var requestCount: Int { state.withLock { $0.requestCount } }

    /// How many watches are open.
    package var openWatchCount: Int { state.withLock { $0.watchers.count } }

    /// Breaks every connection, as a network that fails does.
    /// - Returns: the connections that are being closed.
    @discardableResult
    package func disconnectAll() -> [any Channel] {
        let connections = state.withLock { Array($0.connections.values) }
        for connection in connections { connection.close(promise: nil) }
        return connections
    }

    // MARK: Connections

    /// An answer, with the id of the watch when it is one.
    struct Reply {
        var answer: DemoAPI.Answer
        var watchID: Int?
        var date: String
    }

    /// Answers a request; a watch is registered in the same step as its first events are read, so that none is lost.
    func reply(to request: DemoRequest, on channel: any Channel) -> Reply {
        let now = clock()
        return state.withLock { state in
            let api = DemoAPI(options: options, address: "127.0.0.1:\(state.port)", now: now)
            let before = state.cluster.store.version
            let answer = api.answer(request, &state.cluster)
            settle(after: before, &state, at: now)
            var reply = Reply(answer: answer, watchID: nil, date: now.httpDate)
            var status = 200
            switch answer {
            case .whole(let code, _, _, _): status = code
            case .proxied(let response): status = response.status
            case .list, .log: break
            case .watch(let watch):
                reply.watchID = state.nextWatcher
                let missed = watch.missed ?? (watch.pieces == nil ? nil : state.cluster.store.version)
                var kept = watch
                kept.initial = []
                kept.pieces = nil
                state.watchers[state.nextWatcher] = Watcher(watch: kept, channel: channel, missed: missed)
                state.nextWatcher += 1
            }
            state.requestCount += 1
            Self.log(request, status: status, &state)
            return reply
        }
    }

    private static func log(_ request: DemoRequest, status: Int, _ state: inout State) {
        if state.log.count >= loggedRequests { state.log.removeFirst(loggedRequests / 2) }
        state.log.append(
            RequestRecord(
                method: request.method, target: String(request.target.prefix(loggedCharacters)),
                accept: String(request.accept.prefix(loggedCharacters)), status: status))
    }

    /// What a log that is followed got since it was last asked.
    func nextLog(_ stream: inout DemoLogStream) -> DemoLogStream.Chunk {
        let store = state.withLock { $0.cluster.store }
        return stream.next(store, at: clock())
    }

    /// Forgets a watch.
    /// - Returns: whether it was still open.
    @discardableResult
    func removeWatch(_ id: Int) -> Bool { state.withLock { $0.watchers.removeValue(forKey: id) != nil } }

    func opened(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        state.withLock { $0.connections[id] = channel }
        channel.closeFuture.whenComplete { _ in self.state.withLock { $0.connections[id] = nil } }
    }

    // MARK: Streams

    /// How many streams to containers are open.
    package var openStreamCount: Int { state.withLock { $0.sessions.count } }

    private static let largestFrame = 1 << 20

    /// Makes a connection answer requests, until one of them makes it a stream.
    private func configure(_ channel: any Channel) throws {
        let connection = NIOLoopBound(DemoConnection(server: self), eventLoop: channel.eventLoop)
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: Self.largestFrame,
            shouldUpgrade: { channel, head in
                let upgrade = self.upgrade(DemoRequest(head))
                return channel.eventLoop.makeSucceededFuture(
                    upgrade.map { ["Sec-WebSocket-Protocol": $0.subprotocol] })
            },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    let wrapped = try NIOAsyncChannel<WebSocketFrame, WebSocketFrame>(
                        wrappingChannelSynchronously: channel)
                    self.begin(wrapped, DemoRequest(head))
                }
            })
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(
            withServerUpgrade: (
                upgraders: [upgrader],
                completionHandler: { context in
                    context.pipeline.syncOperations.removeHandler(connection.value, promise: nil)
                }
            ))
        try channel.pipeline.syncOperations.addHandler(connection.value)
    }

    /// - Returns: `nil` for a stream that is refused.
    private func upgrade(_ request: DemoRequest) -> DemoUpgrade? {
        let now = clock()
        let store = store
        let api = DemoAPI(options: options, address: "127.0.0.1:\(port)", now: now)
        guard let upgrade = try? api.upgrade(request, store: store), !upgrade.subprotocol.isEmpty else { return nil }
        return upgrade
    }

    private func begin(_ channel: NIOAsyncChannel<WebSocketFrame, WebSocketFrame>, _ request: DemoRequest) {
        guard let upgrade = upgrade(request) else {
            channel.channel.close(promise: nil)
            return
        }
        let clock = clock
        let cluster: @Sendable () -> DemoObjectStore = { self.store }
        state.withLock { state in
            let id = state.nextSession
            state.nextSession += 1
            Self.log(request, status: 101, &state)
            state.sessions[id] = Task {
                switch upgrade.kind {
                case .forward(let ports):
                    let session = PortForwardSession(pod: upgrade.pod, ports: ports, cluster: cluster, now: clock)
                    if upgrade.subprotocol == SpdySession.subprotocol {
                        try? await SpdySession(forward: session).run(channel)
                    } else {
                        try? await session.run(channel)
                    }
                case .exec, .attach:
                    guard let container = upgrade.container else { return }
                    let files = self.files.tree(of: container, cluster(), at: clock())
                    let world = ContainerWorld(container: container, files: files, cluster: cluster, now: clock)
                    try? await ContainerSession(upgrade: upgrade, world: world).run(channel)
                }
                self.state.withLock { $0.sessions[id] = nil }
            }
        }
    }
}

/// Why a server cannot listen, in words for the one who chose the port.
package struct DemoServerFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// Which port, and what is with it.
    package var description: String

    /// - Returns: `nil` for an error that has to do with something else.
    init?(_ error: any Error, port: Int) {
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE: description = "port \(port) of 127.0.0.1 is in use; --port 0 takes a free one"
        case EACCES: description = "port \(port) of 127.0.0.1 is not for everybody; --port 0 takes a free one"
        default: return nil
        }
    }
}

/// Runs a server while the body runs, and shuts it down however the body ends.
package func withDemoServer<Result: Sendable>(
    store: DemoObjectStore, simulation: DemoSimulation? = nil, crowd: DemoCrowd? = nil,
    options: DemoServer.Options = DemoServer.Options(),
    clock: @escaping @Sendable () -> Timestamp = { .systemNow },
    _ body: (DemoServer) async throws -> Result
) async throws -> Result {
    let server = DemoServer(store: store, simulation: simulation, crowd: crowd, options: options, clock: clock)
    try await server.start()
    do {
        let result = try await body(server)
        await server.shutdown()
        return result
    } catch {
        await server.shutdown()
        throw error
    }
}
