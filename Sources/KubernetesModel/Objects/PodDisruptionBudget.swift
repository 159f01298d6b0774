/// Limits how many pods may be evicted at a time (policy/v1 PodDisruptionBudget).
public struct PodDisruptionBudget: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "policy", resource: "poddisruptionbudgets", kind: "PodDisruptionBudget", versions: ["v1", "v1beta1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Source: `spec.minAvailable`.
    public var minAvailable: IntOrString?
    /// Source: `spec.maxUnavailable`.
    public var maxUnavailable: IntOrString?
    /// Which pods it covers; `nil` for none (`spec.selector`).
    public var selector: LabelSelector?
    /// `IfHealthyBudget` or `AlwaysAllow`; empty means the former (`spec.unhealthyPodEvictionPolicy`).
    public var unhealthyPodEvictionPolicy = ""
    /// Source: `status.observedGeneration`.
    public var observedGeneration: Int64 = 0
    /// Pods that may be evicted now (`status.disruptionsAllowed`).
    public var disruptionsAllowed: Int32 = 0
    /// Source: `status.currentHealthy`.
    public var currentHealthy: Int32 = 0
    /// Source: `status.desiredHealthy`.
    public var desiredHealthy: Int32 = 0
    /// Pods that it covers (`status.expectedPods`).
    public var expectedPods: Int32 = 0
    /// Source: `status.conditions`.
    public var conditions: [Condition] = []

    /// A PodDisruptionBudget with nothing set.
    public init() {}
}
