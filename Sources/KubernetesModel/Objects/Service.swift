/// A stable address in front of pods (core/v1 Service).
public struct Service: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(group: "", resource: "services", kind: "Service", versions: ["v1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Source: `spec`.
    public var spec = ServiceSpec()
    /// Addresses of a load balancer (`status.loadBalancer.ingress`).
    public var loadBalancerIngress: [LoadBalancerIngress] = []

    /// A Service with nothing set.
    public init() {}
}

/// Source: core/v1 ServiceSpec.
public struct ServiceSpec: Sendable, Equatable {
    /// `ClusterIP`, `NodePort`, `LoadBalancer` or `ExternalName` (`spec.type`).
    public var type = ""
    /// Source: `spec.ports`.
    public var ports: [ServicePort] = []
    /// Labels that a pod must have; empty selects nothing (`spec.selector`).
    public var selector = Labels()
    /// `None` for a headless Service (`spec.clusterIP`).
    public var clusterIP = ""
    /// Source: `spec.clusterIPs`.
    public var clusterIPs: [String] = []
    /// Source: `spec.externalIPs`.
    public var externalIPs: [String] = []
    /// Source: `spec.externalName`.
    public var externalName = ""
    /// Whether pods count as ready when they are not (`spec.publishNotReadyAddresses`).
    public var publishNotReadyAddresses = false
    /// `IPv4`, `IPv6` or both; empty from servers without dual stack (`spec.ipFamilies`).
    public var ipFamilies: [String] = []
    /// `Cluster` or `Local` (`spec.externalTrafficPolicy`).
    public var externalTrafficPolicy = ""
    /// `Cluster` or `Local` (`spec.internalTrafficPolicy`).
    public var internalTrafficPolicy = ""
    /// Who is to make the load balancer, empty for the default (`spec.loadBalancerClass`).
    public var loadBalancerClass = ""

    /// A spec with nothing set.
    public init() {}
}

/// Source: core/v1 ServicePort.
public struct ServicePort: Sendable, Equatable {
    /// Source: `name`.
    public var name = ""
    /// `TCP`, `UDP` or `SCTP` (`protocol`).
    public var `protocol` = ""
    /// Source: `port`.
    public var port: Int32 = 0
    /// Source: `targetPort`.
    public var targetPort = IntOrString.int(0)
    /// 0 for none (`nodePort`).
    public var nodePort: Int32 = 0

    /// A port with nothing set.
    public init() {}
}

/// Source: core/v1 LoadBalancerIngress, networking/v1 IngressLoadBalancerIngress.
public struct LoadBalancerIngress: Sendable, Equatable {
    /// Source: `ip`.
    public var ip = ""
    /// Source: `hostname`.
    public var hostname = ""

    /// An address with nothing set.
    public init() {}
}

/// A number or a name, as ports are given (util/intstr IntOrString).
public enum IntOrString: Sendable, Hashable {
    /// A number.
    case int(Int32)
    /// A name, or a percentage.
    case string(String)
}
