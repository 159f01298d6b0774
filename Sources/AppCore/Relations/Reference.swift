import Diagnosis
import KubernetesModel

/// An object that another one names, and what for.
package struct Reference: Sendable, Hashable {
    package var target: ObjectID
    /// Such as `volume data` or `env of app`.
    package var how: String
    /// Whether the object that names it does without.
    package var isOptional: Bool

    package init(_ target: ObjectID, how: String, isOptional: Bool = false) {
        self.target = target
        self.how = how
        self.isOptional = isOptional
    }
}

/// What objects name, in the order in which they name it, each object once.
package struct ReferenceList: Sendable {
    package private(set) var all: [Reference] = []
    private var indexes: [ObjectID: Int] = [:]

    package init() {}

    /// Adds a reference; of an object that is named twice both uses are told.
    package mutating func add(_ reference: Reference) {
        guard !reference.target.name.isEmpty else { return }
        guard let index = indexes[reference.target] else {
            indexes[reference.target] = all.count
            return all.append(reference)
        }
        // Who needs it once needs it.
        if !reference.isOptional { all[index].isOptional = false }
        let known = all[index].how
        if known != reference.how, !known.hasSuffix("…"), !known.contains(reference.how) {
            all[index].how = known.utf8.count > 60 ? known + ", …" : "\(known), \(reference.how)"
        }
    }
}

extension PodSpec {
    /// What pods of this spec need: ConfigMaps, Secrets, claims, the ServiceAccount and the PriorityClass.
    ///
    /// - Parameter namespace: of the pods.
    /// - Returns: without what every pod gets by itself (`kube-root-ca.crt`).
    package func references(namespace: String) -> ReferenceList {
        var list = ReferenceList()
        func config(_ isSecret: Bool, _ name: String) -> ObjectID {
            isSecret
                ? ObjectID(SecretObject.self, namespace: namespace, name: name)
                : ObjectID(ConfigMap.self, namespace: namespace, name: name)
        }
        for volume in volumes {
            let how = "volume \(volume.name)"
            if !volume.claimName.isEmpty {
                let claim = ObjectID(PersistentVolumeClaim.self, namespace: namespace, name: volume.claimName)
                list.add(Reference(claim, how: how))
            }
            for source in volume.sources where !volume.name.hasPrefix("kube-api-access-") {
                list.add(Reference(config(source.isSecret, source.name), how: how, isOptional: source.optional))
            }
        }
        for container in initContainers + containers {
            for source in container.envFrom {
                let target = config(source.isSecret, source.name)
                list.add(Reference(target, how: "env of \(container.name)", isOptional: source.optional))
            }
            for variable in container.env {
                let target = config(variable.isSecret, variable.name)
                list.add(Reference(target, how: "env of \(container.name)", isOptional: variable.optional))
            }
        }
        for name in imagePullSecrets {
            // The kubelet goes on without it.
            list.add(Reference(config(true, name), how: "image pull secret", isOptional: true))
        }
        if !serviceAccountName.isEmpty {
            let account = ObjectID(ServiceAccount.self, namespace: namespace, name: serviceAccountName)
            list.add(Reference(account, how: "service account"))
        }
        return list
    }
}

extension Ingress {
    /// The Services that it leads to, and the Secrets of its certificates.
    package var references: ReferenceList {
        var list = ReferenceList()
        let namespace = metadata.namespace
        func add(_ backend: IngressBackend, _ how: String) {
            guard !backend.serviceName.isEmpty else { return }
            let port = backend.servicePortName.isEmpty ? "\(backend.servicePortNumber)" : backend.servicePortName
            let service = ObjectID(Service.self, namespace: namespace, name: backend.serviceName)
            list.add(Reference(service, how: "\(how) → \(port)"))
        }
        for rule in rules {
            for path in rule.paths { add(path.backend, "\(rule.host.isEmpty ? "*" : rule.host)\(path.path)") }
        }
        if let defaultBackend { add(defaultBackend, "everything else") }
        for entry in tls where !entry.secretName.isEmpty {
            let secret = ObjectID(SecretObject.self, namespace: namespace, name: entry.secretName)
            list.add(Reference(secret, how: "certificate of \(entry.hosts.first ?? "every host")"))
        }
        return list
    }
}

/// What an object names outside of its owners; nothing for kinds that are only named themselves.
package func references(of object: any StoredObject) -> [Reference] {
    let namespace = object.metadata.namespace
    switch object {
    case let pod as Stored<Pod>:
        var list = pod.value.spec.references(namespace: namespace)
        for volume in pod.value.spec.volumes where volume.isEphemeral {
            let name = "\(pod.value.metadata.name)-\(volume.name)"
            let claim = ObjectID(PersistentVolumeClaim.self, namespace: namespace, name: name)
            list.add(Reference(claim, how: "volume \(volume.name)"))
        }
        list.add(Reference(ObjectID(Node.self, name: pod.value.nodeName), how: "runs on it"))
        let priority = pod.value.spec.priorityClassName
        list.add(Reference(priorityClass(priority), how: "priority class"))
        return list.all
    case let item as Stored<Ingress>:
        let ingressClass = item.value.ingressClassName.map {
            [Reference(ObjectID(IngressClass.self, name: $0), how: "class")]
        }
        return item.value.references.all + (ingressClass ?? [])
    case let item as Stored<PersistentVolumeClaim>:
        var list = ReferenceList()
        list.add(Reference(ObjectID(PersistentVolume.self, name: item.value.volumeName), how: "volume"))
        let storage = ObjectID(StorageClass.self, name: item.value.storageClassName ?? "")
        list.add(Reference(storage, how: "storage class", isOptional: true))
        return list.all
    case let item as Stored<PersistentVolume>:
        var list = ReferenceList()
        let claim = ObjectID(
            PersistentVolumeClaim.self, namespace: item.value.claimRef.namespace, name: item.value.claimRef.name)
        list.add(Reference(claim, how: "claim"))
        let storage = ObjectID(StorageClass.self, name: item.value.storageClassName)
        list.add(Reference(storage, how: "storage class", isOptional: true))
        return list.all
    case let item as Stored<HorizontalPodAutoscaler>:
        let target = item.value.target
        let group = target.apiVersion.contains("/") ? String(target.apiVersion.prefix { $0 != "/" }) : ""
        let id = ObjectID(group: group, kind: target.kind, namespace: namespace, name: target.name)
        return [Reference(id, how: "target")]
    case let item as Stored<ServiceAccount>:
        return item.value.imagePullSecrets.map {
            Reference(
                ObjectID(SecretObject.self, namespace: namespace, name: $0), how: "image pull secret", isOptional: true)
        }
    case let item as Stored<RoleBinding>:
        return bindingReferences(item.value.role, item.value.subjects, in: namespace)
    case let item as Stored<ClusterRoleBinding>:
        return bindingReferences(item.value.role, item.value.subjects, in: "")
    default:
        guard let template = template(of: object) else { return [] }
        var list = template.spec.references(namespace: namespace)
        list.add(Reference(priorityClass(template.spec.priorityClassName), how: "priority class"))
        if template.spec.serviceAccountName.isEmpty {
            let account = ObjectID(ServiceAccount.self, namespace: namespace, name: "default")
            list.add(Reference(account, how: "service account"))
        }
        if let set = object as? Stored<StatefulSet> {
            let service = ObjectID(Service.self, namespace: namespace, name: set.value.serviceName)
            list.add(Reference(service, how: "names its pods", isOptional: true))
        }
        return list.all
    }
}

/// A PriorityClass by its name.
private func priorityClass(_ name: String) -> ObjectID { ObjectID(PriorityClass.self, name: name) }

/// The role of a binding, and the ServiceAccounts that get it.
private func bindingReferences(_ role: RoleReference, _ subjects: [RoleSubject], in namespace: String) -> [Reference] {
    var list = ReferenceList()
    let id =
        role.kind == "Role"
        ? ObjectID(Role.self, namespace: namespace, name: role.name) : ObjectID(ClusterRole.self, name: role.name)
    list.add(Reference(id, how: "role"))
    for subject in subjects where subject.kind == ServiceAccount.kind.kind {
        let own = subject.namespace.isEmpty ? namespace : subject.namespace
        list.add(Reference(ObjectID(ServiceAccount.self, namespace: own, name: subject.name), how: "gets it"))
    }
    return list.all
}

/// What a workload makes its pods from; `nil` for other kinds.
package func template(of object: any StoredObject) -> PodTemplate? {
    switch object {
    case let item as Stored<Deployment>: item.value.template
    case let item as Stored<ReplicaSet>: item.value.template
    case let item as Stored<StatefulSet>: item.value.template
    case let item as Stored<DaemonSet>: item.value.template
    case let item as Stored<Job>: item.value.spec.template
    case let item as Stored<CronJob>: item.value.jobSpec.template
    default: nil
    }
}

/// Which pods of its namespace an object means by their labels; `nil` for kinds that do not, and for none.
///
/// Workloads own their pods: they are not asked by labels.
package func podSelector(of object: any StoredObject) -> LabelSelector? {
    switch object {
    case let service as Stored<Service>:
        let labels = service.value.spec.selector
        guard !labels.isEmpty else { return nil }
        var selector = LabelSelector()
        selector.matchLabels = labels
        return selector
    case let budget as Stored<PodDisruptionBudget>: return budget.value.selector
    case let policy as Stored<NetworkPolicy>: return policy.value.podSelector
    default: return nil
    }
}
