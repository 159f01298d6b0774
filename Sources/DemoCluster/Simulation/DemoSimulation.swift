import KubernetesModel

/// Runs the demo cluster: pods crash and come back, a Deployment rolls out, readiness flaps, events count up.
///
/// It is pure and seeded: the same scenario, seed and moments give the same objects. It can run for any time: what it
/// makes it removes again.
package struct DemoSimulation: Sendable {
    private static let rolloutIntervalSeconds = 180
    private static let removalSeconds = 6
    private static let heartbeatSeconds = 60
    private static let refusalSeconds = 300

    private var pods: [SimulatedPod] = []
    private var workloads: [SimulatedWorkload] = []
    private var scheduler = Scheduler()
    private var recorder: EventRecorder
    private var random: DemoRandom
    private var nextHeartbeat: Timestamp
    private var nextExpiry: Timestamp
    private var hasBegun = false

    /// The cluster of a scenario as it stands at a moment, and the objects of it.
    package static func begin(
        _ scenario: DemoScenario, seed: UInt64 = 1, at now: Timestamp, historyLimit: Int = 2000
    ) -> (simulation: DemoSimulation, store: DemoObjectStore) {
        var simulation = DemoSimulation(seed: seed, at: now)
        var store = DemoObjectStore(historyLimit: historyLimit, seed: seed)
        simulation.populate(scenario, &store, at: now)
        simulation.hasBegun = true
        return (simulation, store)
    }

    private init(seed: UInt64, at now: Timestamp) {
        recorder = EventRecorder(seed: seed)
        random = DemoRandom(seed: seed)
        nextHeartbeat = now.adding(seconds: Self.heartbeatSeconds)
        nextExpiry = now
    }

    /// Moves the cluster on to a moment, which must not be before the last one.
    package mutating func step(at now: Timestamp, in store: inout DemoObjectStore) {
        var touched: [SimulatedPod] = []
        for index in pods.indices {
            guard let due = pods[index].due, due <= now, !pods[index].isDeleting else { continue }
            let before = pods[index].availability
            let happenings = pods[index].advance(at: now, random: &random)
            if pods[index].availability != before { touched.append(pods[index]) }
            publish(pods[index], in: &store, at: now)
            record(happenings, of: pods[index], in: &store, at: now)
        }
        for index in pods.indices.reversed() {
            guard let removal = pods[index].removal, removal <= now else { continue }
            let pod = pods.remove(at: index)
            store.delete(.pods, namespace: pod.namespace, name: pod.name)
            store.behaviours[.init(namespace: pod.namespace, name: pod.name)] = nil
            touched.append(pod)
        }
        for index in workloads.indices where workloads[index].resource == .deployments {
            guard roll(index, in: &store, at: now) else { continue }
            let key = workloads[index].key
            touched += pods.filter { $0.workload == key }
        }
        recordRefusals(in: &store, at: now)
        publishConsequences(of: touched, in: &store, at: now)
        if nextHeartbeat <= now {
            nextHeartbeat = now.adding(seconds: Self.heartbeatSeconds)
            publishNodes(in: &store, at: now)
        }
        if nextExpiry <= now {
            nextExpiry = now.adding(seconds: 30)
            recorder.expire(at: now, in: &store)
        }
    }

    // MARK: Rolling out

    /// Brings a Deployment one step nearer to its current revision.
    /// - Returns: whether something changed.
    private mutating func roll(_ index: Int, in store: inout DemoObjectStore, at now: Timestamp) -> Bool {
        var hasChanged = false
        if let due = workloads[index].nextRollout, due <= now {
            beginRollout(index, in: &store, at: now)
            hasChanged = true
        }
        if workloads[index].hasProgressed || workloads[index].isStuck { return hasChanged }
        let workload = workloads[index]
        guard let current = workload.revisions.last else { return hasChanged }
        let living = pods.filter { $0.workload == workload.key && !$0.isDeleting }
        let updated = living.filter { $0.labels["pod-template-hash"] == current.hash }
        let outdated = living.filter { $0.labels["pod-template-hash"] != current.hash }
        if updated.count < workload.replicas, living.count <= workload.replicas {
            addPod(of: workload, current, in: &store, at: now)
            return true
        }
        if let old = outdated.first, living.filter(\.isReady).count > workload.replicas {
            remove(old, of: workload, in: &store, at: now)
            return true
        }
        if outdated.isEmpty, updated.filter(\.isReady).count == workload.replicas {
            workloads[index].hasProgressed = true
            workloads[index].progressChanged = now
            workloads[index].nextRollout = now.adding(seconds: Self.rolloutIntervalSeconds)
            let surplus = max(
                0, workload.revisions.count - 1 - workload.manifest.integer("spec", "revisionHistoryLimit"))
            for revision in workload.revisions.prefix(surplus) {
                store.delete(.replicaSets, namespace: workload.namespace, name: revision.name)
            }
            workloads[index].revisions.removeFirst(surplus)
            return true
        }
        return hasChanged
    }

    private mutating func beginRollout(_ index: Int, in store: inout DemoObjectStore, at now: Timestamp) {
        let containers = workloads[index].manifest.at("spec", "template", "spec", "containers")?.elements ?? []
        let parts = (containers.first?.text("image") ?? "").split(separator: ":").map(String.init)
        let tags = workloads[index].tags
        workloads[index].nextRollout = nil
        guard parts.count == 2, let tag = tags.first(where: { $0 != parts[1] }) else { return }
        workloads[index].revise(image: "\(parts[0]):\(tag)", uid: random.uid(), at: now)
        let workload = workloads[index]
        guard let revision = workload.revisions.last else { return }
        recorder.record(
            workload.subject, "ScalingReplicaSet", "Scaled up replica set \(revision.name) from 0 to 1",
            component: "deployment-controller", at: now, in: &store)
    }

    private mutating func addPod(
        of workload: SimulatedWorkload, _ revision: SimulatedWorkload.Revision, in store: inout DemoObjectStore,
        at now: Timestamp
    ) {
        let pod = makePod(
            of: workload, revision, name: "\(revision.name)-\(random.suffix(5))", trouble: .healthy, created: now)
        recorder.record(
            workload.subject(of: revision), "SuccessfulCreate", "Created pod: \(pod.name)",
            component: "replicaset-controller", at: now, in: &store)
        var fresh = pod
        fresh.due = now
        pods.append(fresh)
        publish(fresh, in: &store, at: now)
    }

    private mutating func remove(
        _ pod: SimulatedPod, of workload: SimulatedWorkload, in store: inout DemoObjectStore, at now: Timestamp
    ) {
        guard let index = pods.firstIndex(where: { $0.uid == pod.uid }) else { return }
        let grace = pod.spec.integer("terminationGracePeriodSeconds")
        pods[index].deletion = now.adding(seconds: grace)
        pods[index].removal = now.adding(seconds: Self.removalSeconds)
        publish(pods[index], in: &store, at: now)
        let container = pod.troubledContainer
        record(
            [.init(reason: "Killing", message: "Stopping container \(container)", container: container)],
            of: pods[index], in: &store, at: now)
        let hash = pod.labels["pod-template-hash"]
        if let revision = workload.revisions.first(where: { $0.hash == hash }) {
            recorder.record(
                workload.subject(of: revision), "SuccessfulDelete", "Deleted pod: \(pod.name)",
                component: "replicaset-controller", at: now, in: &store)
        }
    }

    // MARK: Publishing

    private func publish(_ pod: SimulatedPod, in store: inout DemoObjectStore, at now: Timestamp) {
        store.apply(.pods, pod.document, at: now)
        if pod.trouble != .healthy {
            store.behaviours[.init(namespace: pod.namespace, name: pod.name)] = DemoPodBehaviour(
                trouble: pod.trouble, troubledContainer: pod.trouble.endsContainers ? pod.troubledContainer : "",
                lastWords: pod.lastWords)
        }
    }

    /// Writes what follows from pods that changed: their workloads, ReplicaSets and EndpointSlices.
    private mutating func publishConsequences(
        of touched: [SimulatedPod], in store: inout DemoObjectStore, at now: Timestamp
    ) {
        guard !touched.isEmpty else { return }
        let keys = Set(touched.map(\.workload))
        for index in workloads.indices where keys.contains(workloads[index].key) {
            publishWorkload(index, in: &store, at: now)
        }
        let documents = store.documents(of: .pods)
        for service in store.documents(of: .services) {
            let namespace = service.text("metadata", "namespace")
            let selector = service.at("spec", "selector")?.textMembers ?? [:]
            let isConcerned = touched.contains { pod in
                pod.namespace == namespace && selector.allSatisfy { pod.labels[$0.key] == $0.value }
            }
            if isConcerned, let slice = EndpointSlices.slice(of: service, pods: documents) {
                store.apply(.endpointSlices, slice, at: now)
            }
        }
    }

    private mutating func publishWorkload(_ index: Int, in store: inout DemoObjectStore, at now: Timestamp) {
        let key = workloads[index].key
        let own = pods.filter { $0.workload == key }
        store.apply(workloads[index].resource, workloads[index].document(pods: own, at: now), at: now)
        for revision in workloads[index].revisions {
            store.apply(.replicaSets, workloads[index].replicaSet(revision, pods: own), at: now)
        }
    }

    /// Lets controllers try again to create the pods that are refused.
    private mutating func recordRefusals(in store: inout DemoObjectStore, at now: Timestamp) {
        for index in workloads.indices {
            guard let refusal = workloads[index].refusal, refusal.next <= now, let set = workloads[index].revisions.last
            else { continue }
            workloads[index].refusal?.next = now.adding(seconds: Self.refusalSeconds)
            let age = now.seconds(since: set.created)
            recorder.record(
                workloads[index].subject(of: set), isWarning: true, "FailedCreate",
                "Error creating: \(refusal.message)", component: "replicaset-controller",
                count: max(1, Int(age) / Self.refusalSeconds), first: set.created, at: now, in: &store)
        }
    }

    private func publishNodes(in store: inout DemoObjectStore, at now: Timestamp) {
        for node in scheduler.nodes {
            var document = node
            let conditions = (node.at("status", "conditions")?.elements ?? []).map { condition in
                var beating = condition
                beating.set("lastHeartbeatTime", to: .time(now))
                return beating
            }
            document.set("status", "conditions", to: .array(conditions))
            store.apply(.nodes, document, at: now)
        }
    }

    private mutating func record(
        _ happenings: [SimulatedPod.Happening], of pod: SimulatedPod, first: Timestamp? = nil,
        in store: inout DemoObjectStore, at now: Timestamp
    ) {
        let subject = EventRecorder.Subject(
            apiVersion: "v1", kind: "Pod", namespace: pod.namespace, name: pod.name, uid: pod.uid)
        for happening in happenings {
            let list = happening.isInit ? "initContainers" : "containers"
            recorder.record(
                subject, isWarning: happening.isWarning, happening.reason, happening.message,
                component: happening.component, host: happening.component == "kubelet" ? pod.node : "",
                fieldPath: happening.container.isEmpty ? "" : "spec.\(list){\(happening.container)}",
                count: happening.count, first: first, at: now, in: &store)
        }
    }
}

// MARK: - The beginning

extension DemoSimulation {
    private mutating func populate(_ scenario: DemoScenario, _ store: inout DemoObjectStore, at now: Timestamp) {
        for manifest in scenario.manifests where manifest.text("kind") == "Node" { addNode(manifest, at: now) }
        publishNodes(in: &store, at: now)
        for manifest in scenario.manifests where manifest.text("kind") == "PersistentVolumeClaim" {
            let claim = "\(manifest.text("metadata", "namespace"))/\(manifest.text("metadata", "name"))"
            scheduler.claims[claim] = manifest.text("status", "phase") == "Bound"
        }
        for manifest in scenario.manifests {
            guard let resource = DemoResource.of(apiVersion: manifest.text("apiVersion"), kind: manifest.text("kind"))
            else { continue }
            let created = now.adding(seconds: -(Self.age(manifest["demo"]) ?? 86400))
            var object = manifest
            object.set("demo", to: nil)
            object.set("metadata", "uid", to: .string(random.uid()))
            object.set("metadata", "creationTimestamp", to: .time(created))
            switch resource.kind {
            case "Node": break
            case "Pod": addBarePod(object, manifest["demo"], created: created, at: now)
            case "Deployment", "StatefulSet", "DaemonSet", "Job":
                addWorkload(object, resource, manifest["demo"] ?? .null, created: created, at: now)
            default:
                store.apply(resource, object, at: now)
                if resource == .namespaces { addServiceAccount(of: object, in: &store, at: now) }
            }
        }
        for pod in pods {
            publish(pod, in: &store, at: now)
            let last = pod.deletion ?? now.adding(seconds: -random.number(5...50))
            record(pod.backlog, of: pod, first: pod.deletion ?? pod.created, in: &store, at: last)
        }
        recordRefusals(in: &store, at: now)
        for index in workloads.indices { publishWorkload(index, in: &store, at: now) }
        for service in store.documents(of: .services) {
            if let slice = EndpointSlices.slice(of: service, pods: store.documents(of: .pods)) {
                store.apply(.endpointSlices, slice, at: now)
            }
        }
        let pressed = scheduler.nodes.first { node in
            (node.at("status", "conditions")?.elements ?? []).contains {
                $0.text("type") != "Ready" && $0.text("status") == "True"
            }
        }
        if let pressed {
            let name = pressed.text("metadata", "name")
            recorder.record(
                EventRecorder.Subject(apiVersion: "v1", kind: "Node", namespace: "", name: name, uid: name),
                isWarning: true, "EvictionThresholdMet", "Attempting to reclaim memory", component: "kubelet",
                host: name, count: 3, first: now.adding(seconds: -1440), at: now.adding(seconds: -90), in: &store)
        }
    }

    private static func age(_ behaviour: JSONValue?) -> Int? {
        (behaviour?["age"]?.text).flatMap { ManifestAge($0) }?.seconds
    }

    private mutating func addNode(_ manifest: JSONValue, at now: Timestamp) {
        let created = now.adding(seconds: -(Self.age(manifest["demo"]) ?? 86400))
        let pressure = manifest.text("demo", "pressure")
        let index = scheduler.nodes.count
        var node = manifest
        node.set("demo", to: nil)
        node.set("metadata", "uid", to: .string(random.uid()))
        node.set("metadata", "creationTimestamp", to: .time(created))
        node.set("spec", "podCIDR", to: .string("10.244.\(index).0/24"))
        let healthy: [(type: String, reason: String, message: String)] = [
            ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            ("Ready", "KubeletReady", "kubelet is posting ready status"),
        ]
        let conditions = healthy.map { condition -> JSONValue in
            let isPressed = condition.type == pressure
            return .members([
                "type": .string(condition.type),
                "status": .string(isPressed || condition.type == "Ready" ? "True" : "False"),
                "lastHeartbeatTime": .time(now),
                "lastTransitionTime": .time(isPressed ? now.adding(seconds: -1440) : created),
                "reason": .string(isPressed ? "KubeletHasInsufficientMemory" : condition.reason),
                "message": .string(isPressed ? "kubelet has insufficient memory available" : condition.message),
            ])
        }
        node.set("status", "conditions", to: .array(conditions))
        scheduler.nodes.append(node)
    }

    /// Every namespace has a service account that is called `default`.
    private mutating func addServiceAccount(of namespace: JSONValue, in store: inout DemoObjectStore, at now: Timestamp)
    {
        let account = JSONValue.members([
            "metadata": .members([
                "name": .string("default"), "namespace": .string(namespace.text("metadata", "name")),
                "uid": .string(random.uid()), "creationTimestamp": namespace.at("metadata", "creationTimestamp"),
            ])
        ])
        store.apply(.serviceAccounts, account, at: now)
    }

    private mutating func addBarePod(
        _ manifest: JSONValue, _ behaviour: JSONValue?, created: Timestamp, at now: Timestamp
    ) {
        let hints = behaviour?["pods"]?.elements.first ?? .null
        var pod = SimulatedPod(
            name: manifest.text("metadata", "name"), namespace: manifest.text("metadata", "namespace"),
            uid: manifest.text("metadata", "uid"), spec: manifest["spec"] ?? .object([]), created: created,
            trouble: PodTrouble(rawValue: hints.text("trouble")) ?? .healthy)
        pod.labels = manifest.at("metadata", "labels")?.textMembers ?? [:]
        pod.annotations = manifest.at("metadata", "annotations")?.textMembers ?? [:]
        pod.finalizers = (manifest.at("metadata", "finalizers")?.elements ?? []).compactMap(\.text)
        place(&pod)
        pod.settle(at: now, restarts: hints.integer("restarts"), random: &random)
        pods.append(pod)
    }

    private mutating func addWorkload(
        _ manifest: JSONValue, _ resource: DemoResource, _ behaviour: JSONValue, created: Timestamp, at now: Timestamp
    ) {
        var workload = SimulatedWorkload(manifest, resource, created: created)
        workload.lastWords = (behaviour["lastWords"]?.elements ?? []).compactMap(\.text)
        let hints = behaviour["pods"]?.elements ?? []
        var count = max(1, workload.replicas)
        if resource == .daemonSets { count = scheduler.nodes.count }
        if behaviour["refused"] != nil { count = behaviour.integer("created") }
        if resource == .deployments { workload.addRevision(uid: random.uid(), at: created) }
        for index in 0..<count {
            let hint = index < hints.count ? hints[index] : .null
            let suffix = resource == .statefulSets ? String(index) : random.suffix(5)
            let base = workload.revisions.last?.name ?? workload.name
            let podCreated = Self.age(hint).map { now.adding(seconds: -$0) } ?? created.adding(seconds: 1)
            var pod = makePod(
                of: workload, workload.revisions.last, name: "\(base)-\(suffix)",
                trouble: PodTrouble(rawValue: hint.text("trouble")) ?? .healthy, created: podCreated,
                onNode: resource == .daemonSets ? index : nil)
            pod.settle(at: now, restarts: hint.integer("restarts"), random: &random)
            pods.append(pod)
        }
        if let refused = behaviour["refused"]?.text, let revision = workload.revisions.last {
            workload.refusal = SimulatedWorkload.Refusal(
                message: "pods \"\(revision.name)-\(random.suffix(5))\" is forbidden: \(refused)", next: now)
            workload.isStuck = true
            workload.progressChanged = created.adding(seconds: 600)
        }
        let failed = behaviour["failedRollout"]
        if let failed, let age = Self.age(failed) {
            let since = now.adding(seconds: -age)
            workload.revise(image: failed.text("image"), uid: random.uid(), at: since)
            workload.isStuck = true
            workload.progressChanged = since.adding(seconds: 600)
            if let revision = workload.revisions.last {
                var pod = makePod(
                    of: workload, revision, name: "\(revision.name)-\(random.suffix(5))", trouble: .imagePull,
                    created: since)
                pod.settle(at: now, restarts: 0, random: &random)
                pods.append(pod)
            }
        }
        workload.tags = (behaviour["rollout"]?.elements ?? []).compactMap(\.text)
        if !workload.tags.isEmpty { workload.nextRollout = now.adding(seconds: 20) }
        workload.isAvailable = pods.filter { $0.workload == workload.key && $0.isReady }.count >= workload.replicas
        workloads.append(workload)
    }

    private mutating func makePod(
        of workload: SimulatedWorkload, _ revision: SimulatedWorkload.Revision?, name: String, trouble: PodTrouble,
        created: Timestamp, onNode nodeIndex: Int? = nil
    ) -> SimulatedPod {
        let template = revision?.template ?? workload.manifest.at("spec", "template") ?? .object([])
        var pod = SimulatedPod(
            name: name, namespace: workload.namespace, uid: random.uid(), spec: template["spec"] ?? .object([]),
            created: created, trouble: trouble)
        pod.labels = template.at("metadata", "labels")?.textMembers ?? [:]
        pod.lastWords = workload.lastWords
        pod.workload = workload.key
        if let revision {
            pod.generateName = "\(revision.name)-"
            pod.ownerReference = .members([
                "apiVersion": .string("apps/v1"), "kind": .string("ReplicaSet"), "name": .string(revision.name),
                "uid": .string(revision.uid), "controller": .bool(true), "blockOwnerDeletion": .bool(true),
            ])
        } else {
            pod.generateName = "\(workload.name)-"
            let resource = workload.resource
            pod.ownerReference = owner(workload.manifest, apiVersion: resource.apiVersion, kind: resource.kind)
            if resource == .statefulSets {
                pod.labels["statefulset.kubernetes.io/pod-name"] = name
                pod.addClaims(of: workload.manifest)
            }
        }
        place(&pod, onNode: nodeIndex)
        return pod
    }

    /// Gives a pod the node with room for it that has the fewest pods, and a free address there.
    ///
    /// Old pods may be on any node, new ones on those that are not cordoned; those of a DaemonSet have theirs.
    private func place(_ pod: inout SimulatedPod, onNode index: Int? = nil) {
        let nodes = scheduler.nodes
        let candidates = index.map { [$0] } ?? scheduler.candidates(for: pod, among: pods, ignoresCordons: !hasBegun)
        let counts = nodes.map { node in pods.count { $0.node == node.text("metadata", "name") } }
        guard let chosen = candidates.min(by: { counts[$0] < counts[$1] }) else {
            pod.trouble = .unschedulable
            pod.schedulingMessage = scheduler.message(for: pod, among: pods)
            return
        }
        pod.node = nodes[chosen].text("metadata", "name")
        pod.hostIP = nodes[chosen].at("status", "addresses")?.elements.first?.text("address") ?? ""
        if pod.spec["hostNetwork"]?.isTrue ?? false {
            pod.ip = pod.hostIP
            return
        }
        let used = Set(pods.map(\.ip))
        pod.ip = (2...254).lazy.map { "10.244.\(chosen).\($0)" }.first { !used.contains($0) } ?? ""
    }
}
