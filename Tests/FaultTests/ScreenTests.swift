import AppCore
import ClusterState
import DemoCluster
import KubernetesModel
import Screen
import TestSupport
import Testing

/// Bad days on the live screen.
@Suite(.timeLimit(.minutes(20))) @MainActor
struct ScreenTests {
    /// Runs the program on a small cluster behind a server with faults.
    private func fly(
        before: (FaultyServer) -> Void = { _ in }, _ body: (Pilot, FaultyServer, DemoServer) async throws -> Void
    ) async throws {
        let server = DemoServer(store: try smallCluster(), clock: { .systemNow })
        try await server.start()
        let faulty = FaultyServer(upstream: server.port)
        try await faulty.start()
        before(faulty)
        let result: Result<Void, any Error>
        do {
            result = .success(
                try await Pilot.fly(kubeconfig([("demo", faulty.port)]), size: Size(columns: 200, rows: 30)) {
                    try await body($0, faulty, server)
                })
        } catch {
            result = .failure(error)
        }
        await faulty.kill()
        await server.shutdown()
        try result.get()
    }

    /// A kubeconfig with a context for each name; the first is the current one.
    private func kubeconfig(_ servers: [(name: String, port: Int)]) -> String {
        let clusters = servers.map { #"{"name":"\#($0.name)","cluster":{"server":"http://127.0.0.1:\#($0.port)"}}"# }
        let contexts = servers.map {
            #"{"name":"\#($0.name)","context":{"cluster":"\#($0.name)","user":"me","namespace":"shop"}}"#
        }
        return #"{"apiVersion":"v1","kind":"Config","current-context":"\#(servers.first?.name ?? "")","#
            + #""clusters":[\#(clusters.joined(separator: ","))],"users":[{"name":"me","user":{}}],"#
            + #""contexts":[\#(contexts.joined(separator: ","))]}"#
    }

    struct Case: Sendable, CustomStringConvertible {
        var description: String
        var fault: Fault
        /// What stands on the screen.
        var words: String
    }

    nonisolated static let cases = [
        Case(description: "HTML with 200", fault: .page(200), words: "Please sign in to the network"),
        Case(description: "HTML with 502", fault: .page(502), words: "Please sign in to the network"),
        Case(
            description: "429",
            fault: .status(429, "TooManyRequests", "slow down, please", headers: ["Retry-After: 30"]),
            words: "slow down, please"),
        Case(description: "500", fault: .status(500, "InternalError", "etcd is on fire"), words: "etcd is on fire"),
        Case(description: "503", fault: .answer(503, type: "text/plain", "no backend"), words: "no backend"),
        Case(description: "401", fault: .status(401, "Unauthorized", "Unauthorized"), words: "Unauthorized"),
        Case(description: "403", fault: .status(403, "Forbidden", "not for you any more"), words: "not for you"),
        Case(description: "reset", fault: .reset, words: "connection"),
    ]

    @Test(arguments: cases)
    func aFaultIsSaidOverTheDimmedRowsUntilItIsOver(fault: Case) async throws {
        try await fly { pilot, faulty, server in
            try await pilot.wait(for: "db-0")
            try await pilot.wait("the watches to open") { _ in server.openWatchCount >= 2 }
            #expect(!isDimmed("db-0", pilot))
            faulty.spoil(fault.fault, times: nil)
            faulty.breakConnections()
            try await pilot.wait(for: fault.words)
            try await pilot.wait("the rows to be dimmed") { _ in isDimmed("db-0", pilot) }

            faulty.heal()
            let added = try pod("late-1")
            server.update { $0.put(.pods, added) }
            pilot.press(.retry)
            try await pilot.wait(for: "late-1")
            try await pilot.wait("the rows to be current") { _ in !isDimmed("late-1", pilot) }
            // The footer may still say it for a few seconds; the title of the table does not, once metrics are read too.
            try await pilot.wait("the title to be free of it") { _ in
                pilot.screen.split(separator: "\n").prefix(2).allSatisfy { !$0.contains(fault.words) }
            }
            #expect(pilot.state.table?.rows.count == 5)
        }
    }

    @Test(arguments: cases.filter { !$0.description.hasSuffix("403") })
    func aFaultAtTheStartIsSaidAndPasses(fault: Case) async throws {
        try await fly(before: { $0.spoil(fault.fault, times: nil) }) { pilot, faulty, _ in
            try await pilot.wait(for: fault.words)
            // A refused credential leads to the list of contexts; from there it goes back.
            if fault.description == "401" {
                try await pilot.wait("the list of contexts") { state in
                    if case .contexts = state.place { true } else { false }
                }
                pilot.press(.back)
            }
            faulty.heal()
            pilot.press(.retry)
            try await pilot.wait(for: "db-0")
            try await pilot.wait("the rows to be current") { $0.table?.loadState == .ready }
        }
    }

    // Ten minutes are more than a test has.
    private static let refusal = Fault.status(401, "Unauthorized", "who are you", headers: ["Retry-After: 600"])

    @Test func aServerThatGivesTheRowsIsAskedForItsVersionAgain() async throws {
        try await fly(before: { $0.spoil(Self.refusal) { $0.path == "/version" } }) { pilot, _, _ in
            try await pilot.wait("the connection") { $0.connection == .connected }
        }
    }

    @Test func tryingAgainNowGoesForEverything() async throws {
        try await fly(before: { $0.spoil(Self.refusal, times: nil) }) { pilot, faulty, _ in
            try await pilot.wait("the list of contexts") { state in
                if case .contexts = state.place { true } else { false }
            }
            pilot.press(.back)
            try await pilot.wait("the rows to be refused") { state in
                if case .failed? = state.table?.loadState { true } else { false }
            }
            faulty.heal()
            pilot.press(.retry)
            try await pilot.wait("the connection") { $0.connection == .connected && $0.table?.loadState == .ready }
        }
    }

    /// Whether the row with a text is shown as old.
    private func isDimmed(_ text: String, _ pilot: Pilot) -> Bool {
        let lines = pilot.screen.split(separator: "\n", omittingEmptySubsequences: false)
        guard let row = lines.firstIndex(where: { $0.contains(text) }) else { return false }
        return pilot.grid.row(row).contains { $0.style.isStale }
    }

    // MARK: - Contexts

    @Test func contextsOfTwoServersAreSwitchedBothWays() async throws {
        try await withServers { first, second in
            try await Pilot.fly(kubeconfig([("first", first.port), ("second", second.port)])) { pilot in
                try await pilot.wait(for: "db-0")
                pilot.type(":ctx second\n")
                try await pilot.wait(for: "other-1")
                #expect(!pilot.screen.contains("db-0"))
                #expect(pilot.state.session?.context == "second")
                pilot.type(":ctx first\n")
                try await pilot.wait(for: "db-0")
                #expect(!pilot.screen.contains("other-1"))
                try await pilot.wait("the second server to be left alone") { _ in second.openWatchCount == 0 }
            }
        }
    }

    @Test func aSwitchAsksNoMoreThanAColdStart() async throws {
        let cold = try await withServers { _, second in
            try await Pilot.fly(kubeconfig([("second", second.port)])) { pilot in
                try await settle(pilot, second)
            }
            return second.requestLog.map(\.target)
        }
        let switched = try await withServers { first, second in
            try await Pilot.fly(kubeconfig([("first", first.port), ("second", second.port)])) { pilot in
                try await pilot.wait(for: "db-0")
                pilot.type(":ctx second\n")
                try await settle(pilot, second)
            }
            return second.requestLog.map(\.target)
        }
        func kinds(_ targets: [String]) -> [String] {
            // What pods use is asked for again and again, the more often the slower the machine is.
            let often = targets.filter { $0.contains("metrics.k8s.io") }
            let paths = Set(often.map { String($0.prefix { $0 != "?" }) })
            let once = targets.filter { !often.contains($0) } + paths
            return once.map { String($0.replacing(/(timeoutSeconds|resourceVersion)=[0-9]+/, with: "")) }.sorted()
        }
        #expect(kinds(switched) == kinds(cold))
    }

    /// Waits until nothing more is asked than what stays open.
    private func settle(_ pilot: Pilot, _ server: DemoServer) async throws {
        try await pilot.wait(for: "other-1")
        try await pilot.wait("the version") { $0.connection == .connected }
        try await pilot.wait("what the server offers") { !$0.resources.isEmpty }
        try await pilot.wait("what pods use") { $0.usage.podMetrics?.state == .ready }
        try await pilot.wait("the watches") { _ in server.openWatchCount == 2 }
        try await pilot.wait("what is allowed") { $0.isClusterAdmin }
    }

    @Test func aDeadFirstServerDelaysNeitherTheScreenNorTheWayOut() async throws {
        let dead = try SilentServer()
        try await withServers { _, second in
            try await Pilot.fly(kubeconfig([("dead", dead.port), ("second", second.port)])) { pilot in
                try await pilot.wait("the first frame") { $0.session?.context == "dead" }
                #expect(pilot.screen.contains("dead"))
                pilot.type(":ctx second\n")
                try await pilot.wait(for: "other-1")
            }
        }
    }

    /// Two servers with different pods while `body` runs.
    private func withServers<Result: Sendable>(
        _ body: @MainActor (DemoServer, DemoServer) async throws -> Result
    ) async throws -> Result {
        var other = try smallCluster()
        for name in ["web-1", "web-2", "web-3", "db-0"] { _ = other.delete(.pods, namespace: "shop", name: name) }
        other.put(.pods, try pod("other-1"))
        let servers = [
            DemoServer(store: try smallCluster(), clock: { .systemNow }),
            DemoServer(store: other, clock: { .systemNow }),
        ]
        for server in servers { try await server.start() }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(servers[0], servers[1]))
        } catch {
            result = .failure(error)
        }
        for server in servers { await server.shutdown() }
        return try result.get()
    }
}
