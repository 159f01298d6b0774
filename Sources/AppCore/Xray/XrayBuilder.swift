import ClusterState
import Diagnosis
import KubernetesModel

/// Makes trees of a snapshot.
///
/// Notes what they are made of, so that a tree is made anew only when that changes.
struct XrayBuilder {
    /// Owners of owners of owners: objects may name each other in a circle.
    private static let depthLimit = 12

    let snapshot: ClusterSnapshot
    let order: XrayOrder
    /// What the tree at hand shows or names.
    private(set) var members: Set<Int> = []
    /// Which pods it would show too.
    private(set) var selectors: [(selector: LabelSelector, namespace: String)] = []
    /// What pods of a spec need; most pods of one template share theirs.
    private var specs: [SpecKey: SpecFacts] = [:]
    private var stores: [GroupResource: KindSnapshot] = [:]
    private var depth = 0

    private struct SpecKey: Hashable {
        var spec: ObjectIdentifier
        var namespace: String
    }

    /// What pods of one spec need, as far as it is there.
    private struct SpecFacts {
        var references: [Reference]
        var keys: [Int]
        /// What does not exist, in words; empty for nothing.
        var missing: String
    }

    init(_ snapshot: ClusterSnapshot, _ order: XrayOrder) {
        self.snapshot = snapshot
        self.order = order
    }

    /// Tells trees what they are made of.
    static func memberKey(_ id: ObjectID) -> Int { id.hashValue }

    /// Begins another tree.
    mutating func beginTree() {
        members = []
        selectors = []
    }

    // MARK: - Reading

    /// What is known of a kind where objects of a namespace are.
    mutating func store(_ kind: ResourceKind, in namespace: String) -> KindSnapshot? {
        if let known = stores[kind.groupResource] { return known }
        guard let found = snapshot.resolve(order.scope(of: kind)) else { return nil }
        stores[kind.groupResource] = found
        return found
    }

    /// The objects of a kind, of all that is read.
    mutating func objects(_ kind: ResourceKind, in namespace: String?) -> [any StoredObject] {
        guard let store = store(kind, in: namespace ?? "") else { return [] }
        if let namespace, kind.isNamespaced { return sorted(store.objects(inNamespace: namespace)) }
        return sorted(Array(store.objects))
    }

    private func sorted(_ objects: [any StoredObject]) -> [any StoredObject] {
        objects.map { ($0.metadata, $0) }.sorted {
            ($0.0.namespace, $0.0.name) < ($1.0.namespace, $1.0.name)
        }.map(\.1)
    }

    private mutating func owned(_ kind: ResourceKind, by metadata: ObjectMeta) -> [any StoredObject] {
        guard !metadata.uid.isEmpty, let store = store(kind, in: metadata.namespace) else { return [] }
        return sorted(store.objects(ownedBy: metadata.uid))
    }

    private mutating func pods(_ selector: LabelSelector, in namespace: String) -> [any StoredObject] {
        selectors.append((selector, namespace))
        return sorted(store(Pod.kind, in: namespace)?.objects(matching: selector, inNamespace: namespace) ?? [])
    }

    /// The kind with a type of its own that is called so.
    static func kind(of id: ObjectID) -> ResourceKind? {
        guard let kind = kindsByName[id.kind], kind.groupResource.group == id.group else { return nil }
        return kind
    }

    private static let kindsByName = Dictionary(
        KindDecoder.all.map { ($0.kind.kind, $0.kind) }, uniquingKeysWith: { first, _ in first })

    /// An object by its name, or why it is not there.
    mutating func find(_ id: ObjectID) -> (object: any StoredObject, kind: ResourceKind)? {
        guard let kind = Self.kind(of: id), let store = store(kind, in: id.namespace),
            let object = store[ObjectKey(namespace: id.namespace, name: id.name)]
        else { return nil }
        return (object, kind)
    }

    /// Whether an object that was not found does not exist.
    private mutating func isKnownMissing(_ id: ObjectID) -> Bool {
        guard let kind = Self.kind(of: id), let store = store(kind, in: id.namespace) else { return false }
        // Of another namespace nothing is read.
        if kind.isNamespaced, let read = order.scope(of: kind).namespace, read != id.namespace { return false }
        switch store.state {
        case .ready, .stale: return true
        case .loading, .forbidden, .unavailable, .failed: return false
        }
    }

    /// Whether it may still turn up.
    private mutating func isBeingRead(_ id: ObjectID) -> Bool {
        guard let kind = Self.kind(of: id) else { return false }
        switch store(kind, in: id.namespace)?.state {
        case nil, .loading: return true
        case .ready, .stale, .forbidden, .unavailable, .failed: return false
        }
    }

    // MARK: - Nodes

    static func id(_ parent: Int, _ key: Int) -> Int {
        var hasher = Hasher()
        hasher.combine(parent)
        hasher.combine(key)
        return hasher.finalize()
    }

    /// The node of an object, with what is below it.
    ///
    /// - Parameters:
    ///   - object: the object.
    ///   - kind: its kind.
    ///   - parent: the node above.
    ///   - how: what it is to that.
    ///   - isRoot: whether also what uses it is below it, for kinds that are there to be used.
    ///   - only: what is below it instead.
    ///   - isOpen: whether it is unfolded at first; `nil` for the usual.
    /// - Returns: the node.
    mutating func node(
        _ object: any StoredObject, _ kind: ResourceKind, parent: Int, how: String = "", isRoot: Bool = false,
        only: [XrayNode]? = nil, isOpen: Bool? = nil
    ) -> XrayNode {
        let metadata = object.metadata
        let key = Self.memberKey(
            ObjectID(
                group: kind.groupResource.group, kind: kind.kind, namespace: metadata.namespace, name: metadata.name))
        let id = Self.id(parent, key)
        members.insert(key)
        if only == nil, let pod = object as? Stored<Pod> {
            let (health, missing) = health(of: pod)
            return XrayNode(
                id: id, .object(object, kind), how: how, remark: missing, health: health,
                isOpenAtFirst: isOpen ?? false)
        }
        depth += 1
        defer { depth -= 1 }
        let children = only ?? (depth > Self.depthLimit ? [] : self.children(of: object, kind, id: id, isRoot: isRoot))
        var own = ResourceTable.named(kind.groupResource)?.health(object) ?? .fine
        if let printed = object as? PrintedObject, printed.printedState?.hasSuffix("False") == true { own = .degraded }
        let (remark, effect) = only == nil ? service(object, children) : ("", .fine)
        return XrayNode(
            id: id, .object(object, kind), how: how, remark: remark, health: max(own, effect), children: children,
            isOpenAtFirst: isOpen ?? (kind != Node.kind))
    }

    /// How a Service is by the pods below it.
    private func service(_ object: any StoredObject, _ children: [XrayNode]) -> (remark: String, health: Health) {
        guard let service = object as? Stored<Service>, podSelector(of: object) != nil else { return ("", .fine) }
        // While pods are not known nothing can be said of them.
        guard stores[Pod.kind.groupResource]?.state == .ready else { return ("", .fine) }
        let pods = children.compactMap { $0.pod?.value }.filter { !$0.isPhaseTerminal }
        let ready = pods.count { $0.status.conditions[type: "Ready"]?.status == "True" }
        if pods.isEmpty { return ("selects no pods", .broken) }
        if ready == 0, !service.value.spec.publishNotReadyAddresses { return ("no pod is ready", .broken) }
        return ("\(ready)/\(pods.count) ready", ready < pods.count ? .degraded : .fine)
    }

    /// The node of what is named, whether it is there or not.
    mutating func node(_ reference: Reference, parent: Int, isOpen: Bool? = nil) -> XrayNode {
        if let (object, kind) = find(reference.target) {
            return node(object, kind, parent: parent, how: reference.how, isOpen: isOpen)
        }
        let key = Self.memberKey(reference.target)
        members.insert(key)
        let isMissing = isKnownMissing(reference.target)
        let absence: XrayNode.Absence = !isMissing ? .unknown : reference.isOptional ? .optional : .missing
        return XrayNode(
            id: Self.id(parent, key), .absent(reference.target, absence), how: reference.how,
            health: absence == .missing ? .broken : .fine)
    }

    private mutating func facts(of pod: Stored<Pod>) -> SpecFacts {
        let namespace = pod.value.metadata.namespace
        let key = SpecKey(spec: pod.value.specIdentity, namespace: namespace)
        if let known = specs[key] { return known }
        let references = pod.value.spec.references(namespace: namespace).all
        var missing: [String] = []
        for reference in references where !reference.isOptional && find(reference.target) == nil {
            if isKnownMissing(reference.target) { missing.append(reference.target.shortText) }
        }
        let facts = SpecFacts(
            references: references, keys: references.map { Self.memberKey($0.target) },
            missing: missing.isEmpty ? "" : "needs \(missing.joined(separator: ", "))")
        specs[key] = facts
        return facts
    }

    /// What a pod names `target` for; `nil` when it does not.
    mutating func use(of target: ObjectID, by object: any StoredObject) -> Reference? {
        guard let pod = object as? Stored<Pod> else { return nil }
        if target.kind == PersistentVolumeClaim.kind.kind || target.kind == "PriorityClass" {
            // Some claims are named after the pod.
            return references(of: pod).first { $0.target == target }
        }
        let facts = facts(of: pod)
        let key = Self.memberKey(target)
        return facts.keys.firstIndex(of: key).map { facts.references[$0] }
    }

    /// A pod's own health, which is not fine when it lacks what it needs.
    private mutating func health(of pod: Stored<Pod>) -> (health: Health, missing: String) {
        let own = pod.value.health
        let facts = facts(of: pod)
        for key in facts.keys { members.insert(key) }
        return facts.missing.isEmpty || own == .finished ? (own, "") : (max(own, .degraded), facts.missing)
    }

    // MARK: - Below an object

    private mutating func children(
        of object: any StoredObject, _ kind: ResourceKind, id: Int, isRoot: Bool
    ) -> [XrayNode] {
        let metadata = object.metadata
        let namespace = metadata.namespace
        func nodes(_ builder: inout XrayBuilder, _ objects: [any StoredObject], _ kind: ResourceKind) -> [XrayNode] {
            objects.map { builder.node($0, kind, parent: id) }
        }
        switch object {
        case is Stored<Deployment>:
            let sets = owned(ReplicaSet.kind, by: metadata).reversed().sorted {
                ($0.metadata.creationTimestamp?.microseconds ?? 0) > ($1.metadata.creationTimestamp?.microseconds ?? 0)
            }
            return nodes(&self, sets.filter { isInUse($0) }, ReplicaSet.kind)
        case let job as Stored<CronJob>:
            let jobs = owned(Job.kind, by: job.metadata).sorted {
                ($0.metadata.creationTimestamp?.microseconds ?? 0) > ($1.metadata.creationTimestamp?.microseconds ?? 0)
            }
            return nodes(&self, jobs, Job.kind)
        case is Stored<ReplicaSet>, is Stored<StatefulSet>, is Stored<DaemonSet>, is Stored<Job>:
            return nodes(&self, owned(Pod.kind, by: metadata), Pod.kind)
        case is Stored<Service>, is Stored<PodDisruptionBudget>, is Stored<NetworkPolicy>:
            guard let selector = podSelector(of: object) else { return [] }
            return nodes(&self, pods(selector, in: namespace), Pod.kind)
        case let ingress as Stored<Ingress>:
            return ingress.value.references.all.map { node($0, parent: id) }
        case is Stored<Node>:
            return nodes(
                &self, sorted(store(Pod.kind, in: "")?.objects(onNode: metadata.name) ?? []), Pod.kind)
        case is Stored<Namespace>: return workloads(in: metadata.name, parent: id)
        case is Stored<HorizontalPodAutoscaler>, is Stored<RoleBinding>, is Stored<ClusterRoleBinding>:
            return references(of: object).map { node($0, parent: id) }
        case is Stored<PersistentVolumeClaim>:
            let volume = references(of: object).filter { $0.target.kind == PersistentVolume.kind.kind }
            return volume.map { node($0, parent: id) } + (isRoot ? users(of: object, kind, id: id) : [])
        case is Stored<PersistentVolume>, is Stored<StorageClass>, is Stored<ConfigMap>, is Stored<SecretObject>,
            is Stored<ServiceAccount>, is Stored<IngressClass>, is Stored<PriorityClass>, is Stored<Role>,
            is Stored<ClusterRole>:
            return isRoot ? users(of: object, kind, id: id) : []
        default:
            // What owns something says more than its kind.
            let owned = order.kinds.filter { $0 != kind }.flatMap { other in
                self.owned(other, by: metadata).map { ($0, other) }
            }
            return owned.map { node($0.0, $0.1, parent: id) } + (isRoot ? users(of: object, kind, id: id) : [])
        }
    }

    /// Whether a ReplicaSet is more than the memory of a revision.
    mutating func isInUse(_ object: any StoredObject) -> Bool {
        guard let set = object as? Stored<ReplicaSet> else { return true }
        if set.value.replicas != 0 || set.value.statusReplicas != 0 { return true }
        guard !set.metadata.uid.isEmpty else { return false }
        return store(Pod.kind, in: set.metadata.namespace)?.objects(ownedBy: set.metadata.uid).isEmpty == false
    }

    /// What a pod consists of and needs.
    mutating func parts(of pod: Stored<Pod>, parent: Int) -> [XrayNode] {
        var parts: [XrayNode] = []
        func add(_ container: Container, _ role: XrayNode.ContainerRole) {
            let id = Self.id(parent, container.name.hashValue)
            let isBad = pod.value.isContainerBroken(container.name)
            parts.append(
                XrayNode(
                    id: id, .container(pod, name: container.name, role), health: isBad ? .broken : .fine))
        }
        for container in pod.value.spec.initContainers { add(container, container.isSidecar ? .sidecar : .initial) }
        for container in pod.value.spec.containers { add(container, .main) }
        for reference in references(of: pod) {
            // Only where they are read for this order.
            let kind = Self.kind(of: reference.target)
            guard let kind, snapshot.resolve(order.scope(of: kind)) != nil else { continue }
            if kind == Node.kind {
                guard let (object, kind) = find(reference.target) else { continue }
                parts.append(node(object, kind, parent: parent, how: reference.how, only: []))
            } else {
                parts.append(node(reference, parent: parent))
            }
        }
        return parts
    }

    /// What makes pods in a namespace and is not made itself, and pods that nothing makes.
    mutating func workloads(in namespace: String?, parent: Int) -> [XrayNode] {
        (XrayOrder.workloadKinds + [Pod.kind]).flatMap { kind in
            objects(kind, in: namespace).filter { isTopmost($0) && isInUse($0) }.map { node($0, kind, parent: parent) }
        }
    }

    /// Whether nothing that is shown makes the object.
    mutating func isTopmost(_ object: any StoredObject) -> Bool {
        let metadata = object.metadata
        guard let owner = metadata.controller else { return true }
        guard XrayOrder.workloadKinds.contains(where: { $0.kind == owner.kind }) else { return true }
        let id = ObjectID(owner, namespace: metadata.namespace)
        // Once it is gone, or where it may not be read, what it made stands alone.
        return find(id) == nil && !isBeingRead(id)
    }
}

extension Pod {
    /// Whether a container cannot start, or ended with an error.
    fileprivate func isContainerBroken(_ name: String) -> Bool {
        let statuses = status.initContainerStatuses + status.containerStatuses
        return statuses.first { $0.name == name }?.state.isBroken ?? false
    }
}
