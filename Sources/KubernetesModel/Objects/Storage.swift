/// Asks for storage (core/v1 PersistentVolumeClaim).
public struct PersistentVolumeClaim: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "", resource: "persistentvolumeclaims", kind: "PersistentVolumeClaim", versions: ["v1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Source: `spec.accessModes`.
    public var accessModes: [String] = []
    /// How it is mounted now (`status.accessModes`).
    public var currentAccessModes: [String] = []
    /// What is asked for, by resource, as the quantity's text (`spec.resources.requests`).
    public var requests = Labels()
    /// The volume, empty while unbound (`spec.volumeName`).
    public var volumeName = ""
    /// `nil` means the default class, empty means none (`spec.storageClassName`).
    public var storageClassName: String?
    /// `Filesystem` or `Block`; `nil` from servers that do not say (`spec.volumeMode`).
    public var volumeMode: String?
    /// `nil` for none (`spec.volumeAttributesClassName`).
    public var attributesClassName: String?
    /// `Pending`, `Bound` or `Lost` (`status.phase`).
    public var phase = ""
    /// What there is, by resource, as the quantity's text (`status.capacity`).
    public var capacity = Labels()
    /// Source: `status.conditions`.
    public var conditions: [Condition] = []

    /// A PersistentVolumeClaim with nothing set.
    public init() {}
}

/// A piece of storage (core/v1 PersistentVolume).
public struct PersistentVolume: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "", resource: "persistentvolumes", kind: "PersistentVolume", versions: ["v1"], isNamespaced: false)

    /// Name, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// What there is, by resource, as the quantity's text (`spec.capacity`).
    public var capacity = Labels()
    /// Source: `spec.accessModes`.
    public var accessModes: [String] = []
    /// The claim that has it (`spec.claimRef`).
    public var claimRef = ObjectReference()
    /// `Retain`, `Delete` or `Recycle` (`spec.persistentVolumeReclaimPolicy`).
    public var reclaimPolicy = ""
    /// Empty for none (`spec.storageClassName`).
    public var storageClassName = ""
    /// `Filesystem` or `Block`; `nil` from servers that do not say (`spec.volumeMode`).
    public var volumeMode: String?
    /// `nil` for none (`spec.volumeAttributesClassName`).
    public var attributesClassName: String?
    /// Nodes that can reach it, any of these; empty for all (`spec.nodeAffinity.required.nodeSelectorTerms`).
    public var nodeTerms: [NodeSelectorTerm] = []
    /// `Pending`, `Available`, `Bound`, `Released` or `Failed` (`status.phase`).
    public var phase = ""
    /// Source: `status.message`.
    public var message = ""
    /// Source: `status.reason`.
    public var reason = ""

    /// A PersistentVolume with nothing set.
    public init() {}
}

/// A sort of storage and who makes it (storage.k8s.io/v1 StorageClass).
public struct StorageClass: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "storage.k8s.io", resource: "storageclasses", kind: "StorageClass", versions: ["v1"],
        isNamespaced: false)

    /// Name, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Source: `provisioner`.
    public var provisioner = ""
    /// `Retain` or `Delete` (`reclaimPolicy`).
    public var reclaimPolicy = ""
    /// `Immediate` or `WaitForFirstConsumer` (`volumeBindingMode`).
    public var volumeBindingMode = ""
    /// Whether claims may grow (`allowVolumeExpansion`).
    public var allowVolumeExpansion = false

    /// A StorageClass with nothing set.
    public init() {}
}

extension StorageClass {
    /// Whether claims that name no class get this one.
    public var isDefault: Bool {
        metadata.annotations["storageclass.kubernetes.io/is-default-class"] == "true"
            || metadata.annotations["storageclass.beta.kubernetes.io/is-default-class"] == "true"
    }
}

extension PersistentVolumeClaim {
    /// The class it asks for, by its annotation of old or by its field; empty for none, or for the default.
    public var className: String { metadata.annotations[betaStorageClass] ?? storageClassName ?? "" }
}

extension PersistentVolume {
    /// The class it is of, by its annotation of old or by its field; empty for none.
    public var className: String { metadata.annotations[betaStorageClass] ?? storageClassName }
}

private let betaStorageClass = "volume.beta.kubernetes.io/storage-class"
