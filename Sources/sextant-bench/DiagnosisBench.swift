import ArgumentParser
import ClusterState
import Diagnosis
import KubernetesModel

/// Diagnosis of a cluster in memory, first as a whole, then one changed pod after the other.
struct DiagnosisBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diagnosis", abstract: "Diagnosis of a cluster in memory: as a whole, and after each change.")

    @Option(help: "How many pods there are, 50 of each Deployment, 200 on each node.")
    var pods = 10_000

    @Option(help: "How many of them crash again and again.")
    var failing = 100

    @Option(help: "How many of them fit on no node.")
    var pending = 100

    @Option(help: "How many changes are measured.")
    var changes = 300

    func run() {
        reportMachine()
        var cluster = Cluster()
        let templates = (0...(pods / 50)).map { template($0, cpu: "100m") }
        let large = (0...(pods / 50)).map { template($0, cpu: "900") }
        for number in 0..<pods { cluster.upsert(pod(number, state(of: number), version: 1, templates, large)) }
        for number in 0...(pods / 50) {
            cluster.upsert(service(number))
            cluster.upsert(deployment(number))
            cluster.upsert(replicaSet(number))
        }
        for number in 0...(pods / 200) { cluster.upsert(node(number)) }
        var diagnosis = Diagnosis()
        var findings = 0
        let first = cluster.snapshot()
        let whole = seconds {
            findings = diagnosis.update(first, now: Timestamp(seconds: 6000)).findings.count
        }
        report(
            "diagnosis of \(pods) pods, \(failing) crashing, \(pending) pending: \(findings) findings",
            "\(rounded(whole * 1000, 1)) ms", target: "1 s")

        var times: [Double] = []
        for change in 0..<changes {
            let number = change * 37 % max(pods, 1)
            cluster.upsert(pod(number, change % 2 == 0 ? .crashing : .running, version: change + 2, templates, large))
            let snapshot = cluster.snapshot()
            times.append(
                seconds { _ = diagnosis.update(snapshot, now: Timestamp(seconds: 6000 + Int64(change))) })
        }
        times.sort()
        guard let worst = times.dropLast(times.count / 100).last else { return }
        report(
            "after a changed pod", "\(rounded(median(times) * 1000, 2)) ms, 99th \(rounded(worst * 1000, 2)) ms",
            target: "5 ms")
    }

    private enum State { case running, crashing, pending }

    private func state(of number: Int) -> State {
        if failing > 0, number % max(1, pods / failing) == 0 { return .crashing }
        if pending > 0, number % max(1, pods / pending) == 1 % max(1, pods / pending) { return .pending }
        return .running
    }

    // MARK: Objects

    private func metadata(_ name: String, _ number: Int, version: Int = 1) -> ObjectMeta {
        var metadata = ObjectMeta()
        metadata.name = name
        metadata.namespace = "team-\(number % 20)"
        metadata.uid = "uid-\(name)"
        metadata.resourceVersion = "\(version)"
        metadata.creationTimestamp = Timestamp(seconds: 1000)
        return metadata
    }

    private func owner(_ apiVersion: String, _ kind: String, _ name: String) -> OwnerReference {
        var owner = OwnerReference()
        owner.apiVersion = apiVersion
        owner.kind = kind
        owner.name = name
        owner.uid = "uid-\(name)"
        owner.controller = true
        return owner
    }

    private func condition(_ type: String, _ status: String) -> Condition {
        var condition = Condition()
        condition.type = type
        condition.status = status
        return condition
    }

    /// A pod as its template makes it; pods of one template share it in memory, as after decoding.
    private func template(_ app: Int, cpu: String) -> Pod {
        var pod = Pod()
        pod.metadata.labels = ["app": "web-\(app)", "pod-template-hash": "7d9f8b6c5d"]
        pod.metadata.ownerReferences = [owner("apps/v1", "ReplicaSet", "web-\(app)-7d9f8b6c5d")]
        var container = Container()
        container.name = "app"
        container.image = "registry.example/web:1"
        container.requests = ["cpu": cpu]
        pod.spec.containers = [container]
        return pod
    }

    private func pod(_ number: Int, _ state: State, version: Int, _ templates: [Pod], _ large: [Pod]) -> Stored<Pod> {
        let app = number / 50
        var pod = state == .pending ? large[app] : templates[app]
        let template = pod.metadata
        pod.metadata = metadata("web-\(app)-7d9f8b6c5d-\(number)", app, version: version)
        // Not all in the same second.
        pod.metadata.creationTimestamp = Timestamp(seconds: 1000 + Int64(number % 977))
        pod.metadata.labels = template.labels
        pod.metadata.ownerReferences = template.ownerReferences
        guard state != .pending else {
            pod.status.phase = "Pending"
            pod.status.conditions = [condition("PodScheduled", "False")]
            return Stored(pod)
        }
        pod.nodeName = "node-\(number / 200)"
        pod.status.phase = "Running"
        pod.status.startTime = Timestamp(seconds: 1000)
        pod.status.conditions = [condition("Ready", state == .running ? "True" : "False")]
        var status = ContainerStatus()
        status.name = "app"
        status.ready = state == .running
        if state == .running {
            status.state = .running(startedAt: Timestamp(seconds: 1000))
        } else {
            var end = TerminatedState()
            end.exitCode = 3
            end.reason = "Error"
            end.finishedAt = Timestamp(seconds: 5900)
            status.state = .waiting(reason: "CrashLoopBackOff", message: "back-off 5m0s restarting failed container")
            status.lastState = .terminated(end)
            status.restartCount = 9
        }
        pod.status.containerStatuses = [status]
        return Stored(pod)
    }

    private func service(_ number: Int) -> Stored<Service> {
        var service = Service()
        service.metadata = metadata("web-\(number)", number)
        service.spec.selector = ["app": "web-\(number)"]
        service.spec.type = "ClusterIP"
        return Stored(service)
    }

    private func deployment(_ number: Int) -> Stored<Deployment> {
        var deployment = Deployment()
        deployment.metadata = metadata("web-\(number)", number)
        deployment.selector.matchLabels = ["app": "web-\(number)"]
        deployment.replicas = 50
        return Stored(deployment)
    }

    private func replicaSet(_ number: Int) -> Stored<ReplicaSet> {
        var replicaSet = ReplicaSet()
        replicaSet.metadata = metadata("web-\(number)-7d9f8b6c5d", number)
        replicaSet.metadata.ownerReferences = [owner("apps/v1", "Deployment", "web-\(number)")]
        return Stored(replicaSet)
    }

    private func node(_ number: Int) -> Stored<Node> {
        var node = Node()
        node.metadata = metadata("node-\(number)", 0)
        node.metadata.namespace = ""
        node.allocatable = ["cpu": "64", "memory": "256Gi", "pods": "250"]
        node.conditions = [condition("Ready", "True")]
        return Stored(node)
    }
}

/// Stores of every kind, and a snapshot of them at any time.
private struct Cluster {
    private var stores: [GroupResource: KindStore] = [:]
    private var version: UInt64 = 0

    init() {
        for (index, decoder) in KindDecoder.all.enumerated() {
            var store = KindStore(storeID: UInt64(index))
            store.setState(.ready)
            stores[decoder.kind.groupResource] = store
        }
    }

    mutating func upsert<Object: KubernetesObject>(_ object: Stored<Object>) {
        stores[Object.kind.groupResource]?.upsert(object)
    }

    mutating func snapshot() -> ClusterSnapshot {
        version += 1
        let kinds = stores.map { (KindScope($0.key, namespace: nil), $0.value.snapshot()) }
        return ClusterSnapshot(epoch: 1, version: version, kinds: Dictionary(uniqueKeysWithValues: kinds))
    }
}
