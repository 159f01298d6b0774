import KubernetesModel
import Screen

extension TableDefinition where Row == Ingress {
    /// Ingresses, as `kubectl get ingresses` shows them, and where they lead.
    package static var ingresses: TableDefinition {
        TableDefinition(
            title: "Ingresses", aliases: ["ing", "ingress"],
            columns: [
                .name(help: "Name of the Ingress."),
                .text("CLASS", width: .fit(max: 24), help: "Class of the controller that serves it.") {
                    $0.ingressClassName ?? "<none>"
                },
                .text("HOSTS", width: .fill(min: 12), importance: 2, help: "Hosts it answers for.", text: \.hostsText),
                .text("ADDRESS", width: .fill(min: 15), help: "Addresses it is served under.", text: \.addressText),
                .text("PORTS", width: .fit(max: 8), importance: 0, help: "80, with TLS also 443.", text: \.portsText),
                .text(
                    "BACKENDS", width: .fill(min: 16), importance: 2,
                    help: "Service and port that each path leads to.", text: \.backendsText),
                .age,
            ],
            health: { $0.metadata.deletionTimestamp != nil ? .degraded : .fine })
    }
}
