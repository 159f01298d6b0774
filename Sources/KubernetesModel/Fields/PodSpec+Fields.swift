extension PodSpec: FieldReadable {
    static let fields = FieldTable<PodSpec>(
        "PodSpec",
        [
            Field("volumes", 1) { spec, reader in
                var mountsToken = spec.mountsToken
                reader.append(&spec.volumes) { volume in
                    if volume.isToken { mountsToken = true }
                    return volume.isKept
                }
                spec.mountsToken = mountsToken
            },
            Field("initContainers", 20) { $1.append(&$0.initContainers) },
            Field("containers", 2) { $1.append(&$0.containers) },
            Field("ephemeralContainers", 34) {
                $1.append(&$0.ephemeralContainers, Container(), Container.ephemeralFields)
            },
            Field("restartPolicy", 3) { $0.restartPolicy = $1.interned() },
            Field("terminationGracePeriodSeconds", 4) { $0.terminationGracePeriodSeconds = $1.optionalInt32() },
            Field("nodeSelector", 7) { $1.map(&$0.nodeSelector) },
            Field("serviceAccountName", 8) { $0.serviceAccountName = $1.interned() },
            Field("hostNetwork", 11) { $0.hostNetwork = $1.bool() },
            Field("securityContext", 14) { $1.message(&$0.securityContext, SecurityContext.podFields) },
            Field("imagePullSecrets", 15) { $1.append(&$0.imagePullSecrets, "", objectName) },
            Field("affinity", 18) { $1.message(&$0.affinity) },
            Field("schedulerName", 19) { $0.schedulerName = $1.interned() },
            Field("tolerations", 22) { $1.append(&$0.tolerations) },
            Field("priorityClassName", 24) { $0.priorityClassName = $1.interned() },
            Field("readinessGates", 28) { $1.append(&$0.readinessGates, "", readinessGate) },
            Field("overhead", 32) { $1.quantities(&$0.overhead) },
            Field("topologySpreadConstraints", 33) { $1.append(&$0.topologySpreadConstraints) },
            Field("schedulingGates", 38) { $1.append(&$0.schedulingGates, "", schedulingGate) },
            Field("resources", 40) { $1.message(&$0, resources) },
        ])

    private static let resources = FieldTable<PodSpec>(
        "PodResourceRequirements",
        [
            Field("limits", 1) { $1.quantities(&$0.limits) },
            Field("requests", 2) { $1.quantities(&$0.requests) },
        ])

    /// A readiness gate is kept as its condition type.
    private static let readinessGate = FieldTable<String>(
        "PodReadinessGate", [Field("conditionType", 1) { $0 = $1.interned() }])

    private static let schedulingGate = FieldTable<String>(
        "PodSchedulingGate", [Field("name", 1) { $0 = $1.interned() }])

    mutating func shareStorage(_ interner: StringInterner) {
        interner.containers.share(&containers)
        if !initContainers.isEmpty { interner.containers.share(&initContainers) }
        if !ephemeralContainers.isEmpty { interner.containers.share(&ephemeralContainers) }
        if !volumes.isEmpty { interner.volumes.share(&volumes) }
        if !tolerations.isEmpty { interner.tolerations.share(&tolerations) }
        if affinity != Affinity() { interner.affinities.share(&affinity) }
        if !topologySpreadConstraints.isEmpty { interner.spreads.share(&topologySpreadConstraints) }
        if !nodeSelector.isEmpty { interner.labels.share(&nodeSelector) }
        if !overhead.isEmpty { interner.labels.share(&overhead) }
        if !imagePullSecrets.isEmpty { interner.strings.share(&imagePullSecrets) }
        if !readinessGates.isEmpty { interner.strings.share(&readinessGates) }
    }
}

/// A reference that is kept as its name (core/v1 LocalObjectReference).
let objectName = FieldTable<String>("LocalObjectReference", [Field("name", 1) { $0 = $1.interned() }])

extension PodTemplate: FieldReadable {
    static let fields = FieldTable<PodTemplate>(
        "PodTemplateSpec",
        [
            Field("metadata", 1) { $1.message(&$0, metadata) },
            Field("spec", 2) { $1.message(&$0.spec) },
        ])

    private static let metadata = FieldTable<PodTemplate>(
        "PodTemplateSpec.metadata", [Field("labels", 11) { $1.map(&$0.labels) }])

    mutating func shareStorage(_ interner: StringInterner) {
        interner.labels.share(&labels)
        interner.specs.share(&sharedSpec) { $0.value.shareStorage(interner) }
    }
}

extension SecurityContext: FieldReadable {
    static let fields = FieldTable<SecurityContext>(
        "SecurityContext",
        [
            Field("runAsUser", 4) { $0.runAsUser = $1.optionalInt64() },
            Field("runAsNonRoot", 5) { $0.runAsNonRoot = $1.optionalBool() },
        ])

    static let podFields = FieldTable<SecurityContext>(
        "PodSecurityContext",
        [
            Field("runAsUser", 2) { $0.runAsUser = $1.optionalInt64() },
            Field("runAsNonRoot", 3) { $0.runAsNonRoot = $1.optionalBool() },
        ])
}

extension Volume: FieldReadable {
    /// JSON has the source's member in the volume; protobuf has it one message deeper.
    static let fields = FieldTable<Volume>(
        "Volume",
        [
            Field("name", 1) { $0.name = $1.interned() },
            Field("volumeSource", 2) { $1.message(&$0, source) },
        ] + source.fields.map { Field(inJSON: $0) })

    private static let source = FieldTable<Volume>(
        "VolumeSource",
        [
            Field("hostPath", 1) { $1.message(&$0, hostPath) },
            Field("secret", 6) { $1.appendSource(&$0, VolumeSource.secretVolume, isSecret: true) },
            Field("persistentVolumeClaim", 10) { $1.message(&$0, claim) },
            Field("configMap", 19) { $1.appendSource(&$0, VolumeSource.configMap, isSecret: false) },
            Field("projected", 26) { $1.message(&$0, projected) },
            Field("ephemeral", 29) { $0.isEphemeral = $1.message(&$0, nothing) },
        ])

    private static let hostPath = FieldTable<Volume>(
        "HostPathVolumeSource", [Field("path", 1) { $0.hostPath = $1.interned() }])

    private static let claim = FieldTable<Volume>(
        "PersistentVolumeClaimVolumeSource", [Field("claimName", 1) { $0.claimName = $1.interned() }])

    private static let projected = FieldTable<Volume>(
        "ProjectedVolumeSource",
        [
            Field("sources", 1) { volume, reader in
                reader.elements { $0.message(&volume, projection) }
            }
        ])

    private static let projection = FieldTable<Volume>(
        "VolumeProjection",
        [
            Field("secret", 1) { $1.appendSource(&$0, VolumeSource.secretProjection, isSecret: true) },
            Field("configMap", 3) { $1.appendSource(&$0, VolumeSource.configMap, isSecret: false) },
        ])

    private static let nothing = FieldTable<Volume>("EphemeralVolumeSource", [])

    /// Whether it is the token's, which the API server adds.
    fileprivate var isToken: Bool { name.hasPrefix("kube-api-access-") }

    /// Whether something reads it; the token's volume has another name in every pod.
    fileprivate var isKept: Bool {
        if isToken { return false }
        return !sources.isEmpty || !claimName.isEmpty || isEphemeral || !hostPath.isEmpty
    }
}

extension FieldReader {
    /// Reads a ConfigMap or Secret behind a volume.
    fileprivate mutating func appendSource(
        _ volume: inout Volume, _ table: FieldTable<VolumeSource>, isSecret: Bool
    ) {
        var source = VolumeSource()
        source.isSecret = isSecret
        if message(&source, table) { volume.sources.append(source) }
    }
}

extension VolumeSource {
    /// A ConfigMap, as a volume or as a projection.
    static let configMap = FieldTable<VolumeSource>("ConfigMapVolumeSource", named + items)
    static let secretProjection = FieldTable<VolumeSource>("SecretProjection", named + items)
    static let secretVolume = FieldTable<VolumeSource>(
        "SecretVolumeSource", [Field("secretName", 1) { $0.name = $1.interned() }] + items)

    /// JSON has the name in the source; protobuf has it one message deeper.
    private static let named: [Field<VolumeSource>] = [
        Field("localObjectReference", 1) { $1.message(&$0.name, objectName) },
        Field(inJSON: "name") { $0.name = $1.interned() },
    ]

    private static let items: [Field<VolumeSource>] = [
        Field("items", 2) { $1.append(&$0.keys, "", key) },
        Field("optional", 4) { $0.optional = $1.bool() },
    ]

    private static let key = FieldTable<String>("KeyToPath", [Field("key", 1) { $0 = $1.interned() }])
}
