import KubernetesModel
import NIOCore
import NIOWebSocket

/// What a WebSocket brings.
enum WebSocketPiece: Sendable, Equatable {
    /// Bytes of a message: whether they begin it, and whether they end it.
    case data(isFirst: Bool, isLast: Bool, ByteBuffer)
    /// The other side ends it, with a code of RFC 6455 and its words.
    case closed(code: UInt16, words: String)
}

/// The other side has been silent for too long.
struct PeerLost: Error {
    var seconds: Int64
}

/// Answers what is between frames and messages: pings, the end, a peer that is gone; what is written becomes masked frames.
///
/// A ping goes out every few seconds: proxies cut silent connections, and a peer that answers nothing is gone. While nobody
/// reads, because the reader has enough, silence says nothing.
final class WebSocketControl: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = WebSocketPiece
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = WebSocketFrame

    /// kubectl pings as often.
    static let pingInterval = TimeAmount.seconds(5)
    /// Silent pings until the peer counts as gone: kubectl waits a minute too.
    static let patience = 12

    private let interval: TimeAmount
    private var pings: RepeatedTask?
    private var silentPings = 0
    private var isReading = false
    private var isInMessage = false
    private var hasClosed = false
    /// Frames that still come are not listened to.
    private var isOver = false

    init(pingInterval: TimeAmount = pingInterval) { interval = pingInterval }

    func handlerAdded(context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        pings = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            let (handler, context) = bound.value
            handler.ping(context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { pings?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        pings?.cancel()
        context.fireChannelInactive()
    }

    private func ping(_ context: ChannelHandlerContext) {
        guard !hasClosed else { return }
        if isReading {
            silentPings += 1
            if silentPings > Self.patience {
                pings?.cancel()
                context.fireErrorCaught(PeerLost(seconds: interval.nanoseconds * Int64(Self.patience) / 1_000_000_000))
                context.close(promise: nil)
                return
            }
        }
        send(.ping, ByteBuffer(), context)
    }

    func read(context: ChannelHandlerContext) {
        if !isReading { silentPings = 0 }
        isReading = true
        context.read()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        isReading = false
        context.fireChannelReadComplete()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOver else { return }
        let frame = unwrapInboundIn(data)
        silentPings = 0
        switch frame.opcode {
        case .binary, .text, .continuation:
            let isFirst = frame.opcode != .continuation
            guard isFirst != isInMessage else { return fail(context, .protocolError) }
            isInMessage = !frame.fin
            context.fireChannelRead(
                wrapInboundOut(.data(isFirst: isFirst, isLast: frame.fin, frame.unmaskedData)))
        case .ping: send(.pong, frame.unmaskedData, context)
        case .connectionClose:
            isOver = true
            var bytes = frame.unmaskedData
            let code = bytes.readInteger(as: UInt16.self) ?? 1005
            context.fireChannelRead(wrapInboundOut(.closed(code: code, words: String(buffer: bytes))))
            sendClose(.normalClosure, context)
            context.close(promise: nil)
        default: break
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let frame = WebSocketFrame(fin: true, opcode: .binary, maskKey: .random(), data: unwrapOutboundIn(data))
        context.write(wrapOutboundOut(frame), promise: promise)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .all { sendClose(.normalClosure, context) }
        context.close(mode: mode, promise: promise)
    }

    private func fail(_ context: ChannelHandlerContext, _ code: WebSocketErrorCode) {
        isOver = true
        sendClose(code, context)
        context.fireErrorCaught(UpgradeProblem(words: "sent frames in a wrong order"))
        context.close(promise: nil)
    }

    private func sendClose(_ code: WebSocketErrorCode, _ context: ChannelHandlerContext) {
        guard !hasClosed, context.channel.isActive else { return }
        var bytes = ByteBuffer()
        bytes.write(webSocketErrorCode: code)
        send(.connectionClose, bytes, context)
        hasClosed = true
    }

    private func send(_ opcode: WebSocketOpcode, _ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        let frame = WebSocketFrame(fin: true, opcode: opcode, maskKey: .random(), data: bytes)
        context.writeAndFlush(wrapOutboundOut(frame), promise: nil)
    }
}
