import KubernetesClient
import KubernetesModel
import Logging
import NIOCore
import NIOPosix
import Testing

@Suite(.timeLimit(.minutes(20)))
struct FailureTests {
    /// How listing pods fails when the server answers `reply`.
    private func failure(_ reply: Reply, timeouts: ClientTimeouts = ClientTimeouts()) async throws -> APIFailure? {
        try await withServer([("/api/v1/pods", reply)], timeouts: timeouts) { client, _ in
            let decoder = try podDecoder()
            return await #expect(throws: APIFailure.self) {
                _ = try await client.list(decoder, podResource, namespace: nil, options: ListOptions()) { _ in }
            }
        }
    }

    @Test(arguments: [
        ("400-selector.json", APIFailure.Reason.server(400)), ("401-token.json", .unauthorized),
        ("403-anonymous.json", .forbidden), ("403-list-nodes.json", .forbidden),
        ("403-list-pods-cluster.json", .forbidden), ("404-pod.json", .notFound), ("409-conflict.json", .conflict),
        ("410-continue.json", .gone), ("422-invalid.json", .server(422)),
    ])
    func recordedFailuresKeepTheServersWords(fixture: String, reason: APIFailure.Reason) async throws {
        let recorded = try Fixture.failure(fixture)
        let failure = try #require(try await failure(.json(recorded.body, status: recorded.status)))
        #expect(failure.reason == reason)
        #expect(failure.attempt == "list pods in all namespaces")
        let status = try #require(
            Array(recorded.body.utf8).withUnsafeBytes { StatusObject.decode($0, format: .json) })
        #expect(failure.detail.hasPrefix(status.message))
    }

    @Test(arguments: ["403-list-nodes", "404-pod", "410-continue"])
    func aStatusInProtobufSaysTheSameAsInJSON(fixture: String) async throws {
        let recorded = try Fixture.failure("\(fixture).json")
        let inJSON = try await failure(.json(recorded.body, status: recorded.status))
        var reply = Reply.protobuf([try Fixture.bytes("errors/\(fixture).pb")])
        reply.status = recorded.status
        let inProtobuf = try await failure(reply)
        #expect(inProtobuf == inJSON)
    }

    @Test func aRefusedCredentialIsNamed() async throws {
        let recorded = try Fixture.failure("401-token.json")
        try await withServer([("/api/v1/namespaces/shop/pods", .json(recorded.body, status: 401))]) {
            $0.bearerToken = .value(Secret("hush"))
        } _: { client, _ in
            let decoder = try podDecoder()
            let failure = await #expect(throws: APIFailure.self) {
                _ = try await client.list(decoder, podResource, namespace: "shop", options: ListOptions()) { _ in }
            }
            #expect(
                failure?.description
                    == #"list pods in shop: Unauthorized (the server does not accept the token of user "dev"; get a new one)"#
            )
        }
    }

    @Test func aRefusedTokenThatSaysWhenItEndedIsNamedWithThat() async throws {
        // {"alg":"none"}, {"sub":"dev","exp":1609459200}
        let token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJkZXYiLCJleHAiOjE2MDk0NTkyMDB9.c2ln"
        try await withServer([("/version", .json("{}", status: 401))]) {
            $0.bearerToken = .value(Secret(token))
        } _: { client, _ in
            let failure = await #expect(throws: APIFailure.self) { _ = try await client.serverVersion() }
            #expect(
                failure?.detail.hasSuffix(
                    #"(the token of user "dev" expired on 2021-01-01T00:00:00Z; get a new one)"#) == true)
            #expect(failure?.description.contains(token.prefix(20)) == false)
        }
    }

    /// What a clock could not count is cut off.
    @Test(arguments: [("7", 7), ("-1", 0), ("9223372036854775807", 86_400)])
    func retryAfterIsRead(text: String, seconds: Int) async throws {
        let reply = Reply(
            status: 429, headers: [("Content-Type", "text/plain"), ("Retry-After", text)],
            chunks: [Array("too many requests\n".utf8)])
        let failure = try await failure(reply)
        #expect(
            failure
                == APIFailure(
                    .tooManyRequests, attempt: "list pods in all namespaces", detail: "HTTP 429: too many requests",
                    retryAfterSeconds: seconds))
    }

    @Test func aProxysPageIsNoAPIServer() async throws {
        let page =
            "<html><head><title>Sign in</title><script>x()</script></head><body>Corporate\u{1B}[31m portal</body></html>"
        let html = Reply(headers: [("Content-Type", "text/html; charset=utf-8")], chunks: [Array(page.utf8)])
        let failure = try #require(try await failure(html))
        #expect(failure.reason == .malformedAnswer)
        #expect(failure.detail.contains("Sign in Corporate [31m portal"))
        #expect(failure.detail.contains("is this a Kubernetes API server?"))

        var gateway = html
        gateway.status = 502
        let broken = try #require(try await self.failure(gateway))
        #expect(broken.reason == .server(502))
        #expect(broken.detail == "HTTP 502: Sign in Corporate [31m portal")
    }

    @Test func aRedirectIsNotFollowed() async throws {
        let reply = Reply(status: 302, headers: [("Location", "https://elsewhere.example/")])
        let failure = try #require(try await failure(reply))
        #expect(failure.reason == .malformedAnswer)
        #expect(failure.detail.contains("is this a Kubernetes API server?"))
    }

    @Test func plainHTTPOnATLSPortIsNamed() async throws {
        let reply = Reply(
            status: 400, headers: [("Content-Type", "text/plain")],
            chunks: [Array("Client sent an HTTP request to an HTTPS server.\n".utf8)])
        let failure = try #require(try await failure(reply))
        #expect(failure.reason == .tls)
        #expect(failure.detail.contains("write the cluster's server as https://"))
    }

    @Test func jsonThatIsNoListIsMalformed() async throws {
        let cut = try await failure(.json("[1, 2"))
        #expect(cut != nil)
        let wrong = try await failure(.json("{]"))
        #expect(wrong?.reason == .malformedAnswer)
    }

    @Test func aServerThatDoesNotAnswerTimesOut() async throws {
        let failure = try await failure(Reply(ending: .noHead), timeouts: ClientTimeouts(answer: .milliseconds(200)))
        #expect(failure?.reason == .timeout)
    }

    @Test func aClosedPortIsNamed() async throws {
        let closed = ServerAddress(usesTLS: false, host: "127.0.0.1", port: 1)
        let access = ClusterAccess(contextName: "test", clusterName: "c", userName: "", server: closed)
        try await withClient(access) { client in
            let failure = await #expect(throws: APIFailure.self) { _ = try await client.serverVersion() }
            #expect(
                failure
                    == APIFailure(
                        .transport, attempt: "read the server's version",
                        detail:
                            "connection to 127.0.0.1:\(closed.port) refused; is the server running, and the port right?"
                    ))
            #expect(client.requestCount == 3)
        }
    }

    @Test func aConnectionThatIsBeingMadeDoesNotHoldUpTheEnd() async throws {
        let (accepted, accept) = AsyncStream.makeStream(of: Void.self)
        let silent = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                accept.yield()
                return channel.eventLoop.makeSucceededVoidFuture()
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let server = ServerAddress(host: "127.0.0.1", port: silent.localAddress?.port ?? 0)
        let access = ClusterAccess(contextName: "test", clusterName: "c", userName: "", server: server)
        let client = try KubernetesClient(
            access, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
            timeouts: ClientTimeouts(connect: .seconds(600)))
        let asking = Task { try await client.serverVersion() }
        for await _ in accepted { break }
        asking.cancel()
        let start = ContinuousClock.now
        await client.shutdown()
        #expect(ContinuousClock.now - start < .seconds(60))
        await #expect(throws: CancellationError.self) { _ = try await asking.value }
        try await silent.close()
    }

    @Test func aNameThatDoesNotResolveIsNamed() async throws {
        let server = ServerAddress(usesTLS: true, host: "no-such-host.invalid", port: 6443)
        let access = ClusterAccess(contextName: "test", clusterName: "c", userName: "", server: server)
        try await withClient(access) { client in
            let failure = await #expect(throws: APIFailure.self) { _ = try await client.serverVersion() }
            #expect(failure?.reason == .transport)
            #expect(failure?.detail.hasPrefix(#"the name "no-such-host.invalid" cannot be resolved"#) == true)
        }
    }
}
