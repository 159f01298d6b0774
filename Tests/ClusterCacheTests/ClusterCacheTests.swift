import ClusterCache
import ClusterState
import KubernetesModel
import Testing

@Suite(.timeLimit(.minutes(20)))
struct ClusterCacheTests {
    @Test func firstRowsShowBeforeTheListEnds() async throws {
        try await Harness.run { harness in
            await harness.cache.setDemand([allPods])
            let first = try await harness.server.next()
            #expect(first.request == .list(allPods, .first(limit: 500)))
            await first.answer(pods: [pod("a", 1), pod("b", 2)])
            let early = try await harness.reader.next(allPods) { $0.count == 2 }
            #expect(early.state == .loading(count: 2))

            await first.answer(.page(ListedPage(continueToken: "p2", version: "9")))
            let second = try await harness.server.next()
            #expect(second.request == .list(allPods, .allCached))
            await second.answer(pods: [pod("a", 1), pod("b", 2), pod("c", 3)])
            await second.answer(lastPage: "9")
            let ready = try await harness.reader.next(allPods) { $0.state == .ready }
            #expect(rows(ready) == ["a@1", "b@2", "c@3"])
            #expect(ready.changes(since: early.version)?.count == 1)
            #expect(try await harness.server.next().request == .watch(allPods, from: "9"))
        }
    }

    @Test func whatIsDeletedAfterTheFirstPageDoesNotStay() async throws {
        try await Harness.run { harness in
            await harness.cache.setDemand([allPods])
            let first = try await harness.server.next()
            await first.answer(pods: [pod("a", 1), pod("b", 2)])
            await first.answer(.page(ListedPage(continueToken: "p2", version: "9")))
            let second = try await harness.server.next()
            await second.answer(pods: [pod("b", 2), pod("c", 10)])
            await second.answer(lastPage: "11")
            let ready = try await harness.reader.next(allPods) { $0.state == .ready }
            #expect(rows(ready) == ["b@2", "c@10"])
        }
    }

    @Test func eventsOfAWatchShow() async throws {
        try await Harness.run { harness in
            let watch = try await harness.listPods([pod("a", 1), pod("b", 2)], version: "9")
            await watch.answer(.messages([.upserted(pod("c", 10)), .upserted(pod("a", 11)), .deleted(pod("b", 12))]))
            let snapshot = try await harness.reader.next(allPods) { $0[key("c")] != nil }
            #expect(rows(snapshot) == ["a@11", "c@10"])
            await watch.answer(.messages([.bookmark(version: "20")]))
            await watch.answer(.ended)
            #expect(try await harness.server.next().request == .watch(allPods, from: "20"))
        }
    }

    @Test func aRelistNeverShowsFewerRowsInBetween() async throws {
        try await Harness.run { harness in
            let watch = try await harness.listPods([pod("a", 1), pod("b", 2), pod("c", 3)], version: "9")
            let before = try await harness.reader.next(allPods) { $0.state == .ready }
            await watch.answer(.gone)
            let first = try await harness.server.next()
            #expect(first.request == .list(allPods, .first(limit: 5000)))
            await first.answer(pods: [pod("a", 1)])
            await first.answer(.page(ListedPage(continueToken: "p2", version: "30")))
            let second = try await harness.server.next()
            await second.answer(pods: [pod("c", 21), pod("d", 22)])
            await second.answer(lastPage: "30")
            #expect(try await harness.server.next().request == .watch(allPods, from: "30"))
            let after = try await harness.reader.next(allPods) { _ in true }
            #expect(rows(before) == ["a@1", "b@2", "c@3"])
            #expect(rows(after) == ["a@1", "c@21", "d@22"])
            #expect(after.state == .ready)
            #expect(after.changes(since: before.version)?.count == 3)
        }
    }

    @Test func aCutStreamKeepsTheRowsAndResumesFromTheLastVersion() async throws {
        try await Harness.run { harness in
            let watch = try await harness.listPods([pod("a", 1)], version: "9")
            await watch.answer(.messages([.upserted(pod("b", 12))]))
            await watch.answer(.transport, "connection reset")
            let sleeper = try await harness.time.next()
            let stale = try await harness.reader.next(allPods) { if case .stale = $0.state { true } else { false } }
            #expect(rows(stale) == ["a@1", "b@12"])
            #expect(
                stale.state
                    == .stale(
                        since: harness.time.now, reason: "connection reset",
                        retryAt: later(harness.time.now, sleeper.duration)))
            await sleeper.wake()
            let resumed = try await harness.server.next()
            #expect(resumed.request == .watch(allPods, from: "12"))
            await resumed.answer(.messages([.opened]))
            let ready = try await harness.reader.next(allPods) { $0.state == .ready }
            #expect(rows(ready) == ["a@1", "b@12"])
        }
    }

    @Test func aRefusalShowsTheServersWordsAndRetryNowAsksAgain() async throws {
        try await Harness.run { harness in
            await harness.cache.setDemand([allPods])
            await (try harness.server.next()).answer(.forbidden, "pods is forbidden: User \"dev\"")
            let refused = try await harness.reader.next(allPods) { $0.state != .loading(count: 0) }
            #expect(refused.state == .forbidden(reason: "pods is forbidden: User \"dev\""))
            let sleeper = try await harness.time.next()
            #expect(sleeper.duration >= .seconds(60))
            await harness.cache.retryNow()
            #expect(try await harness.server.next().request == .list(allPods, .first(limit: 500)))
        }
    }

    @Test func waitsGrowWhileTheServerCannotBeReached() async throws {
        try await Harness.run { harness in
            await harness.cache.setDemand([allPods])
            for lowest in [0.5, 1, 2, 4] {
                await (try harness.server.next()).answer(.transport)
                let sleeper = try await harness.time.next()
                #expect((lowest...lowest * 1.5).contains(sleeper.duration / .seconds(1)))
                await sleeper.wake()
            }
        }
    }

    @Test func aCancellationElsewhereIsAFailureLikeAnother() async throws {
        try await Harness.run { harness in
            await harness.cache.setDemand([allPods])
            await (try harness.server.next()).answer(.cancelledElsewhere)
            await (try harness.time.next()).wake()
            #expect(try await harness.server.next().request == .list(allPods, .first(limit: 500)))
        }
    }

    @Test func nothingIsPublishedAndNoTimerRunsAtRest() async throws {
        try await Harness.run { harness in
            let watch = try await harness.listPods([pod("a", 1)], version: "9")
            _ = try await harness.reader.next(allPods) { $0.state == .ready }
            let version = await harness.reader.seen.last?.version
            await harness.holdPauses()
            await watch.answer(.messages([.bookmark(version: "10")]))
            await watch.answer(.messages([.upserted(pod("a", 1)), .deleted(pod("unknown", 1))]))
            await watch.answer(.messages([.upserted(pod("b", 11))]))
            #expect(await harness.reader.next()?.version == version.map { $0 + 1 })
            await (try harness.time.next()).wake()
            await watch.answer(.messages([.bookmark(version: "12")]))
            #expect(harness.time.count == 0)
        }
    }

    @Test func eventsBetweenTwoPublicationsArePublishedTogether() async throws {
        try await Harness.run { harness in
            let watch = try await harness.listPods([pod("a", 1)], version: "9")
            _ = try await harness.reader.next(allPods) { $0.state == .ready }
            await harness.holdPauses()
            await watch.answer(.messages([.upserted(pod("b", 10))]))
            let before = try #require(await harness.reader.next())
            let pause = try await harness.time.next()
            #expect(pause.duration == ClusterCache.publicationInterval)
            for version in 11...500 { await watch.answer(.messages([.upserted(pod("c", version))])) }
            await pause.wake()
            let after = try #require(await harness.reader.next())
            #expect(after.version == before.version + 1)
            #expect(rows(after[allPods]) == ["a@1", "b@10", "c@500"])
        }
    }

    @Test func cancellingEndsEveryRequestAndTheSnapshots() async throws {
        let server = ScriptedSource()
        let time = ManualTime(instant: ClusterCache.publicationInterval)
        let cache = Harness.cache(server, time)
        let run = Task { await cache.run() }
        await cache.setDemand([allPods, KindScope(Node.kind.groupResource, namespace: nil)])
        _ = try await server.next()
        let call = try await server.next()
        run.cancel()
        await run.value
        #expect(server.cancelled.count == 2)
        #expect(time.count == 0)
        await cache.setDemand([demoPods])
        var rest = 0
        for await _ in cache.snapshots { rest += 1 }
        #expect(rest <= 1)
        _ = call
    }

    @Test func demandBeforeTheRunIsServedByIt() async throws {
        let server = ScriptedSource()
        let cache = Harness.cache(server, ManualTime(instant: ClusterCache.publicationInterval))
        await cache.setDemand([allPods])
        let run = Task { await cache.run() }
        #expect(try await server.next().request == .list(allPods, .first(limit: 500)))
        run.cancel()
        await run.value
    }

    private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "demo", name: name) }
}

/// The moment this much later.
func later(_ moment: Timestamp, _ duration: Duration) -> Timestamp {
    let (seconds, attoseconds) = duration.components
    return Timestamp(microseconds: moment.microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
}
