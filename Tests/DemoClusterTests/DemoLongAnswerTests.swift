import ConcurrencyTestSupport
import KubernetesModel
import NIOCore
import Testing

@testable import DemoCluster

/// Lists and watches that are too long for one piece.
@Suite(.timeLimit(.minutes(20))) struct DemoLongAnswerTests {
    private func manyPods(_ count: Int, historyLimit: Int = 2000) -> DemoObjectStore {
        var store = DemoObjectStore(historyLimit: historyLimit)
        for number in 0..<count {
            store.apply(.pods, pod("p\(10000 + number)", namespace: "ns-\(number % 3)"), at: beginning)
        }
        return store
    }

    private func quiet() -> DemoServer.Options {
        var options = DemoServer.Options()
        options.bookmarkIntervalSeconds = 86_400
        return options
    }

    @Test func aLongListComesWhole() async throws {
        let names = Set((0..<1500).map { "p\(10000 + $0)" })
        try await withDemoServer(store: manyPods(1500), clock: { beginning }) { server in
            try await connected(to: server) { connection in
                for target in ["/api/v1/pods", "/api/v1/pods?resourceVersion=0"] {
                    try await connection.send(target)
                    let listed = try Parsed(try await connection.body().utf8).names
                    #expect(listed.count == 1500 && Set(listed) == names)
                }
                try await connection.send("/readyz")
                #expect(try await connection.body() == "ok")
            }
        }
    }

    @Test func aLongBeginningOfAWatchMissesNothingThatHappensMeanwhile() async throws {
        try await withDemoServer(store: manyPods(1500), options: quiet(), clock: { beginning }) { server in
            try await connected(to: server) { connection in
                let initial = "sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
                try await connection.send("/api/v1/pods?watch=1&\(initial)")
                try await until { server.openWatchCount > 0 }
                server.update { store in
                    store.apply(.pods, pod("late"), at: beginning)
                    store.delete(.pods, namespace: "ns-0", name: "p10000")
                    return
                }
                let events = try await connection.events(1503)
                #expect(Set(events.prefix(1500)).count == 1500)
                #expect(events.suffix(3) == ["BOOKMARK -", "ADDED late", "DELETED p10000"])
                server.update { store in
                    store.apply(.pods, pod("last"), at: beginning)
                    return
                }
                #expect(try await connection.events(1) == ["ADDED last"])
            }
        }
    }

    @Test func aWatchThatMissedMuchCatchesUp() async throws {
        var store = manyPods(10)
        let version = store.version
        for number in 0..<1200 { store.apply(.pods, pod("n\(10000 + number)"), at: beginning) }
        try await withDemoServer(store: store, options: quiet(), clock: { beginning }) { server in
            try await connected(to: server) { connection in
                try await connection.send("/api/v1/pods?watch=1&resourceVersion=\(version)")
                let events = try await connection.events(1200)
                #expect(events == (0..<1200).map { "ADDED n\(10000 + $0)" })
                server.update { store in
                    store.apply(.pods, pod("after"), at: beginning)
                    return
                }
                #expect(try await connection.events(1) == ["ADDED after"])
            }
        }
    }

    @Test func aWatcherThatReadsSlowlyGetsEverythingInOrder() async throws {
        var options = quiet()
        options.watchBufferBytes = 1 << 12
        let filler = String(repeating: "x", count: 20_000)
        try await withDemoServer(store: manyPods(1), options: options, clock: { beginning }) { server in
            try await connected(to: server) { connection in
                try await connection.send("/api/v1/pods?watch=1&resourceVersion=\(server.store.version)")
                try await until { server.openWatchCount > 0 }
                for number in 0..<600 {
                    server.update { store in
                        store.apply(.pods, pod("n\(10000 + number)", phase: filler), at: beginning)
                        return
                    }
                }
                #expect(try await connection.events(600) == (0..<600).map { "ADDED n\(10000 + $0)" })
                #expect(server.openWatchCount == 1)
            }
        }
    }

    @Test func manyWhoWatchGetTheSame() async throws {
        try await withDemoServer(store: manyPods(1), options: quiet(), clock: { beginning }) { server in
            try await withThrowingTaskGroup(of: [String].self) { group in
                for number in 0..<100 {
                    let namespace = number % 2 == 0 ? "" : "namespaces/shop/"
                    let target = "/api/v1/\(namespace)pods?watch=1&resourceVersion=\(server.store.version)"
                    group.addTask {
                        try await connected(to: server) { connection in
                            try await connection.send(target)
                            return try await connection.events(3)
                        }
                    }
                }
                try await until { server.openWatchCount >= 100 }
                server.update { store in
                    store.apply(.pods, pod("a"), at: beginning)
                    store.apply(.pods, pod("a", phase: "Failed"), at: beginning)
                    store.delete(.pods, namespace: "shop", name: "a")
                    return
                }
                for try await events in group { #expect(events == ["ADDED a", "MODIFIED a", "DELETED a"]) }
            }
        }
    }

    @Test func pagesOfAnOldStateFitTogether() throws {
        var store = manyPods(700)
        let scope = try DemoObjectStore.Scope.pods()
        let before = store.entries(in: scope).map(\.name)
        var names: [String] = []
        var token = ""
        repeat {
            let page = try store.page(of: scope, limit: 90, token: token)
            names += page.entries.map(\.name)
            #expect(page.remaining == (page.continueToken == nil ? nil : 700 - names.count))
            token = page.continueToken ?? ""
            // What happens between two pages is not in the list.
            store.delete(.pods, namespace: "ns-2", name: names[names.count - 1])
            store.apply(.pods, pod("new\(names.count)", namespace: "ns-1"), at: beginning)
            store.apply(.pods, pod("p10001", namespace: "ns-1", phase: "\(names.count)"), at: beginning)
        } while !token.isEmpty
        #expect(names == before)
    }

    @Test func theHistoryIsBoundedInBytes() throws {
        var store = DemoObjectStore(historyLimit: 1000, historyBytes: 100_000)
        let filler = String(repeating: "x", count: 10_000)
        for number in 0..<100 { store.apply(.pods, pod("a", phase: "\(number)\(filler)"), at: beginning) }
        #expect(store.historyCount < 12 && store.historyCount > 2)
        #expect(throws: DemoStatus.self) { try store.changes(in: try .pods(), after: store.version - 50) }
        #expect(try store.changes(in: try .pods(), after: store.version - 1).count == 1)
    }

    @Test func entriesStayInOrderHoweverTheyComeAndGo() throws {
        var random = DemoRandom(seed: 5)
        var entries = SortedEntries()
        var model: [DemoObjectStore.Key: Int] = [:]
        for step in 0..<5000 {
            let key = DemoObjectStore.Key(namespace: "ns-\(random.number(0...4))", name: "p\(random.number(0...600))")
            let isRemoval = random.number(0...2) == 0
            entries[key] = isRemoval ? nil : DemoObjectStore.Entry(.integer(step), version: UInt64(step))
            model[key] = isRemoval ? nil : step
        }
        #expect(entries.count == model.count)
        let sorted = model.sorted { $0.key < $1.key }
        #expect(entries.slice().map(\.key) == sorted.map(\.key))
        #expect(entries.slice().map { Int($0.entry.version) } == sorted.map(\.value))
        for namespace in ["ns-0", "ns-2", "ns-4", "ns-9"] {
            let key = DemoObjectStore.Key(namespace: namespace, name: "p3")
            let expected = sorted.filter { $0.key.namespace == namespace && $0.key > key }
            #expect(entries.slice(namespace: namespace, after: key).map(\.key) == expected.map(\.key))
            #expect(entries.count(namespace: namespace, after: key) == expected.count)
        }
    }

    @Test func theKubeconfigHasAContextForEachUser() throws {
        let accounts = DemoAccounts()
        var options = DemoServer.Options()
        try accounts.register(with: &options)
        #expect(options.users.values.map(\.name).sorted() == ["demo-admin", "demo-developer", "demo-nobody"])
        let text = accounts.kubeconfig(url: "https://127.0.0.1:1234")
        for (token, user) in options.users {
            #expect(text.contains("- name: \(user.name)\n  user:\n    token: \"\(token)\"\n"))
            #expect(token.count == 32)
        }
        #expect(text.contains("current-context: demo-admin\n"))
        #expect(text.contains("cluster: demo-broken\n    user: demo-admin\n"))
        #expect(DemoAccounts().kubeconfig(url: "https://127.0.0.1:1234") != text)
    }

    @Test func aPortInUseIsSaidInWords() async throws {
        try await withDemoServer(store: DemoObjectStore(), clock: { beginning }) { server in
            var options = DemoServer.Options()
            options.port = server.port
            let second = DemoServer(store: DemoObjectStore(), options: options, clock: { beginning })
            let failure = await #expect(throws: DemoServerFailure.self) { try await second.start() }
            #expect(failure?.description == "port \(server.port) of 127.0.0.1 is in use; --port 0 takes a free one")
        }
    }
}
