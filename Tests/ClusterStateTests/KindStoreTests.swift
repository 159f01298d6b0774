import ClusterState
import KubernetesModel
import Testing

struct KindStoreTests {
    @Test func objectsOfTheFirstListAreVisibleAsTheyArrive() {
        var store = KindStore(storeID: 1)
        store.beginList()
        store.receive([pod("a"), pod("b")])
        #expect(store.snapshot().state == .loading(count: 2))
        #expect(summary(store.snapshot().objects) == ["demo/a@1", "demo/b@1"])
        store.receive([pod("c")])
        store.endList()
        store.setState(.ready)
        #expect(store.snapshot().state == .ready)
        #expect(summary(store.snapshot().objects) == ["demo/a@1", "demo/b@1", "demo/c@1"])
    }

    @Test func aFirstListThatIsStartedAgainKeepsItsRowsAndDropsWhatVanished() {
        var store = KindStore(storeID: 1)
        store.beginList()
        store.receive([pod("a"), pod("gone")])
        store.beginList()
        #expect(store.count == 2)
        store.receive([pod("a"), pod("b")])
        #expect(summary(store.snapshot().objects) == ["demo/a@1", "demo/b@1", "demo/gone@1"])
        store.endList()
        #expect(summary(store.snapshot().objects) == ["demo/a@1", "demo/b@1"])
    }

    @Test func aRelistChangesNothingBeforeItEndsAndKeepsUnchangedObjects() {
        let kept = pod("kept", version: 1)
        var store = listedStore([kept, pod("changed", version: 2), pod("vanished", version: 3)])
        let before = store.snapshot()
        store.beginList()
        store.receive([pod("kept", version: 1), pod("changed", version: 8), pod("new", version: 9)])
        #expect(store.snapshot() == before)
        store.endList()
        let after = store.snapshot()
        #expect(summary(after.objects) == ["demo/changed@8", "demo/kept@1", "demo/new@9"])
        #expect(after[ObjectKey(namespace: "demo", name: "kept")] === kept)
        #expect(
            after.changes(since: before.version)?.map(Change.init) == [
                Change(old: "vanished@3", new: nil), Change(old: "changed@2", new: "changed@8"),
                Change(old: nil, new: "new@9"),
            ])
        #expect(summary(before.objects) == ["demo/changed@2", "demo/kept@1", "demo/vanished@3"])
    }

    @Test func aListOfANewHistoryReplacesObjectsOfTheSameVersionToo() {
        var store = listedStore([pod("a", version: 5, node: "old"), pod("b", version: 6)])
        let restored = pod("a", version: 5, node: "new")
        store.beginList(isNewHistory: true)
        store.receive([restored])
        store.endList()
        #expect(summary(store.snapshot().objects) == ["demo/a@5"])
        #expect(store.snapshot()[ObjectKey(namespace: "demo", name: "a")] === restored)
        #expect(summary(store.snapshot().objects(onNode: "old")).isEmpty)
    }

    @Test func aRelistThatWasNotEndedLeavesNoTrace() {
        var store = listedStore([pod("a")])
        let before = store.snapshot()
        store.beginList()
        store.receive([pod("b")])
        store.beginList()
        store.receive([pod("a")])
        store.endList()
        #expect(store.snapshot() == before)
    }

    @Test func theSameObjectTwiceIsNoChange() {
        var store = listedStore([pod("a", version: 5)])
        let before = store.snapshot()
        store.upsert(pod("a", version: 5))
        store.remove(pod("unknown"))
        #expect(store.snapshot() == before)
        #expect(store.snapshot().changes(since: before.version)?.isEmpty == true)
    }

    @Test func anObjectWithoutAVersionIsAlwaysNew() {
        var store = listedStore([pod("a", version: 0)])
        let before = store.snapshot()
        store.upsert(pod("a", version: 0))
        #expect(store.snapshot() != before)
    }

    @Test func anotherObjectOfTheSameNameIsADeletionAndAnAddition() {
        var store = listedStore([pod("web-0", uid: "first", version: 1)])
        let before = store.snapshot()
        store.upsert(pod("web-0", uid: "second", version: 2))
        #expect(
            store.snapshot().changes(since: before.version)?.map(Change.init) == [
                Change(old: "web-0@1", new: nil), Change(old: nil, new: "web-0@2"),
            ])
    }

    @Test func theLateDeletionOfAPredecessorDoesNotDeleteItsSuccessor() {
        var store = listedStore([pod("web-0", uid: "second", version: 2)])
        store.remove(pod("web-0", uid: "first", version: 1))
        #expect(summary(store.snapshot().objects) == ["demo/web-0@2"])
    }

    @Test func settingTheStateItHasIsNoChange() {
        var store = listedStore([pod("a")])
        let before = store.snapshot()
        store.setState(.ready)
        #expect(store.snapshot() == before)
        store.setState(.forbidden(reason: "no"))
        #expect(store.snapshot() != before)
        #expect(store.snapshot().changes(since: before.version)?.isEmpty == true)
    }

    @Test func indexesFollowTheObject() {
        var store = listedStore()
        store.upsert(pod("a", version: 1, labels: ["app": "web", "tier": "x"], owners: ["rs-1", "rs-1"]))
        store.upsert(pod("b", version: 2, labels: ["app": "web"], owners: ["rs-1"], node: "n1"))
        store.upsert(pod("a", version: 3, labels: ["app": "web", "tier": "y"], owners: ["rs-2"], node: "n1"))
        let snapshot = store.snapshot()
        #expect(summary(snapshot.objects(matching: ["app": "web"])) == ["demo/a@3", "demo/b@2"])
        #expect(summary(snapshot.objects(matching: ["app": "web", "tier": "x"])).isEmpty)
        #expect(summary(snapshot.objects(matching: ["app": "web", "tier": "y"])) == ["demo/a@3"])
        #expect(summary(snapshot.objects(matching: ["app": "web"], inNamespace: "other")).isEmpty)
        #expect(summary(snapshot.objects(matching: [:], inNamespace: "demo")) == ["demo/a@3", "demo/b@2"])
        #expect(summary(snapshot.objects(ownedBy: "rs-1")) == ["demo/b@2"])
        #expect(summary(snapshot.objects(ownedBy: "rs-2")) == ["demo/a@3"])
        #expect(summary(snapshot.objects(onNode: "n1")) == ["demo/a@3", "demo/b@2"])
        #expect(Set(snapshot.namespaces) == ["demo"])
        #expect(snapshot.count(inNamespace: "demo") == 2)
        store.remove(pod("a", version: 4))
        store.remove(pod("b", version: 5))
        #expect(Set(store.snapshot().namespaces) == [])
        #expect(summary(store.snapshot().objects(matching: ["app": "web"])).isEmpty)
        #expect(summary(snapshot.objects) == ["demo/a@3", "demo/b@2"], "an earlier snapshot keeps what it had")
    }

    @Test func aLabelSelectorReadsTheIndexAndThenItsExpressions() {
        let snapshot = listedStore([
            pod("a", labels: ["app": "web", "tier": "x"]), pod("b", labels: ["app": "web"]),
            pod("c", in: "other", labels: ["app": "web", "tier": "y"]), pod("d", labels: ["app": "db"]),
        ]).snapshot()
        var selector = LabelSelector()
        #expect(summary(snapshot.objects(matching: selector)).count == 4)
        selector.matchLabels = ["app": "web"]
        #expect(summary(snapshot.objects(matching: selector)) == ["demo/a@1", "demo/b@1", "other/c@1"])
        selector.matchExpressions = [LabelSelectorRequirement(key: "tier", operator: "NotIn", values: ["y"])]
        #expect(summary(snapshot.objects(matching: selector)) == ["demo/a@1", "demo/b@1"])
        #expect(summary(snapshot.objects(matching: selector, inNamespace: "other")).isEmpty)
    }

    @Test func aSnapshotOfGivenObjectsHasThemIndexed() {
        let snapshot = KindSnapshot(
            storeID: 7, version: 3, state: .ready, objects: [pod("a", node: "n1"), pod("b"), pod("a", node: "n2")])
        #expect(snapshot.storeID == 7)
        #expect(snapshot.version == 3)
        #expect(snapshot.state == .ready)
        #expect(summary(snapshot.objects) == ["demo/a@1", "demo/b@1"])
        #expect(snapshot.changes(since: 2) == nil)
    }
}

/// One change of the log, comparable.
struct Change: Equatable {
    var old: String?
    var new: String?

    init(old: String?, new: String?) {
        self.old = old
        self.new = new
    }

    init(_ change: ObjectChange) {
        old = change.old.map { "\($0.metadata.name)@\($0.metadata.resourceVersion)" }
        new = change.new.map { "\($0.metadata.name)@\($0.metadata.resourceVersion)" }
    }
}
