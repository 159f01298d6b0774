extension Deployment: FieldReadable {
    static let fields = FieldTable<Deployment>(
        "Deployment",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("spec", 2) { $1.message(&$0, spec) },
            Field("status", 3) { $1.message(&$0, status) },
        ])

    private static let spec = FieldTable<Deployment>(
        "DeploymentSpec",
        [
            Field("replicas", 1) { $0.replicas = $1.optionalInt32() },
            Field("selector", 2) { $1.message(&$0.selector) },
            Field("template", 3) { $1.message(&$0, template) },
            Field("paused", 7) { $0.paused = $1.bool() },
        ])

    private static let template = FieldTable<Deployment>(
        "PodTemplateSpec",
        [
            Field("metadata", 1) { $1.message(&$0, templateMeta) },
            Field("spec", 2) { $1.message(&$0, templateSpec) },
        ])

    private static let templateMeta = FieldTable<Deployment>(
        "PodTemplateSpec.metadata", [Field("labels", 11) { $1.map(&$0.templateLabels) }])

    private static let templateSpec = FieldTable<Deployment>(
        "PodTemplateSpec.spec", [Field("containers", 2) { $1.append(&$0.containers) }])

    private static let status = FieldTable<Deployment>(
        "DeploymentStatus",
        [
            Field("observedGeneration", 1) { $0.observedGeneration = $1.int64() },
            Field("replicas", 2) { $0.statusReplicas = $1.int32() },
            Field("updatedReplicas", 3) { $0.updatedReplicas = $1.int32() },
            Field("readyReplicas", 7) { $0.readyReplicas = $1.int32() },
            Field("availableReplicas", 4) { $0.availableReplicas = $1.int32() },
            Field("unavailableReplicas", 5) { $0.unavailableReplicas = $1.int32() },
            Field("conditions", 6) { $1.append(&$0.conditions, Condition(), Condition.deploymentFields) },
        ])
}
