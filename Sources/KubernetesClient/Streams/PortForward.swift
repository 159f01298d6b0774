import KubernetesModel
import NIOCore
import NIOPosix

extension KubernetesClient {
    /// Carries what comes on a local connection to a port of a pod, and back, until one side ends it.
    ///
    /// - Parameters:
    ///   - local: A connection from which nothing is read yet.
    ///   - target: The port.
    ///   - reached: Is told that the pod is reached, before anything is carried.
    ///   - carrying: Is told the bytes from and to the pod.
    ///   - quietAfterAnswer: How long, once the local side has sent all, to wait for more of an answer.
    ///   - ended: Is told the end, once; after `.refused` the local connection is open, and nothing of it is lost.
    /// - Throws: `APIFailure` with the server's words when it refuses, `CancellationError`; nothing of the local
    ///   connection is lost then.
    func connect(
        _ local: any Channel, to target: PodPort, reached: @escaping @Sendable () -> Void,
        carrying: @escaping @Sendable (Int, Int) -> Void, quietAfterAnswer: Duration,
        ended: @escaping @Sendable (ForwardEnd) -> Void
    ) async throws {
        try await transport.openWebSocket(target.request, protocols: [StreamChannel.v4], on: local.eventLoop) {
            channel, _ in
            let link = ForwardLink(carrying: carrying, ended: ended)
            let side = try local.pipeline.syncOperations.handler(type: LocalSide.self)
            try channel.pipeline.syncOperations.addHandlers(
                PortBytes(), PodSide(local, side, link, quietAfterAnswer: quietAfterAnswer))
            reached()
            side.join(channel, link)
            local.setOption(.autoRead, value: true).whenFailure { _ in channel.close(promise: nil) }
        }
    }
}

/// How a carried connection ended.
enum ForwardEnd: Sendable, Equatable {
    case finished
    case failed(String)
    /// Nothing reached what was to answer.
    case refused(String)
}

/// What the two sides of a carried connection share; on one event loop.
private final class ForwardLink {
    private let carrying: @Sendable (Int, Int) -> Void
    private var ended: (@Sendable (ForwardEnd) -> Void)?
    /// The local side has sent all that it will.
    var localHasEnded = false
    /// The pod has sent something since the local side last did.
    var hasAnswer = false
    /// What the server said is wrong.
    var problem: PortProblem?

    init(carrying: @escaping @Sendable (Int, Int) -> Void, ended: @escaping @Sendable (ForwardEnd) -> Void) {
        self.carrying = carrying
        self.ended = ended
    }

    func carry(bytesIn: Int = 0, bytesOut: Int = 0) { carrying(bytesIn, bytesOut) }

    func end() { end(problem.map { .failed($0.words) } ?? .finished) }

    func end(_ end: ForwardEnd) {
        ended?(end)
        ended = nil
    }
}

/// The local connection of a forward: what it sends goes to the pod, no faster than that takes it.
///
/// It is there from the beginning: a program that ends its side at once is read before the pod is reached.
final class LocalSide: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var peer: (any Channel)?
    private var link: ForwardLink?
    /// What came before the pod was reached.
    private var early: [ByteBuffer] = []
    /// What was passed on, for as long as it may have to be passed to another pod; `nil` when it is too much, or answered.
    private var passed: [ByteBuffer]? = []
    private var passedBytes = 0
    private var hasEnded = false
    private var isGone = false

    private static let mostKept = 65536

    /// The pod is reached.
    fileprivate func join(_ peer: any Channel, _ link: ForwardLink) {
        self.peer = peer
        self.link = link
        for bytes in early { pass(bytes, to: peer, link) }
        early = []
        peer.flush()
        if hasEnded { end() }
        if isGone { leave() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard let peer, let link else { return early.append(bytes) }
        pass(bytes, to: peer, link)
    }

    private func pass(_ bytes: ByteBuffer, to peer: any Channel, _ link: ForwardLink) {
        link.hasAnswer = false
        passedBytes += bytes.readableBytes
        if passedBytes <= Self.mostKept { passed?.append(bytes) } else { passed = nil }
        link.carry(bytesOut: bytes.readableBytes)
        peer.write(bytes, promise: nil)
    }

    /// The pod answers: what it was sent is not for another one.
    fileprivate func hasAnswer() { passed = nil }

    /// The pod took nothing of what was sent.
    ///
    /// - Returns: Whether another one can have it all.
    fileprivate func unjoin() -> Bool {
        guard !isGone, let passed else { return false }
        early = passed
        self.passed = []
        passedBytes = 0
        (peer, link) = (nil, nil)
        return true
    }

    func channelReadComplete(context: ChannelHandlerContext) { peer?.flush() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        peer?.setOption(.autoRead, value: context.channel.isWritable).whenFailure { _ in }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { end() }
        context.fireUserInboundEventTriggered(event)
    }

    private func end() {
        hasEnded = true
        link?.localHasEnded = true
        peer?.pipeline.fireUserInboundEventTriggered(LocalHasEnded())
    }

    func channelInactive(context: ChannelHandlerContext) { leave() }

    private func leave() {
        isGone = true
        peer?.close(promise: nil)
        link?.end()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

private struct LocalHasEnded {}

/// The WebSocket of a forward.
///
/// The protocol cannot tell the pod that the local side has sent all. A local program that only waits for the rest of an
/// answer cannot be told from one that is gone, so the connection ends a little after the answer does.
private final class PodSide: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    /// How long to wait for an answer that has not begun.
    private static let quietBeforeAnswer = TimeAmount.seconds(60)

    /// How long to wait for more of one that has.
    private let quietAfterAnswer: TimeAmount
    private let peer: any Channel
    private let local: LocalSide
    private let link: ForwardLink
    private var timer: Scheduled<Void>?

    init(_ peer: any Channel, _ local: LocalSide, _ link: ForwardLink, quietAfterAnswer: Duration) {
        self.quietAfterAnswer = TimeAmount(quietAfterAnswer)
        self.peer = peer
        self.local = local
        self.link = link
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        link.hasAnswer = true
        local.hasAnswer()
        link.carry(bytesIn: bytes.readableBytes)
        peer.write(bytes, promise: nil)
        if link.localHasEnded { waitForRest(context) }
    }

    func channelReadComplete(context: ChannelHandlerContext) { peer.flush() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        peer.setOption(.autoRead, value: context.channel.isWritable).whenFailure { _ in }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is LocalHasEnded { waitForRest(context) } else { context.fireUserInboundEventTriggered(event) }
    }

    private func waitForRest(_ context: ChannelHandlerContext) {
        timer?.cancel()
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: link.hasAnswer ? quietAfterAnswer : Self.quietBeforeAnswer) {
            channel.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        let peer = peer
        if let problem = link.problem, problem.isRefusal, local.unjoin() {
            peer.setOption(.autoRead, value: false).whenFailure { _ in }
            return link.end(.refused(problem.words))
        }
        peer.writeAndFlush(ByteBuffer()).whenComplete { _ in peer.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case let problem as PortProblem: link.problem = problem
        case let lost as PeerLost:
            link.problem = PortProblem(words: "the server has not answered for \(lost.seconds) s")
        default: break
        }
        context.close(promise: nil)
    }
}
