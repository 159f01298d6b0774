/// Keeps a number of equal pods (apps/v1 ReplicaSet).
public struct ReplicaSet: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(group: "apps", resource: "replicasets", kind: "ReplicaSet", versions: ["v1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Pods wanted; `nil` means 1 (`spec.replicas`).
    public var replicas: Int32?
    /// Which pods are its own (`spec.selector`).
    public var selector = LabelSelector()
    /// What its pods are made from (`spec.template`).
    public var template = PodTemplate()
    /// Source: `status.observedGeneration`.
    public var observedGeneration: Int64 = 0
    /// Pods that exist (`status.replicas`).
    public var statusReplicas: Int32 = 0
    /// Source: `status.readyReplicas`.
    public var readyReplicas: Int32 = 0
    /// Source: `status.availableReplicas`.
    public var availableReplicas: Int32 = 0
    /// Source: `status.conditions`.
    public var conditions: [Condition] = []

    /// A ReplicaSet with nothing set.
    public init() {}
}
