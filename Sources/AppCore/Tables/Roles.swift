import Access
import KubernetesModel
import Screen
import Synchronization

extension TableDefinition where Row == Role {
    /// Roles, as `kubectl get roles` shows them, and how much is in them.
    package static var roles: TableDefinition {
        TableDefinition(
            title: "Roles", aliases: ["role", "ro"],
            columns: [
                .name(help: "Name of the Role."), .rules { $0.rules }, .worst { $0.rules }, .age, .created,
                .granted { $0.rules },
            ],
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
                .worst { $0.rules },
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

    /// The most dangerous that it allows.
    fileprivate static func worst(_ rules: @escaping @Sendable (Row) -> [PolicyRule]) -> Column {
        let known = KnownDangers()
        @Sendable func worst(_ row: Row) -> KnownDangers.Worst {
            known.worst(row.metadata) { rules(row).dangers(in: row.metadata.namespace) }
        }
        return Column(
            "WORST", width: .fill(min: 20),
            help: "The most dangerous that it allows where it is bound (a ClusterRole: in the whole cluster), and how "
                + "much more there is.",
            descendingFirst: true, importance: 1,
            role: { row, _ in
                guard let score = worst(row).score else { return .dim }
                return score > .medium ? .broken : .degraded
            },
            text: { row, _ in orNone(worst(row).text) },
            sortKey: { .number(worst($0).weight) })
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

/// What is dangerous in roles, looked for once in each: tables ask for every cell, and to sort.
private final class KnownDangers: Sendable {
    struct Worst {
        var score: DangerousGrant.Score?
        var text: String
        var weight: Double
    }

    private struct Version: Hashable {
        var uid: String
        var resourceVersion: String
    }

    private static let limit = 20_000
    private let known = Mutex<[Version: Worst]>([:])

    func worst(_ metadata: ObjectMeta, _ dangers: () -> [AccessReport.Danger]) -> Worst {
        let version = Version(uid: metadata.uid, resourceVersion: metadata.resourceVersion)
        let isKnown = !version.uid.isEmpty && !version.resourceVersion.isEmpty
        if isKnown, let worst = known.withLock({ $0[version] }) { return worst }
        let found = dangers()
        let worst = Worst(score: found.first?.score, text: found.worstText, weight: found.weight)
        if isKnown {
            known.withLock { known in
                if known.count >= Self.limit { known = [:] }
                known[version] = worst
            }
        }
        return worst
    }
}

extension [AccessReport.Danger] {
    /// The first of them and how many more there are, such as `high: start pods (+2)`; empty for none.
    var worstText: String {
        guard let worst = first else { return "" }
        return "\(worst.score.rawValue): \(worst.grant.title)" + (worst.names.isEmpty ? "" : " by name")
            + (count > 1 ? " (+\(count - 1))" : "")
    }

    /// Grows with the worst of them, then with their number; below 10 000.
    var weight: Double {
        let scores = DangerousGrant.Score.allCases
        let score = first.flatMap { scores.firstIndex(of: $0.score) }.map { $0 + 1 } ?? 0
        return Double(score * 1000 + Swift.min(999, count))
    }
}
