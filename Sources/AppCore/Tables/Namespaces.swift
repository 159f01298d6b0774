import KubernetesModel
import Screen

extension TableDefinition where Row == Namespace {
    /// Namespaces, as `kubectl get namespaces` shows them.
    package static var namespaces: TableDefinition {
        TableDefinition(
            title: "Namespaces", aliases: ["ns", "namespace"],
            columns: [
                .name(help: "Name of the namespace."),
                .text(
                    "STATUS", width: .fit(max: 16), help: "Active, or Terminating while its objects are deleted.",
                    role: { namespace, _ in namespace.health.role }, text: \.phase),
                .age,
            ],
            health: { $0.health })
    }
}

extension Namespace {
    /// Broken when something keeps its deletion from ending.
    fileprivate var health: Health {
        guard phase == "Terminating" || metadata.deletionTimestamp != nil else { return .fine }
        let failures = [
            "NamespaceDeletionDiscoveryFailure", "NamespaceDeletionGroupVersionParsingFailure",
            "NamespaceDeletionContentFailure",
        ]
        return failures.contains { conditions[type: $0]?.status == "True" } ? .broken : .degraded
    }
}
