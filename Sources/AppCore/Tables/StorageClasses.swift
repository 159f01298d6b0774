import KubernetesModel
import Screen

extension TableDefinition where Row == StorageClass {
    /// Storage classes, as `kubectl get storageclasses` shows them.
    package static var storageClasses: TableDefinition {
        TableDefinition(
            title: "StorageClasses", aliases: ["sc", "storageclass"],
            columns: [
                .name(help: "Name of the class; the default is marked.", text: { $0.nameText }),
                .text("PROVISIONER", width: .fill(min: 12), importance: 2, help: "Who makes the volumes.") {
                    $0.provisioner
                },
                .text("RECLAIMPOLICY", width: .fit(max: 13), help: "What becomes of volumes without their claim.") {
                    $0.reclaimPolicy.isEmpty ? "Delete" : $0.reclaimPolicy
                },
                .text("VOLUMEBINDINGMODE", width: .fit(max: 20), help: "When volumes are made and bound.") {
                    $0.volumeBindingMode.isEmpty ? "Immediate" : $0.volumeBindingMode
                },
                .text("ALLOWVOLUMEEXPANSION", width: .fit(max: 20), help: "Whether claims may grow.") {
                    "\($0.allowVolumeExpansion)"
                },
                .age,
            ],
            health: { $0.metadata.health })
    }
}
