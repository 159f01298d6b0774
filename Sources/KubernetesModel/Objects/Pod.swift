/// A group of containers on one node (core/v1 Pod).
public struct Pod: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(group: "", resource: "pods", kind: "Pod", versions: ["v1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Empty while unscheduled (`spec.nodeName`).
    public var nodeName = ""
    /// What it was made to be, without the node; pods of one template share it (`spec`).
    public var spec: PodSpec {
        _read { yield sharedSpec.value }
        _modify { yield &sharedSpec.value }
    }
    /// The same for pods that share one spec in memory, as most of one template do; valid as long as they live.
    public var specIdentity: ObjectIdentifier { sharedSpec.identity }
    /// Source: `status`.
    public var status = PodStatus()
    var sharedSpec = PodSpec.nothing

    /// A pod with nothing set.
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
    /// All addresses when there are several, otherwise empty: see `podAddresses` (`status.podIPs`).
    public var podIPs: [String] = []
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
    /// Source: `status.ephemeralContainerStatuses`.
    public var ephemeralContainerStatuses: [ContainerStatus] = []

    /// A status with nothing set.
    public init() {}

    /// Every address of the pod, the first being `podIP`; empty before it has one.
    public var podAddresses: [String] { podIPs.isEmpty ? (podIP.isEmpty ? [] : [podIP]) : podIPs }
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
