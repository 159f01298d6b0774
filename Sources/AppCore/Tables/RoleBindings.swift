import KubernetesModel
import Screen

extension TableDefinition where Row == RoleBinding {
    /// Role bindings, as `kubectl get rolebindings -o wide` shows them.
    package static var roleBindings: TableDefinition {
        TableDefinition(
            title: "RoleBindings", aliases: ["rb", "rolebinding"],
            columns: [
                .name(help: "Name of the binding."),
                .role("Role or ClusterRole that it gives.") { $0.role },
                .age,
            ] + .subjects { $0.subjects },
            health: { $0.metadata.health })
    }
}

extension TableDefinition where Row == ClusterRoleBinding {
    /// Cluster role bindings, as `kubectl get clusterrolebindings -o wide` shows them.
    package static var clusterRoleBindings: TableDefinition {
        TableDefinition(
            title: "ClusterRoleBindings", aliases: ["crb", "clusterrolebinding"],
            columns: [
                .name(help: "Name of the binding."),
                .role("ClusterRole that it gives in every namespace.") { $0.role },
                .age,
            ] + .subjects { $0.subjects },
            health: { $0.metadata.health })
    }
}

extension Column where Row: KubernetesObject {
    fileprivate static func role(
        _ help: String, _ role: @escaping @Sendable (Row) -> RoleReference
    ) -> Column {
        .text("ROLE", width: .fill(min: 12), importance: 2, help: help) {
            let reference = role($0)
            return "\(reference.kind)/\(reference.name)"
        }
    }
}

extension Array {
    /// Who gets the role.
    fileprivate static func subjects<Row: KubernetesObject>(
        _ subjects: @escaping @Sendable (Row) -> [RoleSubject]
    ) -> [Column<Row>] where Element == Column<Row> {
        [
            .text("USERS", width: .fill(min: 8), wide: true, importance: 0, help: "Users that get it.") {
                subjects($0).users.joined(separator: ", ")
            },
            .text("GROUPS", width: .fill(min: 8), wide: true, importance: 0, help: "Groups that get it.") {
                subjects($0).groups.joined(separator: ", ")
            },
            .text(
                "SERVICEACCOUNTS", width: .fill(min: 8), wide: true, importance: 0,
                help: "Service accounts that get it, with their namespaces."
            ) { subjects($0).serviceAccounts.joined(separator: ", ") },
        ]
    }
}
