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
    /// How long a connection is kept on which no request comes, or its rest.
    private static let idleTime = TimeAmount.minutes(10)
    private static let maximumFillerBytes = 16 << 20

    private let server: DemoServer
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    private var watchID: Int?
    private var pieces: DemoPieces?
    /// Whether the watch has to catch up, which it learns behind all that was sent to it before.
    private var isBehind = false
    private var isTooLarge = false
    private var closesAfterAnswer = false
    private var idle: Scheduled<Void>?
    private var timeout: Scheduled<Void>?
    private var log: DemoLogStream?
    private var logTimer: Scheduled<Void>?

    init(server: DemoServer) { self.server = server }

    func channelActive(context: ChannelHandlerContext) {
        server.opened(context.channel)
        awaitRequest(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        endAnswer()
        idle?.cancel()
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
            isTooLarge = false
            awaitRequest(context)
        case .body(let buffer):
            awaitRequest(context)
            if body.count + buffer.readableBytes > Self.maximumBodyBytes {
                isTooLarge = true
                body = []
            }
            if !isTooLarge { body += buffer.readableBytesView }
        case .end:
            idle?.cancel()
            guard let head else { return }
            self.head = nil
            closesAfterAnswer = !head.isKeepAlive
            answer(head, context)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        sendMore(context)
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case let event as DemoServer.WatchIsBehind where event.id == watchID:
            isBehind = true
            sendMore(context)
        case let event as DemoServer.WatchLines where event.id == watchID:
            for line in event.lines { write(.body(.byteBuffer(line)), context) }
            context.flush()
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    func handlerRemoved(context: ChannelHandlerContext) { idle?.cancel() }

    private func awaitRequest(_ context: ChannelHandlerContext) {
        idle?.cancel()
        idle = context.eventLoop.assumeIsolated().scheduleTask(in: Self.idleTime) { context.close(promise: nil) }
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        var request = DemoRequest(head)
        request.body = body
        request.isTooLarge = isTooLarge
        body = []
        let reply = server.reply(to: request, on: context.channel)
        var headers = HTTPHeaders([("Cache-Control", "no-cache, private"), ("Date", reply.date)])
        switch reply.answer {
        case .whole(let status, let contentType, let body, let warnings):
            for warning in warnings { headers.add(name: "Warning", value: "299 - \(Self.quoted(warning))") }
            if status != 204 {
                headers.add(name: "Content-Type", value: contentType)
                headers.add(name: "Content-Length", value: String(body.count))
            }
            write(
                .head(HTTPResponseHead(version: .http1_1, status: .init(statusCode: status), headers: headers)), context
            )
            if head.method != .HEAD { write(body, context) }
            finish(context)
        case .list(var list, let warnings):
            for warning in warnings { headers.add(name: "Warning", value: "299 - \(Self.quoted(warning))") }
            headers.add(name: "Content-Type", value: "application/json")
            let first = list.piece() ?? []
            let second = list.piece()
            if second == nil {
                headers.add(name: "Content-Length", value: String(first.count))
            } else {
                headers.add(name: "Transfer-Encoding", value: "chunked")
            }
            write(.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)), context)
            guard head.method != .HEAD else { return finish(context) }
            write(first, context)
            guard let second else { return finish(context) }
            write(second, context)
            context.flush()
            pieces = list
            sendMoreSoon(context)
        case .watch(let watch):
            headers.add(name: "Content-Type", value: "application/json")
            headers.add(name: "Transfer-Encoding", value: "chunked")
            write(.head(HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)), context)
            if !watch.initial.isEmpty { write(Array(watch.initial.joined()), context) }
            context.flush()
            pieces = watch.pieces
            begin(watch, reply.watchID, context)
            isBehind = watch.pieces != nil || watch.missed != nil
            if isBehind { sendMoreSoon(context) }
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
    }

    /// Ends an answer; the connection waits for the next request.
    private func finish(_ context: ChannelHandlerContext) {
        endAnswer()
        let isLast = closesAfterAnswer
        let promise = isLast ? context.eventLoop.makePromise(of: Void.self) : nil
        let loopBound = NIOLoopBound(context, eventLoop: context.eventLoop)
        promise?.futureResult.whenComplete { _ in loopBound.value.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
        if !isLast { awaitRequest(context) }
    }

    /// Lets other connections have their turn first.
    private func sendMoreSoon(_ context: ChannelHandlerContext) {
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.execute { loopBound.value.0.sendMore(loopBound.value.1) }
    }

    /// Sends the next piece of a list, or what a watch missed, when the client has read enough.
    private func sendMore(_ context: ChannelHandlerContext) {
        guard context.channel.isActive, context.channel.isWritable else { return }
        if pieces != nil {
            if let piece = pieces?.piece() {
                write(piece, context)
                context.flush()
                return sendMoreSoon(context)
            }
            pieces = nil
            guard watchID != nil else { return finish(context) }
        }
        guard let watchID, isBehind else { return }
        switch server.catchUp(watchID) {
        case .events(let bytes):
            if !bytes.isEmpty { write(bytes, context) }
            context.flush()
            sendMoreSoon(context)
        case .done: isBehind = false
        case .expired: context.close(promise: nil)
        }
    }

    private func begin(_ watch: DemoWatch, _ id: Int?, _ context: ChannelHandlerContext) {
        watchID = id
        timeout = context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(Int64(watch.timeoutSeconds))) {
            guard let id, self.server.removeWatch(id) else { return }
            self.finish(context)
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
            self.finish(context)
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
        guard !chunk.isLast else { return finish(context) }
        follow(stream, context)
        context.flush()
    }

    private func endAnswer() {
        pieces = nil
        isBehind = false
        logTimer?.cancel()
        logTimer = nil
        log = nil
        timeout?.cancel()
        timeout = nil
        if let watchID { server.removeWatch(watchID) }
        watchID = nil
    }

    /// A text as a quoted string of a header.
    static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { quoted.unicodeScalars.append("\\") }
            quoted.unicodeScalars.append(scalar.value < 0x20 || scalar.value == 0x7F ? " " : scalar)
        }
        return quoted + "\""
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
