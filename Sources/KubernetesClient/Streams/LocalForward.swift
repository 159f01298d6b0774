import Glibc
import KubernetesModel
import NIOCore
import NIOPosix
import Synchronization

/// A port of a pod.
public struct PodPort: Sendable, Hashable {
    /// The pod's namespace.
    public var namespace: String
    /// The pod's name.
    public var pod: String
    /// 1...65535.
    public var port: Int

    /// A port of a pod.
    public init(namespace: String, pod: String, port: Int) {
        self.namespace = namespace
        self.pod = pod
        self.port = port
    }
}

/// What happens to the connections of a forward.
public enum ForwardEvent: Sendable, Equatable {
    /// A connection reached the pod.
    case connected(PodPort)
    /// A connection failed: before it reached a pod (`nil`), or later.
    case failed(PodPort?, words: String)
    /// A connection ended as it should.
    case ended(PodPort)
}

/// What a forward has carried.
public struct ForwardStatistics: Sendable, Equatable {
    /// Connections that are open now.
    public var open = 0
    /// Connections since it began, with those that failed.
    public var total = 0
    /// Connections that failed.
    public var failed = 0
    /// Bytes from the pod.
    public var bytesIn: UInt64 = 0
    /// Bytes to the pod.
    public var bytesOut: UInt64 = 0

    /// Nothing carried yet.
    public init() {}
}

/// A local port whose connections are carried to ports of pods, one WebSocket for each.
///
/// One connection that fails does not end it.
public final class LocalForward: Sendable {
    /// Says where a connection goes; when a port refused it, again with that port, and throws when there is no other.
    public typealias Target = @Sendable (_ refused: PodPort?) async throws -> PodPort

    /// A port that took nothing of a connection, and why.
    private struct Refusal {
        var place: PodPort
        var words: String
    }

    /// Ports that one connection is offered to.
    private static let mostAttempts = 5

    private struct State {
        var statistics = ForwardStatistics()
        var work: [ObjectIdentifier: Task<Void, Never>] = [:]
        var connections: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    /// The address that it listens on.
    public let host: String
    /// The port that it listens on.
    public let port: Int

    private let client: KubernetesClient
    private let quietAfterAnswer: Duration
    private let target: Target
    private let report: @Sendable (ForwardEvent) -> Void
    private let listener: any Channel
    private let state: Mutex<State>

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - client: Stays open as long as the forward.
    ///   - host: A local address, such as `127.0.0.1`.
    ///   - port: 0 for any that is free.
    ///   - quietAfterAnswer: How long to wait for more of an answer once a connection's local side has sent all: the pod
    ///     cannot be told that.
    ///   - target: Is asked for each connection, which waits for the answer; what it throws at first is reported as the
    ///     failure.
    ///   - report: Is told what happens, on any thread; must not block.
    /// - Returns: The forward, until `close()`.
    /// - Throws: `APIFailure` when the port is taken or may not be used.
    public static func listen(
        client: KubernetesClient, host: String, port: Int, quietAfterAnswer: Duration = .seconds(5),
        target: @escaping Target, report: @escaping @Sendable (ForwardEvent) -> Void
    ) async throws -> LocalForward {
        // Connections that come before the forward exists wait for it.
        let shared = AcceptQueue()
        let listener: any Channel
        do {
            listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .serverChannelOption(.backlog, value: 256)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.autoRead, value: false)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(LocalSide())
                        shared.take(channel)
                    }
                }
                .bind(host: host, port: port).get()
        } catch {
            throw APIFailure(.configuration, attempt: "listen on \(host):\(port)", detail: Self.words(error))
        }
        let forward = LocalForward(
            client, listener, host: host, port: listener.localAddress?.port ?? port, quietAfterAnswer, target,
            report)
        shared.serve { [weak forward] channel in
            if let forward { forward.accept(channel) } else { channel.close(promise: nil) }
        }
        return forward
    }

    private init(
        _ client: KubernetesClient, _ listener: any Channel, host: String, port: Int, _ quietAfterAnswer: Duration,
        _ target: @escaping Target, _ report: @escaping @Sendable (ForwardEvent) -> Void
    ) {
        self.quietAfterAnswer = quietAfterAnswer
        self.client = client
        self.listener = listener
        self.host = host
        self.port = port
        self.target = target
        self.report = report
        state = Mutex(State())
    }

    private static func words(_ error: any Error) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        switch error.errnoCode {
        case EADDRINUSE: return "the port is in use by another program; choose another local port, or 0 for any"
        case EACCES: return "this user may not listen on it; choose a local port above 1023"
        case EADDRNOTAVAIL: return "this machine does not have the address"
        default: return strerror(error.errnoCode).map { String(cString: $0) } ?? "error \(error.errnoCode)"
        }
    }

    /// What it has carried so far.
    public var statistics: ForwardStatistics { state.withLock(\.statistics) }

    /// Listens no more and ends every connection.
    public func close() async {
        let (work, connections) = state.withLock { state in
            state.isClosed = true
            return (Array(state.work.values), Array(state.connections.values))
        }
        for task in work { task.cancel() }
        for channel in connections { channel.close(promise: nil) }
        // Fails only when it was closed before, which is as good.
        try? await listener.close()
        for task in work { await task.value }
    }

    // MARK: Connections

    private func accept(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        state.withLock { state in
            guard !state.isClosed else { return channel.close(promise: nil) }
            state.statistics.open += 1
            state.statistics.total += 1
            state.connections[id] = channel
            state.work[id] = Task { await self.connect(channel, id, []) }
        }
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { state in
                guard state.connections.removeValue(forKey: id) != nil else { return }
                state.statistics.open -= 1
                state.work.removeValue(forKey: id)?.cancel()
            }
        }
    }

    /// Takes a connection to a pod; what flows then is passed on by the channels themselves.
    private func connect(_ channel: any Channel, _ id: ObjectIdentifier, _ refusals: [Refusal]) async {
        var refusals = refusals
        var isConnected = false
        while !isConnected, !Task.isCancelled {
            var place: PodPort?
            do {
                let target = try await target(refusals.last?.place)
                place = target
                let before = refusals
                try await client.connect(
                    channel, to: target, reached: { [self] in report(.connected(target)) }, carrying: carry,
                    quietAfterAnswer: quietAfterAnswer
                ) { [self] end in
                    switch end {
                    case .finished: report(.ended(target))
                    case .failed(let words): fail(target, words)
                    case .refused(let words):
                        offerAgain(channel, id, before + [Refusal(place: target, words: words)])
                    }
                }
                isConnected = true
            } catch {
                let words = (error as? APIFailure)?.detail ?? "\(error)"
                if let place { refusals.append(Refusal(place: place, words: words)) }
                if place == nil || refusals.count >= Self.mostAttempts {
                    // First: the end of the connection cancels this task.
                    if !Task.isCancelled { fail(refusals.last?.place, refusals.last?.words ?? words) }
                    channel.close(promise: nil)
                    break
                }
            }
        }
        // Another attempt may have begun meanwhile: it is not ours to forget.
        if !isConnected { state.withLock { _ = $0.work.removeValue(forKey: id) } }
    }

    /// Takes a connection of which nothing arrived elsewhere.
    private func offerAgain(_ channel: any Channel, _ id: ObjectIdentifier, _ refusals: [Refusal]) {
        let isOffered = state.withLock { state in
            guard refusals.count < Self.mostAttempts, !state.isClosed, state.connections[id] != nil else {
                return false
            }
            state.work[id] = Task { await self.connect(channel, id, refusals) }
            return true
        }
        guard !isOffered else { return }
        channel.close(promise: nil)
        if let last = refusals.last { fail(last.place, last.words) }
    }

    private func fail(_ place: PodPort?, _ words: String) {
        state.withLock { $0.statistics.failed += 1 }
        report(.failed(place, words: words))
    }

    private var carry: @Sendable (Int, Int) -> Void {
        { [self] bytesIn, bytesOut in
            state.withLock {
                $0.statistics.bytesIn &+= UInt64(bytesIn)
                $0.statistics.bytesOut &+= UInt64(bytesOut)
            }
        }
    }
}

/// Keeps connections that come before there is somebody to serve them.
private final class AcceptQueue: Sendable {
    private struct State {
        var waiting: [any Channel] = []
        var serve: (@Sendable (any Channel) -> Void)?
    }

    private let state = Mutex(State())

    func take(_ channel: any Channel) {
        let serve = state.withLock { state in
            if state.serve == nil { state.waiting.append(channel) }
            return state.serve
        }
        serve?(channel)
    }

    func serve(_ body: @escaping @Sendable (any Channel) -> Void) {
        let waiting = state.withLock { state in
            defer { state.waiting = [] }
            state.serve = body
            return state.waiting
        }
        waiting.forEach(body)
    }
}
