import KubernetesModel
import Screen

extension TableDefinition where Row == Service {
    /// Services, as `kubectl get services -o wide` shows them.
    package static var services: TableDefinition {
        TableDefinition(
            title: "Services", aliases: ["svc", "service"],
            columns: [
                .name(help: "Name of the Service."),
                .text("TYPE", width: .fit(max: 12), help: "How it is reached.") { $0.spec.type },
                .text("CLUSTER-IP", width: .fit(max: 39), help: "Address inside the cluster; None is headless.") {
                    $0.clusterIPText
                },
                .text(
                    "EXTERNAL-IP", width: .fill(min: 11), help: "Addresses outside the cluster.",
                    role: { service, _ in service.isAwaitingLoadBalancer ? .degraded : .plain },
                    text: \.externalIPText),
                .text(
                    "PORT(S)", width: .fill(min: 12), importance: 2,
                    help: "Ports, with the port on every node after the colon.", text: \.portsText),
                .age,
                .text(
                    "SELECTOR", width: .fill(min: 12), wide: true, importance: 0,
                    help: "Labels of the pods behind it."
                ) { $0.spec.selector.text },
                .text(
                    "TARGETS", width: .fill(min: 10), wide: true, importance: 0,
                    help: "Port of the pods, by number or name, for each port.", text: \.targetsText),
            ],
            health: { service in
                service.metadata.deletionTimestamp != nil || service.isAwaitingLoadBalancer ? .degraded : .fine
            })
    }
}
