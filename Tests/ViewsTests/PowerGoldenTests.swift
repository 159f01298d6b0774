import Access
import AppCore
import KubernetesModel
import Screen
import Testing
import Views

/// What one may do, where it is always in sight.
struct PowerGoldenTests {
    private func session(_ context: String, isForProduction: Bool = true) -> SessionInfo {
        var session = SessionInfo(
            context: context, cluster: "east", user: "clusterAdmin_rg-shop_prod", namespace: "shop",
            hasOwnNamespace: true, server: "https://east.example.com:6443")
        session.isSuperUser = true
        session.looksLikeProduction = isForProduction
        return session
    }

    private func screen(_ session: SessionInfo, columns: Int) -> AppState {
        let read = snapshot(Pod.kind.groupResource, shopPods, epoch: 9, version: 9)
        return state(columns: columns, rows: 6).receiving(
            .connection(.connecting(session)), .connection(.connected(serverVersion: "v1.36.2")), .snapshot(read))
    }

    @Test func adminOnProduction() throws {
        try expectScreen("admin-on-production", screen(session("prod-east"), columns: 120))
        try expectScreen("admin-on-production-80", screen(session("prod-east"), columns: 80))
        let long = session("arn:aws:eks:eu-central-1:123456789012:cluster/shop-prod-east")
        try expectScreen("admin-on-production-long", screen(long, columns: 80))
        try expectScreen("admin-on-production-40", screen(session("prod-east"), columns: 40))
    }

    @Test func adminElsewhere() throws {
        var elsewhere = session("staging", isForProduction: false)
        elsewhere.readOnlyReason = "/home/me/.config/sextant/config.yaml:4"
        try expectScreen("admin-read-only", screen(elsewhere, columns: 80))
    }

    @Test func whoMayBecomeAnAdministratorIsToldSoUnderTheNameInUse() throws {
        var session = session("prod-east")
        session.isSuperUser = false
        session.actsAs = "system:serviceaccount:kube-system:clusterrole-aggregation-controller"
        var rule = PolicyRule()
        (rule.verbs, rule.apiGroups, rule.resources) = (["escalate"], ["rbac.authorization.k8s.io"], ["clusterroles"])
        let order = PermissionOrder(namespace: "", wantsRules: true, questions: [])
        for columns in [160, 80] {
            let shown = screen(session, columns: columns).receiving(
                .permissions(.power(allowsEverything: false)),
                .permissions(.answers(order, AccessRules(rules: [rule]), [:])))
            let header = try #require(render(shown).grid.text.split(separator: "\n").first)
            #expect(header.contains("▲ critical rights"))
            #expect(header.contains("aggregation-controller") || columns == 80)
            #expect(!header.contains("clusterAdmin"))
        }
    }

    @Test func aRuleThatIsLiftedIsSaid() throws {
        var lifted = session("prod-east")
        lifted.isRuleLifted = true
        try expectScreen("rule-lifted", screen(lifted, columns: 120))
    }

    @Test func keysThatAreNotAllowedAreGrey() throws {
        var rule = PolicyRule()
        (rule.verbs, rule.apiGroups, rule.resources) = (["get", "list"], ["*"], ["*"])
        var shown = state(columns: 100, rows: 8)
        shown = shown.receiving(.permissions(.power(allowsEverything: false)))
        let order = PermissionOrder(namespace: "shop", wantsRules: true, questions: [])
        shown = shown.receiving(.permissions(.answers(order, AccessRules(rules: [rule]), [:])))
        try expectScreen("keys-not-allowed", shown)
        try expectScreen("keys-not-allowed-pressed", shown.typing(.control("d")))
    }
}
