import KubernetesModel

/// Runs the demo cluster: controllers, kubelets and a scheduler in miniature, and the incidents of a scenario.
///
/// It is pure and seeded: the same scenario, seed and moments give the same objects. It can run for any time: what it
/// makes it removes again.
package struct DemoSimulation: Sendable {
    static let rolloutIntervalSeconds = 180
    static let removalSeconds = 6
    private static let heartbeatSeconds = 60
    private static let renewalSeconds = 10
    private static let controllerSeconds = 5
    static let refusalSeconds = 300

    var pods: [SimulatedPod] = []
    var workloads: [SimulatedWorkload] = []
    var scheduler = Scheduler()
    var recorder: EventRecorder
    var random: DemoRandom
    /// Nodes that do not answer or are not ready, by name.
    var nodeFaults: [String: NodeFault] = [:]
    /// What goes wrong for a while, and when.
    var incidents: [Incident] = []
    /// Images that are in no registry.
    var absentImages: Set<String> = []
    /// When autoscalers last changed something, by namespace and name.
    var rescales: [String: Timestamp] = [:]
    private var nextHeartbeat: Timestamp
    private var nextRenewal: Timestamp
    private var nextExpiry: Timestamp
    private var nextControl: Timestamp
    /// Keys of the workloads whose pods may not be as they should be.
    var unsettled: Set<String> = []
    /// Namespaces that are being deleted.
    var endingNamespaces: Set<String> = []
    /// Objects that are being deleted, and wait for their finalizers.
    var endings: Set<Ending> = []
    var hasBegun = false

    /// The cluster of a scenario as it stands at a moment, and the objects of it.
    package static func begin(
        _ scenario: DemoScenario, seed: UInt64 = 1, at now: Timestamp, historyLimit: Int = 2000,
        historyBytes: Int = 64 << 20
    ) -> (simulation: DemoSimulation, store: DemoObjectStore) {
        var simulation = DemoSimulation(seed: seed, at: now)
        var store = DemoObjectStore(historyLimit: historyLimit, historyBytes: historyBytes, seed: seed)
        simulation.populate(scenario, &store, at: now)
        simulation.hasBegun = true
        return (simulation, store)
    }

    private init(seed: UInt64, at now: Timestamp) {
        recorder = EventRecorder(seed: seed)
        random = DemoRandom(seed: seed)
        nextHeartbeat = now.adding(seconds: Self.heartbeatSeconds)
        nextRenewal = now.adding(seconds: Self.renewalSeconds)
        nextControl = now.adding(seconds: Self.controllerSeconds)
        nextExpiry = now
    }

    /// Moves the cluster on to a moment, which must not be before the last one.
    package mutating func step(at now: Timestamp, in store: inout DemoObjectStore) {
        var touched = runIncidents(in: &store, at: now)
        for index in pods.indices {
            guard let due = pods[index].due, due <= now, !pods[index].isDeleting, pods[index].cutOff == nil else {
                continue
            }
            let before = pods[index].availability
            if pods[index].stage == .unscheduled, pods[index].trouble.kind == .unschedulable { place(podAt: index) }
            inferAgain(podAt: index, in: store)
            let happenings = pods[index].advance(at: now, random: &random)
            if pods[index].availability != before { touched.append(pods[index]) }
            publish(pods[index], in: &store, at: now)
            record(happenings, of: pods[index], in: &store, at: now)
        }
        for index in pods.indices where pods[index].isOverdue(at: now) {
            let happenings = pods[index].expire(at: now)
            touched.append(pods[index])
            publish(pods[index], in: &store, at: now)
            record(happenings, of: pods[index], in: &store, at: now)
        }
        for index in pods.indices.reversed() {
            guard let removal = pods[index].removal, removal <= now, pods[index].finalizers.isEmpty,
                pods[index].cutOff == nil
            else { continue }
            let pod = pods.remove(at: index)
            forget(pod, in: &store)
            touched.append(pod)
        }
        for index in pods.indices where pods[index].spec["ephemeralContainers"] != nil {
            let names = pods[index].startingContainers
            guard !names.isEmpty else { continue }
            for name in names { pods[index].ephemeralStarts[name] = now }
            publish(pods[index], in: &store, at: now)
        }
        unsettled.formUnion(touched.map(\.workload))
        for index in workloads.indices {
            let isDue = (workloads[index].nextRollout ?? .distantFuture) <= now
            guard isDue || unsettled.contains(workloads[index].key) else { continue }
            if reconcile(index, in: &store, at: now) { touched += pods(of: workloads[index].key) }
        }
        recordRefusals(in: &store, at: now)
        publishConsequences(of: touched, in: &store, at: now)
        endObjects(in: &store, at: now)
        endNamespaces(in: &store)
        keepTime(in: &store, at: now)
    }

    /// What happens every so many seconds.
    private mutating func keepTime(in store: inout DemoObjectStore, at now: Timestamp) {
        if nextControl <= now {
            nextControl = now.adding(seconds: Self.controllerSeconds)
            runControllers(in: &store, at: now)
        }
        if nextRenewal <= now {
            nextRenewal = now.adding(seconds: Self.renewalSeconds)
            renewLeases(in: &store, at: now)
        }
        if nextHeartbeat <= now {
            nextHeartbeat = now.adding(seconds: Self.heartbeatSeconds)
            publishNodes(in: &store, at: now)
        }
        if nextExpiry <= now {
            nextExpiry = now.adding(seconds: 30)
            recorder.expire(at: now, in: &store)
        }
    }

    /// Lets the controllers look at objects that nobody tells them about.
    mutating func runControllers(in store: inout DemoObjectStore, at now: Timestamp) {
        runVolumes(in: &store, at: now)
        runClaims(in: &store, at: now)
        runNodes(in: &store, at: now)
        runCronJobs(in: &store, at: now)
        runJobs(in: &store, at: now)
        runReplicaSets(in: &store, at: now)
        runAutoscalers(in: &store, at: now)
        runBudgets(in: &store, at: now)
        runQuotas(in: &store, at: now)
    }

    func pods(of workload: String) -> [SimulatedPod] { pods.filter { $0.workload == workload } }

    /// Takes a pod that is gone out of the store.
    func forget(_ pod: SimulatedPod, in store: inout DemoObjectStore) {
        store.delete(.pods, namespace: pod.namespace, name: pod.name)
        store.behaviours[.init(namespace: pod.namespace, name: pod.name)] = nil
    }

    /// Looks again at what keeps a pod from starting, because objects come and go.
    private mutating func inferAgain(podAt index: Int, in store: DemoObjectStore) {
        let waits: [SimulatedPod.Stage] = [.unscheduled, .creating, .waiting, .pullBackOff]
        let pod = pods[index]
        guard waits.contains(pod.stage), pod.trouble.isInferred || pod.trouble.kind == .healthy else { return }
        pods[index].trouble = inferredTrouble(of: pod, in: store) ?? .healthy
    }

    /// What keeps a pod from being well, by its spec and the objects there are.
    func inferredTrouble(of pod: SimulatedPod, in store: DemoObjectStore) -> PodTrouble? {
        PodInference(
            spec: pod.spec, namespace: pod.namespace, isOfJob: pod.workload.hasPrefix("jobs/"), store: store,
            absentImages: absentImages
        ).trouble()
    }

    // MARK: Publishing

    func publish(_ pod: SimulatedPod, in store: inout DemoObjectStore, at now: Timestamp) {
        let key = DemoObjectStore.Key(namespace: pod.namespace, name: pod.name)
        var seen = pod
        let old = store.entry(of: .pods, key)?.document
        seen.generation = max(1, old?.integer("metadata", "generation") ?? 1)
        var document = seen.document
        if let old, old["spec"] != document["spec"] {
            seen.generation += 1
            document = seen.document
        }
        store.apply(.pods, document, at: now)
        guard pod.trouble != .healthy else {
            if store.behaviours[key] != nil { store.behaviours[key] = nil }
            return
        }
        store.behaviours[key] = DemoPodBehaviour(
            trouble: pod.trouble, troubledContainer: pod.trouble.concernsContainer ? pod.troubledContainer : "",
            lastWords: pod.trouble.says.isEmpty ? pod.lastWords : pod.trouble.says)
    }

    /// Writes what follows from pods that changed: their workloads, ReplicaSets and EndpointSlices.
    mutating func publishConsequences(
        of touched: [SimulatedPod], in store: inout DemoObjectStore, at now: Timestamp
    ) {
        guard !touched.isEmpty else { return }
        let keys = Set(touched.map(\.workload))
        for index in workloads.indices where keys.contains(workloads[index].key) {
            publishWorkload(index, in: &store, at: now)
        }
        let namespaces = Set(touched.map(\.namespace))
        for service in namespaces.sorted().flatMap({ store.documents(of: .services, namespace: $0) }) {
            let namespace = service.text("metadata", "namespace")
            let selector = service.at("spec", "selector")?.textMembers ?? [:]
            let isConcerned = touched.contains { pod in
                pod.namespace == namespace && selector.allSatisfy { pod.labels[$0.key] == $0.value }
            }
            guard isConcerned else { continue }
            if let slice = EndpointSlices.slice(of: service, pods: store.documents(of: .pods, namespace: namespace)) {
                publish(slice, of: service, in: &store, at: now)
            }
        }
    }

    /// Writes a slice, and the Endpoints of its Service, which say the same.
    func publish(_ slice: JSONValue, of service: JSONValue, in store: inout DemoObjectStore, at now: Timestamp) {
        store.apply(.endpointSlices, slice, at: now)
        store.apply(.endpoints, EndpointSlices.endpoints(of: service, slice), at: now)
    }

    mutating func publishWorkload(_ index: Int, in store: inout DemoObjectStore, at now: Timestamp) {
        let key = workloads[index].key
        let own = pods(of: key)
        let resource = workloads[index].resource
        let isLooked = workloads[index].manifest.at("metadata", "annotations", "demo.sextant/ignored") == nil
        var document = workloads[index].document(pods: own, nodes: daemonNodes(of: workloads[index]), at: now)
        if document.at("status", "observedGeneration") != nil {
            let old = store.document(of: resource, namespace: workloads[index].namespace, name: workloads[index].name)
            let isSame = old != nil && old?["spec"] == document["spec"]
            let generation = (old?.integer("metadata", "generation") ?? 0) &+ (isSame ? 0 : 1)
            document.set("status", "observedGeneration", to: .integer(isLooked ? generation : generation &- 1))
        }
        store.apply(resource, document, at: now)
        noteTemplate(index, in: &store, at: now)
        for revision in workloads[index].revisions {
            store.apply(.replicaSets, workloads[index].replicaSet(revision, pods: own), at: now)
        }
    }

    /// Lets controllers try again to create the pods that are refused.
    mutating func recordRefusals(in store: inout DemoObjectStore, at now: Timestamp) {
        for index in workloads.indices {
            guard let refusal = workloads[index].refusal, refusal.next <= now else { continue }
            let set = workloads[index].revisions.last
            workloads[index].refusal?.next = now.adding(seconds: Self.refusalSeconds)
            unsettled.insert(workloads[index].key)
            let age = now.seconds(since: refusal.since)
            recorder.record(
                set.map { workloads[index].subject(of: $0) } ?? workloads[index].subject, isWarning: true,
                "FailedCreate",
                set == nil && workloads[index].resource == .statefulSets
                    ? "create Pod \(workloads[index].name)-0 in StatefulSet \(workloads[index].name) failed error: "
                        + refusal.message : "Error creating: \(refusal.message)",
                component: set == nil ? workloads[index].controller : "replicaset-controller",
                count: max(1, Int(age) / Self.refusalSeconds), first: refusal.since, at: now, in: &store)
        }
    }

    mutating func record(
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
