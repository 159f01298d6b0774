import ConcurrencyTestSupport
import KubernetesModel
import NIOCore
import NIOPosix
import NIOWebSocket
import Synchronization
import Testing

@testable import KubernetesClient

/// Local ports carried to pods, against a server that speaks WebSocket.
@Suite(.timeLimit(.minutes(20)))
struct LocalForwardTests {
    private static let port: [UInt8] = [0x90, 0x1F]
    private static let place = PodPort(namespace: "shop", pod: "web-0", port: 8080)

    /// What a forward reported.
    private final class Reports: Sendable {
        private let stream: AsyncStream<ForwardEvent>
        private let continuation: AsyncStream<ForwardEvent>.Continuation

        init() { (stream, continuation) = AsyncStream.makeStream() }

        func add(_ event: ForwardEvent) { continuation.yield(event) }

        func next(_ count: Int) async -> [ForwardEvent] {
            var events: [ForwardEvent] = []
            var iterator = stream.makeAsyncIterator()
            while events.count < count, let event = await iterator.next() { events.append(event) }
            return events
        }
    }

    /// Runs a forward to a server that serves each connection.
    private func run(
        target: @escaping LocalForward.Target = { _ in place },
        serve: @escaping @Sendable (StreamPeer) async throws -> Void,
        _ body: (LocalForward, Reports) async throws -> Void
    ) async throws -> [String] {
        try await StreamServer.run(
            protocols: ["v4.channel.k8s.io"],
            serve: { peer in
                try await peer.send([0] + Self.port)
                try await peer.send([1] + Self.port)
                try await serve(peer)
            }
        ) { server in
            let access = ClusterAccess(
                contextName: "test", clusterName: "c", userName: "",
                server: ServerAddress(usesTLS: false, host: "127.0.0.1", port: server.port))
            return try await withClient(access) { client in
                let reports = Reports()
                let forward = try await LocalForward.listen(
                    client: client, host: "127.0.0.1", port: 0, quietAfterAnswer: .seconds(600), target: target,
                    report: { reports.add($0) })
                do {
                    try await body(forward, reports)
                } catch {
                    await forward.close()
                    throw error
                }
                await forward.close()
                return server.seen.map(\.target)
            }
        }
    }

    /// Sends bytes to a port, says that there are no more, and reads the answer to its end.
    private func exchange(_ bytes: [UInt8], port: Int) async throws -> [UInt8] {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: bytes))
            outbound.finish()
            var received: [UInt8] = []
            do {
                for try await piece in inbound { received += piece.readableBytesView }
            } catch is IOError {
                // A forward that does not read what was sent resets the connection.
            }
            return received
        }
    }

    /// Sends back what comes, until there were so many bytes; then ends the connection.
    private static func echo(_ count: Int) -> @Sendable (StreamPeer) async throws -> Void {
        { peer in
            var rest = count
            try await peer.forEachFrame { opcode, bytes in
                guard opcode == .binary else { return }
                try await peer.send(bytes)
                rest -= bytes.count - 1
                // Closed whole, the end would overtake bytes that are not read yet if a ping was on its way.
                if rest <= 0 { try await peer.channel.close(mode: .output) }
            }
        }
    }

    @Test func bytesGoToThePodAndBack() async throws {
        let text = Array("GET / HTTP/1.0\r\n\r\n".utf8)
        let targets = try await run(serve: Self.echo(text.count)) { forward, reports in
            let answer1 = try await exchange(text, port: forward.port)
            #expect(answer1 == text)
            let events = await reports.next(2)
            #expect(events == [.connected(Self.place), .ended(Self.place)])
            var statistics = ForwardStatistics()
            statistics.total = 1
            statistics.bytesIn = UInt64(text.count)
            statistics.bytesOut = UInt64(text.count)
            try await until { forward.statistics.open == 0 }
            #expect(forward.statistics == statistics)
        }
        #expect(targets == ["/api/v1/namespaces/shop/pods/web-0/portforward?ports=8080"])
    }

    @Test func megabytesPassWholeInBothDirections() async throws {
        let bytes = (0..<4 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        _ = try await run(serve: Self.echo(bytes.count)) { forward, _ in
            let answer2 = try await exchange(bytes, port: forward.port)
            #expect(answer2 == bytes)
        }
    }

    /// Says that something is wrong in the first connection, and sends back two bytes in the others.
    private static func failingFirst(_ words: String) -> @Sendable (StreamPeer) async throws -> Void {
        let counter = Counter()
        return { peer in
            guard counter.next() == 0 else { return try await Self.echo(2)(peer) }
            try await peer.send(1, words)
            try await peer.forEachFrame { _, _ in }
        }
    }

    /// Counts connections.
    private final class Counter: Sendable {
        private let count = Mutex(0)

        func next() -> Int {
            count.withLock { count in
                defer { count += 1 }
                return count
            }
        }
    }

    @Test func whatOnePodRefusesAnotherGetsWhole() async throws {
        let words = "dial tcp4 127.0.0.1:8080: connect: connection refused"
        let targets = try await run(
            target: { refused in
                PodPort(namespace: "shop", pod: refused == nil ? "web-0" : "web-1", port: 8080)
            },
            serve: Self.failingFirst(words)
        ) { forward, _ in
            let answer = try await exchange([1, 2], port: forward.port)
            #expect(answer == [1, 2])
            #expect(forward.statistics.failed == 0)
            #expect(forward.statistics.total == 1)
        }
        #expect(targets.count == 2)
        #expect(targets.last == "/api/v1/namespaces/shop/pods/web-1/portforward?ports=8080")
    }

    @Test func whatAPodMayHaveActedOnIsNotSentToAnother() async throws {
        let words = "read tcp4 127.0.0.1:8080: read: connection reset by peer"
        let targets = try await run(serve: Self.failingFirst(words)) { forward, reports in
            let answer = try await exchange([1, 2], port: forward.port)
            #expect(answer == [])
            let events = await reports.next(2)
            #expect(events == [.connected(Self.place), .failed(Self.place, words: words)])
        }
        #expect(targets.count == 1)
    }

    @Test func aConnectionThatFailsDoesNotEndTheForward() async throws {
        let words = "dial tcp4 127.0.0.1:8080: connect: connection refused"
        _ = try await run(
            target: { refused in
                guard refused == nil else { throw CancellationError() }
                return Self.place
            },
            serve: Self.failingFirst(words)
        ) { forward, reports in
            let answer3 = try await exchange([1, 2], port: forward.port)
            #expect(answer3 == [])
            let answer4 = try await exchange([1, 2], port: forward.port)
            #expect(answer4 == [1, 2])
            let events = await reports.next(4)
            #expect(events.contains(.failed(Self.place, words: words)))
            #expect(events.filter { $0 == .ended(Self.place) }.count == 1)
            #expect(forward.statistics.failed == 1)
            #expect(forward.statistics.total == 2)
        }
    }

    @Test func aTargetThatCannotBeFoundIsReported() async throws {
        let failure = APIFailure(.notFound, attempt: "find a pod", detail: "no ready pod")
        _ = try await run(target: { _ in throw failure }, serve: { _ in }) { forward, reports in
            let answer5 = try await exchange([1], port: forward.port)
            #expect(answer5 == [])
            let events = await reports.next(1)
            #expect(events == [.failed(nil, words: "no ready pod")])
        }
    }

    @Test func anAnswerThatComesAfterTheEndOfTheRequestArrivesWhole() async throws {
        _ = try await run(serve: { peer in
            try await peer.forEachFrame { opcode, _ in
                guard opcode == .binary else { return }
                for piece in ["one ", "two ", "three"] { try await peer.send(0, piece) }
                try await peer.channel.close()
            }
        }) { forward, _ in
            let answer6 = try await exchange([1], port: forward.port)
            #expect(answer6 == Array("one two three".utf8))
        }
    }

    @Test func fiftyShortConnectionsInARow() async throws {
        _ = try await run(serve: Self.echo(3)) { forward, _ in
            for _ in 0..<50 {
                let answer = try await exchange([1, 2, 3], port: forward.port)
                #expect(answer == [1, 2, 3])
            }
            #expect(forward.statistics.failed == 0)
            #expect(forward.statistics.total == 50)
        }
    }

    @Test func aPortThatIsTakenIsSaid() async throws {
        _ = try await run(serve: { _ in }) { forward, _ in
            let access = ClusterAccess(
                contextName: "test", clusterName: "c", userName: "",
                server: ServerAddress(usesTLS: false, host: "127.0.0.1", port: 1))
            var failure: APIFailure?
            do {
                try await withClient(access) { client in
                    _ = try await LocalForward.listen(
                        client: client, host: "127.0.0.1", port: forward.port, target: { _ in Self.place },
                        report: { _ in })
                }
            } catch let error as APIFailure {
                failure = error
            }
            #expect(failure?.attempt == "listen on 127.0.0.1:\(forward.port)")
            #expect(
                failure?.detail
                    == "the port is in use by another program; choose another local port, or 0 for any")
        }
    }

    @Test func closingEndsItsConnections() async throws {
        _ = try await run(serve: { peer in try await peer.forEachFrame { _, _ in } }) { forward, reports in
            async let answer = exchange([1], port: forward.port)
            _ = await reports.next(1)
            await forward.close()
            let (rest, events) = (try await answer, await reports.next(1))
            #expect(rest == [])
            #expect(events == [.ended(Self.place)])
            try await until { forward.statistics.open == 0 }
        }
    }
}
