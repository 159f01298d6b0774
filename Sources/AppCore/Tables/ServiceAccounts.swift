import KubernetesModel
import Screen

extension TableDefinition where Row == ServiceAccount {
    /// Service accounts, as `kubectl get serviceaccounts` shows them.
    package static var serviceAccounts: TableDefinition {
        TableDefinition(
            title: "ServiceAccounts", aliases: ["sa", "serviceaccount"],
            columns: [
                .name(help: "Name of the account."),
                .number("SECRETS", help: "Secrets that its pods may mount; servers since 1.24 make none.") {
                    $0.secrets.count
                },
                .text(
                    "PULL SECRETS", width: .fill(min: 12), wide: true, importance: 0,
                    help: "Secrets for registries that its pods get."
                ) { orNone($0.imagePullSecrets.joined(separator: ",")) },
                .text(
                    "TOKEN", width: .fit(max: 5), wide: true, importance: 0, help: "Whether its pods get its token."
                ) { "\($0.automountServiceAccountToken ?? true)" },
                .age,
            ],
            health: { $0.metadata.health })
    }
}
