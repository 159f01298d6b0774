/// Says which traffic pods may have (networking.k8s.io/v1 NetworkPolicy).
public struct NetworkPolicy: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "networking.k8s.io", resource: "networkpolicies", kind: "NetworkPolicy", versions: ["v1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Which pods it isolates; empty means every pod of the namespace (`spec.podSelector`).
    public var podSelector = LabelSelector()
    /// `Ingress`, `Egress` or both (`spec.policyTypes`).
    public var policyTypes: [String] = []
    /// Traffic that may come in (`spec.ingress`).
    public var ingress: [NetworkPolicyRule] = []
    /// Traffic that may go out (`spec.egress`).
    public var egress: [NetworkPolicyRule] = []

    /// A NetworkPolicy with nothing set.
    public init() {}
}

/// Traffic that is allowed (networking.k8s.io/v1 NetworkPolicyIngressRule, NetworkPolicyEgressRule).
public struct NetworkPolicyRule: Sendable, Equatable {
    /// Empty for every port (`ports`).
    public var ports: [NetworkPolicyPort] = []
    /// From or to whom; empty for everyone (`from`, `to`).
    public var peers: [NetworkPolicyPeer] = []

    /// A rule with nothing set.
    public init() {}
}

/// Source: networking.k8s.io/v1 NetworkPolicyPort.
public struct NetworkPolicyPort: Sendable, Equatable {
    /// `TCP`, `UDP` or `SCTP`; empty means TCP (`protocol`).
    public var `protocol` = ""
    /// `nil` for every port (`port`).
    public var port: IntOrString?
    /// The last of a range that begins at `port` (`endPort`).
    public var endPort: Int32?

    /// A port with nothing set.
    public init() {}
}

/// Pods, or addresses, that may be talked to (networking.k8s.io/v1 NetworkPolicyPeer).
public struct NetworkPolicyPeer: Sendable, Equatable {
    /// Source: `podSelector`.
    public var podSelector: LabelSelector?
    /// `nil` means the policy's own namespace (`namespaceSelector`).
    public var namespaceSelector: LabelSelector?
    /// A range of addresses, empty for none (`ipBlock.cidr`).
    public var cidr = ""
    /// Source: `ipBlock.except`.
    public var except: [String] = []

    /// A peer with nothing set.
    public init() {}
}
