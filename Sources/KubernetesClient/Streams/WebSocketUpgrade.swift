import KubernetesModel
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOTLS
import NIOWebSocket
import Synchronization

/// An answer that was read as a whole, or its beginning.
struct HTTPAnswer: Sendable {
    var status: Int
    var headers: HTTPHeaders
    var body: [UInt8]
}

/// The other side is not what it should be, in words that follow its address.
struct UpgradeProblem: Error {
    var words: String
}

extension Transport {
    /// The largest frame that is taken, in bytes; servers send some 32 KiB.
    static let maximumFrameBytes = 16 << 20

    /// Opens a WebSocket.
    ///
    /// Over HTTP/1.1 on a connection of its own, with the TLS, proxy and credentials of other requests.
    ///
    /// - Parameters:
    ///   - request: A GET that asks for the stream.
    ///   - protocols: The subprotocols that we speak, the best first.
    ///   - loop: Where the channel is to live.
    ///   - prepare: Adds the handlers that take `WebSocketPiece` and write `ByteBuffer`; is told the protocol that was agreed on.
    /// - Returns: What `prepare` made.
    /// - Throws: `APIFailure` with the server's words when it refuses, `CancellationError`.
    func openWebSocket<Value: Sendable>(
        _ request: APIRequest, protocols: [String],
        on loop: any EventLoop = MultiThreadedEventLoopGroup.singleton.next(),
        prepare: @escaping @Sendable (any Channel, String) throws -> Value
    ) async throws -> Value {
        var credential = try await credential(for: request)
        let generation = tls.generation
        var answer: Result<Value, HTTPAnswer.Refusal>
        do {
            answer = try await upgrade(request, credential, protocols, loop, prepare)
        } catch let failure as APIFailure where failure.reason == .tls && tls.hasOther(than: generation) {
            answer = try await upgrade(request, credential, protocols, loop, prepare)
        }
        if case .failure(let refusal) = answer, refusal.answer.status == 401,
            await hasOther(than: credential, generation)
        {
            credential = try await self.credential(for: request)
            answer = try await upgrade(request, credential, protocols, loop, prepare)
        }
        switch answer {
        case .success(let value): return value
        case .failure(let refusal):
            let answer = refusal.answer
            let failure = self.refusal(answer.status, answer.headers, answer.body, request.attempt, credential)
            throw answer.explained(failure, protocols: protocols)
        }
    }

    /// Connects and asks once.
    private func upgrade<Value: Sendable>(
        _ request: APIRequest, _ credential: Credential, _ protocols: [String], _ loop: any EventLoop,
        _ prepare: @escaping @Sendable (any Channel, String) throws -> Value
    ) async throws -> Result<Value, HTTPAnswer.Refusal> {
        let head = upgradeHead(request, credential, protocols)
        let configuration = access.server.usesTLS ? try tlsConfiguration(for: request, credential) : nil
        requests.withLock { $0 &+= 1 }
        do {
            let (channel, early) = try await connect(on: loop)
            do {
                return try await withTaskCancellationHandler {
                    if let configuration { try await secure(channel, configuration) }
                    return try await ask(channel, head, early, protocols, prepare)
                } onCancel: {
                    channel.close(promise: nil)
                }
            } catch {
                channel.close(promise: nil)
                throw error
            }
        } catch let failure as APIFailure {
            throw failure
        } catch let problem as UpgradeProblem {
            throw APIFailure(
                .malformedAnswer, attempt: request.attempt, detail: "\(access.server.hostAndPort) \(problem.words)")
        } catch let late as TooLate {
            throw APIFailure(
                .timeout, attempt: request.attempt,
                detail: "\(late.what) \(access.server.hostAndPort) within \(late.limit.components.seconds) s; "
                    + "check the network and any VPN or proxy")
        } catch {
            throw await failure(of: error, request.attempt)
        }
    }

    private func upgradeHead(_ request: APIRequest, _ credential: Credential, _ protocols: [String]) -> HTTPRequestHead
    {
        var headers = headers(for: request, credential)
        headers.replaceOrAdd(name: "Host", value: access.server.hostAndPort)
        // One header for each, as Go reads them all but some proxies only the first: together in one.
        headers.add(name: "Sec-WebSocket-Protocol", value: protocols.joined(separator: ", "))
        return HTTPRequestHead(
            version: .http1_1, method: .GET, uri: access.server.pathPrefix + request.target, headers: headers)
    }

    /// A connection to the server, and what came on it already.
    private func connect(on loop: any EventLoop) async throws -> (any Channel, ByteBuffer) {
        if let bridge {
            return try await bridge.connect(host: access.server.host, port: access.server.port, on: loop).get()
        }
        let channel = try await ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(timeouts.connect))
            .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try Self.findDeadLinks(channel) } }
            .connect(host: access.server.host, port: access.server.port)
            .get()
        return (channel, ByteBuffer())
    }

    /// Makes the TLS handshake, and checks whose certificate it was.
    private func secure(_ channel: any Channel, _ configuration: TLSConfiguration) async throws {
        let context = try contexts.context(for: configuration)
        let isAddress = (try? SocketAddress(ipAddress: access.certifiedName, port: 0)) != nil
        let (name, access) = (isAddress ? nil : access.certifiedName, access)
        let secured = channel.eventLoop.flatSubmit {
            let done = channel.eventLoop.makePromise(of: Void.self)
            do {
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: name))
                try pipeline.addHandler(HandshakeWaiter(done))
            } catch {
                done.fail(error)
            }
            return done.futureResult.flatMapThrowing {
                guard !access.insecureSkipTLSVerify else { return }
                try ServerIdentity.check(channel, isFor: access.certifiedName)
            }
        }
        try await within(timeouts.connect, "no TLS handshake with", channel, secured)
    }

    /// Asks for the upgrade, and waits for the answer.
    private func ask<Value: Sendable>(
        _ channel: any Channel, _ head: HTTPRequestHead, _ early: ByteBuffer, _ protocols: [String],
        _ prepare: @escaping @Sendable (any Channel, String) throws -> Value
    ) async throws -> Result<Value, HTTPAnswer.Refusal> {
        let asked = channel.eventLoop.flatSubmit {
            let answer = channel.eventLoop.makePromise(of: Result<Value, HTTPAnswer.Refusal>.self)
            let handler = UpgradeHandler<Value>(head, answer) { channel, headers in
                let agreed = headers.first(name: "Sec-WebSocket-Protocol") ?? ""
                guard protocols.contains(agreed) else {
                    let words = agreed.isEmpty ? "no protocol" : KubeconfigFailure.oneLine(agreed)
                    throw UpgradeProblem(words: "opened the stream as \(words), which was not asked for")
                }
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(WebSocketFrameEncoder())
                try pipeline.addHandler(
                    ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: Self.maximumFrameBytes)))
                try pipeline.addHandler(WebSocketProtocolErrorHandler(isServer: false))
                try pipeline.addHandler(WebSocketControl())
                return try prepare(channel, agreed)
            }
            do {
                try channel.pipeline.syncOperations.addHandler(handler)
                if early.readableBytes > 0 { channel.pipeline.fireChannelRead(early) }
            } catch {
                answer.fail(error)
            }
            return answer.futureResult
        }
        let limit = timeouts.answer > .zero ? timeouts.answer : .seconds(Int64(Int32.max))
        let answer = try await within(limit, "no answer of", channel, asked)
        if case .failure = answer { channel.close(promise: nil) }
        return answer
    }

    /// Waits no longer than this; then the channel is closed.
    private func within<Value: Sendable>(
        _ limit: Duration, _ what: String, _ channel: any Channel, _ future: EventLoopFuture<Value>
    ) async throws -> Value {
        let promise = channel.eventLoop.makePromise(of: Value.self)
        promise.completeWith(future)
        let timer = channel.eventLoop.scheduleTask(in: TimeAmount(limit)) {
            promise.fail(TooLate(what: what, limit: limit))
            channel.close(promise: nil)
        }
        defer { timer.cancel() }
        return try await promise.futureResult.get()
    }
}

private struct TooLate: Error {
    var what: String
    var limit: Duration
}

extension HTTPAnswer {
    /// Anything but the upgrade.
    struct Refusal: Error { var answer: HTTPAnswer }

    /// Says what a bare refusal means.
    func explained(_ failure: any Error, protocols: [String]) -> any Error {
        guard var failure = failure as? APIFailure else { return failure }
        if status == 403, body.isEmpty {
            failure.detail +=
                ": the server speaks none of \(protocols.joined(separator: ", ")), or something in between refused the stream"
        } else if (200..<300).contains(status) {
            failure.reason = .malformedAnswer
            failure.detail =
                "the answer was HTTP \(status) and no stream; does a proxy or load balancer in between not pass WebSockets on?"
        }
        return failure
    }
}

/// Says when a TLS handshake is done.
private final class HandshakeWaiter: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let done: EventLoopPromise<Void>

    init(_ done: EventLoopPromise<Void>) { self.done = done }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent {
            done.succeed()
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        done.fail(error)
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        done.fail(ChannelError.eof)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { done.fail(ChannelError.eof) }
}

/// The last TLS context: making one costs milliseconds, and many connections use the same.
final class TLSContexts: Sendable {
    private let last = Mutex<(TLSConfiguration, NIOSSLContext)?>(nil)

    /// A context that speaks HTTP/1.1.
    ///
    /// - Throws: When the configuration cannot be used.
    func context(for configuration: TLSConfiguration) throws -> NIOSSLContext {
        var configuration = configuration
        configuration.applicationProtocols = ["http/1.1"]
        if let (known, context) = last.withLock({ $0 }), known.bestEffortEquals(configuration) { return context }
        let context = try NIOSSLContext(configuration: configuration)
        last.withLock { $0 = (configuration, context) }
        return context
    }
}
