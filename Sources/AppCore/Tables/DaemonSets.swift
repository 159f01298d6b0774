import KubernetesModel
import Screen

extension TableDefinition where Row == DaemonSet {
    /// DaemonSets, as `kubectl get daemonsets -o wide` shows them.
    package static var daemonSets: TableDefinition {
        TableDefinition(
            title: "DaemonSets", aliases: ["ds", "daemonset"],
            columns: [
                .name(help: "Name of the DaemonSet."),
                .number("DESIRED", help: "Nodes that ought to have a pod.") { Int($0.desiredNumberScheduled) },
                .number("CURRENT", help: "Nodes that have one, and ought to.") { Int($0.currentNumberScheduled) },
                .number(
                    "READY", help: "Nodes whose pod is ready.", role: { set, _ in set.health.role },
                    value: { Int($0.numberReady) }),
                .number("UP-TO-DATE", help: "Nodes whose pod is of the newest template.") {
                    Int($0.updatedNumberScheduled)
                },
                .number("AVAILABLE", help: "Nodes whose pod has been ready for long enough.") {
                    Int($0.numberAvailable)
                },
                .text("NODE SELECTOR", width: .fit(max: 40), help: "Labels of the nodes that are meant.") { set in
                    var selector = LabelSelector()
                    selector.matchLabels = set.template.spec.nodeSelector
                    return selector.printedText
                },
                .age,
            ] + .template { $0.template } + [.selector { $0.selector }],
            health: { $0.health })
    }
}

extension DaemonSet {
    /// Degraded while pods are missing, or of an old template that is to be replaced.
    fileprivate var health: Health {
        if numberReady < desiredNumberScheduled || metadata.deletionTimestamp != nil { return .degraded }
        return updateStrategy != "OnDelete" && updatedNumberScheduled < desiredNumberScheduled ? .degraded : .fine
    }
}
