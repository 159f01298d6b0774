extension PersistentVolumeClaim: FieldReadable {
    static let fields = FieldTable<PersistentVolumeClaim>(
        "PersistentVolumeClaim",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("spec", 2) { $1.message(&$0, spec) },
            Field("status", 3) { $1.message(&$0, status) },
        ])

    private static let spec = FieldTable<PersistentVolumeClaim>(
        "PersistentVolumeClaimSpec",
        [
            Field("accessModes", 1) { $1.append(&$0.accessModes) },
            Field("resources", 2) { $1.message(&$0, resources) },
            Field("volumeName", 3) { $0.volumeName = $1.string() },
            Field("storageClassName", 5) { $0.storageClassName = $1.optionalString() },
            Field("volumeMode", 6) { $0.volumeMode = $1.optionalInterned() },
            Field("volumeAttributesClassName", 9) { $0.attributesClassName = $1.optionalInterned() },
        ])

    private static let resources = FieldTable<PersistentVolumeClaim>(
        "VolumeResourceRequirements", [Field("requests", 2) { $1.quantities(&$0.requests) }])

    private static let status = FieldTable<PersistentVolumeClaim>(
        "PersistentVolumeClaimStatus",
        [
            Field("phase", 1) { $0.phase = $1.interned() },
            Field("accessModes", 2) { $1.append(&$0.currentAccessModes) },
            Field("capacity", 3) { $1.quantities(&$0.capacity) },
            Field("conditions", 4) { $1.append(&$0.conditions) },
        ])
}

extension PersistentVolume: FieldReadable {
    static let fields = FieldTable<PersistentVolume>(
        "PersistentVolume",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("spec", 2) { $1.message(&$0, spec) },
            Field("status", 3) { $1.message(&$0, status) },
        ])

    private static let spec = FieldTable<PersistentVolume>(
        "PersistentVolumeSpec",
        [
            Field("capacity", 1) { $1.quantities(&$0.capacity) },
            Field("accessModes", 3) { $1.append(&$0.accessModes) },
            Field("claimRef", 4) { $1.message(&$0.claimRef) },
            Field("persistentVolumeReclaimPolicy", 5) { $0.reclaimPolicy = $1.interned() },
            Field("storageClassName", 6) { $0.storageClassName = $1.interned() },
            Field("volumeMode", 8) { $0.volumeMode = $1.optionalInterned() },
            Field("nodeAffinity", 9) { $1.message(&$0, nodeAffinity) },
            Field("volumeAttributesClassName", 10) { $0.attributesClassName = $1.optionalInterned() },
        ])

    private static let nodeAffinity = FieldTable<PersistentVolume>(
        "VolumeNodeAffinity", [Field("required", 1) { $1.message(&$0.nodeTerms, NodeSelectorTerm.selector) }])

    private static let status = FieldTable<PersistentVolume>(
        "PersistentVolumeStatus",
        [
            Field("phase", 1) { $0.phase = $1.interned() },
            Field("message", 2) { $0.message = $1.string() },
            Field("reason", 3) { $0.reason = $1.interned() },
        ])
}

extension StorageClass: FieldReadable {
    static let fields = FieldTable<StorageClass>(
        "StorageClass",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("provisioner", 2) { $0.provisioner = $1.interned() },
            Field("reclaimPolicy", 4) { $0.reclaimPolicy = $1.interned() },
            Field("allowVolumeExpansion", 6) { $0.allowVolumeExpansion = $1.bool() },
            Field("volumeBindingMode", 7) { $0.volumeBindingMode = $1.interned() },
        ])
}

extension ConfigMap: FieldReadable {
    static let fields = FieldTable<ConfigMap>(
        "ConfigMap",
        [
            Field("data", 2) { $1.sizes(&$0.keys, isBase64: false) },
            Field("binaryData", 3) { $1.sizes(&$0.keys, isBase64: true) },
            Field("metadata", 1) { $1.message(&$0.metadata) },
        ])
}

extension SecretObject: FieldReadable {
    static let fields = FieldTable<SecretObject>(
        "Secret",
        [
            Field("data", 2) { $1.sizes(&$0.keys, isBase64: true) },
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("type", 3) { $0.type = $1.interned() },
        ])
}

extension ServiceAccount: FieldReadable {
    static let fields = FieldTable<ServiceAccount>(
        "ServiceAccount",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("secrets", 2) { $1.append(&$0.secrets, "", secretName) },
            Field("imagePullSecrets", 3) { $1.append(&$0.imagePullSecrets, "", objectName) },
            Field("automountServiceAccountToken", 4) {
                $0.automountServiceAccountToken = $1.optionalBool()
            },
        ])

    /// A secret is kept as its name.
    private static let secretName = FieldTable<String>("ObjectReference", [Field("name", 3) { $0 = $1.interned() }])
}
