import ConcurrencyTestSupport
import KubernetesClient
import KubernetesModel
import Testing

struct ListTests {
    private func names(
        _ client: KubernetesClient, namespace: String? = nil, options: ListOptions = ListOptions()
    ) async throws -> (names: [String], meta: ListMeta) {
        var names: [String] = []
        let meta = try await client.list(try podDecoder(), podResource, namespace: namespace, options: options) {
            names += $0.map(\.metadata.name)
        }
        return (names, meta)
    }

    @Test func asksForProtobufAndPercentEncodesTheQuery() async throws {
        let target =
            "/api/v1/namespaces/shop/pods?limit=500&continue=a%2Bb%3D%3D&resourceVersion=0"
            + "&labelSelector=app%20in%20%28a%2Cb%29%3Bx&fieldSelector=spec.nodeName%3Dn%261"
        try await withServer([(target, .json(podList([])))]) { client, server in
            let options = ListOptions(
                limit: 500, continueToken: "a+b==", resourceVersion: "0", labelSelector: "app in (a,b);x",
                fieldSelector: "spec.nodeName=n&1")
            _ = try await names(client, namespace: "shop", options: options)
            #expect(server.targets == [target])
            let request = try #require(server.seen.first)
            #expect(request.header("Accept") == ["application/vnd.kubernetes.protobuf, application/json"])
            #expect(request.header("Accept-Encoding") == ["gzip"])
            #expect(request.header("User-Agent") == ["sextant/test"])
            #expect(request.header("Host") == ["127.0.0.1:\(server.port)"])
            #expect(request.header("Authorization") == [])
            #expect(client.requestCount == 1)
        }
    }

    @Test func bothEncodingsGiveTheSameObjectsHoweverTheyAreCut() async throws {
        let json = try Fixture.bytes("lists/pods.json")
        let protobuf = try Fixture.bytes("lists/pods.pb")
        let size = 1_771
        let script: [(String, Reply)] = [
            ("/api/v1/pods", Reply(headers: [("Content-Type", "application/json")], chunks: cut(json, size))),
            ("/api/v1/pods", .protobuf(cut(protobuf, size))),
        ]
        try await withServer(script) { client, _ in
            let first = try await names(client)
            let second = try await names(client)
            #expect(first.names == second.names)
            #expect(first.meta == second.meta)
            #expect(!first.names.isEmpty)
            #expect(!first.meta.resourceVersion.isEmpty)
        }
    }

    @Test func firstObjectsAreGivenBeforeTheListIsWhole() async throws {
        let text = podList(["a", "b"])
        let comma = try #require(text.firstRange(of: "},{\"metadata\":{\"name\":\"b\""))
        let reply = Reply(
            headers: [("Content-Type", "application/json")], chunks: [Array(text[..<comma.upperBound].utf8)],
            ending: .silence)
        try await withServer([("/api/v1/pods", reply)]) { client, _ in
            let (stream, continuation) = AsyncStream.makeStream(of: String.self)
            let decoder = try podDecoder()
            let task = Task {
                try await client.list(decoder, podResource, namespace: nil, options: ListOptions()) {
                    for object in $0 { continuation.yield(object.metadata.name) }
                }
            }
            var iterator = stream.makeAsyncIterator()
            #expect(await iterator.next() == "a")
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
        }
    }

    @Test func gzipIsUnpacked() async throws {
        var reply = Reply.protobuf(cut(try Fixture.bytes("lists/pods.pb.gz"), 999))
        reply.headers.append(("Content-Encoding", "gzip"))
        try await withServer([
            ("/api/v1/pods", reply), ("/api/v1/pods", .protobuf([try Fixture.bytes("lists/pods.pb")])),
        ]) {
            client, _ in
            let packed = try await names(client)
            let plain = try await names(client)
            #expect(packed.names == plain.names)
        }
    }

    @Test func damagedGzipIsAMalformedAnswer() async throws {
        var bytes = try Fixture.bytes("lists/pods.pb.gz")
        for index in 100..<200 { bytes[index] = 0xFF }
        var reply = Reply.protobuf([bytes])
        reply.headers.append(("Content-Encoding", "gzip"))
        try await withServer([("/api/v1/pods", reply)]) { client, _ in
            let failure = await #expect(throws: APIFailure.self) { _ = try await names(client) }
            #expect(failure?.reason == .malformedAnswer)
        }
    }

    @Test func theTokenOfAPageLeadsToTheNext() async throws {
        let script: [(String, Reply)] = [
            ("/api/v1/pods?limit=1", .json(podList(["a"], continueToken: "next"))),
            ("/api/v1/pods?limit=1&continue=next", .json(podList(["b"]))),
        ]
        try await withServer(script) { client, _ in
            let first = try await names(client, options: ListOptions(limit: 1))
            #expect(first.names == ["a"])
            #expect(first.meta.continueToken == "next")
            let second = try await names(
                client, options: ListOptions(limit: 1, continueToken: first.meta.continueToken))
            #expect(second.names == ["b"])
            #expect(second.meta.continueToken == "")
        }
    }

    @Test func aListCutInTheMiddleIsABrokenConnection() async throws {
        let bytes = try Fixture.bytes("lists/pods.pb")
        let script: [(String, Reply)] = [
            ("/api/v1/pods", .protobuf([Array(bytes.prefix(bytes.count / 2))], ending: .cut)),
            ("/api/v1/pods", .protobuf([Array(bytes.prefix(bytes.count / 2))])),
        ]
        try await withServer(script) { client, _ in
            for _ in 0..<2 {
                let failure = await #expect(throws: APIFailure.self) { _ = try await names(client) }
                #expect(failure?.reason == .transport)
                #expect(failure?.attempt == "list pods in all namespaces")
            }
        }
    }

    @Test func cancellationIsNoFailure() async throws {
        try await withServer([("/api/v1/pods", Reply(ending: .noHead))]) { client, server in
            let decoder = try podDecoder()
            let task = Task {
                try await client.list(decoder, podResource, namespace: nil, options: ListOptions()) { _ in }
            }
            try await until { !server.seen.isEmpty }
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
        }
    }
}

/// Pieces of at most `size` bytes.
func cut(_ bytes: [UInt8], _ size: Int) -> [[UInt8]] {
    stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
}
