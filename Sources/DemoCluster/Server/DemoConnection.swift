import NIOCore
import NIOHTTP1

/// One connection of a client: reads requests, writes answers and the lines of watches.
final class DemoConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let server: DemoServer
    private var head: HTTPRequestHead?
    private var watchID: Int?
    private var timeout: Scheduled<Void>?

    init(server: DemoServer) { self.server = server }

    func channelActive(context: ChannelHandlerContext) {
        server.opened(context.channel)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        endWatch()
        server.closed(context.channel)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): self.head = head
        case .body: break
        case .end:
            guard let head else { return }
            self.head = nil
            answer(head, context)
        }
    }

    private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let request = DemoRequest(
            method: head.method.rawValue, target: head.uri,
            accept: head.headers[canonicalForm: "accept"].joined(separator: ","),
            authorization: head.headers.first(name: "authorization") ?? "")
        let reply = server.reply(to: request, on: context.channel)
        var headers = HTTPHeaders([("Cache-Control", "no-cache, private"), ("Date", reply.date)])
        switch reply.answer {
        case .whole(let status, let contentType, let body):
            headers.add(name: "Content-Type", value: contentType)
            headers.add(name: "Content-Length", value: String(body.count))
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
        }
        if !head.isKeepAlive, watchID == nil { context.close(promise: nil) }
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

    private func endWatch() {
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
