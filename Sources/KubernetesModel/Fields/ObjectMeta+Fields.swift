extension ObjectMeta: FieldReadable {
    static let fields = FieldTable<ObjectMeta>(
        "ObjectMeta",
        [
            Field("name", 1) { $0.name = $1.string() },
            Field("namespace", 3) { $0.namespace = $1.interned() },
            Field("uid", 5) { $0.uid = $1.string() },
            Field("resourceVersion", 6) { $0.resourceVersion = $1.string() },
            Field("generation", 7) { $0.generation = $1.int64() },
            Field("creationTimestamp", 8) { $0.creationTimestamp = $1.timestamp() },
            Field("deletionTimestamp", 9) { $0.deletionTimestamp = $1.timestamp() },
            Field("labels", 11) { $1.map(&$0.labels) },
            Field("annotations", 12) { $1.annotations(&$0.annotations) },
            Field("ownerReferences", 13) { $1.append(&$0.ownerReferences) },
            Field("finalizers", 14) { $1.append(&$0.finalizers) },
        ])

    mutating func shareStorage(_ interner: StringInterner) {
        interner.labels.share(&labels)
        interner.owners.share(&ownerReferences)
        if !annotations.isEmpty { interner.labels.share(&annotations) }
        if !finalizers.isEmpty { interner.strings.share(&finalizers) }
    }
}

extension OwnerReference: FieldReadable {
    static let fields = FieldTable<OwnerReference>(
        "OwnerReference",
        [
            Field("apiVersion", 5) { $0.apiVersion = $1.interned() },
            Field("kind", 1) { $0.kind = $1.interned() },
            Field("name", 3) { $0.name = $1.interned() },
            Field("uid", 4) { $0.uid = $1.interned() },
            Field("controller", 6) { $0.controller = $1.bool() },
        ])
}

extension ObjectReference: FieldReadable {
    static let fields = FieldTable<ObjectReference>(
        "ObjectReference",
        [
            Field("kind", 1) { $0.kind = $1.interned() },
            Field("namespace", 2) { $0.namespace = $1.interned() },
            Field("name", 3) { $0.name = $1.interned() },
            Field("uid", 4) { $0.uid = $1.interned() },
            Field("apiVersion", 5) { $0.apiVersion = $1.interned() },
            Field("fieldPath", 7) { $0.fieldPath = $1.interned() },
        ])
}

extension Condition: FieldReadable {
    /// Pod, Node, Namespace, Job, claim and meta/v1 conditions number these fields alike.
    static let fields = FieldTable<Condition>(
        "Condition",
        [
            Field("type", 1) { $0.type = $1.interned() },
            Field("status", 2) { $0.status = $1.interned() },
            Field("lastTransitionTime", 4) { $0.lastTransitionTime = $1.timestamp() },
            Field("reason", 5) { $0.reason = $1.interned() },
            Field("message", 6) { $0.message = $1.interned() },
        ])

    /// Of ReplicaSets, StatefulSets, DaemonSets and HorizontalPodAutoscalers.
    static let workloadFields = FieldTable<Condition>(
        "WorkloadCondition",
        [
            Field("type", 1) { $0.type = $1.interned() },
            Field("status", 2) { $0.status = $1.interned() },
            Field("lastTransitionTime", 3) { $0.lastTransitionTime = $1.timestamp() },
            Field("reason", 4) { $0.reason = $1.interned() },
            Field("message", 5) { $0.message = $1.interned() },
        ])

    static let deploymentFields = FieldTable<Condition>(
        "DeploymentCondition",
        [
            Field("type", 1) { $0.type = $1.interned() },
            Field("status", 2) { $0.status = $1.interned() },
            Field("lastTransitionTime", 7) { $0.lastTransitionTime = $1.timestamp() },
            Field("reason", 4) { $0.reason = $1.interned() },
            Field("message", 5) { $0.message = $1.interned() },
        ])
}

extension LabelSelector: FieldReadable {
    static let fields = FieldTable<LabelSelector>(
        "LabelSelector",
        [
            Field("matchLabels", 1) { $1.map(&$0.matchLabels) },
            Field("matchExpressions", 2) { $1.append(&$0.matchExpressions) },
        ])
}

extension LabelSelectorRequirement: FieldReadable {
    static let fields = FieldTable<LabelSelectorRequirement>(
        "LabelSelectorRequirement",
        [
            Field("key", 1) { $0.key = $1.interned() },
            Field("operator", 2) { $0.operator = $1.interned() },
            Field("values", 3) { $1.append(&$0.values) },
        ])
}
