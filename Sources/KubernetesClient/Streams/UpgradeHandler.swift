import KubernetesModel
import NIOCore
import NIOHTTP1
import NIOWebSocket

/// Asks for a WebSocket.
///
/// What the server says after it agreed reaches the handlers that are added then, even when it ends the connection in the
/// same breath; NIO's own upgrade handler loses that.
final class UpgradeHandler<Value: Sendable>: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = ByteBuffer
    typealias Answer = Result<Value, HTTPAnswer.Refusal>

    private static var headLimit: Int { 64 << 10 }

    private let request: HTTPRequestHead
    private let upgrader: NIOWebSocketClientUpgrader
    private let promise: EventLoopPromise<Answer>
    private let prepare: (any Channel, HTTPHeaders) throws -> Value
    private var received = ByteBuffer()
    private var isRefused = false

    /// - Parameters:
    ///   - request: What to ask for.
    ///   - promise: Is told the answer.
    ///   - prepare: Adds the handlers of an upgraded connection; gets the headers of the answer.
    init(
        _ request: HTTPRequestHead, _ promise: EventLoopPromise<Answer>,
        prepare: @escaping (any Channel, HTTPHeaders) throws -> Value
    ) {
        var request = request
        request.headers.add(name: "Connection", value: "Upgrade")
        request.headers.add(name: "Upgrade", value: "websocket")
        upgrader = NIOWebSocketClientUpgrader { channel, _ in channel.eventLoop.makeSucceededVoidFuture() }
        upgrader.addCustom(upgradeRequestHeaders: &request.headers)
        self.request = request
        self.promise = promise
        self.prepare = prepare
    }

    func handlerAdded(context: ChannelHandlerContext) {
        var text = "GET \(request.uri) HTTP/1.1\r\n"
        for (name, value) in request.headers {
            guard !(name + value).utf8.contains(where: { $0 == 13 || $0 == 10 || $0 == 0 }) else {
                return promise.fail(UpgradeProblem(words: "cannot be asked: the header \(name) has a line break"))
            }
            text += "\(name): \(value)\r\n"
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var piece = unwrapInboundIn(data)
        received.writeBuffer(&piece)
        let view = received.readableBytesView
        guard let end = view.firstRange(of: Array("\r\n\r\n".utf8))?.upperBound else {
            if view.count > Self.headLimit { fail(UpgradeProblem(words: "does not speak HTTP"), context) }
            return
        }
        let head = String(decoding: view[..<end], as: UTF8.self)
        do {
            if head.hasPrefix("HTTP/1.1 101 ") {
                let response = Self.response(head)
                guard upgrader.shouldAllowUpgrade(upgradeResponse: response) else {
                    throw UpgradeProblem(words: "agreed to a stream that was not asked for (Sec-WebSocket-Accept)")
                }
                let value = try prepare(context.channel, response.headers)
                received.moveReaderIndex(to: received.readerIndex + view.distance(from: view.startIndex, to: end))
                promise.succeed(.success(value))
            } else {
                isRefused = true
                let pipeline = context.pipeline.syncOperations
                try pipeline.addHandler(ByteToMessageHandler(HTTPResponseDecoder()))
                try pipeline.addHandler(AnswerCollector(request, promise))
            }
        } catch {
            return fail(error, context)
        }
        if received.readableBytes > 0 {
            context.fireChannelRead(wrapInboundOut(received))
            context.fireChannelReadComplete()
        }
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    /// The decoder of an ordinary answer wants to see the request, which was sent already.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if isRefused { promise?.succeed() } else { context.write(data, promise: promise) }
    }

    /// The head of an agreement.
    private static func response(_ head: String) -> HTTPResponseHead {
        var response = HTTPResponseHead(version: .http1_1, status: .switchingProtocols)
        for line in head.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { response.headers.add(name: String(parts[0]), value: String(parts[1]).trimmed) }
        }
        return response
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error, context) }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(ChannelError.eof)
        context.fireChannelInactive()
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        promise.fail(error)
        context.close(promise: nil)
    }
}

/// Reads an ordinary answer.
private final class AnswerCollector<Value: Sendable>: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let request: HTTPRequestHead
    private let promise: EventLoopPromise<Result<Value, HTTPAnswer.Refusal>>
    private var answer: HTTPAnswer?

    init(_ request: HTTPRequestHead, _ promise: EventLoopPromise<Result<Value, HTTPAnswer.Refusal>>) {
        self.request = request
        self.promise = promise
    }

    func handlerAdded(context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(.head(request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let limit = Transport.maximumFailureBytes
        switch unwrapInboundIn(data) {
        case .head(let head):
            answer = HTTPAnswer(status: Int(head.status.code), headers: head.headers, body: [])
        case .body(let bytes):
            guard let count = answer?.body.count else { return }
            answer?.body += bytes.readableBytesView.prefix(limit - count)
            if count + bytes.readableBytes >= limit { finish() }
        case .end: finish()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { finish(error) }

    func channelInactive(context: ChannelHandlerContext) { finish() }

    func handlerRemoved(context: ChannelHandlerContext) { finish() }

    /// What came before an answer broke says enough.
    private func finish(_ error: any Error = ChannelError.eof) {
        if let answer { promise.succeed(.failure(HTTPAnswer.Refusal(answer: answer))) } else { promise.fail(error) }
    }
}
