import KubernetesModel
import Testing

@testable import DemoCluster

@Suite struct RoleRulesTests {
    private static let group = "rbac.authorization.k8s.io"

    private func rule(
        _ verbs: [String], _ resources: [String], groups: [String] = [""], names: [String] = []
    ) -> JSONValue {
        func texts(_ values: [String]) -> JSONValue { .array(values.map { .string($0) }) }
        return .members([
            "verbs": texts(verbs), "apiGroups": texts(groups), "resources": texts(resources),
            "resourceNames": names.isEmpty ? nil : texts(names),
        ])
    }

    private func role(_ name: String, namespace: String? = nil, _ rules: [JSONValue]) -> JSONValue {
        .members([
            "metadata": .members(["name": .string(name), "namespace": namespace.map { .string($0) }]),
            "rules": .array(rules),
        ])
    }

    private func binding(
        _ name: String, namespace: String? = nil, _ kind: String, _ role: String, _ subject: (String, String)
    ) -> JSONValue {
        .members([
            "metadata": .members(["name": .string(name), "namespace": namespace.map { .string($0) }]),
            "subjects": .array([.texts(["kind": subject.0, "name": subject.1])]),
            "roleRef": .texts(["apiGroup": Self.group, "kind": kind, "name": role]),
        ])
    }

    private func may(
        _ verb: String, _ path: String, group: String = "", in namespace: String = "shop", name: String = "",
        _ store: DemoObjectStore, groups: [String] = []
    ) -> Bool {
        let parts = path.split(separator: "/").map(String.init)
        let rules = RoleRules(store, user: "dana", groups: groups)
        return rules.reason(
            for: verb,
            RoleRules.Object(
                group: group, resource: parts[0], subresource: parts.count > 1 ? parts[1] : "", namespace: namespace,
                name: name)) != nil
    }

    @Test func aRoleCountsOnlyInItsNamespace() {
        var store = DemoObjectStore()
        store.apply(.roles, role("read", namespace: "shop", [rule(["get", "list"], ["pods"])]), at: beginning)
        store.apply(
            .roleBindings, binding("dana", namespace: "shop", "Role", "read", ("User", "dana")), at: beginning)
        #expect(may("get", "pods", store))
        #expect(!may("get", "pods", in: "web", store))
        #expect(!may("get", "pods", in: "", store))
        #expect(!may("delete", "pods", store))
        #expect(!may("get", "pods/log", store))
        #expect(!may("get", "pods", group: "apps", store))
    }

    @Test func aClusterRoleBoundInANamespaceCountsThere() {
        var store = DemoObjectStore()
        store.apply(.clusterRoles, role("all", [rule(["*"], ["*"], groups: ["*"])]), at: beginning)
        store.apply(
            .roleBindings, binding("team", namespace: "shop", "ClusterRole", "all", ("Group", "team")), at: beginning)
        #expect(may("delete", "deployments/scale", group: "apps", store, groups: ["team"]))
        #expect(!may("get", "nodes", in: "", store, groups: ["team"]))
        #expect(!may("get", "pods", store))
    }

    @Test func namesAndSubresourcesAreToldApart() {
        var store = DemoObjectStore()
        let rules = [
            rule(["get"], ["configmaps"], names: ["one"]), rule(["update"], ["*/scale"], groups: ["apps"]),
            rule(["create"], ["pods/exec"]),
        ]
        store.apply(.clusterRoles, role("some", rules), at: beginning)
        store.apply(.clusterRoleBindings, binding("some", "ClusterRole", "some", ("User", "dana")), at: beginning)
        #expect(may("get", "configmaps", name: "one", store))
        #expect(!may("get", "configmaps", name: "two", store))
        #expect(!may("list", "configmaps", store))
        #expect(may("update", "deployments/scale", group: "apps", store))
        #expect(!may("update", "deployments", group: "apps", store))
        #expect(may("create", "pods/exec", store))
    }

    @Test func aRoleThatCollectsFollowsLabels() {
        var store = DemoObjectStore()
        store.apply(
            .clusterRoles,
            .members([
                "metadata": .members(["name": .string("collecting")]),
                "aggregationRule": .members([
                    "clusterRoleSelectors": .array([.members(["matchLabels": .texts(["to": "it"])])])
                ]),
                "rules": .array([]),
            ]), at: beginning)
        store.apply(
            .clusterRoleBindings, binding("it", "ClusterRole", "collecting", ("User", "dana")), at: beginning)
        #expect(!may("get", "pods", store))
        var part = role("part", [rule(["get"], ["pods"])])
        part.set("metadata", "labels", to: .texts(["to": "it"]))
        store.apply(.clusterRoles, part, at: beginning)
        #expect(may("get", "pods", store))
    }

    @Test func rolesThatCollectEachOtherEnd() {
        var store = DemoObjectStore()
        for name in ["a", "b"] {
            store.apply(
                .clusterRoles,
                .members([
                    "metadata": .members(["name": .string(name), "labels": .texts(["in": "circle"])]),
                    "aggregationRule": .members([
                        "clusterRoleSelectors": .array([.members(["matchLabels": .texts(["in": "circle"])])])
                    ]),
                    "rules": .array([rule(["get"], ["pods"])]),
                ]), at: beginning)
        }
        store.apply(.clusterRoleBindings, binding("a", "ClusterRole", "a", ("User", "dana")), at: beginning)
        #expect(may("get", "pods", store))
    }

    @Test func accountsAreSubjectsOfTheirNamespace() {
        var store = DemoObjectStore()
        store.apply(.roles, role("read", namespace: "shop", [rule(["get"], ["pods"])]), at: beginning)
        var bound = binding("app", namespace: "shop", "Role", "read", ("ServiceAccount", "app"))
        bound.set(
            "subjects",
            to: .array([.texts(["kind": "ServiceAccount", "name": "app", "namespace": "web"])]))
        store.apply(.roleBindings, bound, at: beginning)
        let object = RoleRules.Object(resource: "pods", namespace: "shop")
        func reason(_ user: String) -> String? {
            RoleRules(store, user: user, groups: []).reason(for: "get", object)
        }
        #expect(
            reason("system:serviceaccount:web:app")
                == "RoleBinding \"app/shop\" of Role \"read\" to ServiceAccount \"app/web\"")
        #expect(reason("system:serviceaccount:shop:app") == nil)
    }

    @Test func pathsMayEndInAStar() {
        var store = DemoObjectStore()
        let urls = JSONValue.members([
            "verbs": .array([.string("get")]),
            "nonResourceURLs": .array([.string("/healthz"), .string("/api/*")]),
        ])
        store.apply(.clusterRoles, role("paths", [urls]), at: beginning)
        store.apply(.clusterRoleBindings, binding("paths", "ClusterRole", "paths", ("User", "dana")), at: beginning)
        let rules = RoleRules(store, user: "dana", groups: [])
        #expect(rules.reason(for: "get", path: "/api/v1") != nil)
        #expect(rules.reason(for: "get", path: "/healthz") != nil)
        #expect(rules.reason(for: "get", path: "/healthz/etcd") == nil)
        #expect(rules.reason(for: "post", path: "/api/v1") == nil)
    }
}
