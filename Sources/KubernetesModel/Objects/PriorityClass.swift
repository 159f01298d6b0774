/// How important pods are, by name (scheduling.k8s.io/v1 PriorityClass).
public struct PriorityClass: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "scheduling.k8s.io", resource: "priorityclasses", kind: "PriorityClass", versions: ["v1", "v1beta1"],
        isNamespaced: false)

    /// Name, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Higher goes first (`value`).
    public var value: Int32 = 0
    /// Whether pods that name none get it (`globalDefault`).
    public var globalDefault = false
    /// What it is meant for (`description`).
    public var text = ""
    /// `PreemptLowerPriority` or `Never`; empty from servers that do not say (`preemptionPolicy`).
    public var preemptionPolicy = ""

    /// A PriorityClass with nothing set.
    public init() {}
}
