import KubernetesModel
import Screen

extension TableDefinition where Row == PersistentVolume {
    /// Volumes, as `kubectl get persistentvolumes -o wide` shows them.
    package static var persistentVolumes: TableDefinition {
        TableDefinition(
            title: "PersistentVolumes", aliases: ["pv", "persistentvolume"],
            columns: [
                .name(help: "Name of the volume."),
                .quantity("CAPACITY", help: "How much there is.", text: \.capacityText),
                .text(
                    "ACCESS MODES", width: .fit(max: 16),
                    help: "How it can be mounted: RWO, ROX, RWX by one node or many, RWOP by one pod.",
                    text: \.accessModesText),
                .text(
                    "RECLAIM POLICY", width: .fit(max: 14), help: "What becomes of it when its claim is deleted.",
                    text: \.reclaimPolicy),
                .text(
                    "STATUS", width: .fit(max: 12), importance: 3, help: "Whether a claim has it.",
                    role: { volume, _ in volume.health.role }, text: \.statusText),
                .text("CLAIM", width: .fill(min: 8), importance: 2, help: "Claim that has it.", text: \.claimText),
                .text("STORAGECLASS", width: .fit(max: 32), help: "Sort of storage.", text: \.className),
                .text(
                    "VOLUMEATTRIBUTESCLASS", width: .fit(max: 24), wide: true, importance: 0,
                    help: "Settings of the storage that may change."
                ) { $0.attributesClassName ?? "<unset>" },
                .text(
                    "REASON", width: .fit(max: 24), importance: 0, help: "Why it is in this state.", text: \.reason),
                .age,
                .text(
                    "VOLUMEMODE", width: .fit(max: 12), wide: true, importance: 0, help: "Filesystem or Block."
                ) { $0.volumeMode ?? "<unset>" },
            ],
            health: { $0.health })
    }
}

extension PersistentVolume {
    /// Broken when it could not be reclaimed; degraded while nobody can have it.
    fileprivate var health: Health {
        switch statusText {
        case "Bound", "Available": .fine
        case "Failed": .broken
        default: .degraded
        }
    }
}
