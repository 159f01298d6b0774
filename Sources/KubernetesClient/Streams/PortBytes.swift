import KubernetesModel
import NIOCore

extension PodPort {
    var request: APIRequest {
        APIRequest(
            attempt: "forward to port \(port) of \(pod) in \(namespace)",
            path: ["api", "v1", "namespaces", namespace, "pods", pod, "portforward"], query: [("ports", "\(port)")],
            accept: .anything, allowsCompression: false)
    }
}

/// What the server says is wrong with a port, such as that nobody listens.
struct PortProblem: Error {
    var words: String

    /// Whether nobody took the connection, so that nothing of it can have been acted on: nobody listens, or the container or
    /// its network is gone.
    ///
    /// The words are those of the container runtimes.
    var isRefusal: Bool {
        let words = words.lowercased()
        return ["connection refused", "failed to dial", "failed to find sandbox", "no such container", "not running"]
            .contains { words.contains($0) }
    }
}

/// Makes bytes of the messages of a forwarded port, and messages of bytes: channel 0 is what the pod sends, channel 1 what
/// went wrong, and each begins with the port's number.
final class PortBytes: ChannelDuplexHandler {
    typealias InboundIn = WebSocketPiece
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let data: UInt8 = 0
    private static let error: UInt8 = 1
    private static let problemLimit = 4096

    private var channel: UInt8?
    /// Bytes of the port's number that have not come yet, by channel.
    private var portBytes = [2, 2]
    private var problem: [UInt8] = []

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .data(let isFirst, let isLast, var bytes):
            if isFirst { channel = nil }
            if channel == nil { channel = bytes.readInteger() }
            receive(bytes, context)
            if isLast { channel = nil }
        case .closed(let code, let words):
            if code != 1000, !words.isEmpty { context.fireErrorCaught(PortProblem(words: words)) }
        }
    }

    private func receive(_ bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        guard let channel, channel <= Self.error else { return }
        var bytes = bytes
        let skipped = min(portBytes[Int(channel)], bytes.readableBytes)
        portBytes[Int(channel)] -= skipped
        bytes.moveReaderIndex(forwardBy: skipped)
        guard bytes.readableBytes > 0 else { return }
        if channel == Self.data {
            if problem.isEmpty { context.fireChannelRead(wrapInboundOut(bytes)) }
            return
        }
        problem += bytes.readableBytesView.prefix(Self.problemLimit - problem.count)
        // Nothing more comes of this connection, though the server may leave it open.
        context.fireErrorCaught(PortProblem(words: String(decoding: problem, as: UTF8.self)))
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let bytes = unwrapOutboundIn(data)
        var message = context.channel.allocator.buffer(capacity: bytes.readableBytes + 15)
        // Room for the header of the frame in front.
        message.moveWriterIndex(to: 14)
        message.moveReaderIndex(to: 14)
        message.writeInteger(Self.data)
        message.writeImmutableBuffer(bytes)
        context.write(wrapOutboundOut(message), promise: promise)
    }
}
