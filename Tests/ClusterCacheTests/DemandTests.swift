import ClusterCache
import ClusterState
import KubernetesModel
import Testing

/// Which scopes are read for what is wanted.
@Suite(.timeLimit(.minutes(20)))
struct DemandTests {
    @Test func oneNamespaceIsServedByAllNamespacesWhenThoseAreRead() async throws {
        try await Harness.run { harness in
            _ = try await harness.listPods([pod("a", 1), pod("b", 2, in: "other")], version: "9")
            await harness.cache.setDemand([demoPods, KindScope(Node.kind.groupResource, namespace: nil)])
            let next = try await harness.server.next()
            #expect(
                next.request
                    == .list(KindScope(Node.kind.groupResource, namespace: nil), .first(limit: 500)))
            await next.answer(lastPage: "9")
            let snapshot = try #require(await harness.reader.next())
            #expect(snapshot[demoPods] == nil)
            #expect(snapshot.resolve(demoPods)?.count(inNamespace: "demo") == 1)
            #expect(harness.time.count == 0, "all namespaces do not cool down while they serve one")
        }
    }

    @Test func aRefusalOfAllNamespacesLeavesTheOneToBeReadByItself() async throws {
        try await Harness.run { harness in
            await harness.cache.setDemand([allPods, demoPods])
            let all = try await harness.server.next()
            #expect(all.request == .list(allPods, .first(limit: 500)))
            await all.answer(.forbidden)
            let one = try await harness.server.next()
            #expect(one.request == .list(demoPods, .first(limit: 500)))
            await one.answer(pods: [pod("a", 1)])
            let shown = try await harness.reader.next(demoPods) { $0.count == 1 }
            #expect(rows(shown) == ["a@1"])
        }
    }

    @Test func aRefusedScopeThatIsNotWantedAnyMoreIsForgotten() async throws {
        try await Harness.run { harness in
            await harness.cache.setDemand([allPods])
            await (try harness.server.next()).answer(.forbidden)
            _ = try await harness.reader.next(allPods) { $0.state != .loading(count: 0) }
            await harness.cache.setDemand([demoPods])
            #expect(try await harness.server.next().request == .list(demoPods, .first(limit: 500)))
            var last = try #require(await harness.reader.next())
            while last[allPods] != nil { last = try #require(await harness.reader.next()) }
            #expect(last[demoPods]?.state == .loading(count: 0))
        }
    }

    @Test func aScopeStaysWarmForAWhileAndIsThenStopped() async throws {
        try await Harness.run { harness in
            _ = try await harness.listPods([pod("a", 1)], version: "9")
            let ready = try await harness.reader.next(allPods) { $0.state == .ready }

            await harness.cache.setDemand([])
            let unused = try await harness.time.next()
            #expect(unused.duration == ClusterCache.warmTime)
            await harness.cache.setDemand([allPods])
            await harness.cache.setDemand([])
            let cooling = try await harness.time.next()
            await unused.wake()
            #expect(harness.server.cancelled.isEmpty)

            await cooling.wake()
            var last = await harness.reader.next()
            while last?[allPods] != nil { last = await harness.reader.next() }
            await harness.cache.setDemand([allPods])
            let fresh = try await harness.server.next()
            await fresh.answer(pods: [pod("a", 1)])
            let again = try await harness.reader.next(allPods) { $0.count == 1 }
            #expect(again.storeID != ready.storeID)
            #expect(again.state == .loading(count: 1))
        }
    }

    @Test func onlySoManyScopesStayWarm() async throws {
        try await Harness.run { harness in
            let scopes = (0..<30).map { KindScope(Pod.kind.groupResource, namespace: "team-\($0)") }
            await harness.cache.setDemand(Set(scopes))
            func count(_ snapshot: ClusterSnapshot?) -> Int { scopes.filter { snapshot?[$0] != nil }.count }
            var last = await harness.reader.next()
            while count(last) < 30 { last = await harness.reader.next() }
            await harness.cache.setDemand([])
            while count(last) > ClusterCache.mostCooling { last = await harness.reader.next() }
            #expect(count(last) == ClusterCache.mostCooling)
        }
    }

    @Test func aWarmScopeIsCurrentWhenItIsWantedAgain() async throws {
        try await Harness.run { harness in
            let watch = try await harness.listPods([pod("a", 1)], version: "9")
            let ready = try await harness.reader.next(allPods) { $0.state == .ready }
            await harness.cache.setDemand([])
            await watch.answer(.messages([.upserted(pod("b", 10))]))
            await harness.cache.setDemand([allPods])
            let now = try await harness.reader.next(allPods) { $0.count == 2 }
            #expect(now.storeID == ready.storeID)
            #expect(now.changes(since: ready.version)?.count == 1)
        }
    }
}
