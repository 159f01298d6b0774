import KubernetesModel
import Screen

extension TableDefinition where Row == PersistentVolumeClaim {
    /// Claims, as `kubectl get persistentvolumeclaims -o wide` shows them.
    package static var persistentVolumeClaims: TableDefinition {
        TableDefinition(
            title: "PersistentVolumeClaims", aliases: ["pvc", "persistentvolumeclaim"],
            columns: [
                .name(help: "Name of the claim."),
                .text(
                    "STATUS", width: .fit(max: 12), importance: 3, help: "Whether it has a volume.",
                    role: { claim, _ in claim.health.role }, text: \.statusText),
                .text("VOLUME", width: .fill(min: 8), help: "Its volume.", text: \.volumeName),
                .quantity("CAPACITY", help: "How much there is.", text: \.capacityText),
                .text(
                    "ACCESS MODES", width: .fit(max: 16),
                    help: "How it is mounted: RWO, ROX, RWX by one node or many, RWOP by one pod.",
                    text: \.accessModesText),
                .text("STORAGECLASS", width: .fit(max: 32), help: "Sort of storage.", text: \.className),
                .text(
                    "VOLUMEATTRIBUTESCLASS", width: .fit(max: 24), wide: true, importance: 0,
                    help: "Settings of the storage that may change."
                ) { $0.attributesClassName ?? "<unset>" },
                .age,
                .text(
                    "VOLUMEMODE", width: .fit(max: 12), wide: true, importance: 0, help: "Filesystem or Block."
                ) { $0.volumeMode ?? "<unset>" },
                .quantity("REQUEST", wide: true, help: "How much is asked for.") {
                    $0.requests["storage"].map(Quantity.printed) ?? ""
                },
            ],
            health: { $0.health })
    }
}

extension PersistentVolumeClaim {
    /// Broken when its volume is lost; degraded while it waits for one or goes away.
    fileprivate var health: Health {
        switch statusText {
        case "Bound": .fine
        case "Lost": .broken
        default: .degraded
        }
    }
}
