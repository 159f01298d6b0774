import KubernetesModel
import NIOWebSocket
import Testing

@testable import KubernetesClient

/// Single requests to ports of pods, through a forward and through the API server.
@Suite(.timeLimit(.minutes(20)))
struct PodRequestTests {
    private static let place = PodPort(namespace: "shop", pod: "web-0", port: 8080)
    private static let request = PodRequest(
        target: place, path: "/ready?full=1",
        headers: [("X-Probe", "1"), ("Host", "shop.example"), ("Impersonate-User", "root"), ("Authorization", "x")])

    private func forwarded(
        limit: Duration = .seconds(300), _ answer: @escaping @Sendable (StreamPeer) async throws -> Void
    ) async throws -> Result<Int, APIFailure> {
        try await StreamServer.run(protocols: ["v4.channel.k8s.io"], serve: answer) { server in
            let access = ClusterAccess(
                contextName: "test", clusterName: "c", userName: "",
                server: ServerAddress(usesTLS: false, host: "127.0.0.1", port: server.port))
            return try await withClient(access) { client in
                do {
                    return .success(try await client.forwardedStatus(of: Self.request, limit: limit).status)
                } catch let failure as APIFailure {
                    return .failure(failure)
                }
            }
        }
    }

    @Test func aForwardedRequestCarriesTheProbesHeadersAndGivesTheStatus() async throws {
        let end = try await forwarded { peer in
            try await peer.send([0, 0x90, 0x1F])
            try await peer.send([1, 0x90, 0x1F])
            try await peer.forEachFrame { opcode, bytes in
                guard opcode == .binary else { return }
                let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
                let isRight =
                    text.hasPrefix("GET /ready?full=1 HTTP/1.1\r\n") && text.contains("\r\nX-Probe: 1\r\n")
                    && text.contains("\r\nHost: shop.example\r\n")
                try await peer.send(0, "HTTP/1.1 \(isRight ? 204 : 400) x\r\nContent-Length: 0\r\n\r\n")
            }
        }
        #expect(end == .success(204))
    }

    @Test func aPortThatNobodyListensOnIsSaidInTheServersWords() async throws {
        let end = try await forwarded { peer in
            try await peer.send([0, 0x90, 0x1F])
            try await peer.send([1, 0x90, 0x1F] + Array("connect: connection refused".utf8))
            try await peer.forEachFrame { _, _ in }
        }
        guard case .failure(let failure) = end else {
            Issue.record("\(end)")
            return
        }
        #expect(failure.reason == .transport)
        #expect(failure.detail == "connect: connection refused")
    }

    @Test func anAnswerThatDoesNotComeInTimeIsOne() async throws {
        let end = try await forwarded(limit: .milliseconds(1)) { peer in try await peer.forEachFrame { _, _ in } }
        guard case .failure(let failure) = end else {
            Issue.record("\(end)")
            return
        }
        #expect(failure.reason == .timeout)
    }

    @Test func anAnswerThatIsNotHTTPIsSaid() async throws {
        let end = try await forwarded { peer in
            try await peer.send([0, 0x90, 0x1F] + Array("SSH-2.0-OpenSSH\r\n\r\n".utf8))
            try await peer.forEachFrame { _, _ in }
        }
        guard case .failure(let failure) = end else {
            Issue.record("\(end)")
            return
        }
        #expect(failure.reason == .malformedAnswer)
    }

    @Test func theProxysAnswerIsThePodsAndHeadersOfTheServerAreNotTaken() async throws {
        let target = "/api/v1/namespaces/shop/pods/web-0%3A8080/proxy/ready?full=1"
        let reply = Reply(status: 503, headers: [("Content-Type", "text/plain")], chunks: [Array("no db".utf8)])
        try await withServer([(target, reply)]) { client, server in
            let answer = try await client.proxiedStatus(of: Self.request)
            #expect(answer.status == 503)
            let seen = try #require(server.seen.first)
            #expect(seen.header("X-Probe") == ["1"])
            #expect(seen.header("Impersonate-User") == [])
            #expect(seen.header("Authorization") == [])
        }
    }

    @Test func whatTheServerItselfSaysIsAFailure() async throws {
        let words = "error trying to reach service: dial tcp 10.0.0.7:8080: connect: connection refused"
        let body = #"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"\#(words)","code":503}"#
        try await withServer([
            ("/api/v1/namespaces/shop/pods/web-0%3A8080/proxy/ready?full=1", .json(body, status: 503))
        ]) { client, _ in
            let failure = await #expect(throws: APIFailure.self) { try await client.proxiedStatus(of: Self.request) }
            #expect(failure?.reason == .server(503))
            #expect(failure?.detail == words)
        }
    }
}
