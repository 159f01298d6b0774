import ClusterState
import Diagnosis
import KubernetesModel

/// What is to be known about an action before it is done, as far as the cluster is known.
package struct ActionFacts: Sendable, Equatable {
    package enum Weight: Sendable, Equatable {
        case harm, warning, plain
        /// It could not be looked at.
        case unknown
    }

    package struct Line: Sendable, Equatable {
        package var weight: Weight
        package var text: String
    }

    /// How many objects are told of one by one.
    private static let listed = 8

    package private(set) var lines: [Line] = []
    /// Whether controllers bring back all that goes.
    package private(set) var isReplaced = false
    /// Whether a Service would have nobody left to answer.
    package private(set) var endsService = false

    init() {}

    /// Whether something could not be looked at, or not yet.
    var isIncomplete: Bool { lines.contains { $0.weight == .unknown } }

    /// Looks at what an action would do to these objects.
    init(
        _ action: Action, _ objects: [any StoredObject], kind: ResourceKind, in snapshot: ClusterSnapshot,
        now: Timestamp
    ) {
        let world = World(snapshot: snapshot, namespaces: Set(objects.map(\.metadata.namespace)))
        switch action {
        case .delete(let deletion): tellDeletion(deletion, objects, kind, world, now)
        case .evict:
            tellPods(objects.compactMap { ($0 as? Stored<Pod>)?.value }, world)
            add(.plain, "An eviction is refused where a PodDisruptionBudget does not allow it.")
        case .scale(let replicas): tellScale(to: replicas, objects, world)
        case .restart: tellRestart(objects)
        case .debug: add(.warning, "The container stays in the pod for as long as that lives; nothing takes it away.")
        }
        for words in world.unreadable where kind.isNamespaced { add(.unknown, words) }
    }

    private mutating func add(_ weight: Weight, _ text: String) { lines.append(Line(weight: weight, text: text)) }

    // MARK: - Deleting

    private mutating func tellDeletion(
        _ deletion: Action.Deletion, _ objects: [any StoredObject], _ kind: ResourceKind, _ world: World,
        _ now: Timestamp
    ) {
        tellEarlierDeletion(objects, isForced: deletion.isForced, now)
        switch kind.kind {
        case "Pod":
            let pods = objects.compactMap { ($0 as? Stored<Pod>)?.value }
            tellPods(pods, world)
            tellBudgets(of: pods, world)
            if deletion.isForced {
                add(
                    .harm,
                    "By force: the server forgets at once, and what runs on the node may go on. "
                        + "Of a StatefulSet two pods of one name may then run.")
            }
        case "Namespace":
            add(.harm, "Everything in \(objects.count == 1 ? "it" : "them") goes too, and nothing brings it back.")
            for object in objects {
                let count =
                    world.snapshot.resolve(KindScope(Pod.kind.groupResource, namespace: object.metadata.name))?
                    .count(inNamespace: object.metadata.name) ?? 0
                if count > 0 { add(.harm, "\(object.metadata.name) has \(count) pods.") }
            }
        case "Node":
            add(.harm, "Only the Node object goes; its pods are then deleted too, without being drained first.")
            add(.plain, "A kubelet that still runs there registers it again when it is started anew.")
        case "EndpointSlice":
            add(.plain, "What made it, usually the controller of its Service, makes it anew.")
        case "Event": add(.plain, "Only what was told goes, not what it was told about.")
        case "Service", "Ingress": add(.harm, "What comes in this way is not answered any more.")
        default: tellWorkloads(deletion, objects, kind, world)
        }
        tellManagers(objects, "brings it back")
    }

    /// What was deleted before, and is still there.
    private mutating func tellEarlierDeletion(_ objects: [any StoredObject], isForced: Bool, _ now: Timestamp) {
        for object in objects.prefix(Self.listed) {
            guard let since = object.metadata.deletionTimestamp else { continue }
            let waits = object.metadata.finalizers
            var text = "\(object.metadata.name) is being deleted already"
            if since < now { text += ", and should have been gone \(age(from: since, to: now)) ago" }
            if !waits.isEmpty { text += "; it waits for \(waits.joined(separator: ", "))" }
            add(.warning, text + ".")
        }
    }

    private mutating func tellPods(_ pods: [Pod], _ world: World) {
        var counts: [ObjectID: Int] = [:]
        var alone: [String] = []
        for pod in pods {
            if let maker = pod.maker {
                // What goes anyway was replaced already.
                counts[maker, default: 0] += pod.metadata.deletionTimestamp == nil ? 1 : 0
            } else if pod.metadata.controller?.kind == "Node"
                || pod.metadata.annotations["kubernetes.io/config.mirror"] != nil
            {
                add(
                    .warning,
                    "\(pod.metadata.name) comes from a file on node \(pod.nodeName): it is there again at once.")
            } else {
                alone.append(pod.metadata.name)
            }
        }
        isReplaced = alone.isEmpty && !counts.isEmpty
        tellMakers(counts, pods.count, world)
        if !alone.isEmpty {
            let names = alone.prefix(3).joined(separator: ", ") + (alone.count > 3 ? " … \(alone.count) in all" : "")
            add(.harm, alone.count == 1 ? "Nothing brings \(names) back." : "Nothing brings these back: \(names).")
        }
        tellServices(without: pods, world)
    }

    /// What makes new ones, for so many of its pods.
    private mutating func tellMakers(_ counts: [ObjectID: Int], _ podCount: Int, _ world: World) {
        let counts = counts.filter { $0.value > 0 }
        guard !counts.isEmpty else { return }
        var totals: [ObjectID: Int] = [:]
        for namespace in Set(counts.keys.map(\.namespace)) {
            for pod in world.pods(in: namespace) where pod.metadata.deletionTimestamp == nil {
                if let maker = pod.value.maker { totals[maker, default: 0] += 1 }
            }
        }
        for (maker, count) in counts.sorted(by: { $0.key < $1.key }).prefix(Self.listed) {
            let total = max(totals[maker] ?? 0, count)
            let share = total > 1 || podCount > 1 ? " (\(count) of its \(total))" : ""
            let place = world.namespaces.count > 1 ? " in \(maker.namespace)" : ""
            add(.plain, "\(maker.shortText)\(place) makes \(count == 1 ? "a new one" : "new ones")\(share).")
        }
        if counts.count > Self.listed { add(.plain, "… and \(counts.count - Self.listed) more make new ones.") }
    }

    /// Services that nobody would answer for.
    private mutating func tellServices(without pods: [Pod], _ world: World) {
        let gone = Set(pods.map(\.metadata.uid))
        for service in world.services {
            let selector = service.spec.selector
            guard !selector.isEmpty, pods.contains(where: { $0.isIn(service) }) else { continue }
            let ready = world.pods(in: service.metadata.namespace, labels: selector).filter(\.value.takesTraffic)
            let lost = ready.count { gone.contains($0.value.metadata.uid) }
            guard lost > 0, lost == ready.count else { continue }
            endsService = true
            let what = lost == 1 ? "its last ready endpoint" : "all its \(lost) ready endpoints"
            add(.harm, "Service \(world.name(of: service.metadata)) would lose \(what).")
        }
    }

    private mutating func tellBudgets(of pods: [Pod], _ world: World) {
        for budget in world.budgets {
            guard let selector = budget.selector else { continue }
            let count = pods.count { pod in
                pod.metadata.namespace == budget.metadata.namespace && pod.takesTraffic
                    && selector.matches(pod.metadata.labels)
            }
            guard count > Int(budget.disruptionsAllowed) else { continue }
            let allowed = budget.disruptionsAllowed <= 0 ? "none" : "\(budget.disruptionsAllowed)"
            add(
                .warning,
                "PodDisruptionBudget \(world.name(of: budget.metadata)) allows \(allowed) at a time; delete ignores it. "
                    + "Evict instead: ctrl-e")
        }
    }

    /// What goes with Deployments and the like.
    private mutating func tellWorkloads(
        _ deletion: Action.Deletion, _ objects: [any StoredObject], _ kind: ResourceKind, _ world: World
    ) {
        if objects.allSatisfy({ $0.metadata.controller != nil }) {
            isReplaced = true
            add(.plain, "Its controller makes it anew.")
        }
        let pods = objects.flatMap { world.pods(of: $0) }
        if deletion.propagation == .orphan {
            add(
                .warning,
                "What \(objects.count == 1 ? "it owns stays, without an owner" : "they own stays, without owners").")
            return
        }
        if kind.hasPods {
            let whose = objects.count == 1 ? "its" : "their"
            add(
                .harm,
                "\(pods.isEmpty ? "Pods" : "\(pods.count) pod\(pods.count == 1 ? "" : "s")") of \(whose) own go too.")
        }
        tellServices(without: pods, world)
    }

    private mutating func tellManagers(_ objects: [any StoredObject], _ what: String) {
        let releases = Set(objects.compactMap { $0.metadata.annotations["meta.helm.sh/release-name"] }).sorted()
        if let first = releases.first {
            add(.warning, "Managed by Helm (\(first)): the next upgrade \(what).")
        }
        if objects.contains(where: { $0.metadata.annotations["argocd.argoproj.io/tracking-id"] != nil }) {
            add(.warning, "Managed by Argo CD, which \(what) when it heals itself.")
        }
    }

    // MARK: - Scaling and restarting

    private mutating func tellScale(to replicas: Int, _ objects: [any StoredObject], _ world: World) {
        for object in objects.prefix(Self.listed) {
            guard let now = object.replicas else { continue }
            let ready = object.readyReplicas.map { ", \($0) ready" } ?? ""
            add(
                .plain,
                "\(object.metadata.name): from \(now) (\(ready.isEmpty ? "wanted" : "wanted\(ready)")) to \(replicas)")
        }
        if objects.count > Self.listed { add(.plain, "… and \(objects.count - Self.listed) more") }
        for object in objects {
            guard let owner = object.metadata.controller else { continue }
            add(.warning, "\(owner.kind) \(owner.name) made \(object.metadata.name), and sets the number again.")
        }
        for scaler in world.scalers {
            guard
                let object = objects.first(where: {
                    $0.metadata.name == scaler.target.name && $0.metadata.namespace == scaler.metadata.namespace
                }), scaler.target.kind == object.kindName
            else { continue }
            let range = "\(scaler.minReplicas ?? 1) to \(scaler.maxReplicas)"
            add(
                .warning,
                replicas == 0
                    ? "HorizontalPodAutoscaler \(scaler.metadata.name) rests while there are none."
                    : "HorizontalPodAutoscaler \(scaler.metadata.name) sets the number itself (\(range)).")
        }
        if replicas == 0 {
            add(.harm, "No pods stay.")
            tellServices(without: objects.flatMap { world.pods(of: $0) }, world)
        }
        tellManagers(objects, "sets its own number again")
    }

    private mutating func tellRestart(_ objects: [any StoredObject]) {
        isReplaced = true
        for object in objects.prefix(Self.listed) {
            let name = object.metadata.name
            switch object {
            case let stored as Stored<Deployment>: tellRestart(of: stored.value, name)
            case let stored as Stored<StatefulSet> where stored.value.updateStrategy == "OnDelete":
                add(.warning, "\(name): its pods stay as they are until they are deleted (OnDelete).")
            case let stored as Stored<StatefulSet>:
                let set = stored.value
                let from = set.partition > 0 ? " down to number \(set.partition) (its partition)" : ""
                add(.plain, "\(name): \(Self.pods(set.replicas ?? 1)) replaced one by one, the last first\(from).")
            case let stored as Stored<DaemonSet> where stored.value.updateStrategy == "OnDelete":
                add(.warning, "\(name): its pods stay as they are until they are deleted (OnDelete).")
            case let stored as Stored<DaemonSet>:
                add(.plain, "\(name): \(Self.pods(stored.value.desiredNumberScheduled)) replaced, node by node.")
            default: break
            }
        }
        if objects.count > Self.listed { add(.plain, "… and \(objects.count - Self.listed) more") }
    }

    private mutating func tellRestart(of deployment: Deployment, _ name: String) {
        if deployment.paused {
            add(.harm, "\(name) is paused: it cannot be restarted before it is resumed.")
        } else if deployment.strategy == "Recreate" {
            add(.harm, "\(name): all \(deployment.desiredReplicas) pods end before new ones start (Recreate).")
        } else {
            add(.plain, "\(name): \(Self.pods(deployment.desiredReplicas)) replaced, new ones first.")
        }
    }

    private static func pods(_ count: Int32) -> String { count == 1 ? "its pod is" : "its \(count) pods are" }

    // MARK: - What is known

    /// The kinds that are looked at.
    static let kinds: [ResourceKind] = [Pod.kind, Service.kind, PodDisruptionBudget.kind, HorizontalPodAutoscaler.kind]

    /// What the snapshot knows of some namespaces.
    private struct World {
        let snapshot: ClusterSnapshot
        let namespaces: Set<String>

        private func objects<Value: KubernetesObject>(_ type: Value.Type) -> [Value] {
            namespaces.sorted().flatMap { namespace -> [Value] in
                let known = snapshot.resolve(KindScope(Value.kind.groupResource, namespace: namespace))
                let values = (known?.objects(inNamespace: namespace) ?? []).compactMap { ($0 as? Stored<Value>)?.value }
                return values.sorted { $0.metadata.name < $1.metadata.name }
            }
        }

        /// With its namespace, where there are several.
        func name(of metadata: ObjectMeta) -> String {
            namespaces.count > 1 ? "\(metadata.namespace)/\(metadata.name)" : metadata.name
        }

        var services: [Service] { objects(Service.self) }
        var budgets: [PodDisruptionBudget] { objects(PodDisruptionBudget.self) }
        var scalers: [HorizontalPodAutoscaler] { objects(HorizontalPodAutoscaler.self) }

        func pods(in namespace: String, labels: Labels = Labels()) -> [Stored<Pod>] {
            let known = snapshot.resolve(KindScope(Pod.kind.groupResource, namespace: namespace))
            return (known?.objects(matching: labels, inNamespace: namespace) ?? []).compactMap { $0 as? Stored<Pod> }
        }

        /// The pods that a workload selects.
        func pods(of object: any StoredObject) -> [Pod] {
            let selector: LabelSelector
            switch object {
            case let deployment as Stored<Deployment>: selector = deployment.value.selector
            case let set as Stored<StatefulSet>: selector = set.value.selector
            case let set as Stored<DaemonSet>: selector = set.value.selector
            case let set as Stored<ReplicaSet>: selector = set.value.selector
            default: return []
            }
            let known = snapshot.resolve(KindScope(Pod.kind.groupResource, namespace: object.metadata.namespace))
            return (known?.objects(matching: selector, inNamespace: object.metadata.namespace) ?? []).compactMap {
                ($0 as? Stored<Pod>)?.value
            }
        }

        /// What could not be looked at, in words.
        var unreadable: [String] {
            ActionFacts.kinds.compactMap { kind in
                for namespace in namespaces.sorted() {
                    let resource = kind.groupResource.resource
                    switch snapshot.resolve(KindScope(kind.groupResource, namespace: namespace))?.state {
                    case nil, .loading: return "\(resource) are not read yet."
                    case .forbidden: return "You may not list \(resource) in \(namespace): they were not looked at."
                    case .failed: return "\(resource) could not be read: they were not looked at."
                    case .ready, .stale, .unavailable: continue
                    }
                }
                return nil
            }
        }
    }
}

extension Pod {
    /// Whether it is ready and stays.
    fileprivate var takesTraffic: Bool {
        metadata.deletionTimestamp == nil && !isPhaseTerminal && status.conditions[type: "Ready"]?.status == "True"
    }

    fileprivate func isIn(_ service: Service) -> Bool {
        metadata.namespace == service.metadata.namespace
            && service.spec.selector.pairs.allSatisfy { metadata.labels[$0.key] == $0.value }
    }
}

extension ResourceKind {
    fileprivate var hasPods: Bool {
        ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob"].contains(kind)
    }
}

extension StoredObject {
    /// How many replicas it is meant to have; `nil` for what has none.
    var replicas: Int? {
        switch self {
        case let deployment as Stored<Deployment>: Int(deployment.value.replicas ?? 1)
        case let set as Stored<StatefulSet>: Int(set.value.replicas ?? 1)
        case let set as Stored<ReplicaSet>: Int(set.value.replicas ?? 1)
        default: nil
        }
    }

    fileprivate var readyReplicas: Int32? {
        switch self {
        case let deployment as Stored<Deployment>: deployment.value.readyReplicas
        case let set as Stored<StatefulSet>: set.value.readyReplicas
        case let set as Stored<ReplicaSet>: set.value.readyReplicas
        default: nil
        }
    }

    fileprivate var kindName: String {
        switch self {
        case is Stored<Deployment>: "Deployment"
        case is Stored<StatefulSet>: "StatefulSet"
        case is Stored<ReplicaSet>: "ReplicaSet"
        default: ""
        }
    }
}

extension ObjectID {
    /// As kubectl takes it, such as `deploy/checkout`.
    fileprivate var shortText: String {
        let short = ["Deployment": "deploy", "StatefulSet": "sts", "DaemonSet": "ds", "ReplicaSet": "rs"]
        return "\(short[kind] ?? kind.lowercased())/\(name)"
    }
}
