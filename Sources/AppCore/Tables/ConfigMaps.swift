import KubernetesModel
import Screen

extension TableDefinition where Row == ConfigMap {
    /// ConfigMaps, as `kubectl get configmaps` shows them, and how large they are.
    package static var configMaps: TableDefinition {
        TableDefinition(
            title: "ConfigMaps", aliases: ["cm", "configmap"],
            columns: [
                .name(help: "Name of the ConfigMap."),
                .number("DATA", help: "Keys.") { $0.keys.count },
                .size { $0.keys },
                .age,
                .keys { $0.keys },
            ],
            health: { $0.metadata.health })
    }
}

extension TableDefinition where Row == SecretObject {
    /// Secrets, as `kubectl get secrets` shows them, and how large they are; never what is in them.
    package static var secrets: TableDefinition {
        TableDefinition(
            title: "Secrets", aliases: ["secret", "sec"],
            columns: [
                .name(help: "Name of the Secret."),
                .text("TYPE", width: .fill(min: 8), importance: 2, help: "What it is for.", text: \.type),
                .number("DATA", help: "Keys.") { $0.keys.count },
                .size { $0.keys },
                .age,
                .keys { $0.keys },
            ],
            health: { $0.metadata.health })
    }
}

extension Column where Row: KubernetesObject {
    /// How many bytes the values have together.
    fileprivate static func size(_ keys: @escaping @Sendable (Row) -> [KeySize]) -> Column {
        .number("BYTES", wide: true, importance: 0, help: "Bytes of the values together.") { row in
            keys(row).reduce(0) { $0 &+ $1.bytes }
        }
    }

    /// The names of the keys.
    fileprivate static func keys(_ keys: @escaping @Sendable (Row) -> [KeySize]) -> Column {
        .text("KEYS", width: .fill(min: 8), wide: true, importance: 0, help: "Names of the keys.") { row in
            keys(row).map(\.key).joined(separator: ",")
        }
    }
}
