import KubernetesModel
import Screen

extension TableDefinition where Row == Lease {
    /// Leases, as `kubectl get leases` shows them, and whether they are kept.
    package static var leases: TableDefinition {
        TableDefinition(
            title: "Leases", aliases: ["lease"],
            columns: [
                .name(help: "Name of the lease; of a node's in kube-node-lease, the node."),
                .text("HOLDER", width: .fill(min: 12), importance: 2, help: "Who holds it.", text: \.holder),
                .timeOrNone(
                    "RENEWED", help: "Time since its holder renewed it; marked when it has run out.",
                    role: { lease, context in
                        lease.expiry.map { $0 < context.now } ?? false ? .degraded : .plain
                    }, moment: \.renewTime),
                Column(
                    "DURATION", width: .fit(max: 8), align: .right, wide: true,
                    help: "How long it is held after it was renewed.", descendingFirst: true, importance: 0,
                    text: { lease, _ in lease.durationSeconds.map { "\($0)s" } ?? "<none>" },
                    sortKey: { $0.durationSeconds.map { .number(Double($0)) } ?? .missing }),
                .number("TRANSITIONS", wide: true, importance: 0, help: "How often the holder changed.") {
                    Int($0.transitions)
                },
                .age,
            ],
            health: { $0.metadata.health })
    }
}
