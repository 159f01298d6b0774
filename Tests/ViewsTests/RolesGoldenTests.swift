import AppCore
import ClusterState
import KubernetesModel
import Screen
import Testing
import Views

/// Who can, what somebody may do, and everybody whom bindings name.
@Suite struct RolesGoldenTests {
    private static func object<Object: KubernetesObject>(
        _ type: Object.Type, _ name: String, in namespace: String = "", _ body: (inout Object) -> Void
    ) -> any StoredObject {
        var object = Object()
        var metadata = object.metadata
        (metadata.name, metadata.namespace, metadata.uid) = (name, namespace, "uid-\(Object.kind.kind)-\(name)")
        metadata.creationTimestamp = ago(5_000_000)
        object.metadata = metadata
        body(&object)
        return Stored(object)
    }

    private static func rule(_ verbs: [String], _ resources: [String], names: [String] = []) -> PolicyRule {
        var rule = PolicyRule()
        (rule.verbs, rule.resources, rule.resourceNames) = (verbs, resources, names)
        rule.apiGroups = resources == ["*"] ? ["*"] : [""]
        return rule
    }

    private static func subject(_ kind: String, _ name: String, _ namespace: String = "") -> RoleSubject {
        var subject = RoleSubject()
        (subject.kind, subject.name, subject.namespace) = (kind, name, namespace)
        return subject
    }

    /// Roles and bindings, as they are watched in `shop` and in all namespaces.
    private static var known: AppEvent {
        var kinds: [KindScope: KindSnapshot] = [:]
        func add(_ kind: ResourceKind, _ objects: [any StoredObject]) {
            for namespace in kind.isNamespaced ? ["shop", nil] : [nil] {
                kinds[KindScope(kind.groupResource, namespace: namespace)] = KindSnapshot(
                    storeID: UInt64(kinds.count + 10), version: 1, state: .ready, objects: objects)
            }
        }
        add(
            ClusterRole.kind,
            [
                object(ClusterRole.self, "cluster-admin") { $0.rules = [rule(["*"], ["*"])] },
                object(ClusterRole.self, "edit") {
                    $0.rules = [
                        rule(["get", "list", "create", "delete"], ["pods", "pods/exec"]), rule(["get"], ["secrets"]),
                    ]
                },
            ])
        add(
            Role.kind,
            [
                object(Role.self, "certificates", in: "shop") {
                    $0.rules = [rule(["get", "update"], ["secrets"], names: ["tls", "ca"])]
                }
            ])
        add(
            ClusterRoleBinding.kind,
            [
                object(ClusterRoleBinding.self, "cluster-admin") {
                    $0.metadata.labels = ["kubernetes.io/bootstrapping": "rbac-defaults"]
                    ($0.role.kind, $0.role.name) = ("ClusterRole", "cluster-admin")
                    $0.subjects = [subject("Group", "system:masters")]
                },
                object(ClusterRoleBinding.self, "platform-team") {
                    ($0.role.kind, $0.role.name) = ("ClusterRole", "cluster-admin")
                    $0.subjects = [subject("Group", "platform"), subject("User", "jane@example.com")]
                },
            ])
        add(
            RoleBinding.kind,
            [
                object(RoleBinding.self, "storefront", in: "shop") {
                    ($0.role.kind, $0.role.name) = ("ClusterRole", "edit")
                    $0.subjects = [subject("Group", "storefront")]
                },
                object(RoleBinding.self, "certificates", in: "shop") {
                    ($0.role.kind, $0.role.name) = ("Role", "certificates")
                    $0.subjects = [subject("ServiceAccount", "issuer"), subject("User", "jane@example.com")]
                },
                object(RoleBinding.self, "old", in: "shop") {
                    ($0.role.kind, $0.role.name) = ("Role", "removed")
                    $0.subjects = [subject("ServiceAccount", "issuer")]
                },
            ])
        return .snapshot(ClusterSnapshot(epoch: 1, version: 9, kinds: kinds))
    }

    private func screen(_ line: String, _ columns: Int, _ rows: Int) -> AppState {
        state(columns: columns, rows: rows).typing(":\(line)\n").receiving(Self.known)
    }

    @Test func whoCan() throws {
        try expectScreen("who-can", screen("who-can get secrets -n shop", 120, 40))
        try expectScreen("who-can-80x24", screen("who-can get secrets -n shop", 80, 24))
    }

    @Test func whatSomebodyMayDo() throws {
        try expectScreen("subject", screen("subject jane@example.com", 120, 40))
        try expectScreen("subject-80x24", screen("subject jane@example.com", 80, 24))
    }

    @Test func whoMayNotListBindingsIsToldSo() throws {
        var kinds: [KindScope: KindSnapshot] = [:]
        for kind in [Role.kind, ClusterRole.kind, RoleBinding.kind, ClusterRoleBinding.kind] {
            for namespace in kind.isNamespaced ? ["shop", nil] : [nil] {
                kinds[KindScope(kind.groupResource, namespace: namespace)] = KindSnapshot(
                    storeID: UInt64(kinds.count + 10), version: 1, state: .forbidden(reason: "forbidden"), objects: [])
            }
        }
        let unread = ClusterSnapshot(epoch: 1, version: 9, kinds: kinds)
        let shown = state(columns: 80, rows: 8).typing(":subjects\n").receiving(.snapshot(unread))
        #expect(render(shown).grid.text.contains("Who has which role is not known: you may list neither"))
    }

    @Test func everybodyWhomBindingsName() throws {
        try expectScreen("subjects", screen("subjects", 120, 40))
        try expectScreen("subjects-80x24", screen("subjects", 80, 24))
    }
}
