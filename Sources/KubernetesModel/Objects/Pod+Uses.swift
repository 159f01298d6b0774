/// An object that pods may need, in their own namespace unless it has none.
public enum PodDependency: Sendable, Hashable {
    /// A ConfigMap of this name.
    case configMap(String)
    /// A Secret of this name.
    case secret(String)
    /// A ServiceAccount of this name.
    case serviceAccount(String)
    /// A PersistentVolumeClaim of this name.
    case claim(String)
    /// A PriorityClass of this name.
    case priorityClass(String)
}

extension Pod {
    /// Whether it uses something: in a volume, a variable of any container, or by name.
    public func uses(_ dependency: PodDependency) -> Bool {
        switch dependency {
        case .configMap(let name):
            spec.uses(name, isSecret: false) || spec.mountsToken && name == "kube-root-ca.crt"
        case .secret(let name): spec.uses(name, isSecret: true) || spec.imagePullSecrets.contains(name)
        case .serviceAccount(let name):
            spec.serviceAccountName == name || spec.serviceAccountName.isEmpty && name == "default"
        case .claim(let name):
            spec.volumes.contains { volume in
                // A claim that is made for a pod has the names of both.
                volume.claimName == name || volume.isEphemeral && "\(metadata.name)-\(volume.name)" == name
            }
        case .priorityClass(let name): spec.priorityClassName == name
        }
    }
}

extension PodSpec {
    /// Whether a volume or a variable needs this ConfigMap or Secret.
    fileprivate func uses(_ name: String, isSecret: Bool) -> Bool {
        if volumes.contains(where: { $0.sources.contains { $0.isSecret == isSecret && $0.name == name } }) {
            return true
        }
        return (initContainers + containers).contains { container in
            container.env.contains { $0.isSecret == isSecret && $0.name == name }
                || container.envFrom.contains { $0.isSecret == isSecret && $0.name == name }
        }
    }
}
