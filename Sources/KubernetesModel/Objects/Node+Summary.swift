extension Node {
    /// Whether the kubelet says that it is ready; `nil` when no condition says anything.
    public var isReady: Bool? { conditions[type: "Ready"].map { $0.status == "True" } }

    /// The STATUS column, such as `Ready,SchedulingDisabled`.
    public var statusText: String {
        let ready =
            switch isReady {
            case true?: "Ready"
            case false?: "NotReady"
            case nil: "Unknown"
            }
        return unschedulable ? "\(ready),SchedulingDisabled" : ready
    }

    /// Its roles by label, sorted (`findNodeRoles` in Kubernetes' printers).
    public var roles: [String] {
        let prefix = "node-role.kubernetes.io/"
        var roles = Set<String>()
        for label in metadata.labels.pairs {
            if label.key.hasPrefix(prefix) {
                roles.insert(String(label.key.dropFirst(prefix.count)))
            } else if label.key == "kubernetes.io/role" {
                roles.insert(label.value)
            }
        }
        roles.remove("")
        return roles.sorted()
    }

    /// Conditions beside `Ready` that are true and ought not to be, such as `MemoryPressure`.
    public var troubles: [String] {
        conditions.filter { $0.type != "Ready" && $0.status == "True" }.map(\.type)
    }

    /// The first address of a type, such as `InternalIP`; `nil` without one.
    public func address(ofType type: String) -> String? {
        addresses.first { $0.type == type }?.address
    }

    /// The kernel with the processor's architecture, such as `6.1.0 (amd64)`, as servers since 1.35 print it.
    public var kernelText: String {
        if nodeInfo.kernelVersion.isEmpty { return "<unknown>" }
        if nodeInfo.architecture.isEmpty { return nodeInfo.kernelVersion }
        return "\(nodeInfo.kernelVersion) (\(nodeInfo.architecture))"
    }
}
