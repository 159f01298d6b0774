import KubernetesModel
import Screen

extension TableDefinition where Row == Endpoints {
    /// Endpoints, as `kubectl get endpoints` shows them, and how many are ready.
    package static var endpoints: TableDefinition {
        TableDefinition(
            title: "Endpoints", aliases: ["ep"],
            columns: [
                .name(help: "Name of the endpoints, and of their Service."),
                .text(
                    "ENDPOINTS", width: .fill(min: 16), importance: 2, help: "Addresses that take traffic.",
                    text: \.printedText),
                .share(
                    "READY", help: "Addresses that take traffic, of all.",
                    of: { ($0.readyCount, $0.readyCount &+ $0.notReadyCount) },
                    role: { endpoints, _ in endpoints.health.cellRole }),
                .age,
            ],
            health: { $0.health })
    }
}

extension Endpoints {
    /// Broken when none of its addresses is ready, degraded when one is not.
    fileprivate var health: Health {
        if notReadyCount == 0 { return metadata.health }
        return readyCount == 0 ? .broken : .degraded
    }
}
