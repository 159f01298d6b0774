/// Some of the endpoints of a Service (discovery.k8s.io/v1 EndpointSlice).
public struct EndpointSlice: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "discovery.k8s.io", resource: "endpointslices", kind: "EndpointSlice", versions: ["v1", "v1beta1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// `IPv4`, `IPv6` or `FQDN` (`addressType`).
    public var addressType = ""
    /// Source: `endpoints`.
    public var endpoints: [Endpoint] = []
    /// Source: `ports`.
    public var ports: [EndpointPort] = []

    /// A slice with nothing set.
    public init() {}
}

/// Source: discovery.k8s.io/v1 Endpoint.
public struct Endpoint: Sendable, Equatable {
    /// Source: `addresses`.
    public var addresses: [String] = []
    /// `nil` counts as ready (`conditions.ready`).
    public var ready: Bool?
    /// Source: `conditions.serving`.
    public var serving: Bool?
    /// Source: `conditions.terminating`.
    public var terminating: Bool?
    /// The pod behind it (`targetRef`).
    public var targetRef = ObjectReference()
    /// Source: `nodeName`; in v1beta1 `topology["kubernetes.io/hostname"]`.
    public var nodeName = ""

    /// An endpoint with nothing set.
    public init() {}
}

/// Source: discovery.k8s.io/v1 EndpointPort.
public struct EndpointPort: Sendable, Equatable {
    /// Source: `name`.
    public var name = ""
    /// Source: `protocol`.
    public var `protocol` = ""
    /// `nil` means every port (`port`).
    public var port: Int32?

    /// A port with nothing set.
    public init() {}
}
