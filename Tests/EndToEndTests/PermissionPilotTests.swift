import AppCore
import ClusterState
import DemoCluster
import Foundation
import KubernetesClient
import KubernetesModel
import Screen
import TestSupport
import Testing

@testable import AppRuntime

/// Keys, header and rules on a server with users.
@Suite(.timeLimit(.minutes(20))) @MainActor
struct PermissionPilotTests {
    /// A server on which some may not do everything.
    private func serving(_ body: @escaping @MainActor @Sendable (DemoServer, DemoAccounts) async throws -> Void)
        async throws
    {
        let accounts = DemoAccounts()
        var options = DemoClusterOptions()
        try accounts.register(with: &options.server)
        try await withDemoCluster(options: options) { server in try await body(server, accounts) }
    }

    private func reviews(_ server: DemoServer) -> [String] {
        server.requestLog.filter { $0.target.contains("authorization.k8s.io") }.map { "\($0.method) \($0.target)" }
    }

    private let rules = "POST /apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
    private let one = "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

    @Test func aDeveloperSeesWhatIsNotAllowedAndMayTryAllTheSame() async throws {
        try await serving { server, accounts in
            try await Pilot.fly(accounts.kubeconfig(url: server.url), context: "demo-developer") { pilot in
                try await pilot.wait("what is allowed with pods") { $0.permissions.isKnown(in: "shop") }
                #expect(pilot.state.missingPermission(for: .deleteObject) == nil)
                pilot.type(":limitranges\n")
                try await pilot.wait("limits") { $0.table?.loadState == .ready && $0.table?.total ?? 0 > 0 }
                #expect(pilot.state.missingPermission(for: .deleteObject) == "delete limitranges in shop")
                #expect(Set(reviews(server)) == [one, rules], "the list answers for every kind of the namespace")
                pilot.press(.deleteObject)
                try await pilot.wait(for: "You may not delete limitranges in shop; ctrl-d again")
                pilot.press(.control("d"))
                try await pilot.wait("the server's words") { $0.dialog?.denial != nil }
                #expect(server.requestLog.allSatisfy { $0.method != "DELETE" })
            }
        }
    }

    @Test func nobodyIsAskedAboutAnAdminWhoseHeaderSaysSo() async throws {
        try await serving { server, accounts in
            let text = accounts.kubeconfig(url: server.url).replacing("name: demo-admin", with: "name: prod-admin")
                .replacing("user: demo-admin", with: "user: prod-admin")
                .replacing("current-context: demo-admin", with: "current-context: prod-admin")
            try await Pilot.fly(text, size: Size(columns: 80, rows: 24)) { pilot in
                try await pilot.wait(for: "▲ cluster-admin on production")
                try await pilot.wait("rows") { $0.table?.total ?? 0 > 0 }
                pilot.type(":nodes\n")
                try await pilot.wait("nodes") { $0.table?.kind.resource == "nodes" && $0.table?.total ?? 0 > 0 }
                #expect(Set(reviews(server)) == [one])
                pilot.type(":ctx demo-nobody\n")
                try await pilot.waitUntilGone("cluster-admin")
            }
        }
    }

    @Test func aRuleHoldsAlsoAfterAnotherContextIsChosen() async throws {
        try await serving { server, accounts in
            let text = accounts.kubeconfig(url: server.url)
            var surroundings = try Pilot.surroundings(kubeconfig: text, context: "demo-admin")
            let rules = ContextRules(
                file: "/c/config.yaml", bytes: Array("contexts: [{match: \"*developer\", readOnly: true}]".utf8))
            surroundings.overrides.rules = rules
            try await Pilot.fly(surroundings) { pilot in
                try await pilot.wait("rows") { $0.table?.total ?? 0 > 0 }
                #expect(pilot.state.whyReadOnly == nil)
                pilot.type(":ctx demo-developer\n")
                try await pilot.wait(for: "read-only")
                try await pilot.wait("rows") { $0.table?.total ?? 0 > 0 }
                pilot.press(.deleteObject)
                try await pilot.wait(for: "demo-developer is read-only (/c/config.yaml:1).")
                let client = try #require(pilot.application.client)
                let failure = await #expect(throws: APIFailure.self) {
                    try await client.evict(namespace: "shop", pod: "cart-redis-0")
                }
                #expect(failure?.reason == .readOnly)
                // Whoever changes the file later is heard with the next context.
                #expect(surroundings.rereadRules == nil)
            }
            surroundings.rereadRules = { rules }
            surroundings.overrides.rules = ContextRules()
            surroundings.context = "demo-developer"
            try await Pilot.fly(surroundings) { pilot in try await pilot.wait(for: "read-only") }
        }
    }
}
