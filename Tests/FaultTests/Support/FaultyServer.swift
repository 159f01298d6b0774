import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// Stands between a client and a real server, on a port of its own, and spoils what it is told to.
///
/// It can be killed and come back on the same port, and the server behind it can be replaced meanwhile.
final class FaultyServer: Sendable {
    /// Which request gets which fault.
    private struct Order: Sendable {
        let matches: @Sendable (ServedRequest) -> Bool
        let fault: Fault
        /// How many times; `nil` until `heal()`.
        var count: Int?
    }

    private struct State {
        var upstream: Int
        var port = 0
        var listener: (any Channel)?
        var connections: [ObjectIdentifier: any Channel] = [:]
        var orders: [Order] = []
        var requests: [ServedRequest] = []
        var pageLimit: Int?
        var watchers: [Int: (condition: @Sendable (State) -> Bool, done: AsyncStream<Void>.Continuation)] = [:]
        var nextWatcher = 0
    }

    private let state: Mutex<State>

    /// A server that does not listen yet, before the one on port `upstream`.
    init(upstream: Int) {
        state = Mutex(State(upstream: upstream))
    }

    var port: Int { state.withLock { $0.port } }
    var upstream: Int { state.withLock { $0.upstream } }
    /// All requests so far.
    var requests: [ServedRequest] { state.withLock { $0.requests } }

    // MARK: What to do

    /// Spoils so many of the next requests that match; with `nil` times all, until `heal()`.
    func spoil(
        _ fault: Fault, times count: Int? = 1,
        where matches: @escaping @Sendable (ServedRequest) -> Bool = { _ in true }
    ) {
        state.withLock { $0.orders.append(Order(matches: matches, fault: fault, count: count)) }
    }

    /// Serves everything again as it should be.
    func heal() { change { $0.orders = [] } }

    /// Answers no page of more than this many objects, as a server may.
    func limitPages(to limit: Int) { state.withLock { $0.pageLimit = limit } }

    /// From the next connection on, the server behind is this one.
    func replaceUpstream(_ port: Int) { state.withLock { $0.upstream = port } }

    // MARK: Life

    /// Begins to listen: the first time on any free port, later on the same.
    func start() async throws {
        let listener = try await port == 0 ? listenAnywhere() : listen(on: port)
        state.withLock { state in
            state.listener = listener
            state.port = listener.localAddress?.port ?? 0
        }
    }

    /// Listens on a port below those that systems give out by themselves: nobody gets it while this server is down.
    private func listenAnywhere() async throws -> any Channel {
        while true {
            do {
                return try await listen(on: .random(in: 10_240..<30_000))
            } catch let error as IOError where error.errnoCode == EADDRINUSE {
                continue
            }
        }
    }

    private func listen(on port: Int) async throws -> any Channel {
        try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FrontHandler(server: self))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
    }

    /// Is gone at once, as after `kill -9`: connections break, new ones are refused.
    func kill() async {
        let listener = state.withLock { state in
            defer { state.listener = nil }
            return state.listener
        }
        try? await listener?.close()
        for connection in breakConnections() { try? await connection.closeFuture.get() }
    }

    /// Breaks every connection, and goes on listening.
    @discardableResult
    func breakConnections() -> [any Channel] {
        let connections = state.withLock { Array($0.connections.values) }
        for connection in connections { connection.close(promise: nil) }
        return connections
    }

    // MARK: Waiting

    /// Waits until no ordered fault is left.
    func untilSpoiled() async { await until { $0.orders.allSatisfy { $0.count == nil } } }

    /// Waits until a request that matches has come, in all `count`.
    func until(_ count: Int = 1, _ matches: @escaping @Sendable (ServedRequest) -> Bool) async {
        await until { $0.requests.count(where: matches) >= count }
    }

    private func until(_ condition: @escaping @Sendable (State) -> Bool) async {
        let (stream, done) = AsyncStream<Void>.makeStream()
        let id = state.withLock { state -> Int in
            if condition(state) { done.finish() }
            state.nextWatcher += 1
            state.watchers[state.nextWatcher] = (condition, done)
            return state.nextWatcher
        }
        for await _ in stream {}
        state.withLock { $0.watchers[id] = nil }
    }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { state in
            body(&state)
            for watcher in state.watchers.values where watcher.condition(state) { watcher.done.finish() }
        }
    }

    // MARK: Connections

    fileprivate func opened(_ channel: any Channel) {
        let isAlive = state.withLock { state in
            guard state.listener != nil else { return false }
            state.connections[ObjectIdentifier(channel)] = channel
            return true
        }
        if !isAlive { channel.close(promise: nil) }
    }

    fileprivate func closed(_ channel: any Channel) {
        state.withLock { $0.connections[ObjectIdentifier(channel)] = nil }
    }

    /// Notes a request.
    ///
    /// - Returns: the request as it is passed on, and what to do to its answer.
    fileprivate func decide(_ head: String) -> (head: String, fault: Fault?) {
        let words = head.split(separator: " ", maxSplits: 2)
        let request = ServedRequest(target: words.count > 1 ? String(words[1]) : "")
        var fault: Fault?
        var limit: Int?
        change { state in
            state.requests.append(request)
            limit = state.pageLimit
            guard let index = state.orders.firstIndex(where: { $0.matches(request) }) else { return }
            fault = state.orders[index].fault
            guard let count = state.orders[index].count else { return }
            state.orders[index].count = count - 1
            if count <= 1 { state.orders.remove(at: index) }
        }
        guard let limit, let asked = request.parameter("limit").flatMap({ Int($0) }), asked > limit else {
            return (head, fault)
        }
        return (head.replacing("limit=\(asked)", with: "limit=\(limit)"), fault)
    }
}

/// The client's side of a connection: cuts it into requests, and passes on the answers.
private final class FrontHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let server: FaultyServer
    private var received: [UInt8] = []
    private var spoiler = Spoiler(nil)
    private var context: ChannelHandlerContext?
    private var upstream: (any Channel)?
    private var isConnecting = false
    private var unsent = ByteBuffer()
    /// Takes no notice of anything any more.
    private var isGone = false

    init(server: FaultyServer) { self.server = server }

    func channelActive(context: ChannelHandlerContext) {
        self.context = context
        server.opened(context.channel)
    }

    func channelInactive(context: ChannelHandlerContext) {
        server.closed(context.channel)
        self.context = nil
        upstream?.close(promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isGone else { return }
        received += unwrapInboundIn(data).readableBytesView
        let end = Array("\r\n\r\n".utf8)
        while let range = received.firstRange(of: end) {
            let head = String(decoding: received[..<range.upperBound], as: UTF8.self)
            received.removeSubrange(..<range.upperBound)
            serve(head, context)
        }
    }

    private func serve(_ head: String, _ context: ChannelHandlerContext) {
        let (head, fault) = server.decide(head)
        switch fault {
        case .reset: perform(.reset)
        case .stall(afterBytes: 0): vanish()
        case .bytes(let bytes):
            context.writeAndFlush(NIOAny(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
            perform(.close)
        case .silentWatch:
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            context.writeAndFlush(NIOAny(context.channel.allocator.buffer(string: head)), promise: nil)
            vanish()
        default:
            spoiler = Spoiler(fault)
            forward(head, context)
        }
    }

    private func forward(_ head: String, _ context: ChannelHandlerContext) {
        if let upstream {
            upstream.writeAndFlush(context.channel.allocator.buffer(string: head), promise: nil)
            return
        }
        unsent.writeString(head)
        guard !isConnecting else { return }
        isConnecting = true
        let back = NIOLoopBound(self, eventLoop: context.eventLoop)
        ClientBootstrap(group: context.eventLoop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(BackHandler(front: back.value))
                }
            }
            .connect(host: "127.0.0.1", port: server.upstream)
            .whenComplete { result in
                let front = back.value
                guard case .success(let channel) = result, front.context != nil else {
                    if case .success(let channel) = result { channel.close(promise: nil) }
                    front.perform(.reset)
                    return
                }
                front.upstream = channel
                channel.writeAndFlush(front.unsent, promise: nil)
                front.unsent.clear()
            }
    }

    /// Takes a piece of the real answer.
    func answered(_ bytes: ByteBuffer) {
        guard let context, !isGone else { return }
        let (pieces, then) = spoiler.spoil(Array(bytes.readableBytesView))
        for piece in pieces {
            context.writeAndFlush(NIOAny(context.channel.allocator.buffer(bytes: piece)), promise: nil)
        }
        if let then { perform(then) }
    }

    /// The real server closed.
    func ended() {
        if !isGone { perform(.close) }
    }

    private func perform(_ end: Spoiler.End) {
        switch end {
        case .close: context?.close(promise: nil)
        case .reset:
            if let provider = context?.channel as? any SocketOptionProvider {
                _ = provider.setSoLinger(linger(l_onoff: 1, l_linger: 0))
            }
            context?.close(promise: nil)
        case .vanish: vanish()
        }
    }

    private func vanish() {
        isGone = true
        upstream?.close(promise: nil)
    }
}

/// The real server's side of a connection.
private final class BackHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let front: FrontHandler

    init(front: FrontHandler) { self.front = front }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { front.answered(unwrapInboundIn(data)) }

    func channelInactive(context: ChannelHandlerContext) { front.ended() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
