import KubernetesModel
import Testing

@testable import DemoCluster

@Suite struct DemoObjectStoreTests {
    @Test func everyChangeGetsTheNextVersion() {
        var store = DemoObjectStore(version: 10)
        #expect(store.apply(.pods, pod("a"), at: beginning)?.entry.version == 11)
        #expect(store.apply(.pods, pod("a", phase: "Failed"), at: beginning)?.entry.version == 12)
        #expect(store.delete(.pods, namespace: "shop", name: "a")?.entry.version == 13)
        #expect(store.version == 13)
    }

    @Test func anObjectThatIsTheSameDoesNotChange() {
        var store = store(pods: ["a"])
        let before = store.version
        #expect(store.apply(.pods, pod("a"), at: beginning.adding(seconds: 60)) == nil)
        #expect(store.version == before)
    }

    @Test func identityAndCreationSurviveAnUpdate() throws {
        var store = store(pods: ["a"])
        let before = try #require(store.document(of: .pods, namespace: "shop", name: "a"))
        store.apply(.pods, pod("a", phase: "Failed"), at: beginning.adding(seconds: 60))
        let after = try #require(store.document(of: .pods, namespace: "shop", name: "a"))
        #expect(after.at("metadata", "uid") == before.at("metadata", "uid"))
        #expect(after.text("metadata", "creationTimestamp") == "2026-11-21T02:33:57Z")
        #expect(after.integer("metadata", "generation") == 1)
    }

    @Test func aPatchedStatusLeavesTheRest() {
        var store = store(pods: ["a"])
        let status = JSONValue.members(["phase": .string("Succeeded")])
        let change = store.patchStatus(.pods, namespace: "shop", name: "a", status, at: beginning)
        #expect(change?.kind == .modified)
        #expect(change?.entry.document.text("status", "phase") == "Succeeded")
        #expect(store.patchStatus(.pods, namespace: "shop", name: "b", status, at: beginning) == nil)
    }

    @Test func pagesAreOfOneVersionWhileObjectsChange() throws {
        var store = store(pods: ["a", "b", "c", "d"])
        let scope = try DemoObjectStore.Scope.pods()
        let first = try store.page(of: scope, limit: 2)
        #expect(first.entries.map(\.name) == ["a", "b"])
        #expect(first.remaining == 2)
        store.delete(.pods, namespace: "shop", name: "c")
        store.apply(.pods, pod("bb"), at: beginning)
        let second = try store.page(of: scope, limit: 2, token: try #require(first.continueToken))
        #expect(second.entries.map(\.name) == ["c", "d"])
        #expect(second.version == first.version)
        #expect(second.continueToken == nil)
    }

    @Test func anExpiredTokenSaysHowToGoOn() throws {
        var store = store(pods: ["a", "b", "c"])
        let scope = try DemoObjectStore.Scope.pods()
        let token = try #require(try store.page(of: scope, limit: 1).continueToken)
        store.apply(.pods, pod("d"), at: beginning)
        store.compact()
        let failure = #expect(throws: DemoStatus.self) { try store.page(of: scope, limit: 1, token: token) }
        #expect(failure?.code == 410)
        #expect(failure?.reason == "Expired")
        let rest = try store.page(of: scope, token: try #require(failure?.continueToken))
        #expect(rest.entries.map(\.name) == ["b", "c", "d"])
    }

    @Test func theHistoryIsBounded() throws {
        var store = DemoObjectStore(historyLimit: 10)
        for index in 0..<1000 { store.apply(.pods, pod("a", phase: "Phase\(index)"), at: beginning) }
        #expect(store.historyCount < 20)
        let scope = try DemoObjectStore.Scope.pods()
        #expect(throws: DemoStatus.expired(version: 5, oldest: store.compactedVersion)) {
            try store.changes(in: scope, after: 5)
        }
        #expect(try store.changes(in: scope, after: store.version - 10).count == 10)
    }

    @Test func anObjectThatBeginsOrEndsToMatchIsAddedOrDeletedForItsWatchers() throws {
        var store = store(pods: [])
        let start = store.version
        store.apply(.pods, pod("a", phase: "Pending"), at: beginning)
        store.apply(.pods, pod("a", phase: "Running"), at: beginning)
        store.apply(.pods, pod("a", node: "node-1", phase: "Running"), at: beginning)
        store.apply(.pods, pod("a", node: "node-1", phase: "Failed"), at: beginning)
        let running = try DemoObjectStore.Scope.pods(fields: "status.phase=Running")
        #expect(try store.changes(in: running, after: start).map(\.kind) == [.added, .modified, .deleted])
    }

    @Test(arguments: [
        ("app=web", ["a"]), ("app==web", ["a"]), ("app!=web", ["b", "c"]), ("app", ["a", "b"]), ("!app", ["c"]),
        ("app in (web, db)", ["a", "b"]), ("app notin (web)", ["b", "c"]), ("app,tier=front", ["a"]),
        ("", ["a", "b", "c"]),
    ])
    func labelSelectorsSelect(text: String, names: [String]) throws {
        var store = DemoObjectStore()
        store.apply(.pods, pod("a", labels: ["app": "web", "tier": "front"]), at: beginning)
        store.apply(.pods, pod("b", labels: ["app": "db"]), at: beginning)
        store.apply(.pods, pod("c"), at: beginning)
        #expect(store.entries(in: try .pods(labels: text)).map(\.name) == names)
    }

    @Test(arguments: [
        ("metadata.name=a", ["a"]), ("metadata.namespace!=shop", ["c"]), ("spec.nodeName=node-1", ["a"]),
        ("spec.nodeName=", ["b", "c"]), ("status.phase=Running,metadata.name!=a", ["c"]),
    ])
    func fieldSelectorsSelect(text: String, names: [String]) throws {
        var store = DemoObjectStore()
        store.apply(.pods, pod("a", node: "node-1"), at: beginning)
        store.apply(.pods, pod("b", phase: "Pending"), at: beginning)
        store.apply(.pods, pod("c", namespace: "web"), at: beginning)
        #expect(store.entries(in: try .pods(fields: text)).map(\.name) == names)
    }

    @Test func aFieldThatCannotBeSelectedIsNamed() {
        #expect(throws: DemoStatus.badRequest("field label not supported: spec.foo")) {
            try FieldSelector(parsing: "spec.foo=x", of: .pods)
        }
    }
}
