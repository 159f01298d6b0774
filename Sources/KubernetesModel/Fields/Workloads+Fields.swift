extension ReplicaSet: FieldReadable {
    static let fields = FieldTable<ReplicaSet>(
        "ReplicaSet",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("spec", 2) { $1.message(&$0, spec) },
            Field("status", 3) { $1.message(&$0, status) },
        ])

    private static let spec = FieldTable<ReplicaSet>(
        "ReplicaSetSpec",
        [
            Field("replicas", 1) { $0.replicas = $1.optionalInt32() },
            Field("selector", 2) { $1.message(&$0.selector) },
            Field("template", 3) { $1.message(&$0.template) },
        ])

    private static let status = FieldTable<ReplicaSet>(
        "ReplicaSetStatus",
        [
            Field("replicas", 1) { $0.statusReplicas = $1.int32() },
            Field("readyReplicas", 4) { $0.readyReplicas = $1.int32() },
            Field("availableReplicas", 5) { $0.availableReplicas = $1.int32() },
            Field("observedGeneration", 3) { $0.observedGeneration = $1.int64() },
            Field("conditions", 6) { $1.append(&$0.conditions, Condition(), Condition.workloadFields) },
        ])

    mutating func shareStorage(_ interner: StringInterner) { template.shareStorage(interner) }
}

extension StatefulSet: FieldReadable {
    static let fields = FieldTable<StatefulSet>(
        "StatefulSet",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("spec", 2) { $1.message(&$0, spec) },
            Field("status", 3) { $1.message(&$0, status) },
        ])

    private static let spec = FieldTable<StatefulSet>(
        "StatefulSetSpec",
        [
            Field("replicas", 1) { $0.replicas = $1.optionalInt32() },
            Field("selector", 2) { $1.message(&$0.selector) },
            Field("template", 3) { $1.message(&$0.template) },
            Field("volumeClaimTemplates", 4) { $1.append(&$0.claimTemplates, "", claimTemplate) },
            Field("serviceName", 5) { $0.serviceName = $1.interned() },
            Field("podManagementPolicy", 6) { $0.podManagementPolicy = $1.interned() },
            Field("updateStrategy", 7) { $1.message(&$0, updateStrategy) },
        ])

    /// A claim's template is kept as its name.
    private static let claimTemplate = FieldTable<String>(
        "volumeClaimTemplates", [Field("metadata", 1) { $1.message(&$0, objectName) }])

    private static let updateStrategy = FieldTable<StatefulSet>(
        "StatefulSetUpdateStrategy",
        [
            Field("type", 1) { $0.updateStrategy = $1.interned() },
            Field("rollingUpdate", 2) { $1.message(&$0, rollingUpdate) },
        ])

    private static let rollingUpdate = FieldTable<StatefulSet>(
        "RollingUpdateStatefulSetStrategy", [Field("partition", 1) { $0.partition = $1.int32() }])

    private static let status = FieldTable<StatefulSet>(
        "StatefulSetStatus",
        [
            Field("observedGeneration", 1) { $0.observedGeneration = $1.int64() },
            Field("replicas", 2) { $0.statusReplicas = $1.int32() },
            Field("readyReplicas", 3) { $0.readyReplicas = $1.int32() },
            Field("currentReplicas", 4) { $0.currentReplicas = $1.int32() },
            Field("updatedReplicas", 5) { $0.updatedReplicas = $1.int32() },
            Field("currentRevision", 6) { $0.currentRevision = $1.interned() },
            Field("updateRevision", 7) { $0.updateRevision = $1.interned() },
            Field("conditions", 10) { $1.append(&$0.conditions, Condition(), Condition.workloadFields) },
            Field("availableReplicas", 11) { $0.availableReplicas = $1.int32() },
        ])

    mutating func shareStorage(_ interner: StringInterner) { template.shareStorage(interner) }
}

extension DaemonSet: FieldReadable {
    static let fields = FieldTable<DaemonSet>(
        "DaemonSet",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("spec", 2) { $1.message(&$0, spec) },
            Field("status", 3) { $1.message(&$0, status) },
        ])

    private static let spec = FieldTable<DaemonSet>(
        "DaemonSetSpec",
        [
            Field("selector", 1) { $1.message(&$0.selector) },
            Field("template", 2) { $1.message(&$0.template) },
            Field("updateStrategy", 3) { $1.message(&$0, updateStrategy) },
        ])

    private static let updateStrategy = FieldTable<DaemonSet>(
        "DaemonSetUpdateStrategy", [Field("type", 1) { $0.updateStrategy = $1.interned() }])

    private static let status = FieldTable<DaemonSet>(
        "DaemonSetStatus",
        [
            Field("currentNumberScheduled", 1) { $0.currentNumberScheduled = $1.int32() },
            Field("numberMisscheduled", 2) { $0.numberMisscheduled = $1.int32() },
            Field("desiredNumberScheduled", 3) { $0.desiredNumberScheduled = $1.int32() },
            Field("numberReady", 4) { $0.numberReady = $1.int32() },
            Field("observedGeneration", 5) { $0.observedGeneration = $1.int64() },
            Field("updatedNumberScheduled", 6) { $0.updatedNumberScheduled = $1.int32() },
            Field("numberAvailable", 7) { $0.numberAvailable = $1.int32() },
            Field("conditions", 10) { $1.append(&$0.conditions, Condition(), Condition.workloadFields) },
        ])

    mutating func shareStorage(_ interner: StringInterner) { template.shareStorage(interner) }
}

extension Job: FieldReadable {
    static let fields = FieldTable<Job>(
        "Job",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("spec", 2) { $1.message(&$0.spec) },
            Field("status", 3) { $1.message(&$0, status) },
        ])

    private static let status = FieldTable<Job>(
        "JobStatus",
        [
            Field("conditions", 1) { $1.append(&$0.conditions) },
            Field("startTime", 2) { $0.startTime = $1.timestamp() },
            Field("completionTime", 3) { $0.completionTime = $1.timestamp() },
            Field("active", 4) { $0.active = $1.int32() },
            Field("succeeded", 5) { $0.succeeded = $1.int32() },
            Field("failed", 6) { $0.failed = $1.int32() },
            Field("failedIndexes", 10) { $0.failedIndexes = $1.string() },
        ])

    mutating func shareStorage(_ interner: StringInterner) { spec.template.shareStorage(interner) }
}

extension JobSpec: FieldReadable {
    static let fields = FieldTable<JobSpec>(
        "JobSpec",
        [
            Field("parallelism", 1) { $0.parallelism = $1.optionalInt32() },
            Field("completions", 2) { $0.completions = $1.optionalInt32() },
            Field("activeDeadlineSeconds", 3) { $0.activeDeadlineSeconds = $1.optionalInt64() },
            Field("backoffLimit", 7) { $0.backoffLimit = $1.optionalInt32() },
            Field("selector", 4) { $1.message(&$0.selector) },
            Field("template", 6) { $1.message(&$0.template) },
            Field("suspend", 10) { $0.suspend = $1.bool() },
        ])
}

extension CronJob: FieldReadable {
    /// Versions v1 and v1beta1 number these fields alike.
    static let fields = FieldTable<CronJob>(
        "CronJob",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("spec", 2) { $1.message(&$0, spec) },
            Field("status", 3) { $1.message(&$0, status) },
        ])

    private static let spec = FieldTable<CronJob>(
        "CronJobSpec",
        [
            Field("schedule", 1) { $0.schedule = $1.interned() },
            Field("timeZone", 8) { $0.timeZone = $1.interned() },
            Field("startingDeadlineSeconds", 2) { $0.startingDeadlineSeconds = $1.optionalInt64() },
            Field("concurrencyPolicy", 3) { $0.concurrencyPolicy = $1.interned() },
            Field("suspend", 4) { $0.suspend = $1.bool() },
            Field("jobTemplate", 5) { $1.message(&$0, jobTemplate) },
        ])

    private static let jobTemplate = FieldTable<CronJob>(
        "JobTemplateSpec", [Field("spec", 2) { $1.message(&$0.jobSpec) }])

    private static let status = FieldTable<CronJob>(
        "CronJobStatus",
        [
            Field("active", 1) { $1.append(&$0.active) },
            Field("lastScheduleTime", 4) { $0.lastScheduleTime = $1.timestamp() },
            Field("lastSuccessfulTime", 5) { $0.lastSuccessfulTime = $1.timestamp() },
        ])

    mutating func shareStorage(_ interner: StringInterner) { jobSpec.template.shareStorage(interner) }
}
