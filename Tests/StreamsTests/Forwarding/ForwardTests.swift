import ConcurrencyTestSupport
import KubernetesClient
import KubernetesModel
import Streams
import Synchronization
import Testing

/// News for whoever follows last; what comes before anybody follows waits.
private final class Feed: Sendable {
    private let state = Mutex<(early: [ScriptedCluster.News], open: AsyncStream<ScriptedCluster.News>.Continuation?)>(
        ([], nil))

    func yield(_ news: ScriptedCluster.News) {
        state.withLock { state in
            if let open = state.open { open.yield(news) } else { state.early.append(news) }
        }
    }

    func open() -> AsyncStream<ScriptedCluster.News> {
        let (stream, continuation) = AsyncStream.makeStream(of: ScriptedCluster.News.self)
        state.withLock { state in
            for news in state.early { continuation.yield(news) }
            state = ([], continuation)
        }
        return stream
    }
}

/// A cluster that says what the test says, and listeners that only exist by name.
private final class ScriptedCluster: ForwardCluster {
    struct Listener: ForwardListener {
        var port: Int
        var statistics: ForwardStatistics { ForwardStatistics() }
        var cluster: ScriptedCluster
        func close() async { cluster.state.withLock { $0.closed += 1 } }
    }

    typealias News = Result<[any StoredObject], APIFailure>

    func refusal(in namespace: String) async -> String? { namespace == "forbidden" ? "you may not" : nil }

    struct State {
        var target: @Sendable (PodPort?) async throws -> PodPort = { _ in throw CancellationError() }
        var events: @Sendable (ForwardEvent) -> Void = { _ in }
        var opened: [String] = []
        var closed = 0
        var selectors: [Followed] = []
    }

    let state = Mutex(State())
    let target = Feed()
    let pods = Feed()
    let taken: Set<String>

    init(taken: Set<String> = []) {
        self.taken = taken
    }

    func follow(_ followed: Followed, receive: @Sendable (News) async -> Void) async {
        state.withLock { $0.selectors.append(followed) }
        for await news in (followed.kind == Pod.kind ? pods : target).open() { await receive(news) }
    }

    func listen(
        host: String, port: Int, target: @escaping @Sendable (PodPort?) async throws -> PodPort,
        events: @escaping @Sendable (ForwardEvent) -> Void
    ) async throws -> any ForwardListener {
        if taken.contains(host) { throw APIFailure(.configuration, attempt: "listen on \(host)", detail: "in use") }
        state.withLock { state in
            state.target = target
            state.events = events
            state.opened.append("\(host):\(port)")
        }
        return Listener(port: port == 0 ? 40000 : port, cluster: self)
    }

    func destination(refused: PodPort? = nil) async throws -> PodPort {
        try await state.withLock { $0.target }(refused)
    }
}

@Suite(.timeLimit(.minutes(20)))
struct ForwardTests {
    private static let web = Stored(service([("http", 80, .int(8080), "TCP")]))

    private func order(_ target: String, _ ports: [String], addresses: [String] = ["localhost"]) throws -> Forward.Order
    {
        Forward.Order(
            namespace: "shop", target: try ForwardTarget(parsing: target),
            ports: try ports.map(ForwardPort.init(parsing:)), addresses: addresses)
    }

    /// Longer than a test may take.
    private static let endless = Forward.Patience(
        start: .seconds(3600), connection: .seconds(3600), refused: .seconds(3600))

    /// Runs a forward while `body` plays the cluster; what it threw.
    private func forwarding(
        _ order: Forward.Order, _ cluster: ScriptedCluster, patience: Forward.Patience = Self.endless,
        _ body: (inout AsyncStream<ForwardNews>.Iterator, Forward) async throws -> Void
    ) async throws -> (any Error)? {
        let (stream, tell) = AsyncStream.makeStream(of: ForwardNews.self)
        let forward = Forward(order, cluster: cluster, patience: patience) { tell.yield($0) }
        let running = Task {
            defer { tell.finish() }
            try await forward.run()
        }
        var news = stream.makeAsyncIterator()
        try await body(&news, forward)
        running.cancel()
        if case .failure(let error) = await running.result { return error }
        return nil
    }

    @Test func whoMayNotForwardIsToldBeforeAPortIsOpened() async throws {
        var order = try order("web-0", ["8080"])
        order.namespace = "forbidden"
        let failure = try await forwarding(order, ScriptedCluster()) { news, _ in
            #expect(await news.next() == nil)
        }
        #expect("\(try #require(failure))" == "you may not")
    }

    @Test func aServiceIsForwardedAndSurvivesItsPod() async throws {
        let cluster = ScriptedCluster()
        let failure = try await forwarding(try order("svc/web", ["8080:http"]), cluster) { news, forward in
            cluster.target.yield(.success([Self.web]))
            cluster.pods.yield(.success([Stored(pod("a"))]))
            #expect(await news.next() == .listening(address: "127.0.0.1", port: 8080, remote: 8080))
            #expect(await news.next() == .listening(address: "::1", port: 8080, remote: 8080))
            #expect(try await cluster.destination() == PodPort(namespace: "shop", pod: "a", port: 8080))
            cluster.pods.yield(.success([Stored(pod("a", terminating: true)), Stored(pod("b"))]))
            #expect(await news.next() == .moved(from: "a", to: "b"))
            #expect(try await cluster.destination() == PodPort(namespace: "shop", pod: "b", port: 8080))
            cluster.pods.yield(.success([]))
            #expect(await news.next() == .waiting("svc/web has no pods"))
            // A connection waits for the next pod.
            async let later = cluster.destination()
            cluster.pods.yield(.failure(APIFailure(.transport, attempt: "watch pods", detail: "lost")))
            #expect(await news.next() == .cannotRead("watch pods: lost"))
            cluster.pods.yield(.success([Stored(pod("c"))]))
            let found = try await later
            #expect(found == PodPort(namespace: "shop", pod: "c", port: 8080))
            #expect(await news.next() == .moved(from: "b", to: "c"))
            #expect(await forward.opened.map(\.address) == ["127.0.0.1", "::1"])
        }
        #expect(failure == nil)
        #expect(cluster.state.withLock { $0.closed } == 2)
    }

    @Test func aFreePortIsTheSameOnBothAddresses() async throws {
        let cluster = ScriptedCluster()
        _ = try await forwarding(try order("a", [":80"]), cluster) { news, _ in
            cluster.pods.yield(.success([Stored(pod("a"))]))
            #expect(await news.next() == .listening(address: "127.0.0.1", port: 40000, remote: 80))
            #expect(await news.next() == .listening(address: "::1", port: 40000, remote: 80))
        }
        #expect(cluster.state.withLock { $0.opened } == ["127.0.0.1:0", "::1:40000"])
    }

    @Test func aMachineWithoutIPv6IsServedAllTheSame() async throws {
        let cluster = ScriptedCluster(taken: ["::1"])
        let failure = try await forwarding(try order("a", ["80"]), cluster) { news, _ in
            cluster.pods.yield(.success([Stored(pod("a"))]))
            #expect(await news.next() == .listening(address: "127.0.0.1", port: 80, remote: 80))
            #expect(await news.next() == .notListening(address: "::1", words: "listen on ::1: in use"))
        }
        #expect(failure == nil)
    }

    @Test func aPortInUseEndsItAndClosesTheOthers() async throws {
        let cluster = ScriptedCluster(taken: ["10.0.0.9"])
        let failure = try await forwarding(
            try order("a", ["80"], addresses: ["127.0.0.1", "10.0.0.9"]), cluster
        ) { news, _ in
            cluster.pods.yield(.success([Stored(pod("a"))]))
            while await news.next() != nil {}
        }
        #expect((failure as? APIFailure)?.detail == "in use")
        #expect(cluster.state.withLock { $0.closed } == 1)
    }

    @Test func aServicePortByNameOpensItsNumberHere() async throws {
        let cluster = ScriptedCluster()
        _ = try await forwarding(try order("svc/web", ["http"], addresses: ["127.0.0.1"]), cluster) { news, _ in
            cluster.target.yield(.success([Self.web]))
            cluster.pods.yield(.success([Stored(pod("a"))]))
            #expect(await news.next() == .listening(address: "127.0.0.1", port: 80, remote: 8080))
        }
    }

    @Test func whatIsNotThereEndsItAtOnce() async throws {
        let cluster = ScriptedCluster()
        var failure = try await forwarding(try order("svc/web", ["80"]), cluster) { news, _ in
            cluster.target.yield(.success([]))
            while await news.next() != nil {}
        }
        #expect(failure as? ForwardProblem == ForwardProblem("there is no svc/web"))
        let forbidden = APIFailure(.forbidden, attempt: "list pods", detail: "no")
        failure = try await forwarding(try order("a", ["80"]), cluster) { news, _ in
            cluster.pods.yield(.failure(forbidden))
            while await news.next() != nil {}
        }
        #expect(failure as? APIFailure == forbidden)
    }

    @Test func patienceHasAnEndAndTheWordsSayWhy() async throws {
        let cluster = ScriptedCluster()
        let patience = Forward.Patience(start: .milliseconds(20))
        let failure = try await forwarding(try order("deploy/web", ["80"]), cluster, patience: patience) { news, _ in
            cluster.target.yield(.success([Stored(deployment())]))
            cluster.pods.yield(.success([Stored(pod("a", phase: "Pending", ready: false))]))
            while await news.next() != nil {}
        }
        let words = (failure as? ForwardProblem)?.description ?? ""
        // The time may be over before the pods were looked at.
        #expect(words.contains("no pod of deploy/web is ready (a is Pending)") || words.contains("does not say"))
    }

    @Test func aConnectionDoesNotWaitForEver() async throws {
        let cluster = ScriptedCluster()
        let patience = Forward.Patience(connection: .milliseconds(10))
        _ = try await forwarding(try order("svc/web", ["80"]), cluster, patience: patience) { news, _ in
            cluster.target.yield(.success([Self.web]))
            cluster.pods.yield(.success([Stored(pod("a"))]))
            _ = await news.next()
            _ = await news.next()
            cluster.pods.yield(.success([]))
            #expect(await news.next() == .waiting("svc/web has no pods"))
            await #expect(throws: ForwardProblem("svc/web has no pods")) { try await cluster.destination() }
        }
    }

    @Test func aPodThatRefusesIsLeft() async throws {
        let cluster = ScriptedCluster()
        _ = try await forwarding(try order("svc/web", ["80"], addresses: ["127.0.0.1"]), cluster) { news, _ in
            cluster.target.yield(.success([Self.web]))
            cluster.pods.yield(.success([Stored(pod("a", born: 2)), Stored(pod("b", born: 1))]))
            _ = await news.next()
            let place = try await cluster.destination()
            cluster.state.withLock { $0.events }(.connected(place))
            #expect(await news.next() == .handling(port: 80))
            cluster.state.withLock { $0.events }(.failed(place, words: "refused"))
            #expect(await news.next() == .connectionFailed(port: 80, words: "refused"))
            #expect(await news.next() == .moved(from: "a", to: "b"))
        }
    }

    @Test func aConnectionThatIsRefusedGoesToAnotherPod() async throws {
        let cluster = ScriptedCluster()
        _ = try await forwarding(try order("svc/web", ["80"], addresses: ["127.0.0.1"]), cluster) { news, _ in
            cluster.target.yield(.success([Self.web]))
            cluster.pods.yield(.success([Stored(pod("a", born: 2)), Stored(pod("b", born: 1))]))
            _ = await news.next()
            let first = try await cluster.destination()
            let second = try await cluster.destination(refused: first)
            #expect([first.pod, second.pod] == ["a", "b"])
            #expect(await news.next() == .moved(from: "a", to: "b"))
        }
    }

    @Test func aConnectionThatTheOnlyPodRefusesWaitsForTheNextOne() async throws {
        let cluster = ScriptedCluster()
        let patience = Forward.Patience(refused: .seconds(60))
        let order = try order("svc/web", ["80"], addresses: ["127.0.0.1"])
        _ = try await forwarding(order, cluster, patience: patience) { news, _ in
            cluster.target.yield(.success([Self.web]))
            cluster.pods.yield(.success([Stored(pod("a"))]))
            _ = await news.next()
            let first = try await cluster.destination()
            async let later = cluster.destination(refused: first)
            cluster.pods.yield(.success([Stored(pod("a", terminating: true)), Stored(pod("b"))]))
            #expect(try await later.pod == "b")
        }
    }

    @Test func aConnectionThatTheOnlyPodRefusesFailsAfterAMoment() async throws {
        let cluster = ScriptedCluster()
        let patience = Forward.Patience(refused: .milliseconds(10))
        let order = try order("svc/web", ["80"], addresses: ["127.0.0.1"])
        _ = try await forwarding(order, cluster, patience: patience) { news, _ in
            cluster.target.yield(.success([Self.web]))
            cluster.pods.yield(.success([Stored(pod("a"))]))
            _ = await news.next()
            let first = try await cluster.destination()
            await #expect(throws: (any Error).self) { try await cluster.destination(refused: first) }
        }
    }

    @Test func aSelectorThatChangesIsFollowed() async throws {
        let cluster = ScriptedCluster()
        _ = try await forwarding(try order("svc/web", ["80"], addresses: ["127.0.0.1"]), cluster) { news, _ in
            cluster.target.yield(.success([Self.web]))
            cluster.pods.yield(.success([Stored(pod("blue"))]))
            _ = await news.next()
            cluster.target.yield(.success([Stored(service([("http", 80, .int(9), "")], selector: ["app": "green"]))]))
            try await until { cluster.state.withLock { $0.selectors.count } >= 3 }
            cluster.pods.yield(.success([Stored(pod("green"))]))
            #expect(await news.next() == .moved(from: "blue", to: "green"))
            let place = try await cluster.destination()
            #expect(place == PodPort(namespace: "shop", pod: "green", port: 9))
        }
    }

    @Test func aPodThatIsGoneEndsIt() async throws {
        let cluster = ScriptedCluster()
        let failure = try await forwarding(try order("a", ["80"]), cluster) { news, _ in
            cluster.pods.yield(.success([Stored(pod("a"))]))
            cluster.pods.yield(.success([]))
            while await news.next() != nil {}
        }
        #expect(failure as? ForwardProblem == ForwardProblem("pod/a is gone"))
    }
}
