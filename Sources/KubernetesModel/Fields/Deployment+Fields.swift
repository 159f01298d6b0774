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
            Field("template", 3) { $1.message(&$0.template) },
            Field("strategy", 4) { $1.message(&$0, strategy) },
            Field("minReadySeconds", 5) { $0.minReadySeconds = $1.int32() },
            Field("paused", 7) { $0.paused = $1.bool() },
            Field("progressDeadlineSeconds", 9) { $0.progressDeadlineSeconds = $1.optionalInt32() },
        ])

    private static let strategy = FieldTable<Deployment>(
        "DeploymentStrategy",
        [
            Field("type", 1) { $0.strategy = $1.interned() },
            Field("rollingUpdate", 2) { $1.message(&$0, rollingUpdate) },
        ])

    private static let rollingUpdate = FieldTable<Deployment>(
        "RollingUpdateDeployment",
        [
            Field("maxUnavailable", 1) { $0.maxUnavailable = $1.intOrString() },
            Field("maxSurge", 2) { $0.maxSurge = $1.intOrString() },
        ])

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

    mutating func shareStorage(_ interner: StringInterner) { template.shareStorage(interner) }
}
