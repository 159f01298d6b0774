/// Keeps numbered pods with storage of their own (apps/v1 StatefulSet).
public struct StatefulSet: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "apps", resource: "statefulsets", kind: "StatefulSet", versions: ["v1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Pods wanted; `nil` means 1 (`spec.replicas`).
    public var replicas: Int32?
    /// Which pods are its own (`spec.selector`).
    public var selector = LabelSelector()
    /// What its pods are made from (`spec.template`).
    public var template = PodTemplate()
    /// Claims that each pod gets, by the name of their template (`spec.volumeClaimTemplates[].metadata.name`).
    public var claimTemplates: [String] = []
    /// The headless Service that names its pods; may be empty (`spec.serviceName`).
    public var serviceName = ""
    /// `OrderedReady` or `Parallel` (`spec.podManagementPolicy`).
    public var podManagementPolicy = ""
    /// `RollingUpdate` or `OnDelete` (`spec.updateStrategy.type`).
    public var updateStrategy = ""
    /// Pods of lower numbers keep the old revision (`spec.updateStrategy.rollingUpdate.partition`).
    public var partition: Int32 = 0
    /// Source: `status.observedGeneration`.
    public var observedGeneration: Int64 = 0
    /// Pods that exist (`status.replicas`).
    public var statusReplicas: Int32 = 0
    /// Source: `status.readyReplicas`.
    public var readyReplicas: Int32 = 0
    /// Pods of `currentRevision` (`status.currentReplicas`).
    public var currentReplicas: Int32 = 0
    /// Pods of `updateRevision` (`status.updatedReplicas`).
    public var updatedReplicas: Int32 = 0
    /// Source: `status.availableReplicas`.
    public var availableReplicas: Int32 = 0
    /// Source: `status.currentRevision`.
    public var currentRevision = ""
    /// Source: `status.updateRevision`.
    public var updateRevision = ""
    /// Source: `status.conditions`.
    public var conditions: [Condition] = []

    /// A StatefulSet with nothing set.
    public init() {}
}
