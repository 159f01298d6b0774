/// A group of containers on one node (core/v1 Pod).
public struct Pod: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = BuiltInKind(group: "", resource: "pods", kind: "Pod", versions: ["v1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Source: `spec`.
    public var spec = PodSpec()
    /// Source: `status`.
    public var status = PodStatus()

    /// A pod with nothing set.
    public init() {}
}

/// What a pod should be (core/v1 PodSpec).
public struct PodSpec: Sendable, Equatable {
    /// Containers that run to their end one by one before the others, and sidecars (`spec.initContainers`).
    public var initContainers: [Container] = []
    /// Source: `spec.containers`.
    public var containers: [Container] = []
    /// `Always`, `OnFailure` or `Never` (`spec.restartPolicy`).
    public var restartPolicy = ""
    /// Empty while unscheduled (`spec.nodeName`).
    public var nodeName = ""
    /// Source: `spec.serviceAccountName`.
    public var serviceAccountName = ""
    /// Source: `spec.schedulerName`.
    public var schedulerName = ""
    /// Source: `spec.priorityClassName`.
    public var priorityClassName = ""
    /// Condition types that must be true for readiness (`spec.readinessGates[].conditionType`).
    public var readinessGates: [String] = []

    /// A spec with nothing set.
    public init() {}
}

/// One container of a pod (core/v1 Container).
public struct Container: Sendable, Hashable {
    /// Source: `name`.
    public var name = ""
    /// Source: `image`.
    public var image = ""
    /// `Always` on an init container makes it a sidecar (KEP-753) (`restartPolicy`).
    public var restartPolicy = ""
    /// Source: `ports`.
    public var ports: [ContainerPort] = []

    /// A container with nothing set.
    public init() {}

    /// Whether this, as an init container, runs beside the others (KEP-753).
    public var isSidecar: Bool { restartPolicy == "Always" }
}

/// A port that a container declares (core/v1 ContainerPort).
public struct ContainerPort: Sendable, Hashable {
    /// May be empty (`name`).
    public var name = ""
    /// Source: `containerPort`.
    public var containerPort: Int32 = 0
    /// `TCP`, `UDP` or `SCTP`; empty means TCP (`protocol`).
    public var `protocol` = ""

    /// A port with nothing set.
    public init() {}
}

/// What a pod is (core/v1 PodStatus).
public struct PodStatus: Sendable, Equatable {
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown` (`status.phase`).
    public var phase = ""
    /// Such as `Evicted` (`status.reason`).
    public var reason = ""
    /// Source: `status.message`.
    public var message = ""
    /// Source: `status.hostIP`.
    public var hostIP = ""
    /// Source: `status.podIP`.
    public var podIP = ""
    /// The node that a preemption reserves (`status.nominatedNodeName`).
    public var nominatedNodeName = ""
    /// `Guaranteed`, `Burstable` or `BestEffort` (`status.qosClass`).
    public var qosClass = ""
    /// When the kubelet acknowledged the pod (`status.startTime`).
    public var startTime: Timestamp?
    /// Source: `status.conditions`.
    public var conditions: [Condition] = []
    /// Source: `status.initContainerStatuses`.
    public var initContainerStatuses: [ContainerStatus] = []
    /// Source: `status.containerStatuses`.
    public var containerStatuses: [ContainerStatus] = []

    /// A status with nothing set.
    public init() {}
}

/// A condition of any object (core/v1 PodCondition, NodeCondition, apps/v1 DeploymentCondition, meta/v1 Condition).
public struct Condition: Sendable, Equatable {
    /// Such as `Ready` (`type`).
    public var type = ""
    /// `True`, `False` or `Unknown` (`status`).
    public var status = ""
    /// A word for programs (`reason`).
    public var reason = ""
    /// A sentence for people (`message`).
    public var message = ""
    /// Source: `lastTransitionTime`.
    public var lastTransitionTime: Timestamp?

    /// A condition with nothing set.
    public init() {}
}

extension [Condition] {
    /// The condition of a type; conditions have no order.
    public subscript(type type: String) -> Condition? { first { $0.type == type } }
}

/// The state of one container (core/v1 ContainerStatus).
public struct ContainerStatus: Sendable, Equatable {
    /// Source: `name`.
    public var name = ""
    /// Now (`state`).
    public var state = ContainerState.none
    /// Before the last restart (`lastState`).
    public var lastState = ContainerState.none
    /// Source: `ready`.
    public var ready = false
    /// Source: `restartCount`.
    public var restartCount: Int32 = 0
    /// Whether the startup probe passed; `nil` when not reported (`started`).
    public var started: Bool?

    /// A status with nothing set.
    public init() {}
}

/// The state of a container: exactly one, or none reported (core/v1 ContainerState).
///
/// Small for a running container, since most are.
public enum ContainerState: Sendable, Equatable {
    /// Nothing reported.
    case none
    /// Not running yet, or between restarts (`waiting`).
    indirect case waiting(reason: String, message: String)
    /// Source: `running`.
    case running(startedAt: Timestamp?)
    /// Source: `terminated`.
    indirect case terminated(TerminatedState)
}

/// How a container ended (core/v1 ContainerStateTerminated).
public struct TerminatedState: Sendable, Equatable {
    /// Source: `exitCode`.
    public var exitCode: Int32 = 0
    /// The signal that ended it, 0 for none (`signal`).
    public var signal: Int32 = 0
    /// Such as `Error`, `Completed`, `OOMKilled` (`reason`).
    public var reason = ""
    /// Source: `message`.
    public var message = ""
    /// Source: `startedAt`.
    public var startedAt: Timestamp?
    /// Source: `finishedAt`.
    public var finishedAt: Timestamp?

    /// A state with nothing set.
    public init() {}
}
