import KubernetesClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOWebSocket
import Synchronization

/// The server's end of a WebSocket.
struct StreamPeer: Sendable {
    let request: SeenRequest
    let channel: any Channel
    fileprivate let inbound: NIOAsyncChannelInboundStream<WebSocketFrame>
    fileprivate let outbound: NIOAsyncChannelOutboundWriter<WebSocketFrame>

    /// Every frame that comes, unmasked.
    func forEachFrame(_ body: (WebSocketOpcode, [UInt8]) async throws -> Void) async throws {
        for try await frame in inbound { try await body(frame.opcode, Array(frame.unmaskedData.readableBytesView)) }
    }

    func send(_ bytes: [UInt8], opcode: WebSocketOpcode = .binary, fin: Bool = true) async throws {
        try await outbound.write(WebSocketFrame(fin: fin, opcode: opcode, data: ByteBuffer(bytes: bytes)))
    }

    func send(_ channel: UInt8, _ text: String) async throws { try await send([channel] + Array(text.utf8)) }

    func exit(_ code: Int = 0) async throws {
        try await send(
            3,
            code == 0
                ? #"{"metadata":{},"status":"Success"}"#
                : #"{"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"\#(code)"}]}}"#
        )
    }

    /// Bytes that need not be whole frames.
    func sendRaw(_ bytes: [UInt8]) async throws {
        try await channel.eventLoop.flatSubmit { [channel] in
            let done = channel.eventLoop.makePromise(of: Void.self)
            do {
                let context = try channel.pipeline.syncOperations.context(handlerType: WebSocketFrameEncoder.self)
                context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: done)
            } catch {
                done.fail(error)
            }
            return done.futureResult
        }.get()
    }
}

/// A server on loopback that agrees to WebSockets of the protocols that it speaks, or answers with a refusal.
final class StreamServer: Sendable {
    let port: Int
    private let shared: Shared

    fileprivate final class Shared: Sendable {
        let protocols: [String]
        let refusal: Reply?
        let serve: @Sendable (StreamPeer) async throws -> Void
        let work = Mutex<[Task<Void, Never>]>([])
        let seen = Mutex<[SeenRequest]>([])

        init(
            _ protocols: [String], _ refusal: Reply?, _ serve: @escaping @Sendable (StreamPeer) async throws -> Void
        ) {
            self.protocols = protocols
            self.refusal = refusal
            self.serve = serve
        }
    }

    var seen: [SeenRequest] { shared.seen.withLock { $0 } }

    private init(_ shared: Shared, port: Int) {
        self.shared = shared
        self.port = port
    }

    /// Runs a server while `body` runs.
    static func run<Result>(
        protocols: [String] = ["v5.channel.k8s.io", "v4.channel.k8s.io"], refusal: Reply? = nil,
        tls: TLSConfiguration? = nil, serve: @escaping @Sendable (StreamPeer) async throws -> Void,
        _ body: (StreamServer) async throws -> Result
    ) async throws -> Result {
        let context = try tls.map { try NIOSSLContext(configuration: $0) }
        let shared = Shared(protocols, refusal, serve)
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let context {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    }
                    let upgrader = upgrader(shared)
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(
                        withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in }))
                    try channel.pipeline.syncOperations.addHandler(RefusalHandler(shared), name: "refusal")
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(StreamServer(shared, port: listener.localAddress?.port ?? 0)))
        } catch {
            result = .failure(error)
        }
        for task in shared.work.withLock({ $0 }) {
            task.cancel()
            await task.value
        }
        try await listener.close()
        return try result.get()
    }

    private static func upgrader(_ shared: Shared) -> NIOWebSocketServerUpgrader {
        NIOWebSocketServerUpgrader(
            maxFrameSize: 1 << 20, automaticErrorHandling: false,
            shouldUpgrade: { channel, head in
                let offered = head.headers[canonicalForm: "Sec-WebSocket-Protocol"].map(String.init)
                guard shared.refusal == nil, let agreed = shared.protocols.first(where: offered.contains) else {
                    return channel.eventLoop.makeSucceededFuture(nil)
                }
                return channel.eventLoop.makeSucceededFuture(["Sec-WebSocket-Protocol": agreed])
            },
            upgradePipelineHandler: { channel, head in
                channel.eventLoop.makeCompletedFuture {
                    let request = SeenRequest(target: head.uri, headers: head.headers)
                    shared.seen.withLock { $0.append(request) }
                    channel.pipeline.syncOperations.removeHandler(name: "refusal", promise: nil)
                    try channel.pipeline.syncOperations.addHandler(PongHandler())
                    let stream = try NIOAsyncChannel<WebSocketFrame, WebSocketFrame>(
                        wrappingChannelSynchronously: channel)
                    let task = Task<Void, Never> {
                        // A client that is gone is what many tests are about.
                        try? await stream.executeThenClose { inbound, outbound in
                            try await shared.serve(
                                StreamPeer(request: request, channel: channel, inbound: inbound, outbound: outbound))
                        }
                    }
                    shared.work.withLock { $0.append(task) }
                }
            })
    }
}

/// Answers pings by itself: what serves may get no turn for long on a busy machine, and the client would take it for gone.
private final class PongHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        if frame.opcode == .ping {
            let pong = WebSocketFrame(fin: true, opcode: .pong, data: frame.unmaskedData)
            context.writeAndFlush(wrapOutboundOut(pong), promise: nil)
        }
        context.fireChannelRead(data)
    }
}

/// Answers what is not upgraded.
private final class RefusalHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let shared: StreamServer.Shared

    init(_ shared: StreamServer.Shared) { self.shared = shared }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            shared.seen.withLock { $0.append(SeenRequest(target: head.uri, headers: head.headers)) }
        case .body: break
        case .end:
            let reply = shared.refusal ?? Reply(status: 403)
            var head = HTTPResponseHead(version: .http1_1, status: .init(statusCode: reply.status))
            for (name, value) in reply.headers { head.headers.add(name: name, value: value) }
            let body = reply.chunks.flatMap { $0 }
            head.headers.add(name: "Content-Length", value: "\(body.count)")
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
