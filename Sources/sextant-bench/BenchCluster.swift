import ClusterState
import KubernetesModel

/// Objects of a cluster in memory: 50 pods of each Deployment, 200 on each node.
enum BenchObjects {
    enum State { case running, crashing, pending }

    private static func metadata(_ name: String, _ number: Int, version: Int = 1) -> ObjectMeta {
        var metadata = ObjectMeta()
        metadata.name = name
        metadata.namespace = "team-\(number % 20)"
        metadata.uid = "uid-\(name)"
        metadata.resourceVersion = "\(version)"
        metadata.creationTimestamp = Timestamp(seconds: 1000)
        return metadata
    }

    private static func owner(_ apiVersion: String, _ kind: String, _ name: String) -> OwnerReference {
        var owner = OwnerReference()
        owner.apiVersion = apiVersion
        owner.kind = kind
        owner.name = name
        owner.uid = "uid-\(name)"
        owner.controller = true
        return owner
    }

    private static func condition(_ type: String, _ status: String) -> Condition {
        var condition = Condition()
        condition.type = type
        condition.status = status
        return condition
    }

    /// A pod as its template makes it; pods of one template share it in memory, as after decoding.
    static func template(_ app: Int, cpu: String) -> Pod {
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

    static func pod(_ number: Int, _ state: State, version: Int, _ templates: [Pod], _ large: [Pod]) -> Stored<Pod> {
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

    static func service(_ number: Int) -> Stored<Service> {
        var service = Service()
        service.metadata = metadata("web-\(number)", number)
        service.spec.selector = ["app": "web-\(number)"]
        service.spec.type = "ClusterIP"
        return Stored(service)
    }

    static func deployment(_ number: Int) -> Stored<Deployment> {
        var deployment = Deployment()
        deployment.metadata = metadata("web-\(number)", number)
        deployment.selector.matchLabels = ["app": "web-\(number)"]
        deployment.replicas = 50
        return Stored(deployment)
    }

    static func replicaSet(_ number: Int) -> Stored<ReplicaSet> {
        var replicaSet = ReplicaSet()
        replicaSet.metadata = metadata("web-\(number)-7d9f8b6c5d", number)
        replicaSet.metadata.ownerReferences = [owner("apps/v1", "Deployment", "web-\(number)")]
        return Stored(replicaSet)
    }

    static func node(_ number: Int) -> Stored<Node> {
        var node = Node()
        node.metadata = metadata("node-\(number)", 0)
        node.metadata.namespace = ""
        node.allocatable = ["cpu": "64", "memory": "256Gi", "pods": "250"]
        node.conditions = [condition("Ready", "True")]
        return Stored(node)
    }
}

/// Stores of every kind, and a snapshot of them at any time.
struct BenchCluster {
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
