import KubernetesModel
import Screen

extension TableDefinition where Row == Role {
    /// Roles, as `kubectl get roles` shows them, and how much is in them.
    package static var roles: TableDefinition {
        TableDefinition(
            title: "Roles", aliases: ["role", "ro"],
            columns: [.name(help: "Name of the Role."), .rules { $0.rules }, .age, .created, .granted { $0.rules }],
            health: { $0.metadata.health })
    }
}

extension TableDefinition where Row == ClusterRole {
    /// Cluster roles, as `kubectl get clusterroles` shows them, and how much is in them.
    package static var clusterRoles: TableDefinition {
        TableDefinition(
            title: "ClusterRoles", aliases: ["cr", "clusterrole"],
            columns: [
                .name(help: "Name of the ClusterRole."),
                .rules { $0.rules },
                .text("AGGREGATES", width: .fill(min: 10), help: "Labels of the ClusterRoles whose rules it gathers.") {
                    orNone($0.aggregated.map(\.printedText).joined(separator: "; "))
                },
                .age, .created, .granted { $0.rules },
            ],
            health: { $0.metadata.health })
    }
}

extension Column where Row: KubernetesObject {
    fileprivate static func rules(_ rules: @escaping @Sendable (Row) -> [PolicyRule]) -> Column {
        .number("RULES", help: "Rules in it; any of them suffices.") { rules($0).count }
    }

    /// On what it allows something.
    fileprivate static func granted(_ rules: @escaping @Sendable (Row) -> [PolicyRule]) -> Column {
        .text("RESOURCES", width: .fill(min: 9), wide: true, importance: 0, help: "What it allows something on.") {
            var listed: [String] = []
            for rule in rules($0) {
                for name in rule.resources + rule.nonResourceURLs where !listed.contains(name) {
                    if listed.count == 20 { return listed.joined(separator: ",") + ",..." }
                    listed.append(name)
                }
            }
            return orNone(listed.joined(separator: ","))
        }
    }

    /// When it was created, as kubectl shows kinds that have no columns of their own.
    static var created: Column {
        Column(
            "CREATED AT", width: .fit(max: 20), wide: true, help: "When it was created.", descendingFirst: true,
            importance: 0, text: { row, _ in row.metadata.creationTimestamp?.rfc3339 ?? "<unknown>" },
            sortKey: { $0.metadata.creationTimestamp.map { .time($0) } ?? .missing })
    }
}
