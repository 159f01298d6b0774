/// Keeps a number of equal pods and rolls out changes (apps/v1 Deployment).
public struct Deployment: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "apps", resource: "deployments", kind: "Deployment", versions: ["v1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Pods wanted; `nil` means 1 (`spec.replicas`).
    public var replicas: Int32?
    /// Which pods are its own (`spec.selector`).
    public var selector = LabelSelector()
    /// What its pods are made from (`spec.template`).
    public var template = PodTemplate()
    /// `RollingUpdate` or `Recreate` (`spec.strategy.type`).
    public var strategy = ""
    /// How many pods may be missing during a rollout; `nil` means 25 % (`spec.strategy.rollingUpdate.maxUnavailable`).
    public var maxUnavailable: IntOrString?
    /// How many pods there may be above `replicas`; `nil` means 25 % (`spec.strategy.rollingUpdate.maxSurge`).
    public var maxSurge: IntOrString?
    /// How long a pod must be ready to count as available (`spec.minReadySeconds`).
    public var minReadySeconds: Int32 = 0
    /// Source: `spec.paused`.
    public var paused = false
    /// After how long without progress a rollout counts as stuck; `nil` means 600 (`spec.progressDeadlineSeconds`).
    public var progressDeadlineSeconds: Int32?
    /// Source: `status.observedGeneration`.
    public var observedGeneration: Int64 = 0
    /// Pods that exist (`status.replicas`).
    public var statusReplicas: Int32 = 0
    /// Source: `status.updatedReplicas`.
    public var updatedReplicas: Int32 = 0
    /// Source: `status.readyReplicas`.
    public var readyReplicas: Int32 = 0
    /// Source: `status.availableReplicas`.
    public var availableReplicas: Int32 = 0
    /// Source: `status.unavailableReplicas`.
    public var unavailableReplicas: Int32 = 0
    /// Source: `status.conditions`.
    public var conditions: [Condition] = []

    /// A Deployment with nothing set.
    public init() {}

    /// The template's containers.
    public var containers: [Container] { template.spec.containers }
}
