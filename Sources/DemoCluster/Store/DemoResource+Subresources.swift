extension DemoResource {
    /// Something that belongs to an object and has a path of its own.
    struct Subresource: Sendable {
        var name: String
        /// Group of the kind that is sent; empty for one of the resource's own group.
        var group = ""
        var kind: String
        var verbs: [String]
    }

    /// What its objects have paths for, by name.
    var subresources: [Subresource] {
        var all = particularSubresources
        if hasStatus { all.append(Subresource(name: "status", kind: kind, verbs: Self.readAndChange)) }
        if isScaled || Self.scaled.contains(qualifiedName) {
            all.append(Subresource(name: "scale", group: "autoscaling", kind: "Scale", verbs: Self.readAndChange))
        }
        return all.sorted { $0.name < $1.name }
    }

    private static let readAndChange = ["get", "patch", "update"]
    private static let proxied = ["create", "delete", "get", "patch", "update"]
    private static let scaled: Set<String> = [
        "deployments.apps", "replicasets.apps", "statefulsets.apps", "replicationcontrollers",
    ]

    private var particularSubresources: [Subresource] {
        switch qualifiedName {
        case "namespaces": [Subresource(name: "finalize", kind: "Namespace", verbs: ["update"])]
        case "nodes": [Subresource(name: "proxy", kind: "NodeProxyOptions", verbs: Self.proxied)]
        case "services": [Subresource(name: "proxy", kind: "ServiceProxyOptions", verbs: Self.proxied)]
        case "serviceaccounts":
            [Subresource(name: "token", group: "authentication.k8s.io", kind: "TokenRequest", verbs: ["create"])]
        case "certificatesigningrequests.certificates.k8s.io":
            [Subresource(name: "approval", kind: "CertificateSigningRequest", verbs: Self.readAndChange)]
        case "pods":
            [
                Subresource(name: "attach", kind: "PodAttachOptions", verbs: ["create", "get"]),
                Subresource(name: "binding", kind: "Binding", verbs: ["create"]),
                Subresource(name: "ephemeralcontainers", kind: "Pod", verbs: Self.readAndChange),
                Subresource(name: "eviction", group: "policy", kind: "Eviction", verbs: ["create"]),
                Subresource(name: "exec", kind: "PodExecOptions", verbs: ["create", "get"]),
                Subresource(name: "log", kind: "Pod", verbs: ["get"]),
                Subresource(name: "portforward", kind: "PodPortForwardOptions", verbs: ["create", "get"]),
                Subresource(name: "proxy", kind: "PodProxyOptions", verbs: Self.proxied),
                Subresource(name: "resize", kind: "Pod", verbs: Self.readAndChange),
            ]
        default: []
        }
    }
}
