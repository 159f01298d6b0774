import ClusterState
import Diagnosis
import KubernetesModel

extension XrayBuilder {
    // MARK: - What uses an object

    /// The nodes of what uses an object, which stand below `id`.
    mutating func users(of object: any StoredObject, _ kind: ResourceKind, id: Int) -> [XrayNode] {
        let metadata = object.metadata
        let target = ObjectID(
            group: kind.groupResource.group, kind: kind.kind, namespace: metadata.namespace, name: metadata.name)
        var found: [XrayNode]
        switch object {
        case let pod as Stored<Pod>:
            found = selecting(pod.value.metadata.labels, in: metadata.namespace, id: id)
        case is Stored<Deployment>, is Stored<StatefulSet>, is Stored<DaemonSet>, is Stored<ReplicaSet>, is Stored<Job>:
            let labels = template(of: object)?.labels ?? Labels()
            found = selecting(labels, in: metadata.namespace, id: id)
        case is Stored<Service>:
            found = naming(target, [Ingress.kind, StatefulSet.kind], in: metadata.namespace, id: id)
        case is Stored<PersistentVolume>:
            found = naming(target, [PersistentVolumeClaim.kind], in: nil, id: id)
        case is Stored<StorageClass>:
            found = naming(target, [PersistentVolumeClaim.kind], in: nil, id: id)
        case is Stored<IngressClass>:
            found = naming(target, [Ingress.kind], in: nil, id: id)
        case is Stored<SecretObject>:
            found = naming(target, [Ingress.kind, ServiceAccount.kind], in: metadata.namespace, id: id)
        case is Stored<ServiceAccount>:
            found = naming(target, [RoleBinding.kind, ClusterRoleBinding.kind], in: metadata.namespace, id: id)
        case is Stored<Role>: found = naming(target, [RoleBinding.kind], in: metadata.namespace, id: id)
        case is Stored<ClusterRole>:
            found = naming(target, [ClusterRoleBinding.kind, RoleBinding.kind], in: nil, id: id)
        default: found = []
        }
        found += naming(target, [HorizontalPodAutoscaler.kind], in: metadata.namespace, id: id)
        switch kind {
        case ConfigMap.kind, SecretObject.kind, ServiceAccount.kind, PersistentVolumeClaim.kind, PriorityClass.kind:
            found += makersAndPods(naming: target, id: id)
        default: break
        }
        return found
    }

    /// Objects of these kinds that name `target`, with what stands below them.
    private mutating func naming(
        _ target: ObjectID, _ kinds: [ResourceKind], in namespace: String?, id: Int
    ) -> [XrayNode] {
        kinds.flatMap { kind in
            objects(kind, in: namespace).compactMap { object -> XrayNode? in
                guard let reference = references(of: object).first(where: { $0.target == target }) else { return nil }
                // What claims and bindings lead on to matters; of the rest it is enough that they lead here.
                let here = XrayBuilder.id(id, object.metadata.name.hashValue)
                var below: [XrayNode] = []
                switch kind {
                case PersistentVolumeClaim.kind: below = users(of: object, kind, id: here)
                case RoleBinding.kind, ClusterRoleBinding.kind:
                    let others = references(of: object).filter { $0.target != target }
                    below = others.map { node($0, parent: here) }
                default: break
                }
                return node(object, kind, parent: id, how: reference.how, only: below)
            }
        }
    }

    /// Services, budgets and policies that select pods with these labels; Services with what leads to them.
    private mutating func selecting(_ labels: Labels, in namespace: String, id: Int) -> [XrayNode] {
        [Service.kind, PodDisruptionBudget.kind, NetworkPolicy.kind].flatMap { kind in
            objects(kind, in: namespace).compactMap { object -> XrayNode? in
                guard let selector = podSelector(of: object), selector.matches(labels) else { return nil }
                var below: [XrayNode] = []
                if kind == Service.kind {
                    below = users(of: object, kind, id: XrayBuilder.id(id, object.metadata.name.hashValue))
                }
                return node(object, kind, parent: id, how: "selects its pods", only: below)
            }
        }
    }

    /// Workloads whose template names `target`, with their pods, and other pods that name it.
    private mutating func makersAndPods(naming target: ObjectID, id: Int) -> [XrayNode] {
        let namespace = target.namespace.isEmpty ? nil : target.namespace
        var found: [XrayNode] = []
        var makers: Set<ObjectID> = []
        for kind in XrayOrder.workloadKinds {
            for object in objects(kind, in: namespace) where isTopmost(object) && isShown(object) {
                guard let reference = references(of: object).first(where: { $0.target == target }) else { continue }
                let metadata = object.metadata
                makers.insert(
                    ObjectID(
                        group: kind.groupResource.group, kind: kind.kind, namespace: metadata.namespace,
                        name: metadata.name))
                found.append(node(object, kind, parent: id, how: reference.how, isOpen: false))
            }
        }
        for object in objects(Pod.kind, in: namespace) {
            guard let reference = use(of: target, by: object) else { continue }
            if let maker = topmostMaker(of: object), makers.contains(maker) { continue }
            found.append(node(object, Pod.kind, parent: id, how: reference.how))
        }
        return found
    }

    /// ReplicaSets of old revisions are kept out.
    private func isShown(_ object: any StoredObject) -> Bool {
        guard let set = object as? Stored<ReplicaSet> else { return true }
        return set.value.replicas != 0 || set.value.statusReplicas != 0
    }

    /// What makes what makes the object, as far up as is known.
    private mutating func topmostMaker(of object: any StoredObject) -> ObjectID? {
        var maker: ObjectID?
        var current = object
        for _ in 0..<6 {
            let metadata = current.metadata
            guard let owner = metadata.controller else { return maker }
            let id = ObjectID(owner, namespace: metadata.namespace)
            maker = id
            guard let (next, _) = find(id) else { return maker }
            current = next
        }
        return maker
    }

    // MARK: - One object

    /// The tree of one object: what owns it above, what it owns and needs below, and then what uses it.
    ///
    /// - Returns: the trees, and the node of the object itself; nothing when the object is not there.
    mutating func objectTrees(
        _ object: any StoredObject, _ kind: ResourceKind, parent: Int
    ) -> (roots: [XrayNode], subject: XrayNode) {
        var owners: [(object: any StoredObject, kind: ResourceKind)] = []
        var unknownOwner: ObjectID?
        var current = object
        var seen: Set<String> = [object.metadata.uid]
        while owners.count < 8 {
            let metadata = current.metadata
            guard let owner = metadata.controller ?? metadata.ownerReferences.first else { break }
            let id = ObjectID(owner, namespace: owner.kind == Node.kind.kind ? "" : metadata.namespace)
            guard let (next, nextKind) = find(id), seen.insert(next.metadata.uid).inserted else {
                unknownOwner = id
                break
            }
            owners.append((next, nextKind))
            current = next
        }
        // From the top down, for the ids; then the nodes from the bottom up.
        var ids = [parent]
        if let unknownOwner { ids.append(XrayBuilder.id(parent, XrayBuilder.memberKey(unknownOwner))) }
        for owner in owners.reversed() {
            let metadata = owner.object.metadata
            let key = XrayBuilder.memberKey(
                ObjectID(
                    group: owner.kind.groupResource.group, kind: owner.kind.kind, namespace: metadata.namespace,
                    name: metadata.name))
            ids.append(XrayBuilder.id(ids[ids.count - 1], key))
        }
        let subject = node(object, kind, parent: ids[ids.count - 1], isOpen: true)
        var top = subject
        for (offset, owner) in owners.enumerated() {
            top = node(owner.object, owner.kind, parent: ids[ids.count - 2 - offset], only: [top], isOpen: true)
        }
        if let unknownOwner {
            top = XrayNode(
                id: ids[1], .absent(unknownOwner, find(unknownOwner) == nil ? .unknown : .optional), how: "owner",
                children: [top])
        }
        let usersID = XrayBuilder.id(parent, "used by".hashValue)
        let users = users(of: object, kind, id: usersID)
        let heading = users.isEmpty ? "Used by nothing that was looked at" : "Used by"
        return ([top, XrayNode(id: usersID, .heading(heading), children: users)], subject)
    }
}
