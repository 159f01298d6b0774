/// Keeps a number of equal pods and rolls out changes (apps/v1 Deployment).
public struct Deployment: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = BuiltInKind(
        group: "apps", resource: "deployments", kind: "Deployment", versions: ["v1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Pods wanted; `nil` means 1 (`spec.replicas`).
    public var replicas: Int32?
    /// Which pods are its own (`spec.selector`).
    public var selector = LabelSelector()
    /// Labels its pods get (`spec.template.metadata.labels`).
    public var templateLabels = Labels()
    /// Source: `spec.template.spec.containers`.
    public var containers: [Container] = []
    /// Source: `spec.paused`.
    public var paused = false
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
}

/// Which objects are meant, by their labels; every requirement must hold (meta/v1 LabelSelector).
public struct LabelSelector: Sendable, Equatable {
    /// Source: `matchLabels`.
    public var matchLabels = Labels()
    /// Source: `matchExpressions`.
    public var matchExpressions: [LabelSelectorRequirement] = []

    /// A selector with nothing set.
    public init() {}
}

/// Source: meta/v1 LabelSelectorRequirement.
public struct LabelSelectorRequirement: Sendable, Equatable {
    /// Source: `key`.
    public var key = ""
    /// `In`, `NotIn`, `Exists` or `DoesNotExist` (`operator`).
    public var `operator` = ""
    /// Source: `values`.
    public var values: [String] = []

    /// A requirement with nothing set.
    public init() {}
}
