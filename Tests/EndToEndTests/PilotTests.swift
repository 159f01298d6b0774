import AppCore
import AppRuntime
import ClusterState
import DemoCluster
import Foundation
import KubernetesModel
import Screen
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(20))) @MainActor
struct PilotTests {
    /// A server with the small cluster and a pilot on it.
    private func fly(
        _ options: LaunchOptions = LaunchOptions(), users: [String: DemoUser] = [:], token: String? = nil,
        _ body: (Pilot, DemoServer) async throws -> Void
    ) async throws {
        var serverOptions = token == nil ? DemoServer.Options() : try DemoServer.Options.overTLS()
        serverOptions.users = users
        try await serving(serverOptions) { server in
            try await Pilot.fly(server.kubeconfig(token: token), options: options) { try await body($0, server) }
        }
    }

    @Test func opensOnThePodsOfTheContextsNamespace() async throws {
        try await fly { pilot, _ in
            try await pilot.wait(for: "db-0")
            try await pilot.wait(for: "v1.36")
            #expect(pilot.screen.contains("Pods 3"))
            #expect(!pilot.screen.contains("ledger-0"))
        }
    }

    @Test func aChangeInTheClusterAppearsByItself() async throws {
        try await fly { pilot, server in
            try await pilot.wait(for: "db-0")
            let added = try pod("cart-9", phase: "Pending")
            server.update { _ = $0.apply(.pods, added, at: .systemNow) }
            try await pilot.wait(for: "cart-9")
            server.update { _ = $0.delete(.pods, namespace: "shop", name: "cart-9") }
            try await pilot.waitUntilGone("cart-9")
        }
    }

    @Test func logsOpenBelowTheTableAndClose() async throws {
        try await fly { pilot, _ in
            try await pilot.wait(for: "db-0")
            pilot.press(.showLog)
            try await pilot.wait(for: "Logs db-0")
            #expect(pilot.screen.contains("Pods 3"), "the table is above")
            try await pilot.wait("the end of the reading or lines") { state in
                state.shownLog?.news.origins.isEmpty == false || state.shownLog?.news.state != .reading
            }
            pilot.press(.zoomPane)
            #expect(!pilot.screen.contains("Pods 3"))
            pilot.press(.back)
            #expect(pilot.state.shownLog == nil)
        }
    }

    @Test func rowsNarrowWhileAFilterIsTyped() async throws {
        try await fly { pilot, _ in
            try await pilot.wait(for: "db-0")
            pilot.press(.filterPrompt)
            pilot.type("web")
            #expect(pilot.screen.contains("Pods 2 of 3"))
            pilot.press(.escape)
            #expect(pilot.screen.contains("Pods 3"))
        }
    }

    @Test func enterGoesFromADeploymentAndAServiceToTheirPods() async throws {
        for kind in ["deploy", "svc"] {
            try await fly { pilot, _ in
                try await pilot.wait(for: "db-0")
                pilot.type(":\(kind)\n")
                try await pilot.wait(for: "web ")
                pilot.press(.open)
                try await pilot.wait(for: "Pods of")
                try await pilot.wait(for: "web-2")
                #expect(!pilot.screen.contains("db-0"))
                pilot.press(.back)
                #expect(!pilot.screen.contains("Pods of"))
            }
        }
    }

    @Test func enterOnAnEventSelectsItsObject() async throws {
        try await fly { pilot, _ in
            try await pilot.wait(for: "db-0")
            pilot.press(.moveToBottom)
            pilot.type(":ev\n")
            try await pilot.wait(for: "BackOff")
            pilot.press(.open)
            try await pilot.wait("db-0 to be selected") { state in
                guard case .table(let view) = state.place, view.kind == Pod.kind.groupResource else { return false }
                return view.selection?.metadata.name == "db-0"
            }
        }
    }

    @Test func yamlIsLiveAndSurvivesDeletion() async throws {
        try await fly { pilot, server in
            try await pilot.wait(for: "db-0")
            pilot.press(.viewYAML)
            try await pilot.wait(for: "kind: Pod")
            #expect(pilot.screen.contains("name: db-0"))
            server.update {
                _ = $0.patchStatus(
                    .pods, namespace: "shop", name: "db-0", .object([.init("message", .string("hello"))]),
                    at: .systemNow)
            }
            pilot.press(.zoomPane, .moveToBottom)
            try await pilot.wait(for: "message: hello")
            server.update { _ = $0.delete(.pods, namespace: "shop", name: "db-0") }
            try await pilot.wait(for: "deleted")
            #expect(pilot.screen.contains("message: hello"))
        }
    }

    @Test func zeroShowsAllNamespacesAndAKeyGoesBack() async throws {
        try await fly { pilot, _ in
            try await pilot.wait(for: "db-0")
            pilot.press(.allNamespaces)
            try await pilot.wait(for: "ledger-0")
            pilot.press(.character("1"))
            try await pilot.waitUntilGone("ledger-0")
        }
    }

    @Test func aUserOfOneNamespaceGetsItAndIsToldWhy() async throws {
        let viewer = DemoUser(name: "viewer", groups: [], namespaces: ["shop"], deniedResources: [])
        try await fly(LaunchOptions(allNamespaces: true), users: ["secret": viewer], token: "secret") { pilot, _ in
            // It is said for some seconds only, and pods may be later.
            try await pilot.wait("the reason") { state in
                let words = state.notice?.notice.text ?? ""
                return words.contains("Showing shop only") && words.contains("forbidden")
            }
            try await pilot.wait(for: "db-0")
        }
    }

    @Test func aLostServerKeepsItsRowsAndComesBackByItself() async throws {
        var options = DemoServer.Options()
        // Below the ports that systems give out by themselves: nobody gets it while the server is down.
        options.port = .random(in: 10_240..<30_000)
        let first = DemoServer(store: try smallCluster(), options: options, clock: { .systemNow })
        try await first.start()
        let kubeconfig = first.kubeconfig()
        try await Pilot.fly(kubeconfig) { pilot in
            try await pilot.wait(for: "db-0")
            await first.shutdown()
            try await pilot.wait("the rows to go stale") { state in
                guard case .stale? = state.table?.loadState else { return false }
                return true
            }
            #expect(pilot.screen.contains("db-0"))
            #expect(pilot.screen.contains("since"))
            var store = try smallCluster()
            _ = store.apply(.pods, try pod("new-1"), at: .systemNow)
            store.compact()
            let second = DemoServer(store: store, options: options, clock: { .systemNow })
            try await second.start()
            pilot.press(.retry)
            try await pilot.wait(for: "new-1")
            #expect(pilot.state.table?.rows.count == 4)
            await second.shutdown()
        }
    }

    @Test func anExpiredVersionIsListedAgainWithoutAnEmptyTable() async throws {
        try await fly { pilot, server in
            try await pilot.wait(for: "db-0")
            var fewest = Int.max
            let before = pilot.application.didChange
            pilot.application.didChange = {
                if let count = pilot.state.table?.rows.count { fewest = min(fewest, count) }
                before?()
            }
            try await pilot.wait("the watches to open") { _ in server.openWatchCount >= 2 }
            let added = try pod("late-1")
            // The server cuts off who watches from a version that is compacted: nobody sees the pod by a watch.
            server.update { store in
                _ = store.apply(.pods, added, at: .systemNow)
                store.compact()
            }
            try await pilot.wait(for: "late-1")
            #expect(fewest >= 3)
            #expect(server.requestLog.contains { $0.target.contains("/pods?limit=5000") }, "a second list")
        }
    }

    @Test func anUnreachableServerIsSaidAndContextsAreOneCommandAway() async throws {
        try await Pilot.fly(unreachable) { pilot in
            try await pilot.wait(for: "refused")
            pilot.type(":ctx\n")
            #expect(pilot.screen.contains("Contexts 1"))
        }
    }

    @Test func nothingIsAskedAtRestButOpenWatches() async throws {
        try await fly { pilot, server in
            try await pilot.wait(for: "db-0")
            try await pilot.wait("the first requests to end") { _ in server.openWatchCount >= 2 }
            try await pilot.wait(for: "v1.36")
            try await pilot.wait("what the server offers") { !$0.resources.isEmpty }
            try await pilot.wait("what is allowed") { $0.isClusterAdmin }
            let seconds = ProcessInfo.processInfo.environment["SEXTANT_SLOW_TESTS"] == nil ? 3 : 55
            try await pilot.wait("metrics") { $0.usage.podMetrics?.state == .ready }
            // Metrics cannot be watched: they are asked for every 15 seconds.
            func count() -> Int { server.requestLog.count { !$0.target.contains("/metrics.k8s.io/") } }
            let (before, start) = (count(), pilot.state.now)
            try await pilot.wait("time to pass") { $0.now.seconds >= start.seconds + Int64(seconds) }
            #expect(count() == before)
        }
    }
}

/// Nothing listens on the discard port.
let unreachable = """
    {"apiVersion":"v1","kind":"Config","current-context":"dead",
    "clusters":[{"name":"dead","cluster":{"server":"http://127.0.0.1:9"}}],
    "users":[{"name":"nobody","user":{}}],"contexts":[{"name":"dead","context":{"cluster":"dead","user":"nobody"}}]}
    """
