/// What a pod should be, as a template says it: all but the node (core/v1 PodSpec).
public struct PodSpec: Sendable, Hashable {
    /// Containers that run to their end one by one before the others, and sidecars (`spec.initContainers`).
    public var initContainers: [Container] = []
    /// Source: `spec.containers`.
    public var containers: [Container] = []
    /// Containers that were added to look into the pod (`spec.ephemeralContainers`).
    public var ephemeralContainers: [Container] = []
    /// Volumes that need another object or the node's disk, and no others (`spec.volumes`).
    public var volumes: [Volume] = []
    /// Whether the API server added the volume with its token and the ConfigMap `kube-root-ca.crt` (`spec.volumes`).
    public var mountsToken = false
    /// `Always`, `OnFailure` or `Never` (`spec.restartPolicy`).
    public var restartPolicy = ""
    /// `nil` means 30 (`spec.terminationGracePeriodSeconds`).
    public var terminationGracePeriodSeconds: Int32?
    /// Source: `spec.serviceAccountName`.
    public var serviceAccountName = ""
    /// Source: `spec.schedulerName`.
    public var schedulerName = ""
    /// Source: `spec.priorityClassName`.
    public var priorityClassName = ""
    /// Whether it uses the node's own network (`spec.hostNetwork`).
    public var hostNetwork = false
    /// Secrets for registries, by name (`spec.imagePullSecrets`).
    public var imagePullSecrets: [String] = []
    /// Condition types that must be true for readiness (`spec.readinessGates[].conditionType`).
    public var readinessGates: [String] = []
    /// What keeps it from being scheduled, by name (`spec.schedulingGates`).
    public var schedulingGates: [String] = []
    /// Labels a node must have (`spec.nodeSelector`).
    public var nodeSelector = Labels()
    /// Which nodes and neighbours it requires; preferences are not kept (`spec.affinity`).
    public var affinity = Affinity()
    /// Source: `spec.tolerations`.
    public var tolerations: [Toleration] = []
    /// Source: `spec.topologySpreadConstraints`.
    public var topologySpreadConstraints: [TopologySpreadConstraint] = []
    /// What the pod costs beside its containers, by resource (`spec.overhead`).
    public var overhead = Labels()
    /// What the pod as a whole is promised, by resource (`spec.resources.requests`).
    public var requests = Labels()
    /// What the pod as a whole may use at most, by resource (`spec.resources.limits`).
    public var limits = Labels()
    /// What holds for containers that say nothing else (`spec.securityContext`).
    public var securityContext = SecurityContext()

    /// A spec with nothing set.
    public init() {}

    /// The one that every object begins with.
    static let nothing = Shared(PodSpec())
}

/// What the pods of a workload are made from (core/v1 PodTemplateSpec).
public struct PodTemplate: Sendable, Hashable {
    /// Labels its pods get (`metadata.labels`).
    public var labels = Labels()
    /// Source: `spec`.
    public var spec: PodSpec {
        _read { yield sharedSpec.value }
        _modify { yield &sharedSpec.value }
    }

    var sharedSpec = PodSpec.nothing

    /// A template with nothing set.
    public init() {}
}

/// As which user a container runs (core/v1 SecurityContext, PodSecurityContext).
public struct SecurityContext: Sendable, Hashable {
    /// Source: `runAsUser`.
    public var runAsUser: Int64?
    /// Whether the kubelet refuses to start it as root (`runAsNonRoot`).
    public var runAsNonRoot: Bool?

    /// A context with nothing set.
    public init() {}
}

/// A volume of a pod that needs another object, or the node's disk (core/v1 Volume).
public struct Volume: Sendable, Hashable {
    /// Source: `name`.
    public var name = ""
    /// Objects whose content it shows; a projected volume may have several.
    public var sources: [VolumeSource] = []
    /// The claim it mounts, empty for none (`persistentVolumeClaim.claimName`).
    public var claimName = ""
    /// Whether a claim of its own is made for it, named after pod and volume (`ephemeral`).
    public var isEphemeral = false
    /// A path of the node, empty for none (`hostPath.path`).
    public var hostPath = ""

    /// A volume with nothing set.
    public init() {}
}

/// A ConfigMap or Secret behind a volume (core/v1 ConfigMapVolumeSource, SecretVolumeSource, and both as projections).
public struct VolumeSource: Sendable, Hashable {
    /// Which of the two it is.
    public var isSecret = false
    /// Source: `name`, `secretName`.
    public var name = ""
    /// Keys that must be there; empty for all that there are (`items[].key`).
    public var keys: [String] = []
    /// Whether the pod starts without it (`optional`).
    public var optional = false

    /// A source with nothing set.
    public init() {}
}
