import FoundationEssentials
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Stands on loopback between the HTTP client and a proxy, so that every kind of proxy can be used, and what a proxy
/// says is told in its own words.
///
/// The HTTP client sees an HTTP proxy that lets every connection through. Only who knows the password may use it.
final class ProxyBridge: Sendable {
    /// What its connections share.
    final class Shared: Sendable {
        let proxy: ProxyAddress
        let tls: NIOSSLContext?
        let timeout: TimeAmount
        /// The header line that a client must send.
        let authorization: String
        private let lastFailure = Mutex<(any Error)?>(nil)

        init(_ proxy: ProxyAddress, tls: NIOSSLContext?, timeout: TimeAmount, authorization: String) {
            self.proxy = proxy
            self.tls = tls
            self.timeout = timeout
            self.authorization = authorization
        }

        var failure: (any Error)? { lastFailure.withLock { $0 } }

        private func note(_ failure: (any Error)?) { lastFailure.withLock { $0 = failure } }

        /// Connects through the proxy; what comes with the channel was sent by the other side already.
        func connect(_ handshake: ProxyHandshake, on loop: any EventLoop) -> EventLoopFuture<(any Channel, ByteBuffer)>
        {
            let established = loop.makePromise(of: ByteBuffer.self)
            let connected = ClientBootstrap(group: loop)
                .connectTimeout(timeout)
                .channelInitializer { [self] channel in
                    channel.eventLoop.makeCompletedFuture {
                        try Transport.findDeadLinks(channel)
                        let pipeline = channel.pipeline.syncOperations
                        if let tls {
                            let isAddress = (try? SocketAddress(ipAddress: proxy.host, port: 0)) != nil
                            try pipeline.addHandler(
                                NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : proxy.host))
                        }
                        try pipeline.addHandler(ProxyHandler(handshake, established, timeout: timeout))
                    }
                }
                .connect(host: proxy.host, port: proxy.port)
            connected.whenFailure { established.fail($0) }
            return established.futureResult.and(connected)
                .map { rest, channel in
                    self.note(nil)
                    return (channel, rest)
                }
                .flatMapErrorThrowing { error in
                    self.note(error)
                    throw error
                }
        }
    }

    static let user = "sextant"

    /// Where the HTTP client finds it.
    let port: Int
    /// What the HTTP client shows to it, as `user`.
    let password: String

    private let channel: any Channel
    private let shared: Shared

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - proxy: The proxy to go through.
    ///   - tls: How to verify a proxy that speaks TLS.
    ///   - timeout: For connecting to the proxy, and again for its answer.
    /// - Throws: When no port of loopback is free, or the TLS configuration cannot be used.
    init(_ proxy: ProxyAddress, tls: TLSConfiguration, timeout: Duration) throws {
        var password = ""
        for _ in 0..<4 { password += String(UInt64.random(in: .min ... .max), radix: 36) }
        let pair = Data("\(Self.user):\(password)".utf8).base64EncodedString()
        let shared = Shared(
            proxy, tls: proxy.scheme == .https ? try NIOSSLContext(configuration: tls) : nil,
            timeout: TimeAmount(timeout), authorization: "proxy-authorization: Basic \(pair)")
        channel = try ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(BridgeHandler(shared))
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
        port = channel.localAddress?.port ?? 0
        self.password = password
        self.shared = shared
    }

    /// Connects through the proxy without the bridge between; what comes with the channel was sent already.
    func connect(host: String, port: Int, on loop: any EventLoop) -> EventLoopFuture<(any Channel, ByteBuffer)> {
        shared.connect(ProxyHandshake(shared.proxy, host: host, port: port), on: loop)
    }

    /// Why the proxy did not let the last connection through; `nil` when it did.
    var failure: (any Error)? { shared.failure }

    /// Listens no more; connections that stand end with those who made them.
    func shutdown() async {
        // Fails only when it was closed before, which is as good.
        try? await channel.close()
    }
}

/// Why a proxy does not let a connection through, in words that follow its name.
struct ProxyRefusal: Error {
    var words: String
}

/// One connection of the HTTP client: reads where to, asks the proxy, and passes bytes on.
private final class BridgeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private static let headLimit = 16 << 10

    private let shared: ProxyBridge.Shared
    private var head = ByteBuffer()
    private var hasAsked = false

    init(_ shared: ProxyBridge.Shared) { self.shared = shared }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var piece = unwrapInboundIn(data)
        head.writeBuffer(&piece)
        let text = String(buffer: head)
        guard !hasAsked, head.readableBytes <= Self.headLimit else { return context.close(promise: nil) }
        guard text.hasSuffix("\r\n\r\n") else { return }
        let lines = text.split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 3, words[0] == "CONNECT", let target = HostPort(words[1]), let port = target.port,
            lines.contains(where: { $0.lowercased() == shared.authorization.lowercased() })
        else { return context.close(promise: nil) }
        hasAsked = true
        connect(context, ProxyHandshake(shared.proxy, host: target.host, port: port))
    }

    private func connect(_ context: ChannelHandlerContext, _ handshake: ProxyHandshake) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        shared.connect(handshake, on: context.eventLoop).whenComplete { result in
            let (handler, context) = bound.value
            switch result {
            case .success((let peer, let rest)): handler.join(context, peer, rest)
            case .failure: context.close(promise: nil)
            }
        }
    }

    private func join(_ context: ChannelHandlerContext, _ peer: any Channel, _ rest: ByteBuffer) {
        let channel = context.channel
        do {
            try channel.pipeline.syncOperations.addHandler(RelayHandler(to: peer))
            try peer.pipeline.syncOperations.addHandler(RelayHandler(to: channel))
            channel.pipeline.syncOperations.removeHandler(context: context, promise: nil)
            channel.writeAndFlush(ByteBuffer(string: "HTTP/1.1 200 OK\r\n\r\n"), promise: nil)
            if rest.readableBytes > 0 { channel.writeAndFlush(rest, promise: nil) }
        } catch {
            // One of the two is closed already.
            channel.close(promise: nil)
            peer.close(promise: nil)
        }
    }
}

/// Talks to the proxy until it passes bytes on; then takes itself out of the way.
private final class ProxyHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private var handshake: ProxyHandshake
    private let established: EventLoopPromise<ByteBuffer>
    private let timeout: TimeAmount
    private var deadline: Scheduled<Void>?

    init(_ handshake: ProxyHandshake, _ established: EventLoopPromise<ByteBuffer>, timeout: TimeAmount) {
        self.handshake = handshake
        self.established = established
        self.timeout = timeout
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        let established = established
        deadline = context.eventLoop.scheduleTask(in: timeout) {
            established.fail(ProxyRefusal(words: "does not answer"))
            channel.close(promise: nil)
        }
        send(handshake.begin(), context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch handshake.receive(unwrapInboundIn(data).readableBytesView) {
        case .wait: break
        case .send(let bytes): send(bytes, context)
        case .established(let rest):
            deadline?.cancel()
            established.succeed(ByteBuffer(bytes: rest))
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        case .refused(let words): end(ProxyRefusal(words: words), context)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(ProxyRefusal(words: "closed the connection"), context)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { end(error, context) }

    private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
    }

    private func end(_ error: any Error, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        established.fail(error)
        context.close(promise: nil)
    }
}

/// Passes what comes in on to another channel of the same event loop, no faster than that one takes it.
final class RelayHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let peer: any Channel

    init(to peer: any Channel) { self.peer = peer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        peer.write(unwrapInboundIn(data), promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) { peer.flush() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        peer.setOption(.autoRead, value: context.channel.isWritable).whenFailure { _ in }
    }

    func channelInactive(context: ChannelHandlerContext) {
        let peer = peer
        peer.writeAndFlush(ByteBuffer()).whenComplete { _ in peer.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
