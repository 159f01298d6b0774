import KubernetesModel
import Screen

extension TableDefinition where Row == PodDisruptionBudget {
    /// Disruption budgets, as `kubectl get poddisruptionbudgets` shows them, and what they count.
    package static var podDisruptionBudgets: TableDefinition {
        TableDefinition(
            title: "PodDisruptionBudgets", aliases: ["pdb", "poddisruptionbudget"],
            columns: [
                .name(help: "Name of the budget."),
                .amount("MIN AVAILABLE", help: "Pods that must stay, by number or share.", amount: \.minAvailable),
                .amount(
                    "MAX UNAVAILABLE", help: "Pods that may be missing, by number or share.", amount: \.maxUnavailable),
                .number(
                    "ALLOWED DISRUPTIONS", importance: 2, help: "Pods that may be evicted now.",
                    role: { budget, _ in
                        budget.disruptionsAllowed == 0 && budget.expectedPods > 0 ? .degraded : .plain
                    }, value: { Int($0.disruptionsAllowed) }),
                .number(
                    "HEALTHY", wide: true, help: "Pods that are healthy.",
                    role: { budget, _ in budget.health.cellRole }, value: { Int($0.currentHealthy) }),
                .number("DESIRED", wide: true, help: "Pods that must be healthy.") { Int($0.desiredHealthy) },
                .number("PODS", wide: true, help: "Pods that it covers.") { Int($0.expectedPods) },
                .age,
                .selector { $0.selector ?? LabelSelector() },
            ],
            health: { $0.health })
    }
}

extension PodDisruptionBudget {
    /// Degraded when fewer pods are healthy than must be.
    fileprivate var health: Health {
        currentHealthy < desiredHealthy || metadata.deletionTimestamp != nil ? .degraded : .fine
    }
}

extension Column where Row == PodDisruptionBudget {
    /// A number or a share, or `N/A`; sorts by its number.
    fileprivate static func amount(
        _ title: String, help: String, amount: @escaping @Sendable (Row) -> IntOrString?
    ) -> Column {
        Column(
            title, width: .fit(max: 15), align: .right, help: help, descendingFirst: true,
            text: { row, _ in amount(row)?.text ?? "N/A" },
            sortKey: { row in
                switch amount(row) {
                case .int(let number): .number(Double(number))
                case .string(let text): .number(Double(Int(text.prefix { $0 != "%" }) ?? 0))
                case nil: .missing
                }
            })
    }
}
