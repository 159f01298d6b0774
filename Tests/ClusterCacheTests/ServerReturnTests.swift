import ClusterCache
import ClusterState
import KubernetesModel
import Synchronization
import Testing

/// One kind that reaches the server again ends the waits of the others.
@Suite(.timeLimit(.minutes(20)))
struct ServerReturnTests {
    private let nodes = KindScope(Node.kind.groupResource, namespace: nil)

    /// Wants pods and nodes and fails the first list of both.
    private func fail(
        _ harness: Harness, pods: APIFailure.Reason, nodes nodesReason: APIFailure.Reason
    ) async throws -> (pods: ManualTime.Sleeper, nodes: ManualTime.Sleeper) {
        await harness.cache.setDemand([allPods])
        await (try harness.server.next()).answer(pods)
        let podsWait = try await harness.time.next()
        await harness.cache.setDemand([allPods, nodes])
        await (try harness.server.next()).answer(nodesReason)
        return (podsWait, try await harness.time.next())
    }

    @Test func theOthersDoNotWaitAnyLonger() async throws {
        for reason in [APIFailure.Reason.transport, .timeout, .malformedAnswer, .server(502), .unauthorized] {
            try await Harness.run { harness in
                let waits = try await fail(harness, pods: reason, nodes: .transport)
                await waits.nodes.wake()
                let list = try await harness.server.next()
                #expect(list.request == .list(nodes, .first(limit: 500)))
                await list.answer(lastPage: "9")
                // Nobody woke the pods: the nodes' success did.
                var next = [try await harness.server.next().request, try await harness.server.next().request]
                if next.first != .list(allPods, .first(limit: 500)) { next.reverse() }
                #expect(next == [.list(allPods, .first(limit: 500)), .watch(nodes, from: "9")])
            }
        }
    }

    @Test func whatWasRefusedWaitsItsTime() async throws {
        for reason in [APIFailure.Reason.forbidden, .tooManyRequests, .notFound, .server(500)] {
            try await Harness.run { harness in
                let waits = try await fail(harness, pods: reason, nodes: .transport)
                await waits.nodes.wake()
                await (try harness.server.next()).answer(lastPage: "9")
                #expect(try await harness.server.next().request == .watch(nodes, from: "9"))
                await harness.cache.retryNow()
                #expect(try await harness.server.next().request == .list(allPods, .first(limit: 500)))
            }
        }
    }

    @Test func aKindThatWasWellAllTheTimeWakesNobody() async throws {
        try await Harness.run { harness in
            await harness.cache.setDemand([nodes])
            await (try harness.server.next()).answer(lastPage: "9")
            let watch = try await harness.server.next()
            await watch.answer(.messages([.opened]))
            await harness.cache.setDemand([nodes, allPods])
            await (try harness.server.next()).answer(.transport)
            let wait = try await harness.time.next()
            for version in 10...20 { await watch.answer(.messages([.bookmark(version: "\(version)")])) }
            #expect(harness.time.count == 1)
            await wait.wake()
            #expect(try await harness.server.next().request == .list(allPods, .first(limit: 500)))
        }
    }

    @Test func aServerThatCameBackDuringAnAttemptEndsTheWaitAfterIt() async throws {
        try await Harness.run { harness in
            let waits = try await fail(harness, pods: .transport, nodes: .transport)
            await waits.pods.wake()
            let slow = try await harness.server.next()
            await waits.nodes.wake()
            await (try harness.server.next()).answer(lastPage: "9")
            #expect(try await harness.server.next().request == .watch(nodes, from: "9"))
            await slow.answer(.timeout)
            #expect(try await harness.server.next().request == .list(allPods, .first(limit: 500)))
            #expect(harness.time.count == 0)
        }
    }

    @Test func aServerWithLessHistoryIsListedAnew() async throws {
        try await Harness.run { harness in
            let watch = try await harness.listPods([pod("a", 5), pod("b", 8)], version: "9")
            _ = try await harness.reader.next(allPods) { $0.state == .ready }
            harness.server.newest.withLock { $0 = "7" }
            await watch.answer(.transport)
            await (try harness.time.next()).wake()
            let list = try await harness.server.next()
            #expect(list.request == .list(allPods, .first(limit: 5000)))
            await list.answer(pods: [pod("a", 5)])
            await list.answer(lastPage: "7")
            #expect(try await harness.server.next().request == .watch(allPods, from: "7"))
            let after = try await harness.reader.next(allPods) { $0.state == .ready && $0.count == 1 }
            #expect(rows(after) == ["a@5"])
        }
    }
}
