import KubernetesModel

/// Kinds of which nothing is stored: other versions of stored ones, and what is only asked or said.
extension DemoResource {
    /// Events as `events.k8s.io` shows them.
    static let newEvents = DemoResource(
        "events.k8s.io", "v1", "events", "Event", ["ev"],
        selectableFields: [
            "regarding.kind", "regarding.namespace", "regarding.name", "regarding.uid", "reason", "type",
            "reportingController",
        ])
    /// Autoscalers as they were before they knew of more than processors.
    static let oldAutoscalers = DemoResource(
        "autoscaling", "v1", "horizontalpodautoscalers", "HorizontalPodAutoscaler", ["hpa"], isInAll: true,
        hasStatus: true)

    /// Other versions of kinds that are stored.
    static let views = [newEvents, oldAutoscalers]

    /// What is asked by creating it: who one is, who somebody is, and what one may do.
    static let reviews = [
        DemoResource(
            "authentication.k8s.io", "v1", "selfsubjectreviews", "SelfSubjectReview", isNamespaced: false,
            verbs: ["create"]),
        DemoResource(
            "authentication.k8s.io", "v1", "tokenreviews", "TokenReview", isNamespaced: false, verbs: ["create"]),
        DemoResource(
            "authorization.k8s.io", "v1", "localsubjectaccessreviews", "LocalSubjectAccessReview", verbs: ["create"]),
        DemoResource(
            "authorization.k8s.io", "v1", "selfsubjectaccessreviews", "SelfSubjectAccessReview", isNamespaced: false,
            verbs: ["create"]),
        DemoResource(
            "authorization.k8s.io", "v1", "selfsubjectrulesreviews", "SelfSubjectRulesReview", isNamespaced: false,
            verbs: ["create"]),
        DemoResource(
            "authorization.k8s.io", "v1", "subjectaccessreviews", "SubjectAccessReview", isNamespaced: false,
            verbs: ["create"]),
    ]

    /// The state of the parts of the control plane, which is not stored either.
    static let componentStatuses = DemoResource(
        "", "v1", "componentstatuses", "ComponentStatus", ["cs"], isNamespaced: false, verbs: ["get", "list"])

    /// Says on which node a pod runs; only the scheduler does.
    static let bindings = DemoResource("", "v1", "bindings", "Binding", verbs: ["create"])

    /// Every kind that discovery tells, besides custom ones that were created later.
    static let served: [DemoResource] =
        all + views + reviews + [componentStatuses, bindings] + DemoMetrics.resources

    /// The kind that its objects are stored as.
    var stored: DemoResource {
        switch self {
        case .newEvents: .events
        case .oldAutoscalers: .autoscalers
        default: self
        }
    }

    /// A stored object as this kind shows it.
    func shown(_ object: JSONValue) -> JSONValue {
        switch self {
        case .newEvents: Self.newEvent(object)
        case .oldAutoscalers: Self.oldAutoscaler(object)
        default: object
        }
    }

    private static func newEvent(_ event: JSONValue) -> JSONValue {
        let source = event["source"]
        return .members([
            "metadata": event["metadata"], "eventTime": event["eventTime"] ?? .null, "series": event["series"],
            "reportingController": event["reportingComponent"] ?? source?["component"] ?? .string(""),
            "reportingInstance": event["reportingInstance"] ?? source?["host"] ?? .string(""),
            "action": event["action"], "reason": event["reason"], "regarding": event["involvedObject"],
            "related": event["related"], "note": event["message"], "type": event["type"],
            "deprecatedSource": source, "deprecatedFirstTimestamp": event["firstTimestamp"],
            "deprecatedLastTimestamp": event["lastTimestamp"], "deprecatedCount": event["count"],
        ])
    }

    private static func oldAutoscaler(_ autoscaler: JSONValue) -> JSONValue {
        func isProcessor(_ metric: JSONValue) -> Bool { metric.text("resource", "name") == "cpu" }
        var old = autoscaler
        let wanted = autoscaler.at("spec", "metrics")?.elements.first(where: isProcessor)
        let found = autoscaler.at("status", "currentMetrics")?.elements.first(where: isProcessor)
        old.set("spec", "metrics", to: nil)
        old.set("spec", "behavior", to: nil)
        old.set(
            "spec", "targetCPUUtilizationPercentage", to: wanted?.at("resource", "target", "averageUtilization"))
        guard old["status"] != nil else { return old }
        old.set("status", "currentMetrics", to: nil)
        old.set("status", "conditions", to: nil)
        old.set(
            "status", "currentCPUUtilizationPercentage", to: found?.at("resource", "current", "averageUtilization"))
        return old
    }
}
