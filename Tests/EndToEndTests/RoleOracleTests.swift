import Access
import AppRuntime
import ClusterState
import DemoCluster
import Describe
import Foundation
import KubernetesClient
import KubernetesModel
import Logging
import Screen
import TestSupport
import Testing

/// What roles and bindings say beside what the server itself answers.
@Suite(.timeLimit(.minutes(20)))
struct RoleOracleTests {
    /// Every verb on kinds with and without namespaces, subresources and names, there and elsewhere.
    private static let questions: [AccessQuestion] = {
        let kinds: [(group: String, resource: String, subresource: String)] = [
            ("", "pods", ""), ("", "pods", "log"), ("", "pods", "exec"), ("", "secrets", ""), ("", "nodes", ""),
            ("apps", "deployments", ""), ("apps", "deployments", "scale"), ("", "serviceaccounts", "token"),
            ("rbac.authorization.k8s.io", "clusterroles", ""),
        ]
        var questions = ["/healthz", "/metrics", "/apis/apps/v1"].map { AccessQuestion(verb: "get", path: $0) }
        for kind in kinds {
            for verb in ["get", "list", "create", "update", "patch", "delete"] {
                for namespace in kind.resource == "nodes" || kind.resource == "clusterroles" ? [""] : ["", "shop"] {
                    questions.append(
                        AccessQuestion(
                            verb: verb, resource: GroupResource(group: kind.group, resource: kind.resource),
                            subresource: kind.subresource, namespace: namespace))
                }
            }
        }
        for name in ["frontend", "cart", "other"] {
            questions.append(
                AccessQuestion(
                    verb: "update", resource: GroupResource(group: "apps", resource: "deployments"),
                    namespace: "shop", name: name))
        }
        return questions
    }()

    private static let holders: [(holder: RoleHolder, groups: [String])] = [
        (RoleHolder(.serviceAccount, "deployer", namespace: "shop"), []),
        (RoleHolder(.serviceAccount, "prometheus", namespace: "monitoring"), []),
        (RoleHolder(.serviceAccount, "namespace-controller", namespace: "kube-system"), []),
        (RoleHolder(.user, "jane@example.com"), []), (RoleHolder(.user, "somebody"), ["storefront"]),
        (RoleHolder(.user, "other"), ["support", "release-managers"]),
        (RoleHolder(.user, "system:kube-controller-manager"), []), (RoleHolder(.user, "nobody"), []),
    ]

    @Test func agreesWithTheDemoServer() async throws {
        var options = DemoClusterOptions()
        options.stepInterval = nil
        let differences = try await withDemoCluster(options: options) { server in
            let file = FileManager.default.temporaryDirectory.appending(path: "roles-\(UUID().uuidString).kubeconfig")
            try Data(server.kubeconfig().utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            return try await Self.differences(kubeconfig: file, Self.holders, Self.questions)
        }
        #expect(differences == [])
    }

    @Test(.enabled(if: LiveKubectl.kubeconfig != nil, "SEXTANT_E2E_KUBECONFIG names no cluster"))
    func agreesWithALiveServer() async throws {
        let file = URL(fileURLWithPath: try #require(LiveKubectl.kubeconfig))
        let demo = Self.questions.map { question in
            var question = question
            if !question.namespace.isEmpty { question.namespace = "demo" }
            return question
        }
        let holders: [(holder: RoleHolder, groups: [String])] = [
            (RoleHolder(.serviceAccount, "viewer", namespace: "demo"), []),
            (RoleHolder(.serviceAccount, "nobody-made-this", namespace: "demo"), []),
            (RoleHolder(.serviceAccount, "namespace-controller", namespace: "kube-system"), []),
            (RoleHolder(.user, "somebody"), []), (RoleHolder(.user, "root"), ["system:masters"]),
        ]
        #expect(try await Self.differences(kubeconfig: file, holders, demo) == [])
    }

    /// The questions that roles and server answer differently, in words.
    private static func differences(
        kubeconfig: URL, _ holders: [(holder: RoleHolder, groups: [String])], _ questions: [AccessQuestion]
    ) async throws -> [String] {
        let loaded = try Kubeconfig.load(explicitPath: kubeconfig.path, environment: [:], homeDirectory: nil)
        let graph = try await client(loaded, AccessOverrides()) { client in
            let scopes = describedScopes(of: AccessTopic.whoCanAnywhere, namespace: "", name: "list pods")
            let snapshot = await ClusterReading(
                client: client, timeout: .seconds(3600),
                logger: Logger(label: "roles") { _ in SwiftLogNoOpLogHandler() }, localNow: { .systemNow }
            ).load(scopes)
            func all<Object: KubernetesObject>(_ type: Object.Type) -> [Object] {
                (snapshot[KindScope(Object.kind.groupResource, namespace: nil)]?.objects).map { objects in
                    objects.compactMap { ($0 as? Stored<Object>)?.value }
                } ?? []
            }
            return RoleGraph(
                roles: all(Role.self), clusterRoles: all(ClusterRole.self), roleBindings: all(RoleBinding.self),
                clusterRoleBindings: all(ClusterRoleBinding.self))
        }
        #expect(graph.bindings.count > 40)
        var differences: [String] = []
        for (holder, groups) in holders {
            var overrides = AccessOverrides()
            overrides.asUser = holder.username
            overrides.asGroups = groups.isEmpty ? [] : groups + holder.groups
            differences += try await client(loaded, overrides) { client in
                var found: [String] = []
                for question in questions {
                    let answer = try await client.review(question).isAllowed
                    guard answer != graph.allows(holder, question, groups: groups) else { continue }
                    found.append("\(holder.words): \(question.words) in '\(question.namespace)': \(answer)")
                }
                return found
            }
        }
        return differences
    }

    private static func client<Value: Sendable>(
        _ kubeconfig: Kubeconfig, _ overrides: AccessOverrides,
        _ body: @Sendable (KubernetesClient) async throws -> Value
    ) async throws -> Value {
        let access = try kubeconfig.resolve(context: nil, overrides: overrides)
        let client = try KubernetesClient(access, logger: Logger(label: "roles") { _ in SwiftLogNoOpLogHandler() })
        let result: Result<Value, any Error>
        do { result = .success(try await body(client)) } catch { result = .failure(error) }
        await client.shutdown()
        return try result.get()
    }
}

/// Questions about roles on the screen, answered by a server.
@Suite(.timeLimit(.minutes(20))) @MainActor
struct RolePilotTests {
    @Test func whoCanLeadsToBindingsRolesAndSubjects() async throws {
        var options = DemoClusterOptions()
        options.stepInterval = nil
        try await withDemoCluster(options: options) { @MainActor server in
            try await Pilot.fly(server.kubeconfig(), size: Size(columns: 140, rows: 50)) { pilot in
                try await pilot.wait(for: "checkout-")
                pilot.type(":who-can delete pods -n shop\n")
                // Before all is read other links come first.
                try await pilot.wait("the whole page") { _ in
                    ["Group  storefront", "of them built in"].allSatisfy(pilot.screen.contains)
                }
                pilot.press(.character("J"), .enter)
                try await pilot.wait(for: "Group storefront")
                try await pilot.wait(for: "May, in shop")
                #expect(pilot.screen.contains("run commands in pods in shop"))
                pilot.press(.escape)
                try await pilot.wait(for: "Who can delete pods in shop")
                pilot.press(.escape)
                pilot.type(":rolebindings shop /deployer\n")
                try await pilot.wait(for: "Role/deployer")
                pilot.press(.enter)
                try await pilot.wait(for: "Gives, in shop")
                #expect(pilot.screen.contains("cart catalog frontend"))
            }
        }
    }
}
