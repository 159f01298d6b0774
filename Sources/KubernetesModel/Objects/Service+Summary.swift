extension Service {
    /// The address inside the cluster: `None` when headless, `<none>` without any.
    public var clusterIPText: String {
        let address = spec.clusterIPs.first ?? spec.clusterIP
        return address.isEmpty ? "<none>" : address
    }

    /// Whether a load balancer is asked for and has no address yet.
    public var isAwaitingLoadBalancer: Bool {
        spec.type == "LoadBalancer" && spec.externalIPs.isEmpty && loadBalancerIngress.addresses.isEmpty
    }

    /// The addresses outside the cluster (`getServiceExternalIP` in Kubernetes' printers).
    public var externalIPText: String {
        switch spec.type {
        case "ClusterIP", "NodePort":
            return spec.externalIPs.isEmpty ? "<none>" : spec.externalIPs.joined(separator: ",")
        case "LoadBalancer":
            let addresses = loadBalancerIngress.addresses + spec.externalIPs
            return addresses.isEmpty ? "<pending>" : addresses.joined(separator: ",")
        case "ExternalName":
            return spec.externalName
        default:
            return "<unknown>"
        }
    }

    /// The ports, such as `80:30080/TCP,443/TCP`.
    public var portsText: String {
        guard !spec.ports.isEmpty else { return "<none>" }
        return spec.ports.map { port in
            let node = port.nodePort > 0 ? ":\(port.nodePort)" : ""
            return "\(port.port)\(node)/\(port.protocol)"
        }.joined(separator: ",")
    }

    /// Where each port goes in the pods, such as `80→http,443→8443`.
    public var targetsText: String {
        guard !spec.ports.isEmpty else { return "<none>" }
        return spec.ports.map { port in
            switch port.targetPort {
            case .int(0): "\(port.port)→\(port.port)"
            case .int(let number): "\(port.port)→\(number)"
            case .string(let name): "\(port.port)→\(name)"
            }
        }.joined(separator: ",")
    }
}

extension [LoadBalancerIngress] {
    /// The addresses, an IP before a hostname of the same entry, sorted, each once.
    public var addresses: [String] {
        Set(map { $0.ip.isEmpty ? $0.hostname : $0.ip }.filter { !$0.isEmpty }).sorted()
    }
}

extension Labels {
    /// As kubectl prints labels and selectors: `app=web,tier=front`, or `<none>`.
    public var text: String {
        isEmpty ? "<none>" : pairs.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
    }
}
