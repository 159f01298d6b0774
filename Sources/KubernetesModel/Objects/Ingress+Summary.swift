extension Ingress {
    /// The hosts, at most three, or `*` (`formatHosts` in Kubernetes' printers).
    public var hostsText: String {
        var hosts: [String] = []
        var hasMore = false
        for rule in rules {
            if hosts.count == 3 {
                hasMore = true
                break
            }
            if !rule.host.isEmpty { hosts.append(rule.host) }
        }
        if hosts.isEmpty { return "*" }
        let listed = hosts.joined(separator: ",")
        return hasMore ? "\(listed) + \(rules.count - 3) more..." : listed
    }

    /// The addresses under which it is served; empty without any, as kubectl prints it.
    public var addressText: String { loadBalancerIngress.addresses.joined(separator: ",") }

    /// `80`, with TLS also `443`; kubectl does not look further either.
    public var portsText: String { tls.isEmpty ? "80" : "80, 443" }

    /// Where requests go, such as `/cart→checkout:80`.
    ///
    /// The host stands before the path when there are rules for several; `*` is the default backend.
    public var backendsText: String {
        let hosts = Set(rules.map(\.host))
        var backends = rules.flatMap { rule in
            rule.paths.map { path in
                let host = hosts.count > 1 ? (rule.host.isEmpty ? "*" : rule.host) : ""
                let target = host + (path.path.isEmpty ? "/" : path.path)
                return "\(target)→\(path.backend.text)"
            }
        }
        if let defaultBackend { backends.append("*→\(defaultBackend.text)") }
        return backends.isEmpty ? "<none>" : backends.joined(separator: ",")
    }
}

extension IngressBackend {
    /// `checkout:80`, `checkout:http`, or kind and name of another object.
    public var text: String {
        if serviceName.isEmpty {
            return resourceKind.isEmpty ? "<none>" : "\(resourceKind.lowercased())/\(resourceName)"
        }
        if !servicePortName.isEmpty { return "\(serviceName):\(servicePortName)" }
        return servicePortNumber == 0 ? serviceName : "\(serviceName):\(servicePortNumber)"
    }
}

extension Ingress {
    /// The class it names, by its field or by its annotation of old; `nil` when it names none.
    public var className: String? { ingressClassName ?? metadata.annotations["kubernetes.io/ingress.class"] }
}
