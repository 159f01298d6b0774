import KubernetesModel
import Screen

extension TableDefinition where Row == HorizontalPodAutoscaler {
    /// Autoscalers, as `kubectl get horizontalpodautoscalers -o wide` shows them.
    package static var horizontalPodAutoscalers: TableDefinition {
        TableDefinition(
            title: "HorizontalPodAutoscalers", aliases: ["hpa", "horizontalpodautoscaler"],
            columns: [
                .name(help: "Name of the autoscaler."),
                .text("REFERENCE", width: .fill(min: 12), importance: 2, help: "Workload whose size it sets.") {
                    $0.referenceText
                },
                .text(
                    "TARGETS", width: .fill(min: 12), importance: 2,
                    help: "What was measured, and what it ought to be.",
                    role: { autoscaler, _ in autoscaler.health.cellRole }, text: \.targetsText),
                Column(
                    "MINPODS", width: .fit(max: 9), align: .right, help: "Least pods.", descendingFirst: true,
                    importance: 0,
                    text: { autoscaler, _ in autoscaler.minReplicas.map { "\($0)" } ?? "<unset>" },
                    sortKey: { .number(Double($0.minReplicas ?? 1)) }),
                .number("MAXPODS", importance: 0, help: "Most pods.") { Int($0.maxReplicas) },
                .number(
                    "REPLICAS", importance: 2, help: "Pods that there are.",
                    role: { autoscaler, _ in
                        autoscaler.currentReplicas >= autoscaler.maxReplicas && autoscaler.maxReplicas > 0
                            ? .degraded : .plain
                    }, value: { Int($0.currentReplicas) }),
                .timeOrNone("LAST SCALE", wide: true, help: "Time since it changed the size.", moment: \.lastScaleTime),
                .age,
            ],
            health: { $0.health })
    }
}

extension HorizontalPodAutoscaler {
    /// Broken when it cannot set the size; degraded when nothing could be measured.
    fileprivate var health: Health {
        if conditions[type: "AbleToScale"]?.status == "False" { return .broken }
        if let active = conditions[type: "ScalingActive"], active.status == "False" {
            return active.reason == "ScalingDisabled" ? .finished : .degraded
        }
        return metadata.deletionTimestamp != nil ? .degraded : .fine
    }
}
