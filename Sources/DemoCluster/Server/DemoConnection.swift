import NIOCore
import NIOHTTP1
import NIOWebSocket

/// One connection of a client: reads requests, writes answers, the lines of watches and logs.
final class DemoConnection: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// How often a log that is followed is looked at.
    private static let logInterval = TimeAmount.milliseconds(100)

    /// As a real API server takes.
    private static let maximumBodyBytes = 3 << 20
    private static let maximumFillerBytes = 16 << 20

    private let server: DemoServer
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var watchID: Int?
    private var timeout: Scheduled<Void>?
    private var log: DemoLogStream?
    private var logTimer: Scheduled<Void>?

    init(server: DemoServer) { self.server = server }

    func channelActive(context: ChannelHandlerContext) {
        server.opened(context.channel)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        endWatch()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A stream that is refused is answered like any request.
        guard !(error is NIOWebSocketUpgradeError) else { return }
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
        case .body(let buffer):
            body += buffer.readableBytesView
            if body.count > Self.maximumBodyBytes { context.close(promise: nil) }
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context)
        }
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        var request = DemoRequest(head)
        request.body = body
        body = []
        let reply = server.reply(to: request, on: context.channel)
        var headers = HTTPHeaders([("Cache-Control", "no-cache, private"), ("Date", reply.date)])
        switch reply.answer {
        case .whole(let status, let contentType, let body):
            if status != 204 {
                headers.add(name: "Content-Type", value: contentType)
                headers.add(name: "Content-Length", value: String(body.count))
            }
            write(
                .head(HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)), context
            )
            if head.method != .HEAD { write(body, context) }
            write(.end(nil), context)
            context.flush()
        case .watch(let watch):
            headers.add(name: "Content-Type", value: "application/json")
            headers.add(name: "Transfer-Encoding", value: "chunked")
            write(.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)), context)
            if !watch.initial.isEmpty { write(Array(watch.initial.joined()), context) }
            context.flush()
            begin(watch, reply.watchID, context)
        case .proxied(let response):
            headers.add(name: "Content-Type", value: response.contentType)
            send(response, isHead: head.method == .HEAD, headers, context)
        case .log(let stream):
            headers.add(name: "Content-Type", value: "text/plain")
            headers.add(name: "Transfer-Encoding", value: "chunked")
            write(.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)), context)
            if !stream.initial.bytes.isEmpty { write(stream.initial.bytes, context) }
            context.flush()
            follow(stream, context)
        }
        if !head.isKeepAlive, watchID == nil, log == nil { context.close(promise: nil) }
    }

    private func begin(_ watch: DemoWatch, _ id: Int?, _ context: ChannelHandlerContext) {
        watchID = id
        timeout = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(Int64(watch.timeoutSeconds))) {
            guard let id, self.server.removeWatch(id) else { return }
            self.watchID = nil
            self.write(.end(nil), context)
            context.flush()
        }
    }

    /// Sends what a program answered, when it is time.
    private func send(
        _ response: PlainResponse, isHead: Bool, _ headers: HTTPHeaders, _ context: ChannelHandlerContext
    ) {
        var headers = headers
        let filler = [UInt8](repeating: UInt8(ascii: "."), count: min(response.filler, Self.maximumFillerBytes))
        headers.add(name: "Content-Length", value: String(response.body.count + filler.count))
        let head = HTTPResponseHead(
            version: .http1_1, status: .init(statusCode: response.status), headers: headers)
        func write() {
            self.write(.head(head), context)
            if !isHead { self.write(response.body + filler, context) }
            self.write(.end(nil), context)
            context.flush()
        }
        guard response.delay > 0 else { return write() }
        _ = context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(response.delay))) {
            if context.channel.isActive { write() }
        }
    }

    /// Sends what a log gets, as fast as the client reads.
    private func follow(_ stream: DemoLogStream, _ context: ChannelHandlerContext) {
        log = stream
        logTimer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.logInterval) {
            guard let log = self.log else { return }
            self.proceed(log, context)
        }
    }

    private func proceed(_ stream: DemoLogStream, _ context: ChannelHandlerContext) {
        guard context.channel.isWritable else { return follow(stream, context) }
        var stream = stream
        let chunk = server.nextLog(&stream)
        if !chunk.bytes.isEmpty { write(chunk.bytes, context) }
        if chunk.isLast {
            endWatch()
            write(.end(nil), context)
        } else {
            follow(stream, context)
        }
        context.flush()
    }

    private func endWatch() {
        logTimer?.cancel()
        logTimer = nil
        log = nil
        timeout?.cancel()
        timeout = nil
        if let watchID { server.removeWatch(watchID) }
        watchID = nil
    }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        write(.body(.byteBuffer(context.channel.allocator.buffer(bytes: bytes))), context)
    }

    private func write(_ part: HTTPServerResponsePart, _ context: ChannelHandlerContext) {
        context.write(wrapOutboundOut(part), promise: nil)
    }
}

extension DemoRequest {
    /// A request without its body.
    init(_ head: HTTPRequestHead) {
        self.init(
            method: head.method.rawValue, target: head.uri,
            accept: head.headers[canonicalForm: "accept"].joined(separator: ","),
            authorization: head.headers.first(name: "authorization") ?? "")
        contentType = String((head.headers.first(name: "content-type") ?? "").prefix { $0 != ";" })
        protocols = head.headers[canonicalForm: "sec-websocket-protocol"].map(String.init)
        headers = head.headers.map { ($0.name, $0.value) }.filter { $0.0.lowercased() != "authorization" }
    }
}
