/// The endpoints of a Service, in one object (core/v1 Endpoints); EndpointSlices take their place.
public struct Endpoints: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(group: "", resource: "endpoints", kind: "Endpoints", versions: ["v1"])

    /// Name, namespace, identity, labels and owners; the name is that of the Service.
    public var metadata = ObjectMeta()
    /// Addresses with the ports that they have in common (`subsets`).
    public var subsets: [EndpointSubset] = []

    /// Endpoints with nothing set.
    public init() {}
}

/// Addresses, each of which has each of the ports (core/v1 EndpointSubset).
public struct EndpointSubset: Sendable, Equatable {
    /// Those that take traffic (`addresses`).
    public var addresses: [EndpointAddress] = []
    /// Those that are not ready (`notReadyAddresses`).
    public var notReadyAddresses: [EndpointAddress] = []
    /// Source: `ports`.
    public var ports: [EndpointPort] = []

    /// A subset with nothing set.
    public init() {}
}

/// Source: core/v1 EndpointAddress.
public struct EndpointAddress: Sendable, Equatable {
    /// Source: `ip`.
    public var ip = ""
    /// The pod behind it (`targetRef`).
    public var targetRef = ObjectReference()
    /// Source: `nodeName`.
    public var nodeName = ""

    /// An address with nothing set.
    public init() {}
}

extension Endpoints {
    /// The addresses that take traffic, with their ports, at most three, or `<none>` (`formatEndpoints` in
    /// Kubernetes' printers).
    public var printedText: String {
        if subsets.isEmpty { return "<none>" }
        var listed: [String] = []
        var count = 0
        for subset in subsets {
            count += subset.addresses.count * max(1, subset.ports.count)
            for port in subset.ports.isEmpty ? [nil] : subset.ports.map({ Optional($0.port ?? 0) }) {
                for address in subset.addresses where listed.count < 3 {
                    let host = port != nil && address.ip.contains(":") ? "[\(address.ip)]" : address.ip
                    listed.append(port.map { "\(host):\($0)" } ?? host)
                }
            }
        }
        let text = listed.joined(separator: ",")
        return count > 3 ? "\(text) + \(count - 3) more..." : text
    }

    /// Addresses that take traffic.
    public var readyCount: Int { subsets.reduce(0) { $0 + $1.addresses.count } }

    /// Addresses that are not ready.
    public var notReadyCount: Int { subsets.reduce(0) { $0 + $1.notReadyAddresses.count } }
}
