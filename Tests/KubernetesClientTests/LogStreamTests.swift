import KubernetesClient
import KubernetesModel
import Testing

struct LogStreamTests {
    private static let path = "/api/v1/namespaces/shop/pods/web-0/log"

    private func read(_ client: KubernetesClient, _ options: LogOptions = LogOptions()) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        try await client.log(namespace: "shop", pod: "web-0", options: options) { bytes += $0 }
        return bytes
    }

    @Test func asksForWhatIsWanted() async throws {
        let target =
            Self.path + "?container=app&follow=true&previous=true&timestamps=true&tailLines=10&sinceSeconds=60"
            + "&sinceTime=2026-11-21T12%3A03%3A44Z&limitBytes=100"
        try await withServer([(target, Reply(chunks: [[0xFF, 0x0A], [0x61]])), (Self.path, Reply())]) {
            client, server in
            let options = LogOptions(
                container: "app", follow: true, previous: true, timestamps: true, tailLines: 10, sinceSeconds: 60,
                sinceTime: Timestamp(seconds: 1_795_262_624), limitBytes: 100)
            let first = try await read(client, options)
            let second = try await read(client)
            #expect(first == [0xFF, 0x0A, 0x61])
            #expect(second == [])
            #expect(server.targets == [target, Self.path])
            #expect(server.seen.first?.header("Accept-Encoding") == ["identity"])
        }
    }

    @Test func aPodWithoutANodeHasAnEmptyLog() async throws {
        try await withServer([(Self.path, Reply(status: 204))]) { client, _ in
            let bytes = try await read(client)
            #expect(bytes == [])
        }
    }

    @Test func aRefusalIsInTheServersWords() async throws {
        let words =
            #"{"kind":"Status","message":"container \"app\" in pod \"web-0\" is waiting to start: ContainerCreating","code":400}"#
        try await withServer([(Self.path, .json(words, status: 400))]) { client, _ in
            let failure = await #expect(throws: APIFailure.self) { _ = try await read(client) }
            #expect(failure?.reason == .server(400))
            #expect(failure?.detail == #"container "app" in pod "web-0" is waiting to start: ContainerCreating"#)
        }
    }

    @Test func aCutLogIsNoEnd() async throws {
        try await withServer([(Self.path, Reply(chunks: [[0x61]], ending: .cut))]) { client, _ in
            var bytes: [UInt8] = []
            let failure = await #expect(throws: APIFailure.self) {
                try await client.log(namespace: "shop", pod: "web-0", options: LogOptions()) { bytes += $0 }
            }
            #expect(failure?.reason == .transport)
            #expect(bytes == [0x61])
        }
    }

    /// No time limit ends it, neither before the head nor after a line; only who reads it does.
    @Test(arguments: [Reply.Ending.silence, .noHead])
    func silenceIsNoFailure(ending: Reply.Ending) async throws {
        let target = Self.path + "?follow=true"
        let timeouts = ClientTimeouts(answer: .milliseconds(50), silence: .milliseconds(50))
        let script: [(String, Reply)] = [
            (target, Reply(chunks: [[0x61]], ending: ending)),
            ("/api/v1/namespaces/shop/pods/silent", Reply(ending: .noHead)),
            ("/api/v1/namespaces/shop/pods/silent", Reply(ending: .noHead)),
            ("/api/v1/namespaces/shop/pods/silent", Reply(ending: .noHead)),
        ]
        try await withServer(script, timeouts: timeouts) { client, _ in
            let reading = Task { try await read(client, LogOptions(follow: true)) }
            // The same time limits end an ordinary request meanwhile.
            await #expect(throws: APIFailure.self) {
                try await client.get(
                    APIResource(
                        groupResource: GroupResource(group: "", resource: "pods"), version: "v1", kind: "Pod"),
                    namespace: "shop", name: "silent")
            }
            reading.cancel()
            await #expect(throws: CancellationError.self) { try await reading.value }
        }
    }

    @Test func whatTheReceiverThrowsEndsIt() async throws {
        struct Full: Error {}
        try await withServer([(Self.path, Reply(chunks: [[0x61]], ending: .silence))]) { client, _ in
            _ = await #expect(throws: Full.self) {
                try await client.log(namespace: "shop", pod: "web-0", options: LogOptions()) { _ in throw Full() }
            }
        }
    }
}
