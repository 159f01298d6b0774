import KubernetesClient
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization
import Testing

/// What the scripted server answers to one request.
struct Reply: Sendable {
    enum Ending: Sendable {
        /// The body is whole.
        case complete
        /// The connection is closed in the middle of the body.
        case cut
        /// Nothing more comes, and the connection stays open.
        case silence
        /// Not even the head comes.
        case noHead
    }

    var status = 200
    var headers: [(String, String)] = []
    var chunks: [[UInt8]] = []
    var ending = Ending.complete

    static func json(_ body: String, status: Int = 200, headers: [(String, String)] = []) -> Reply {
        Reply(status: status, headers: [("Content-Type", "application/json")] + headers, chunks: [Array(body.utf8)])
    }

    static func protobuf(_ chunks: [[UInt8]], stream: Bool = false, ending: Ending = .complete) -> Reply {
        let type = "application/vnd.kubernetes.protobuf" + (stream ? ";stream=watch" : "")
        return Reply(headers: [("Content-Type", type)], chunks: chunks, ending: ending)
    }

    static func watch(_ chunks: [String], ending: Ending = .complete) -> Reply {
        Reply(headers: [("Content-Type", "application/json")], chunks: chunks.map { Array($0.utf8) }, ending: ending)
    }
}

/// A request as the scripted server saw it.
struct SeenRequest: Sendable {
    var method = "GET"
    /// Such as `/api/v1/pods?limit=2`.
    var target: String
    var headers: HTTPHeaders
    var body = ""
    /// The client's certificate, where it sent one.
    var clientCertificate: NIOSSLCertificate?

    /// The values of a header.
    func header(_ name: String) -> [String] { headers[name] }
}

/// A small HTTP server on loopback that answers expected requests from a script, and notes what it was asked.
final class ScriptedServer: Sendable {
    private struct State {
        var script: [(target: String, reply: Reply)]
        var seen: [SeenRequest] = []
    }

    private let state: Mutex<State>
    let port: Int
    private let channel: any Channel

    var seen: [SeenRequest] { state.withLock { $0.seen } }
    var targets: [String] { seen.map(\.target) }
    /// Requests of the script that never came.
    var unasked: [String] { state.withLock { $0.script.map(\.target) } }

    func address(tls: Bool = false, host: String = "127.0.0.1") -> ServerAddress {
        ServerAddress(usesTLS: tls, host: host, port: port)
    }

    /// Runs a server while `body` runs; replies are taken in their order for each target.
    static func run<Result>(
        _ script: [(target: String, reply: Reply)], tls: TLSConfiguration? = nil,
        _ body: (ScriptedServer) async throws -> Result
    ) async throws -> Result {
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        let shared = Box()
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let context { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(ScriptHandler(server: shared.value))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = ScriptedServer(script, channel: channel)
        shared.set(server)
        do {
            let result = try await body(server)
            try await channel.close()
            return result
        } catch {
            try await channel.close()
            throw error
        }
    }

    private init(_ script: [(target: String, reply: Reply)], channel: any Channel) {
        state = Mutex(State(script: script))
        self.channel = channel
        port = channel.localAddress?.port ?? 0
    }

    /// The reply to a request, which is noted.
    func answer(_ request: SeenRequest) -> Reply {
        state.withLock { state in
            state.seen.append(request)
            guard let index = state.script.firstIndex(where: { $0.target == request.target }) else {
                return .json(#"{"message":"unexpected request \#(request.target)"}"#, status: 501)
            }
            return state.script.remove(at: index).reply
        }
    }
}

/// Hands the server to connections that come after it was made.
private final class Box: Sendable {
    private let stored = Mutex<ScriptedServer?>(nil)

    var value: ScriptedServer? { stored.withLock { $0 } }
    func set(_ server: ScriptedServer) { stored.withLock { $0 = server } }
}

private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: ScriptedServer?
    private var head: HTTPRequestHead?
    private var body = ByteBuffer()

    init(server: ScriptedServer?) { self.server = server }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body.clear()
        case .body(var part): body.writeBuffer(&part)
        case .end:
            guard let head, let server else { return }
            let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
            send(
                server.answer(
                    SeenRequest(
                        method: head.method.rawValue, target: head.uri, headers: head.headers,
                        body: String(buffer: body), clientCertificate: certificate)),
                context)
        }
    }

    private func send(_ reply: Reply, _ context: ChannelHandlerContext) {
        guard reply.ending != .noHead else { return }
        var headers = HTTPHeaders(reply.headers)
        headers.add(name: "Transfer-Encoding", value: "chunked")
        let head = HTTPResponseHead(
            version: .http1_1, status: HTTPResponseStatus(statusCode: reply.status), headers: headers)
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
        send(reply.chunks[...], reply.ending, NIOLoopBound(context, eventLoop: context.eventLoop))
    }

    /// One chunk a turn of the event loop, so that they arrive one by one.
    private func send(
        _ chunks: ArraySlice<[UInt8]>, _ ending: Reply.Ending, _ bound: NIOLoopBound<ChannelHandlerContext>
    ) {
        let context = bound.value
        guard let chunk = chunks.first else {
            switch ending {
            case .complete: context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .cut: context.close(promise: nil)
            case .silence, .noHead: break
            }
            return
        }
        let this = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: chunk))))).whenComplete { _ in
            bound.eventLoop.execute { this.value.send(chunks.dropFirst(), ending, bound) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

/// Runs a client without waits between attempts while `body` runs.
func withClient<Result>(
    _ access: ClusterAccess, timeouts: ClientTimeouts = ClientTimeouts(connect: .seconds(60)),
    host: PluginHost = .none, _ body: (KubernetesClient) async throws -> Result
) async throws -> Result {
    let client = try KubernetesClient(
        access, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), userAgent: "sextant/test",
        pluginHost: host, timeouts: timeouts, retryPolicy: RetryPolicy(firstDelay: .zero))
    do {
        let result = try await body(client)
        await client.shutdown()
        return result
    } catch {
        await client.shutdown()
        throw error
    }
}

/// Runs a scripted server and a client of it.
func withServer<Result>(
    _ script: [(target: String, reply: Reply)], timeouts: ClientTimeouts = ClientTimeouts(connect: .seconds(60)),
    readOnly: Bool = false, configure: (inout ClusterAccess) -> Void = { _ in },
    _ body: (KubernetesClient, ScriptedServer) async throws -> Result
) async throws -> Result {
    try await ScriptedServer.run(script) { server in
        var access = ClusterAccess(
            contextName: "test", clusterName: "scripted", userName: "dev", server: server.address())
        if readOnly { access.readOnlyReason = "--read-only" }
        configure(&access)
        return try await withClient(access, timeouts: timeouts) { try await body($0, server) }
    }
}
