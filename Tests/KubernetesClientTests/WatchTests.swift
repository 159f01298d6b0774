import KubernetesClient
import KubernetesModel
import Testing

@Suite(.timeLimit(.minutes(20)))
struct WatchTests {
    private static let target = "/api/v1/pods?watch=1&allowWatchBookmarks=true&resourceVersion=5"

    /// The batches that a watch gives, and how it ends.
    private func watch(
        _ reply: Reply, timeouts: ClientTimeouts = ClientTimeouts()
    ) async throws -> (batches: [[String]], failure: APIFailure?) {
        try await withServer([(Self.target, reply)], timeouts: timeouts) { client, server in
            var batches: [[String]] = []
            do {
                try await client.watch(
                    try podDecoder(), podResource, namespace: nil, options: WatchOptions(resourceVersion: "5")
                ) { batches.append($0.map(\.summary)) }
                #expect(server.seen.first?.header("Accept-Encoding") == ["identity"])
                return (batches, nil)
            } catch let failure as APIFailure {
                return (batches, failure)
            }
        }
    }

    private func event(_ type: String, _ name: String) -> String {
        #"{"type":"\#(type)","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"\#(name)"}}}"# + "\n"
    }

    private let bookmark =
        #"{"type":"BOOKMARK","object":{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"9"}}}"# + "\n"

    @Test func changesAndBookmarksArriveInOrder() async throws {
        let end = try await watch(
            .watch([event("ADDED", "a"), event("MODIFIED", "a"), bookmark, event("DELETED", "a")]))
        #expect(end.failure == nil)
        #expect(end.batches.first == [])
        #expect(end.batches.flatMap(\.self) == ["added a", "modified a", "bookmark 9", "deleted a"])
    }

    @Test func anEventCutByChunksIsPutTogether() async throws {
        let text = event("ADDED", "größe-例") + bookmark
        let end = try await watch(
            Reply(headers: [("Content-Type", "application/json")], chunks: cut(Array(text.utf8), 7)))
        #expect(end.failure == nil)
        #expect(end.batches.flatMap(\.self) == ["added größe-例", "bookmark 9"])
    }

    @Test func bothEncodingsOfTheRecordedWatchGiveTheSameEvents() async throws {
        let json = try await watch(
            Reply(
                headers: [("Content-Type", "application/json")],
                chunks: cut(try Fixture.bytes("watch/pods-initial.jsonl"), 4_001)))
        let protobuf = try await watch(.protobuf(cut(try Fixture.bytes("watch/pods-initial.pb"), 4_001), stream: true))
        let names = json.batches.flatMap(\.self)
        #expect(
            names.filter { $0.hasPrefix("added") } == protobuf.batches.flatMap(\.self).filter { $0.hasPrefix("added") })
        #expect(names.contains { $0.hasPrefix("bookmark") && $0.hasSuffix("ends") })
    }

    @Test(arguments: ["watch/pods-expired.jsonl", "watch/pods-expired.pb"])
    func anErrorEventOf410IsGone(fixture: String) async throws {
        let bytes = try Fixture.bytes(fixture)
        let type =
            fixture.hasSuffix(".pb") ? "application/vnd.kubernetes.protobuf;stream=watch" : "application/json"
        let end = try await watch(Reply(headers: [("Content-Type", type)], chunks: [bytes]))
        #expect(end.batches == [[]])
        #expect(end.failure?.reason == .gone)
        #expect(end.failure?.attempt == "watch pods in all namespaces")
        #expect(end.failure?.detail.contains("too old resource version") == true)
    }

    @Test func anHTTPStatusOf410IsGone() async throws {
        let end = try await watch(
            .json(
                #"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"too old","reason":"Expired","code":410}"#,
                status: 410))
        #expect(end.batches == [])
        #expect(end.failure == APIFailure(.gone, attempt: "watch pods in all namespaces", detail: "too old"))
    }

    @Test func whatCameBeforeAnErrorEventIsGiven() async throws {
        let error =
            #"{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","message":"slow down","code":429,"reason":"TooManyRequests","details":{"retryAfterSeconds":3}}}"#
            + "\n"
        let end = try await watch(.watch([event("ADDED", "a") + error]))
        #expect(end.batches == [[], ["added a"]])
        #expect(
            end.failure
                == APIFailure(
                    .tooManyRequests, attempt: "watch pods in all namespaces", detail: "slow down", retryAfterSeconds: 3
                ))
    }

    @Test(arguments: [Reply.Ending.cut, .complete])
    func aWatchCutInTheMiddleOfAnEventIsABrokenConnection(ending: Reply.Ending) async throws {
        let whole = event("ADDED", "b")
        let end = try await watch(.watch([event("ADDED", "a"), String(whole.prefix(40))], ending: ending))
        #expect(end.batches.flatMap(\.self) == ["added a"])
        #expect(end.failure?.reason == .transport)
    }

    @Test func aSilentWatchTimesOut() async throws {
        let end = try await watch(
            .watch([event("ADDED", "a")], ending: .silence), timeouts: ClientTimeouts(silence: .seconds(10)))
        #expect(end.batches.flatMap(\.self) == ["added a"])
        #expect(end.failure?.reason == .timeout)
    }

    @Test func whatTheReceiverThrowsEndsTheWatchAsItIs() async throws {
        struct Enough: Error {}
        try await withServer([(Self.target, .watch([event("ADDED", "a")], ending: .silence))]) { client, _ in
            let decoder = try podDecoder()
            await #expect(throws: Enough.self) {
                try await client.watch(
                    decoder, podResource, namespace: nil, options: WatchOptions(resourceVersion: "5")
                ) { if !$0.isEmpty { throw Enough() } }
            }
        }
    }

    @Test func oneObjectIsReadAndWatchedWhole() async throws {
        let script: [(String, Reply)] = [
            ("/api/v1/namespaces/shop/pods/web-0", .json(#"{"kind":"Pod","spec":{"a":1.50}}"#)),
            (
                "/api/v1/namespaces/shop/pods?watch=1&allowWatchBookmarks=true&resourceVersion=5&fieldSelector=metadata.name%3Dweb-0",
                .watch([event("MODIFIED", "web-0")])
            ),
        ]
        try await withServer(script) { client, server in
            let document = try await client.get(podResource, namespace: "shop", name: "web-0")
            #expect(
                document
                    == .object([.init("kind", .string("Pod")), .init("spec", .object([.init("a", .number("1.50"))]))]))
            var types: [String] = []
            try await client.watchDocument(podResource, namespace: "shop", name: "web-0", resourceVersion: "5") {
                types.append("\($0.type) \($0.object["metadata"]?["name"] ?? .null)")
            }
            #expect(types == [#"MODIFIED string("web-0")"#])
            #expect(server.seen.map { $0.header("Accept") } == [["application/json"], ["application/json"]])
            #expect(server.unasked == [])
        }
    }
}
