import AppCore
import AppRuntime
import DemoCluster
import KubernetesModel
import Screen
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(20))) @MainActor
struct HeadlessTests {
    private func load(
        _ kubeconfig: String, _ options: LaunchOptions, timeout: Duration = .seconds(300)
    ) async throws -> AppState {
        try await loadView(
            options: options, size: Size(columns: 160, rows: 48), timeout: timeout,
            surroundings: try Pilot.surroundings(kubeconfig: kubeconfig))
    }

    @Test func theTableHasEveryColumnAndItsNamespace() async throws {
        let document = try await serving { server in
            try await load(server.kubeconfig(), LaunchOptions(command: "pods", allNamespaces: true)).tableDocument()
        }
        #expect(document?["view"] == .string("pods"))
        guard case .array(let rows)? = document?["rows"], case .array(let columns)? = document?["columns"] else {
            Issue.record("rows and columns are arrays")
            return
        }
        #expect(columns.first == .string("NAMESPACE"))
        #expect(rows.map { $0["NAME"] } == ["ledger-0", "db-0", "web-1", "web-2"].map(JSONValue.string))
        #expect(rows.first?["NAMESPACE"] == .string("payments"))
        for row in rows {
            guard case .object(let members) = row else { continue }
            #expect(members.map { JSONValue.string($0.key) } == columns)
        }
    }

    @Test func namespacesOfClusterScopedKindsAreEmpty() async throws {
        let document = try await serving { server in
            try await load(server.kubeconfig(), LaunchOptions(command: "ns")).tableDocument()
        }
        guard case .array(let rows)? = document?["rows"] else {
            Issue.record("rows is an array")
            return
        }
        #expect(rows.allSatisfy { $0["NAMESPACE"] == .string("") })
    }

    @Test func anUnreachableServerFailsWithTheReason() async throws {
        let failure = await #expect(throws: SnapshotFailure.self) {
            try await load(unreachable, LaunchOptions(command: "pods"))
        }
        #expect(failure?.description.contains("127.0.0.1:9") == true)
    }

    @Test func allNamespacesThatMayNotBeReadFailWithTheServersWords() async throws {
        var options = try DemoServer.Options.overTLS()
        options.users = ["secret": DemoUser(name: "viewer", groups: [], namespaces: ["shop"], deniedResources: [])]
        let failure = try await serving(options) {
            server in
            await #expect(throws: SnapshotFailure.self) {
                try await load(
                    server.kubeconfig(token: "secret"), LaunchOptions(command: "pods", allNamespaces: true))
            }
        }
        #expect(failure?.description.contains("forbidden") == true)
        #expect(failure?.description.contains("secret") == false)
    }

    @Test func aWrongTokenFails() async throws {
        var options = try DemoServer.Options.overTLS()
        options.users = ["right": DemoUser(name: "viewer", groups: [], namespaces: ["shop"], deniedResources: [])]
        let failure = try await serving(options) {
            server in
            await #expect(throws: SnapshotFailure.self) {
                try await load(server.kubeconfig(token: "wrong-token"), LaunchOptions(command: "pods"))
            }
        }
        #expect(failure?.description.contains("Unauthorized") == true)
        #expect(failure?.description.contains("wrong-token") == false)
    }

    @Test func anUnknownViewFailsAndNamesTheNearest() async throws {
        let failure = try await serving { server in
            await #expect(throws: SnapshotFailure.self) {
                try await load(server.kubeconfig(), LaunchOptions(command: "podz"))
            }
        }
        #expect(failure?.description.contains("pods") == true)
    }

    @Test func aServerThatNeverAnswersEndsWithTheTimeAndItsAddress() async throws {
        let server = try SilentServer()
        let failure = await #expect(throws: SnapshotFailure.self) {
            try await load(server.kubeconfig, LaunchOptions(command: "pods"), timeout: .milliseconds(100))
        }
        #expect(
            failure?.description.hasPrefix("nothing complete within 0.1 seconds") == true)
        #expect(failure?.description.contains("127.0.0.1:\(server.port)") == true)
    }
}
