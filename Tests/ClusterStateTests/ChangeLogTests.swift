import ClusterState
import KubernetesModel
import Testing

struct ChangeLogTests {
    @Test(arguments: [1, 127, 128, 129, 500])
    func aReaderWithinTheLimitIsToldEveryChange(_ behind: Int) {
        var store = listedStore(logLimit: 500)
        for version in 1...2000 { store.upsert(pod("p\(version % 70)", version: version)) }
        let old = store.snapshot()
        for version in 2001..<2001 + behind { store.upsert(pod("p\(version % 70)", version: version)) }
        let changes = store.snapshot().changes(since: old.version)
        #expect(changes?.compactMap(\.new?.metadata.resourceVersion) == (2001..<2001 + behind).map(String.init))
    }

    @Test func aReaderThatFellBehindIsToldToWalk() {
        var store = listedStore(logLimit: 500)
        let old = store.snapshot()
        for version in 1...1000 { store.upsert(pod("p", version: version)) }
        #expect(store.snapshot().changes(since: old.version) == nil)
        #expect(store.snapshot().changes(since: store.version) != nil)
    }

    @Test func aVersionFromTheFutureIsNotUnderstood() {
        var store = listedStore()
        let old = store.snapshot()
        store.upsert(pod("p"))
        #expect(old.changes(since: store.version) == nil)
    }

    @Test func theFirstListCanBeFollowedFromVersionZero() {
        let store = listedStore([pod("a"), pod("b")])
        #expect(
            store.snapshot().changes(since: 0)?.map(Change.init) == [
                Change(old: nil, new: "a@1"), Change(old: nil, new: "b@1"),
            ])
    }
}
