/// Sets the size of a workload by what it measures (autoscaling/v2 HorizontalPodAutoscaler).
public struct HorizontalPodAutoscaler: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "autoscaling", resource: "horizontalpodautoscalers", kind: "HorizontalPodAutoscaler",
        versions: ["v2", "v2beta2"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// The workload (`spec.scaleTargetRef`).
    public var target = ScaleTarget()
    /// `nil` means 1 (`spec.minReplicas`).
    public var minReplicas: Int32?
    /// Source: `spec.maxReplicas`.
    public var maxReplicas: Int32 = 0
    /// Source: `spec.metrics`.
    public var metrics: [MetricTarget] = []
    /// What was measured last, in the order of `metrics` (`status.currentMetrics`).
    public var currentMetrics: [MetricValue] = []
    /// When it last changed the size (`status.lastScaleTime`).
    public var lastScaleTime: Timestamp?
    /// Source: `status.currentReplicas`.
    public var currentReplicas: Int32 = 0
    /// Source: `status.desiredReplicas`.
    public var desiredReplicas: Int32 = 0
    /// Source: `status.conditions`.
    public var conditions: [Condition] = []

    /// A HorizontalPodAutoscaler with nothing set.
    public init() {}
}

/// Names a workload of the same namespace (autoscaling/v2 CrossVersionObjectReference).
public struct ScaleTarget: Sendable, Hashable {
    /// Such as `apps/v1` (`apiVersion`).
    public var apiVersion = ""
    /// Such as `Deployment` (`kind`).
    public var kind = ""
    /// Source: `name`.
    public var name = ""

    /// A reference with nothing set.
    public init() {}
}

/// A measurement and what it ought to be (autoscaling/v2 MetricSpec).
public struct MetricTarget: Sendable, Hashable {
    /// `Resource`, `ContainerResource`, `Pods`, `Object` or `External` (`type`).
    public var type = ""
    /// The resource, or the metric's name (`*.name`, `*.metric.name`).
    public var name = ""
    /// The container of a `ContainerResource` (`containerResource.container`).
    public var container = ""
    /// `Utilization`, `Value` or `AverageValue` (`*.target.type`).
    public var targetType = ""
    /// What it ought to be (`*.target`).
    public var target = MetricValue()

    /// A metric with nothing set.
    public init() {}
}

/// A measurement (autoscaling/v2 MetricStatus), or what it ought to be (autoscaling/v2 MetricTarget).
public struct MetricValue: Sendable, Hashable {
    /// A quantity's text; `nil` when it is given otherwise (`value`).
    public var value: String?
    /// For each pod, as a quantity's text (`averageValue`).
    public var averageValue: String?
    /// In percent of the requests (`averageUtilization`).
    public var averageUtilization: Int32?

    /// A value with nothing set.
    public init() {}
}
