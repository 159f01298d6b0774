import KubernetesModel
import Screen

extension TableDefinition where Row == StatefulSet {
    /// StatefulSets, as `kubectl get statefulsets -o wide` shows them.
    package static var statefulSets: TableDefinition {
        TableDefinition(
            title: "StatefulSets", aliases: ["sts", "statefulset"],
            columns: [
                .name(help: "Name of the StatefulSet."),
                .share(
                    "READY", help: "Pods that are ready, of those wanted.",
                    of: { (Int($0.readyReplicas), Int($0.replicas ?? 1)) }, role: { set, _ in set.health.role }),
                .age,
            ] + .template { $0.template },
            health: { $0.health })
    }
}

extension StatefulSet {
    /// Degraded while pods are missing, or of an old revision.
    fileprivate var health: Health {
        let wanted = replicas ?? 1
        if readyReplicas < wanted || metadata.deletionTimestamp != nil { return .degraded }
        let isRolling = updateStrategy != "OnDelete" && partition == 0 && !updateRevision.isEmpty
        return isRolling && currentRevision != updateRevision ? .degraded : .fine
    }
}
