import KubernetesModel
import Screen

extension TableDefinition where Row == ResourceQuota {
    /// Quotas, as `kubectl get resourcequotas` shows them.
    package static var resourceQuotas: TableDefinition {
        TableDefinition(
            title: "ResourceQuotas", aliases: ["quota", "resourcequota"],
            columns: [
                .name(help: "Name of the quota."),
                .text(
                    "REQUEST", width: .fill(min: 16), importance: 2, help: "What is used of what may be.",
                    role: { quota, _ in quota.isFull(ofLimits: false) ? .degraded : .plain }, text: \.requestsText),
                .text(
                    "LIMIT", width: .fill(min: 12), importance: 2, help: "What is used of the limits.",
                    role: { quota, _ in quota.isFull(ofLimits: true) ? .degraded : .plain }, text: \.limitsText),
                .age,
            ],
            health: { quota in
                quota.isFull(ofLimits: false) || quota.isFull(ofLimits: true) ? .degraded : quota.metadata.health
            })
    }
}

extension TableDefinition where Row == LimitRange {
    /// Limit ranges, as `kubectl get limitranges` shows them, and what they limit.
    package static var limitRanges: TableDefinition {
        TableDefinition(
            title: "LimitRanges", aliases: ["limits", "limitrange"],
            columns: [
                .name(help: "Name of the range."),
                .text("LIMITS", width: .fill(min: 9), help: "What it limits.") {
                    orNone($0.limits.map(\.type).joined(separator: ","))
                },
                .text(
                    "DEFAULTS", width: .fill(min: 8), wide: true, importance: 0,
                    help: "Requests and limits of containers that give none."
                ) { orNone($0.limits.compactMap(\.defaultsText).joined(separator: "; ")) },
                .age, .created,
            ],
            health: { $0.metadata.health })
    }
}

extension LimitRangeItem {
    /// What containers get that say nothing, such as `cpu 100m/1`; `nil` for nothing.
    fileprivate var defaultsText: String? {
        let names = Set((defaultRequest.pairs + defaultLimit.pairs).map(\.key)).sorted()
        if names.isEmpty { return nil }
        return names.map { "\($0) \(defaultRequest[$0] ?? "-")/\(defaultLimit[$0] ?? "-")" }.joined(separator: " ")
    }
}

extension TableDefinition where Row == PriorityClass {
    /// Priority classes, as `kubectl get priorityclasses` shows them.
    package static var priorityClasses: TableDefinition {
        TableDefinition(
            title: "PriorityClasses", aliases: ["pc", "priorityclass"],
            columns: [
                .name(help: "Name of the class."),
                .number("VALUE", importance: 2, help: "Pods of higher value go first.") { Int($0.value) },
                .text("GLOBAL-DEFAULT", width: .fit(max: 14), help: "Whether pods that name no class get it.") {
                    "\($0.globalDefault)"
                },
                .age,
                .text("PREEMPTIONPOLICY", width: .fit(max: 20), help: "Whether its pods push others off a node.") {
                    $0.preemptionPolicy.isEmpty ? "<unset>" : $0.preemptionPolicy
                },
                .text(
                    "DESCRIPTION", width: .fill(min: 11), wide: true, importance: 0, help: "What it is meant for.",
                    text: \.text),
            ],
            health: { $0.metadata.health })
    }
}
