import AppCore
import ArgumentParser
import ClusterState
import Foundation
import KubernetesModel
import Screen

/// What new metrics cost, without a cluster.
struct UsageBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage", abstract: "Metrics of many pods: what a new set of them costs the screen.")

    @Option(help: "How many pods there are.")
    var pods = 10_000

    func run() throws {
        reportMachine()
        let now = Timestamp(seconds: 1_795_262_624)
        var podStore = KindStore(storeID: 1)
        podStore.beginList()
        podStore.receive((0..<pods).map { Self.pod($0, now) })
        podStore.endList()
        podStore.setState(.ready)
        var metricsStore = KindStore(storeID: 2)
        metricsStore.setState(.ready)
        for (name, key) in [("by NAME", ""), ("by MEM", "M"), ("by CPU", "C")] {
            var state = Self.state(now)
            var version: UInt64 = 1
            func publish() {
                version += 1
                _ = update(
                    &state,
                    .snapshot(
                        ClusterSnapshot(
                            epoch: 1, version: version,
                            kinds: [
                                KindScope(Pod.kind.groupResource, namespace: nil): podStore.snapshot(),
                                KindScope(PodMetrics.kind.groupResource, namespace: nil): metricsStore.snapshot(),
                            ])))
            }
            publish()
            for character in key { _ = update(&state, .input(.key(.character(character)))) }
            var storing: [Double] = []
            var showing: [Double] = []
            for round in 0..<12 {
                let metrics = (0..<pods).map { Self.metrics($0, round, now) }
                storing.append(
                    seconds {
                        metricsStore.beginList()
                        metricsStore.receive(metrics)
                        metricsStore.endList()
                    } * 1000)
                showing.append(seconds { publish() } * 1000)
            }
            report(
                "\(pods) pods sorted \(name), new metrics: to the store, to the rows",
                "\(rounded(median(storing), 1)) ms, \(rounded(median(showing), 1)) ms", target: "100 ms every 15 s")
        }
    }

    private static func state(_ now: Timestamp) -> AppState {
        var state = AppState(
            size: Size(columns: 160, rows: 48), now: now, options: LaunchOptions(allNamespaces: true))
        _ = update(
            &state,
            .connection(
                .connecting(
                    SessionInfo(
                        context: "bench", cluster: "bench", user: "", namespace: "default", hasOwnNamespace: false,
                        server: "https://bench.example.com"))))
        let offered = APIResource(
            groupResource: PodMetrics.kind.groupResource, version: "v1beta1", kind: "PodMetrics",
            verbs: ["get", "list"])
        _ = update(&state, .discovered([offered], others: [], failures: []))
        return state
    }

    private static func pod(_ index: Int, _ now: Timestamp) -> any StoredObject {
        var pod = Pod()
        pod.metadata.name = "pod-\(index)"
        pod.metadata.namespace = "ns-\(index % 40)"
        pod.metadata.uid = "uid-\(index)"
        pod.metadata.resourceVersion = "1"
        pod.metadata.creationTimestamp = Timestamp(seconds: now.seconds - 5000)
        pod.status.phase = "Running"
        var container = Container()
        container.name = "app"
        container.requests = ["cpu": "100m", "memory": "128Mi"]
        container.limits = ["memory": "256Mi"]
        pod.spec.containers = [container]
        return Stored(pod)
    }

    private static func metrics(_ index: Int, _ round: Int, _ now: Timestamp) -> any StoredObject {
        var metrics = PodMetrics()
        metrics.metadata.name = "pod-\(index)"
        metrics.metadata.namespace = "ns-\(index % 40)"
        metrics.timestamp = now
        var container = ContainerUsage()
        container.name = "app"
        container.usage.cpuNanos = Int64((index &* 7919 &+ round &* 104_729) % 2_000_000_000)
        container.usage.memoryBytes = Int64((index &* 104_729 &+ round &* 7919) % 268_435_456)
        metrics.containers = [container]
        return Stored(metrics)
    }
}
