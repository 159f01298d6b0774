import AppCore
import ArgumentParser
import ClusterState
import KubernetesModel

/// `:xray` of a cluster in memory: all trees at once, then one changed pod after the other.
struct XrayBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "xray", abstract: "Trees of a cluster in memory: as a whole, and after each change.")

    @Option(help: "How many pods there are, 50 of each Deployment, 200 on each node.")
    var pods = 10_000

    @Option(help: "How many changes are measured.")
    var changes = 300

    func run() {
        reportMachine()
        let orders: [(String, XrayOrder)] = [
            ("deployments", XrayOrder(.kind(Deployment.kind), namespace: nil)),
            ("workloads", XrayOrder(.workloads, namespace: nil)),
            ("services", XrayOrder(.kind(Service.kind), namespace: nil)),
            ("nodes", XrayOrder(.kind(Node.kind), namespace: nil)),
        ]
        for (name, order) in orders { measure(name, order) }
        measureUsers()
    }

    private func cluster() -> (cluster: BenchCluster, templates: [Pod]) {
        var cluster = BenchCluster()
        let templates = (0...(pods / 50)).map { app in
            var template = BenchObjects.template(app, cpu: "100m")
            var source = EnvironmentSource()
            source.name = "settings-\(app)"
            template.spec.containers[0].envFrom = [source]
            return template
        }
        for number in 0..<pods {
            let state: BenchObjects.State = number % 100 == 0 ? .crashing : .running
            cluster.upsert(BenchObjects.pod(number, state, version: 1, templates, templates))
        }
        for number in 0...(pods / 50) {
            cluster.upsert(BenchObjects.service(number))
            cluster.upsert(BenchObjects.deployment(number))
            cluster.upsert(BenchObjects.replicaSet(number))
        }
        for number in 0...(pods / 200) { cluster.upsert(BenchObjects.node(number)) }
        return (cluster, templates)
    }

    private func measure(_ name: String, _ order: XrayOrder) {
        var (cluster, templates) = cluster()
        var view = XrayView(order, openedAt: Timestamp(seconds: 6000))
        let first = cluster.snapshot()
        let whole = seconds { view.apply(first, visibleRows: 48) }
        report(
            "xray of \(name), \(pods) pods: \(view.lines.count) lines", "\(rounded(whole * 1000, 1)) ms",
            target: "100 ms")
        var times: [Double] = []
        for change in 0..<changes {
            let number = change * 37 % max(pods, 1)
            let state: BenchObjects.State = change % 2 == 0 ? .crashing : .running
            cluster.upsert(BenchObjects.pod(number, state, version: change + 2, templates, templates))
            let snapshot = cluster.snapshot()
            times.append(seconds { view.apply(snapshot, visibleRows: 48) })
        }
        report(
            "... after a changed pod",
            "\(rounded(median(times) * 1000, 2)) ms, 99th "
                + "\(rounded(percentile(times, 99) * 1000, 2)) ms", target: "16 ms")
    }

    /// What uses one ConfigMap, among all workloads and pods.
    private func measureUsers() {
        var (cluster, _) = cluster()
        var config = ConfigMap()
        config.metadata.name = "settings-7"
        config.metadata.namespace = "team-7"
        config.metadata.uid = "uid-settings-7"
        cluster.upsert(Stored(config))
        let key = ObjectKey(namespace: "team-7", name: "settings-7")
        var view = XrayView(
            XrayOrder(.object(ConfigMap.kind, key), namespace: "team-7"), openedAt: Timestamp(seconds: 6000))
        let snapshot = cluster.snapshot()
        let time = seconds { view.apply(snapshot, visibleRows: 48) }
        report(
            "who uses a ConfigMap, \(pods) pods: \(view.lines.count) lines", "\(rounded(time * 1000, 1)) ms",
            target: "100 ms")
    }
}
