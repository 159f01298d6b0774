import KubernetesModel
import Screen

extension TableDefinition where Row == ReplicaSet {
    /// ReplicaSets, as `kubectl get replicasets -o wide` shows them; those of the past are quiet.
    package static var replicaSets: TableDefinition {
        TableDefinition(
            title: "ReplicaSets", aliases: ["rs", "replicaset"],
            columns: [
                .name(help: "Name of the ReplicaSet.", isFinished: { $0.health == .finished }),
                .number("DESIRED", help: "Pods wanted.") { Int($0.replicas ?? 1) },
                .number("CURRENT", help: "Pods that exist.") { Int($0.statusReplicas) },
                .number(
                    "READY", help: "Pods that are ready.", role: { set, _ in set.health.role },
                    value: { Int($0.readyReplicas) }),
                .age,
            ] + .template { $0.template } + [.selector { $0.selector }],
            health: { $0.health })
    }
}

extension ReplicaSet {
    fileprivate var health: Health {
        let wanted = replicas ?? 1
        if wanted == 0 && statusReplicas == 0 { return .finished }
        return readyReplicas < wanted || metadata.deletionTimestamp != nil ? .degraded : .fine
    }
}
