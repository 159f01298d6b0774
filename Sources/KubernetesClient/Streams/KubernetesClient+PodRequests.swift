import KubernetesModel
import NIOCore
import NIOHTTP1
import NIOSSL

/// One GET to a port of a pod.
public struct PodRequest: Sendable, Equatable {
    /// Where to.
    public var target: PodPort
    /// Whether to speak TLS; the certificate is not looked at, as the kubelet does not.
    public var usesTLS: Bool
    /// The path with its query, such as `/healthz?full=1`.
    public var path: String
    /// Further headers; a `Host` among them takes the place of ours.
    public var headers: [(name: String, value: String)]

    /// A request.
    public init(target: PodPort, usesTLS: Bool = false, path: String, headers: [(name: String, value: String)] = []) {
        self.target = target
        self.usesTLS = usesTLS
        self.path = path.hasPrefix("/") ? path : "/" + path
        self.headers = headers
    }

    /// The path with what a URL cannot have encoded.
    var encodedPath: String {
        var result = ""
        for byte in path.utf8 {
            let isPlain = byte > 32 && byte < 127 && !Array("\"<>\\^`{|}#".utf8).contains(byte)
            result += isPlain ? String(UnicodeScalar(byte)) : APIRequest.encoded([byte])
        }
        return result
    }

    /// Whether both ask for the same.
    public static func == (left: PodRequest, right: PodRequest) -> Bool {
        left.target == right.target && left.usesTLS == right.usesTLS && left.path == right.path
            && left.headers.elementsEqual(right.headers, by: ==)
    }
}

extension KubernetesClient {
    /// Sends a request to a pod through a forwarded port.
    ///
    /// - Parameters:
    ///   - request: What to ask for.
    ///   - limit: How long to wait for the answer once the port is reached.
    /// - Returns: The status of the answer, and how long it took from the request on.
    /// - Throws: `APIFailure` with the words of the server or of the pod's side, `.timeout` when no answer came,
    ///   `CancellationError`.
    public func forwardedStatus(
        of request: PodRequest, limit: Duration
    ) async throws -> (status: Int, after: Duration) {
        let place = request.target.request
        let asked = try await transport.openWebSocket(place, protocols: [StreamChannel.v4]) { channel, _ in
            let loop = channel.eventLoop
            let answered = loop.makePromise(of: Int.self)
            let pipeline = channel.pipeline.syncOperations
            try pipeline.addHandler(PortBytes())
            if request.usesTLS {
                var configuration = TLSConfiguration.makeClientConfiguration()
                configuration.certificateVerification = .none
                let context = try NIOSSLContext(configuration: configuration)
                try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: nil))
            }
            try pipeline.addHTTPClientHandlers()
            try pipeline.addHandler(StatusReader(request, answered))
            let timer = loop.scheduleTask(in: TimeAmount(limit)) { answered.fail(PortProblem(words: Self.noAnswer)) }
            answered.futureResult.whenComplete { _ in
                timer.cancel()
                channel.close(promise: nil)
            }
            return (answered.futureResult, ContinuousClock.now)
        }
        do {
            let status = try await asked.0.get()
            return (status, ContinuousClock.now - asked.1)
        } catch let problem as PortProblem {
            let reason = problem.words == Self.noAnswer ? APIFailure.Reason.timeout : .transport
            throw APIFailure(reason, attempt: place.attempt, detail: problem.words)
        } catch is NIOSSLError {
            throw APIFailure(.tls, attempt: place.attempt, detail: "it does not speak TLS, or none that is known")
        } catch is HTTPParserError {
            throw APIFailure(.malformedAnswer, attempt: place.attempt, detail: "its answer is not HTTP")
        } catch {
            throw APIFailure(.transport, attempt: place.attempt, detail: "it ended the connection without an answer")
        }
    }

    /// Whether a header, in lower case, would be taken by the API server itself: whoever writes a pod must not decide as whom
    /// the request is made.
    private static func concernsServer(_ name: String) -> Bool {
        let names: Set = ["host", "authorization", "cookie", "connection", "upgrade", "te", "content-length"]
        return names.contains(name) || name.hasPrefix("impersonate-") || name.hasPrefix("x-remote-")
            || name.hasPrefix("transfer-") || name.hasPrefix("proxy-")
    }

    private static var noAnswer: String { "no answer in time" }

    /// Looks whether somebody listens on a port of a pod, through a forward.
    ///
    /// - Parameters:
    ///   - target: The port.
    ///   - patience: For how long a refusal may still come.
    /// - Returns: The words of a refusal; `nil` when there was none.
    /// - Throws: `APIFailure` when the forward cannot be made, `CancellationError`.
    public func forwardedRefusal(of target: PodPort, patience: Duration) async throws -> String? {
        let refusal = try await transport.openWebSocket(target.request, protocols: [StreamChannel.v4]) { channel, _ in
            let refused = channel.eventLoop.makePromise(of: String?.self)
            try channel.pipeline.syncOperations.addHandlers(PortBytes(), RefusalReader(refused))
            let timer = channel.eventLoop.scheduleTask(in: TimeAmount(patience)) { refused.succeed(nil) }
            refused.futureResult.whenComplete { _ in
                timer.cancel()
                channel.close(promise: nil)
            }
            return refused.futureResult
        }
        return try await refusal.get()
    }

    /// Sends a request to a pod through the API server, which connects to the pod's address.
    ///
    /// - Parameter request: What to ask for.
    /// - Returns: The status of the answer, and how long it took.
    /// - Throws: `APIFailure` with the server's words when the pod was not reached, `CancellationError`.
    public func proxiedStatus(of request: PodRequest) async throws -> (status: Int, after: Duration) {
        let target = request.target
        var asked = APIRequest(
            attempt: "ask port \(target.port) of \(target.pod) in \(target.namespace) through the API server",
            path: [
                "api", "v1", "namespaces", target.namespace, "pods",
                "\(request.usesTLS ? "https:" : "")\(target.pod):\(target.port)", "proxy",
            ], accept: .anything)
        asked.suffix = request.encodedPath
        asked.headers = request.headers.filter { !Self.concernsServer($0.name.lowercased()) }
        let began = ContinuousClock.now
        let answer = try await transport.answer(asked)
        let after = ContinuousClock.now - began
        if let failure = answer.failure { throw failure }
        return (answer.status, after)
    }
}

/// Asks, and reads the status of the answer.
private final class StatusReader: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let request: PodRequest
    private let answered: EventLoopPromise<Int>

    init(_ request: PodRequest, _ answered: EventLoopPromise<Int>) {
        self.request = request
        self.answered = answered
    }

    func handlerAdded(context: ChannelHandlerContext) {
        var headers = HTTPHeaders()
        for (name, value) in request.headers { headers.add(name: name, value: value) }
        if !headers.contains(name: "Host") { headers.add(name: "Host", value: "localhost:\(request.target.port)") }
        if !headers.contains(name: "User-Agent") { headers.add(name: "User-Agent", value: "kube-probe/sextant") }
        if !headers.contains(name: "Accept") { headers.add(name: "Accept", value: "*/*") }
        headers.replaceOrAdd(name: "Connection", value: "close")
        let head = HTTPRequestHead(version: .http1_1, method: .GET, uri: request.encodedPath, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data) { answered.succeed(Int(head.status.code)) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { answered.fail(error) }

    func channelInactive(context: ChannelHandlerContext) { answered.fail(ChannelError.eof) }
}

/// Waits for the words of a refusal.
private final class RefusalReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let refused: EventLoopPromise<String?>

    init(_ refused: EventLoopPromise<String?>) { self.refused = refused }

    /// Who speaks listens.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) { refused.succeed(nil) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        refused.succeed((error as? PortProblem)?.words ?? "the connection broke")
    }

    func channelInactive(context: ChannelHandlerContext) { refused.succeed("the connection was closed at once") }
}
