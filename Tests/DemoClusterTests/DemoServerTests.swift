import KubernetesModel
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import DemoCluster

@Suite(.timeLimit(.minutes(20))) struct DemoServerTests {
    @Test func oneConnectionServesRequestAfterRequest() async throws {
        try await withDemoServer(store: store(pods: ["a"]), clock: { beginning }) { server in
            try await connected(to: server) { connection in
                try await connection.send("/version")
                #expect(try Parsed(try await connection.body().utf8)["major"].text == "1")
                try await connection.send("/api/v1/pods")
                #expect(try Parsed(try await connection.body().utf8).names == ["a"])
            }
            #expect(
                server.requestLog == [
                    .init(method: "GET", target: "/version", accept: "application/json", status: 200),
                    .init(method: "GET", target: "/api/v1/pods", accept: "application/json", status: 200),
                ])
            #expect(server.requestCount == 2)
        }
    }

    @Test func aWatchShowsWhatHappensInOrder() async throws {
        var options = DemoServer.Options()
        // On a busy machine the one that comes by itself would be among the events.
        options.bookmarkIntervalSeconds = 86_400
        try await withDemoServer(store: store(pods: ["a"]), options: options, clock: { beginning }) { server in
            try await connected(to: server) { connection in
                try await connection.send("/api/v1/namespaces/shop/pods?watch=1&allowWatchBookmarks=true")
                #expect(try await connection.events(1) == ["ADDED a"])
                #expect(server.openWatchCount == 1)
                server.update { store in
                    store.apply(.pods, pod("b"), at: beginning)
                    store.apply(.pods, pod("c", namespace: "web"), at: beginning)
                    store.apply(.pods, pod("b", phase: "Failed"), at: beginning)
                    store.delete(.pods, namespace: "shop", name: "a")
                    return
                }
                server.sendBookmarks()
                #expect(try await connection.events(4) == ["ADDED b", "MODIFIED b", "DELETED a", "BOOKMARK -"])
            }
        }
    }

    @Test func aWatchEndsAfterItsTimeAndTheConnectionGoesOn() async throws {
        try await withDemoServer(store: store(pods: []), clock: { beginning }) { server in
            try await connected(to: server) { connection in
                try await connection.send("/api/v1/pods?watch=1&timeoutSeconds=1")
                #expect(try await connection.piece() == nil)
                #expect(server.openWatchCount == 0)
                try await connection.send("/readyz")
                #expect(try await connection.body() == "ok")
            }
        }
    }

    @Test func whatHappensWhenAWatchEndsIsNotSentAfterItsEnd() throws {
        let server = DemoServer(store: store(pods: []), clock: { beginning })
        let channel = EmbeddedChannel(handler: DemoConnection(server: server))
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
        // It comes first in the second in which the watch ends, so what it sends comes behind that.
        _ = channel.eventLoop.scheduleTask(in: .seconds(1)) {
            server.update { _ = $0.apply(.pods, pod("late"), at: beginning) }
        }
        let request = HTTPRequestHead(
            version: .http1_1, method: .GET, uri: "/api/v1/pods?watch=1&timeoutSeconds=1")
        try channel.writeInbound(HTTPServerRequestPart.head(request))
        try channel.writeInbound(HTTPServerRequestPart.end(nil))
        server.update { _ = $0.apply(.pods, pod("early"), at: beginning) }
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        channel.embeddedEventLoop.run()
        var parts: [String] = []
        while let part = try channel.readOutbound(as: HTTPServerResponsePart.self) {
            switch part {
            case .head: parts.append("head")
            case .body(.byteBuffer(let bytes)):
                parts.append(String(buffer: bytes).contains("early") ? "early" : "another")
            case .body: parts.append("another")
            case .end: parts.append("end")
            }
        }
        #expect(parts == ["head", "early", "end"])
        #expect(server.openWatchCount == 0)
        _ = try channel.finish(acceptAlreadyClosed: true)
    }

    @Test func aClientThatLeavesIsForgotten() async throws {
        let server = DemoServer(store: store(pods: ["a"]), clock: { beginning })
        try await server.start()
        try await connected(to: server) { connection in
            try await connection.send("/api/v1/pods?watch=1")
            #expect(try await connection.events(1) == ["ADDED a"])
        }
        await server.shutdown()
        #expect(server.openWatchCount == 0)
        #expect(server.disconnectAll().isEmpty)
    }

    @Test func aWatcherThatDoesNotReadIsDropped() async throws {
        var options = DemoServer.Options()
        options.watchBufferBytes = 1 << 16
        try await withDemoServer(store: store(pods: ["a"]), options: options, clock: { beginning }) { server in
            try await connected(to: server) { connection in
                try await connection.send("/api/v1/pods?watch=1")
                #expect(try await connection.events(1) == ["ADDED a"])
                let filler = String(repeating: "x", count: 100_000)
                var updates = 0
                while server.openWatchCount == 1, updates < 10_000 {
                    updates += 1
                    let phase = "\(updates)\(filler)"
                    server.update { store in
                        store.apply(.pods, pod("a", phase: phase), at: beginning)
                        return
                    }
                    try await Task.sleep(for: .milliseconds(1))
                }
                #expect(server.openWatchCount == 0)
            }
        }
    }

    @Test func aBrokenNetworkEndsEveryWatch() async throws {
        try await withDemoServer(store: store(pods: ["a"]), clock: { beginning }) { server in
            try await connected(to: server) { connection in
                try await connection.send("/api/v1/pods?watch=1")
                #expect(try await connection.events(1) == ["ADDED a"])
                for closing in server.disconnectAll() { try? await closing.closeFuture.get() }
                #expect((try? await connection.piece()) == nil)
            }
            #expect(server.openWatchCount == 0)
        }
    }

    @Test func theKubeconfigNamesTheServer() async throws {
        try await withDemoServer(store: DemoObjectStore(), clock: { beginning }) { server in
            #expect(
                server.kubeconfig(token: "t0ken") == """
                    apiVersion: v1
                    kind: Config
                    current-context: demo
                    clusters:
                    - name: demo
                      cluster:
                        server: http://127.0.0.1:\(server.port)
                    contexts:
                    - name: demo
                      context:
                        cluster: demo
                        user: demo
                        namespace: shop
                    users:
                    - name: demo
                      user: {token: "t0ken"}

                    """)
        }
    }

    @Test func theDemoClusterRunsWhileItsBodyDoes() async throws {
        let pods = try await withDemoCluster(clock: { beginning }) { server in
            try await connected(to: server) { connection in
                try await connection.send("/api/v1/pods?limit=500")
                return try Parsed(try await connection.body().utf8).names.count
            }
        }
        let (_, store) = DemoSimulation.begin(try .standard(), at: beginning)
        #expect(pods == store.count(of: .pods))
    }
}
