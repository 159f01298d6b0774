/// A room for names (core/v1 Namespace).
public struct Namespace: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "", resource: "namespaces", kind: "Namespace", versions: ["v1"], isNamespaced: false)

    /// Name, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// `Active` or `Terminating` (`status.phase`).
    public var phase = ""
    /// Why deletion does not end (`status.conditions`).
    public var conditions: [Condition] = []

    /// A namespace with nothing set.
    public init() {}
}

/// A machine that runs pods (core/v1 Node).
public struct Node: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "", resource: "nodes", kind: "Node", versions: ["v1"], isNamespaced: false)

    /// Name, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Whether it is cordoned (`spec.unschedulable`).
    public var unschedulable = false
    /// Source: `spec.taints`.
    public var taints: [Taint] = []
    /// Source: `status.conditions`.
    public var conditions: [Condition] = []
    /// Source: `status.addresses`.
    public var addresses: [NodeAddress] = []
    /// Source: `status.nodeInfo`.
    public var nodeInfo = NodeSystemInfo()
    /// What pods may use, by resource name, as the quantity's text (`status.allocatable`).
    public var allocatable = Labels()
    /// What the machine has, by resource name, as the quantity's text (`status.capacity`).
    public var capacity = Labels()

    /// A node with nothing set.
    public init() {}
}

/// Source: core/v1 Taint.
public struct Taint: Sendable, Hashable {
    /// Source: `key`.
    public var key = ""
    /// Source: `value`.
    public var value = ""
    /// `NoSchedule`, `PreferNoSchedule` or `NoExecute` (`effect`).
    public var effect = ""

    /// A taint with nothing set.
    public init() {}
}

/// Source: core/v1 NodeAddress.
public struct NodeAddress: Sendable, Equatable {
    /// Such as `InternalIP`, `ExternalIP`, `Hostname` (`type`).
    public var type = ""
    /// Source: `address`.
    public var address = ""

    /// An address with nothing set.
    public init() {}
}

/// Source: core/v1 NodeSystemInfo.
public struct NodeSystemInfo: Sendable, Equatable {
    /// Source: `kernelVersion`.
    public var kernelVersion = ""
    /// Source: `osImage`.
    public var osImage = ""
    /// Source: `containerRuntimeVersion`.
    public var containerRuntimeVersion = ""
    /// Source: `kubeletVersion`.
    public var kubeletVersion = ""
    /// Source: `architecture`.
    public var architecture = ""

    /// Information with nothing set.
    public init() {}
}
