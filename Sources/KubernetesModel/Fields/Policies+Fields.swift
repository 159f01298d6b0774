extension HorizontalPodAutoscaler: FieldReadable {
    /// Versions v2 and v2beta2 number these fields alike.
    static let fields = FieldTable<HorizontalPodAutoscaler>(
        "HorizontalPodAutoscaler",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("spec", 2) { $1.message(&$0, spec) },
            Field("status", 3) { $1.message(&$0, status) },
        ])

    private static let spec = FieldTable<HorizontalPodAutoscaler>(
        "HorizontalPodAutoscalerSpec",
        [
            Field("scaleTargetRef", 1) { $1.message(&$0.target) },
            Field("minReplicas", 2) { $0.minReplicas = $1.optionalInt32() },
            Field("maxReplicas", 3) { $0.maxReplicas = $1.int32() },
            Field("metrics", 4) { $1.append(&$0.metrics) },
        ])

    private static let status = FieldTable<HorizontalPodAutoscaler>(
        "HorizontalPodAutoscalerStatus",
        [
            Field("lastScaleTime", 2) { $0.lastScaleTime = $1.timestamp() },
            Field("currentReplicas", 3) { $0.currentReplicas = $1.int32() },
            Field("desiredReplicas", 4) { $0.desiredReplicas = $1.int32() },
            Field("currentMetrics", 5) { $1.append(&$0.currentMetrics) },
            Field("conditions", 6) { $1.append(&$0.conditions, Condition(), Condition.workloadFields) },
        ])
}

extension ScaleTarget: FieldReadable {
    static let fields = FieldTable<ScaleTarget>(
        "CrossVersionObjectReference",
        [
            Field("kind", 1) { $0.kind = $1.interned() },
            Field("name", 2) { $0.name = $1.interned() },
            Field("apiVersion", 3) { $0.apiVersion = $1.interned() },
        ])
}

extension MetricTarget: FieldReadable {
    static let fields = FieldTable<MetricTarget>(
        "MetricSpec",
        [
            Field("type", 1) { $0.type = $1.interned() },
            Field("object", 2) { $1.message(&$0, object) },
            Field("pods", 3) { $1.message(&$0, pods) },
            Field("resource", 4) { $1.message(&$0, resource) },
            Field("containerResource", 7) { $1.message(&$0, containerResource) },
            Field("external", 5) { $1.message(&$0, external) },
        ])

    private static let object = FieldTable<MetricTarget>(
        "ObjectMetricSource",
        [Field("target", 2) { $1.message(&$0, target) }, Field("metric", 3) { $1.message(&$0.name, objectName) }])

    private static let pods = FieldTable<MetricTarget>(
        "PodsMetricSource",
        [Field("metric", 1) { $1.message(&$0.name, objectName) }, Field("target", 2) { $1.message(&$0, target) }])

    private static let external = FieldTable<MetricTarget>(
        "ExternalMetricSource",
        [Field("metric", 1) { $1.message(&$0.name, objectName) }, Field("target", 2) { $1.message(&$0, target) }])

    private static let resource = FieldTable<MetricTarget>(
        "ResourceMetricSource",
        [Field("name", 1) { $0.name = $1.interned() }, Field("target", 2) { $1.message(&$0, target) }])

    private static let containerResource = FieldTable<MetricTarget>(
        "ContainerResourceMetricSource",
        [
            Field("name", 1) { $0.name = $1.interned() },
            Field("target", 2) { $1.message(&$0, target) },
            Field("container", 3) { $0.container = $1.interned() },
        ])

    private static let target = FieldTable<MetricTarget>(
        "MetricTarget",
        [
            Field("type", 1) { $0.targetType = $1.interned() },
            Field("value", 2) { $0.target.value = $1.quantity() },
            Field("averageValue", 3) { $0.target.averageValue = $1.quantity() },
            Field("averageUtilization", 4) { $0.target.averageUtilization = $1.optionalInt32() },
        ])
}

extension MetricValue: FieldReadable {
    /// A measurement is kept as its value, whatever was measured.
    static let fields = FieldTable<MetricValue>(
        "MetricStatus",
        [
            Field("object", 2) { $1.message(&$0, source) },
            Field("pods", 3) { $1.message(&$0, source) },
            Field("resource", 4) { $1.message(&$0, source) },
            Field("containerResource", 7) { $1.message(&$0, source) },
            Field("external", 5) { $1.message(&$0, source) },
        ])

    /// Every sort of measurement has its value in the same place.
    private static let source = FieldTable<MetricValue>(
        "ResourceMetricStatus", [Field("current", 2) { $1.message(&$0, current) }])

    private static let current = FieldTable<MetricValue>(
        "MetricValueStatus",
        [
            Field("value", 1) { $0.value = $1.quantity() },
            Field("averageValue", 2) { $0.averageValue = $1.quantity() },
            Field("averageUtilization", 3) { $0.averageUtilization = $1.optionalInt32() },
        ])
}

extension PodDisruptionBudget: FieldReadable {
    /// Versions v1 and v1beta1 number these fields alike.
    static let fields = FieldTable<PodDisruptionBudget>(
        "PodDisruptionBudget",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("spec", 2) { $1.message(&$0, spec) },
            Field("status", 3) { $1.message(&$0, status) },
        ])

    private static let spec = FieldTable<PodDisruptionBudget>(
        "PodDisruptionBudgetSpec",
        [
            Field("minAvailable", 1) { $0.minAvailable = $1.intOrString() },
            Field("selector", 2) { $1.message(&$0.selector) },
            Field("maxUnavailable", 3) { $0.maxUnavailable = $1.intOrString() },
            Field("unhealthyPodEvictionPolicy", 4) { $0.unhealthyPodEvictionPolicy = $1.interned() },
        ])

    private static let status = FieldTable<PodDisruptionBudget>(
        "PodDisruptionBudgetStatus",
        [
            Field("observedGeneration", 1) { $0.observedGeneration = $1.int64() },
            Field("disruptionsAllowed", 3) { $0.disruptionsAllowed = $1.int32() },
            Field("currentHealthy", 4) { $0.currentHealthy = $1.int32() },
            Field("desiredHealthy", 5) { $0.desiredHealthy = $1.int32() },
            Field("expectedPods", 6) { $0.expectedPods = $1.int32() },
            Field("conditions", 7) { $1.append(&$0.conditions) },
        ])
}

extension NetworkPolicy: FieldReadable {
    static let fields = FieldTable<NetworkPolicy>(
        "NetworkPolicy",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("spec", 2) { $1.message(&$0, spec) },
        ])

    private static let spec = FieldTable<NetworkPolicy>(
        "NetworkPolicySpec",
        [
            Field("podSelector", 1) { $1.message(&$0.podSelector) },
            Field("ingress", 2) { $1.append(&$0.ingress, NetworkPolicyRule(), NetworkPolicyRule.ingress) },
            Field("egress", 3) { $1.append(&$0.egress, NetworkPolicyRule(), NetworkPolicyRule.egress) },
            Field("policyTypes", 4) { $1.append(&$0.policyTypes) },
        ])
}

extension NetworkPolicyRule {
    static let ingress = FieldTable<NetworkPolicyRule>(
        "NetworkPolicyIngressRule",
        [Field("ports", 1) { $1.append(&$0.ports) }, Field("from", 2) { $1.append(&$0.peers) }])

    static let egress = FieldTable<NetworkPolicyRule>(
        "NetworkPolicyEgressRule",
        [Field("ports", 1) { $1.append(&$0.ports) }, Field("to", 2) { $1.append(&$0.peers) }])
}

extension NetworkPolicyPort: FieldReadable {
    static let fields = FieldTable<NetworkPolicyPort>(
        "NetworkPolicyPort",
        [
            Field("protocol", 1) { $0.protocol = $1.interned() },
            Field("port", 2) { $0.port = $1.intOrString() },
            Field("endPort", 3) { $0.endPort = $1.optionalInt32() },
        ])
}

extension NetworkPolicyPeer: FieldReadable {
    static let fields = FieldTable<NetworkPolicyPeer>(
        "NetworkPolicyPeer",
        [
            Field("podSelector", 1) { $1.message(&$0.podSelector) },
            Field("namespaceSelector", 2) { $1.message(&$0.namespaceSelector) },
            Field("ipBlock", 3) { $1.message(&$0, ipBlock) },
        ])

    private static let ipBlock = FieldTable<NetworkPolicyPeer>(
        "IPBlock",
        [Field("cidr", 1) { $0.cidr = $1.interned() }, Field("except", 2) { $1.append(&$0.except) }])
}

extension ResourceQuota: FieldReadable {
    static let fields = FieldTable<ResourceQuota>(
        "ResourceQuota",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("spec", 2) { $1.message(&$0, spec) },
            Field("status", 3) { $1.message(&$0, status) },
        ])

    private static let spec = FieldTable<ResourceQuota>(
        "ResourceQuotaSpec",
        [
            Field("hard", 1) { $1.quantities(&$0.hard) },
            Field("scopes", 2) { $1.append(&$0.scopes) },
            Field("scopeSelector", 3) { $1.message(&$0, scopeSelector) },
        ])

    private static let scopeSelector = FieldTable<ResourceQuota>(
        "ScopeSelector",
        [
            Field("matchExpressions", 1) {
                $1.append(&$0.scopeSelector, LabelSelectorRequirement(), LabelSelectorRequirement.scopeFields)
            }
        ])

    private static let status = FieldTable<ResourceQuota>(
        "ResourceQuotaStatus",
        [
            Field("hard", 1) { $1.quantities(&$0.enforced) },
            Field("used", 2) { $1.quantities(&$0.used) },
        ])
}

extension LabelSelectorRequirement {
    /// A scope is kept as the key of a requirement.
    static let scopeFields = FieldTable<LabelSelectorRequirement>(
        "ScopedResourceSelectorRequirement",
        [
            Field("scopeName", 1) { $0.key = $1.interned() },
            Field("operator", 2) { $0.operator = $1.interned() },
            Field("values", 3) { $1.append(&$0.values) },
        ])
}

extension LimitRange: FieldReadable {
    static let fields = FieldTable<LimitRange>(
        "LimitRange",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("spec", 2) { $1.message(&$0, spec) },
        ])

    private static let spec = FieldTable<LimitRange>(
        "LimitRangeSpec", [Field("limits", 1) { $1.append(&$0.limits) }])
}

extension LimitRangeItem: FieldReadable {
    static let fields = FieldTable<LimitRangeItem>(
        "LimitRangeItem",
        [
            Field("type", 1) { $0.type = $1.interned() },
            Field("max", 2) { $1.quantities(&$0.max) },
            Field("min", 3) { $1.quantities(&$0.min) },
            Field("default", 4) { $1.quantities(&$0.defaultLimit) },
            Field("defaultRequest", 5) { $1.quantities(&$0.defaultRequest) },
        ])
}
