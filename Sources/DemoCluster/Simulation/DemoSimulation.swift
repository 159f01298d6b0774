import KubernetesModel

/// Runs the demo cluster: pods crash and come back, a Deployment rolls out, readiness flaps, events count up.
///
/// It is pure and seeded: the same scenario, seed and moments give the same objects. It can run for any time: what it
/// makes it removes again.
package struct DemoSimulation: Sendable {
    static let rolloutIntervalSeconds = 180
    static let removalSeconds = 6
    private static let heartbeatSeconds = 60
    private static let renewalSeconds = 10
    static let refusalSeconds = 300

    var pods: [SimulatedPod] = []
    var workloads: [SimulatedWorkload] = []
    var scheduler = Scheduler()
    var recorder: EventRecorder
    var random: DemoRandom
    private var nextHeartbeat: Timestamp
    private var nextRenewal: Timestamp
    private var nextExpiry: Timestamp
    /// Keys of the workloads whose pods may not be as they should be.
    var unsettled: Set<String> = []
    /// Namespaces that are being deleted.
    var endingNamespaces: Set<String> = []
    var hasBegun = false

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
        nextRenewal = now.adding(seconds: Self.renewalSeconds)
        nextExpiry = now
    }

    /// Moves the cluster on to a moment, which must not be before the last one.
    package mutating func step(at now: Timestamp, in store: inout DemoObjectStore) {
        var touched: [SimulatedPod] = []
        for index in pods.indices {
            guard let due = pods[index].due, due <= now, !pods[index].isDeleting else { continue }
            let before = pods[index].availability
            if pods[index].stage == .unscheduled, pods[index].trouble == .unschedulable { place(podAt: index) }
            let happenings = pods[index].advance(at: now, random: &random)
            if pods[index].availability != before { touched.append(pods[index]) }
            publish(pods[index], in: &store, at: now)
            record(happenings, of: pods[index], in: &store, at: now)
        }
        for index in pods.indices.reversed() {
            guard let removal = pods[index].removal, removal <= now, pods[index].finalizers.isEmpty else { continue }
            let pod = pods.remove(at: index)
            forget(pod, in: &store)
            touched.append(pod)
        }
        unsettled.formUnion(touched.map(\.workload))
        for index in workloads.indices {
            let isDue = (workloads[index].nextRollout ?? .distantFuture) <= now
            guard isDue || unsettled.contains(workloads[index].key) else { continue }
            if reconcile(index, in: &store, at: now) { touched += pods(of: workloads[index].key) }
        }
        recordRefusals(in: &store, at: now)
        publishConsequences(of: touched, in: &store, at: now)
        endNamespaces(in: &store)
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

    func pods(of workload: String) -> [SimulatedPod] { pods.filter { $0.workload == workload } }

    /// Takes a pod that is gone out of the store.
    func forget(_ pod: SimulatedPod, in store: inout DemoObjectStore) {
        store.delete(.pods, namespace: pod.namespace, name: pod.name)
        store.behaviours[.init(namespace: pod.namespace, name: pod.name)] = nil
    }

    // MARK: Publishing

    func publish(_ pod: SimulatedPod, in store: inout DemoObjectStore, at now: Timestamp) {
        store.apply(.pods, pod.document, at: now)
        if pod.trouble != .healthy {
            store.behaviours[.init(namespace: pod.namespace, name: pod.name)] = DemoPodBehaviour(
                trouble: pod.trouble, troubledContainer: pod.trouble.endsContainers ? pod.troubledContainer : "",
                lastWords: pod.lastWords)
        }
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
        let documents = store.documents(of: .pods)
        for service in store.documents(of: .services) {
            let namespace = service.text("metadata", "namespace")
            let selector = service.at("spec", "selector")?.textMembers ?? [:]
            let isConcerned = touched.contains { pod in
                pod.namespace == namespace && selector.allSatisfy { pod.labels[$0.key] == $0.value }
            }
            if isConcerned, let slice = EndpointSlices.slice(of: service, pods: documents) {
                publish(slice, of: service, in: &store, at: now)
            }
        }
    }

    /// Writes a slice, and the Endpoints of its Service, which say the same.
    func publish(_ slice: JSONValue, of service: JSONValue, in store: inout DemoObjectStore, at now: Timestamp) {
        store.apply(.endpointSlices, slice, at: now)
        store.apply(.endpoints, EndpointSlices.endpoints(of: service, slice), at: now)
    }

    /// Renews the leases that somebody holds.
    func renewLeases(in store: inout DemoObjectStore, at now: Timestamp) {
        for lease in store.documents(of: .leases) where !lease.text("spec", "holderIdentity").isEmpty {
            var renewed = lease
            renewed.set("spec", "renewTime", to: .string(now.microText))
            store.apply(.leases, renewed, at: now)
        }
    }

    mutating func publishWorkload(_ index: Int, in store: inout DemoObjectStore, at now: Timestamp) {
        let key = workloads[index].key
        let own = pods(of: key)
        let resource = workloads[index].resource
        var document = workloads[index].document(pods: own, at: now)
        if document.at("status", "observedGeneration") != nil {
            let old = store.document(of: resource, namespace: workloads[index].namespace, name: workloads[index].name)
            let isSame = old != nil && old?["spec"] == document["spec"]
            let generation = (old?.integer("metadata", "generation") ?? 0) + (isSame ? 0 : 1)
            document.set("status", "observedGeneration", to: .integer(generation))
        }
        store.apply(resource, document, at: now)
        for revision in workloads[index].revisions {
            store.apply(.replicaSets, workloads[index].replicaSet(revision, pods: own), at: now)
        }
    }

    /// Lets controllers try again to create the pods that are refused.
    mutating func recordRefusals(in store: inout DemoObjectStore, at now: Timestamp) {
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

    func publishNodes(in store: inout DemoObjectStore, at now: Timestamp) {
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
