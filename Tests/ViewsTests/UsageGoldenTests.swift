import AppCore
import ClusterState
import KubernetesModel
import Screen
import Testing
import Views

/// Pods, nodes and containers with what they use.
@Suite struct UsageGoldenTests {
    private static let offered = [PodMetrics.kind, NodeMetrics.kind].map { kind in
        APIResource(
            groupResource: kind.groupResource, version: "v1beta1", kind: kind.kind, isNamespaced: kind.isNamespaced,
            verbs: ["get", "list"])
    }

    private func usage(_ cpu: Int64, _ memory: Int64) -> ComputeUsage {
        var usage = ComputeUsage()
        (usage.cpuNanos, usage.memoryBytes) = (cpu * 1_000_000, memory << 20)
        return usage
    }

    private func metrics(_ pod: String, _ cpu: Int64, _ memory: Int64) -> any StoredObject {
        var metrics = PodMetrics()
        metrics.metadata.name = pod
        metrics.metadata.namespace = "shop"
        metrics.timestamp = noon
        var container = ContainerUsage()
        container.name = "c0"
        container.usage = usage(cpu, memory)
        metrics.containers = [container]
        return Stored(metrics)
    }

    /// The pods of the shop, with requests and limits.
    private var pods: [any StoredObject] {
        shopPods.map { object in
            guard var pod = (object as? Stored<Pod>)?.value else { return object }
            pod.spec.containers[0].requests = ["cpu": "100m", "memory": "64Mi"]
            pod.spec.containers[0].limits = ["cpu": "1", "memory": "128Mi"]
            var port = ContainerPort()
            (port.name, port.containerPort) = ("http", 8080)
            pod.spec.containers[0].ports = [port]
            pod.spec.containers[0].livenessProbe = Probe()
            pod.spec.containers[0].readinessProbe = Probe()
            var debugger = Container()
            (debugger.name, debugger.image) = ("debugger", "busybox:1.37")
            if pod.metadata.name.hasSuffix("x2x7k") { pod.spec.ephemeralContainers = [debugger] }
            return Stored(pod)
        }
    }

    private func snapshot(_ kinds: [(ResourceKind, String?, [any StoredObject])]) -> AppEvent {
        var known: [KindScope: KindSnapshot] = [:]
        for (index, kind) in kinds.enumerated() {
            known[KindScope(kind.0.groupResource, namespace: kind.1)] = KindSnapshot(
                storeID: UInt64(index) + 1, version: 1, state: .ready, objects: kind.2)
        }
        return .snapshot(ClusterSnapshot(epoch: 1, version: 2, kinds: known))
    }

    private func podsState(columns: Int, rows: Int) -> AppState {
        let measured = [
            metrics("checkout-7d9f8b6c5d-9qk2p", 250, 120), metrics("checkout-7d9f8b6c5d-m4t8z", 40, 93),
            metrics("checkout-7d9f8b6c5d-x2x7k", 7, 31), metrics("web-66b5d4f6c7-aaaaa", 1204, 60),
        ]
        return state(columns: columns, rows: rows, pods: nil).receiving(
            .discovered(Self.offered, others: [], failures: []),
            snapshot([(Pod.kind, "shop", pods), (PodMetrics.kind, "shop", measured)]))
    }

    @Test(arguments: [(80, 24), (160, 48)])
    func podsWithMetrics(columns: Int, rows: Int) throws {
        try expectScreen("usage-pods-\(columns)x\(rows)", podsState(columns: columns, rows: rows).typing("M"))
    }

    @Test(arguments: [(80, 24), (160, 48)])
    func containersOfAPod(columns: Int, rows: Int) throws {
        let state = podsState(columns: columns, rows: rows).typing("/x2x7k\n").typing(.enter)
        try expectScreen("containers-\(columns)x\(rows)", state)
    }

    @Test func containersOfAPodThatIsGone() throws {
        let state = podsState(columns: 120, rows: 16).typing("/x2x7k\n").typing(.enter)
            .receiving(snapshot([(PodMetrics.kind, "shop", []), (Pod.kind, "shop", Array(pods.dropFirst()))]))
        try expectScreen("containers-gone", state)
    }

    @Test func podsWithoutMetrics() throws {
        let state = state(columns: 120, rows: 16).receiving(
            .discovered(
                [APIResource(groupResource: Pod.kind.groupResource, version: "v1", kind: "Pod")], others: [],
                failures: []))
        try expectScreen("usage-none", state)
    }

    @Test(arguments: [(80, 24), (160, 48)])
    func nodesWithMetrics(columns: Int, rows: Int) throws {
        let measured: [any StoredObject] = nodes.prefix(2).enumerated().map { index, object in
            var metrics = NodeMetrics()
            metrics.metadata.name = object.metadata.name
            metrics.usage = usage(500 + Int64(index) * 2900, 2000 + Int64(index) * 5500)
            return Stored(metrics)
        }
        let sized: [any StoredObject] = nodes.map { object in
            guard var node = (object as? Stored<Node>)?.value else { return object }
            node.allocatable = ["cpu": "4", "memory": "8Gi", "pods": "7"]
            return Stored(node)
        }
        let state = state(columns: columns, rows: rows, pods: nil)
            .receiving(.discovered(Self.offered, others: [], failures: [])).typing(":no\n")
            .receiving(snapshot([(Node.kind, nil, sized), (NodeMetrics.kind, nil, measured), (Pod.kind, nil, pods)]))
        try expectScreen("usage-nodes-\(columns)x\(rows)", state)
    }
}
