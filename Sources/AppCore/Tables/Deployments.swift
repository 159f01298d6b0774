import KubernetesModel
import Screen

extension TableDefinition where Row == Deployment {
    /// Deployments, as `kubectl get deployments -o wide` shows them.
    package static var deployments: TableDefinition {
        TableDefinition(
            title: "Deployments", aliases: ["deploy", "deployment"],
            columns: [
                .name(help: "Name of the Deployment."),
                .share(
                    "READY", help: "Pods that are ready, of those wanted.",
                    of: { (Int($0.readyReplicas), Int($0.desiredReplicas)) },
                    role: { deployment, _ in deployment.health.role }),
                .number("UP-TO-DATE", help: "Pods of the newest template.") { Int($0.updatedReplicas) },
                .number("AVAILABLE", help: "Pods that have been ready for long enough.") { Int($0.availableReplicas) },
                .age,
            ] + .template { $0.template } + [.selector { $0.selector }],
            health: { $0.health })
    }
}

extension Deployment {
    /// Broken when it cannot go on, or was rolled out and serves no longer; degraded while pods are missing.
    fileprivate var health: Health {
        let desired = desiredReplicas
        if availableReplicas < desired {
            if isStuck || (availableReplicas == 0 && isRolledOut) { return .broken }
            return .degraded
        }
        return isStuck || updatedReplicas < desired || metadata.deletionTimestamp != nil ? .degraded : .fine
    }
}
