/// Keeps one pod on each node that is meant (apps/v1 DaemonSet).
public struct DaemonSet: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(group: "apps", resource: "daemonsets", kind: "DaemonSet", versions: ["v1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Which pods are its own (`spec.selector`).
    public var selector = LabelSelector()
    /// What its pods are made from (`spec.template`).
    public var template = PodTemplate()
    /// `RollingUpdate` or `OnDelete` (`spec.updateStrategy.type`).
    public var updateStrategy = ""
    /// Source: `status.observedGeneration`.
    public var observedGeneration: Int64 = 0
    /// Nodes that have a pod and ought to (`status.currentNumberScheduled`).
    public var currentNumberScheduled: Int32 = 0
    /// Nodes that have a pod and ought not to (`status.numberMisscheduled`).
    public var numberMisscheduled: Int32 = 0
    /// Nodes that ought to have a pod (`status.desiredNumberScheduled`).
    public var desiredNumberScheduled: Int32 = 0
    /// Source: `status.numberReady`.
    public var numberReady: Int32 = 0
    /// Source: `status.updatedNumberScheduled`.
    public var updatedNumberScheduled: Int32 = 0
    /// Source: `status.numberAvailable`.
    public var numberAvailable: Int32 = 0
    /// Source: `status.conditions`.
    public var conditions: [Condition] = []

    /// A DaemonSet with nothing set.
    public init() {}
}
