import ClusterState
import KubernetesModel
import Screen
import Testing

@testable import AppCore

struct UsageTests {
    @Test func metricsAreAskedForWhereTheServerOffersThem() {
        var app = App(pods: "a")
        let pods = KindScope(PodMetrics.kind.groupResource, namespace: "shop")
        #expect(!app.state.demand.contains(pods))
        app.send(.discovered(offered(), others: [], failures: []))
        #expect(app.state.demand.contains(pods))
        #expect(app.effects.contains(.watch(app.state.demand)))
        app.type(":svc\n")
        #expect(!app.state.demand.contains(pods))
        app.type(":nodes\n")
        #expect(
            app.state.demand.isSuperset(of: [
                KindScope(NodeMetrics.kind.groupResource, namespace: nil),
                KindScope(Pod.kind.groupResource, namespace: nil),
            ]))
    }

    @Test func podsShowWhatTheyUse() throws {
        var app = measured()
        #expect(titles(app).contains("CPU") && titles(app).contains("%MEM/L"))
        #expect(column("CPU", app) == ["250m", "30m", "n/a"])
        #expect(column("%CPU/R", app) == ["250%", "30%", "n/a"])
        #expect(column("%CPU/L", app) == ["n/a", "n/a", "n/a"])
        #expect(column("MEM", app) == ["48Mi", "93Mi", "n/a"])
        #expect(column("%MEM/L", app) == ["48%", "93%", "n/a"])
        let view = try #require(app.state.shownTable)
        let limit = try #require(view.table.columns.first { $0.title == "%MEM/L" })
        #expect(view.rows.objects.map { limit.role($0, app.state.cellContext) } == [.plain, .broken, .dim])
        app.press(.character("M"))
        #expect(names(app) == ["b", "a", "c"])
        app.press(.character("M"))
        #expect(names(app) == ["a", "b", "c"], "what was not measured comes last in either direction")
    }

    @Test func newMetricsMoveTheRowsThatAreSortedByThem() {
        var app = measured()
        app.press(.character("C"), .character("j"))
        #expect(names(app) == ["a", "b", "c"] && app.state.shownTable?.selection?.metadata.name == "b")
        app.cluster.set(
            [podMetrics("a", "1m", "1Mi"), podMetrics("b", "9m", "1Mi"), podMetrics("c", "5m", "2Mi")],
            of: PodMetrics.kind)
        // A pod changes, comes and goes in the same moment.
        app.cluster.change { store in
            store.remove(limited("a"))
            store.upsert(limited("b", version: 2))
            store.upsert(limited("d"))
        }
        app.publish()
        #expect(names(app) == ["b", "c", "d"])
        #expect(column("CPU", app) == ["9m", "5m", "n/a"])
        #expect(app.state.shownTable?.selection?.metadata.name == "b")
        #expect(app.state.shownTable?.all.rows.count == 3)
    }

    @Test func usageCanBeFilteredBy() {
        var app = measured()
        app.type("/cpu>100m\n")
        #expect(names(app) == ["a"])
        app.cluster.set([podMetrics("a", "1m", "1Mi"), podMetrics("b", "900m", "1Mi")], of: PodMetrics.kind)
        app.publish()
        app.send(.tick(now: Timestamp(seconds: noon.seconds + 1)))
        #expect(names(app) == ["b"])
    }

    @Test func aServerWithoutMetricsHasNoSuchColumnsAndSaysWhy() {
        var app = App(pods: "a")
        app.send(.discovered([resource("", "pods", "Pod")], others: [], failures: []))
        #expect(!titles(app).contains("CPU") && !titles(app).contains("%MEM/L"))
        #expect(app.state.usageReason == "this server does not offer metrics.k8s.io")
        app.press(.character("C"))
        #expect(
            app.state.notice?.notice.text == "There are no metrics: this server does not offer metrics.k8s.io.")
        #expect(app.state.shownTable?.sort.column == "NAME")
        app.send(
            .discovered(
                [resource("", "pods", "Pod")], others: [],
                failures: ["metrics.k8s.io/v1beta1: the server cannot reach the API behind it"]))
        #expect(app.state.usageReason == "metrics.k8s.io/v1beta1: the server cannot reach the API behind it")
        app.send(.discovered(offered(), others: [], failures: []))
        #expect(app.state.usageReason == nil)
    }

    @Test func whoMayNotReadMetricsIsToldSo() {
        var app = measured()
        app.cluster.change(PodMetrics.kind) { $0.setState(.forbidden(reason: "RBAC says no")) }
        app.publish()
        #expect(!titles(app).contains("CPU"))
        #expect(app.state.usageReason == "you may not list pods.metrics.k8s.io: RBAC says no")
        app.cluster.change(PodMetrics.kind) { store in
            store.setState(.stale(since: noon, reason: "HTTP 503", retryAt: nil))
        }
        app.publish()
        #expect(titles(app).contains("CPU") && app.state.usageReason == "HTTP 503")
    }

    @Test func whatIsBeingReadIsNotSaidToBeMissing() {
        var app = measured()
        app.cluster.drop(PodMetrics.kind)
        app.cluster.change(PodMetrics.kind) { _ in }
        app.publish()
        #expect(column("CPU", app) == ["…", "…", "…"])
    }

    @Test func metricsOfAnEarlierPodOfThatNameAreNotTheNewOnes() {
        var app = measured()
        app.cluster.set([limited("a", version: 2, age: -60)])
        app.publish()
        #expect(column("CPU", app) == ["n/a"])
    }

    // MARK: - Nodes

    @Test func nodesShowWhatTheyUseAndWhatTheirPodsHaveSetAside() {
        var app = App()
        app.send(.discovered(offered(), others: [], failures: []))
        app.type(":nodes\n")
        app.cluster.set([node("n1"), node("n2")], of: Node.kind, in: nil)
        var metrics = NodeMetrics()
        metrics.metadata.name = "n1"
        metrics.usage.cpuNanos = 1_500_000_001
        metrics.usage.memoryBytes = 3 << 30
        app.cluster.set([Stored(metrics)], of: NodeMetrics.kind, in: nil)
        app.cluster.set(
            [limited("a", node: "n1"), limited("b", node: "n1"), limited("done", node: "n1", phase: "Succeeded")],
            in: nil)
        app.publish()
        #expect(column("CPU", app) == ["1501m", "n/a"])
        #expect(column("%CPU", app) == ["75%", "n/a"])
        #expect(column("MEM", app) == ["3072Mi", "n/a"])
        #expect(column("%MEM", app) == ["75%", "n/a"])
        #expect(column("PODS", app) == ["2/4", "0/4"])
        #expect(column("CPU REQ", app) == ["200m (10%)", "0m (0%)"])
        #expect(column("MEM LIM", app) == ["200Mi (4%)", "0Mi (0%)"])
        app.press(.character("C"))
        #expect(names(app) == ["n1", "n2"])
        app.cluster.change(in: nil) { $0.setState(.forbidden(reason: "no")) }
        app.publish()
        #expect(!titles(app).contains("PODS") && titles(app).contains("CPU"))
        #expect(app.state.usageReason == "you may not list pods in all namespaces: no")
    }

    @Test func loadsThatFollowChangesAreThoseThatAreAddedUpAnew() {
        var random = SplitMix64(seed: 7)
        var store = KindStore(storeID: 1, logLimit: 40)
        var loads = NodeLoads()
        for round in 0..<60 {
            for _ in 0..<Int.random(in: 0...30, using: &random) {
                let name = "p\(Int.random(in: 0..<20, using: &random))"
                let node = ["", "n1", "n2"][Int.random(in: 0..<3, using: &random)]
                let phase = ["Running", "Running", "Failed"][Int.random(in: 0..<3, using: &random)]
                let object = limited(
                    name, version: round * 100 + Int.random(in: 0..<99, using: &random), node: node, phase: phase)
                if Bool.random(using: &random) { store.upsert(object) } else { store.remove(object) }
            }
            loads.follow(store.snapshot())
            store.setState(.ready)
            loads.follow(store.snapshot())
            var anew = NodeLoads()
            anew.follow(store.snapshot())
            for node in ["n1", "n2", "n3"] { #expect(loads[node] == anew[node]) }
        }
    }

    @Test func sharesCountTheContainersThatTheyAreAbout() {
        var pod = Pod()
        func container(_ name: String, _ requests: Labels, _ limits: Labels) -> Container {
            var container = Container()
            (container.name, container.requests, container.limits) = (name, requests, limits)
            return container
        }
        pod.spec.containers = [
            container("app", ["cpu": "100m"], ["memory": "100Mi"]), container("free", [:], [:]),
        ]
        var sidecar = container("side", ["cpu": "100m"], ["memory": "100Mi"])
        sidecar.restartPolicy = "Always"
        pod.spec.initContainers = [container("init", ["cpu": "9"], [:]), sidecar]
        var metrics = PodMetrics()
        for (name, cpu, memory) in [("app", 50, 90), ("free", 50, 1000), ("side", 100, 50)] as [(String, Int64, Int64)]
        {
            var usage = ContainerUsage()
            usage.name = name
            usage.usage.cpuNanos = cpu * 1_000_000
            usage.usage.memoryBytes = memory << 20
            metrics.containers.append(usage)
        }
        #expect(pod.share(.cpu, of: .requests, metrics) == 100)
        #expect(pod.share(.memory, of: .limits, metrics) == 70)
        #expect(pod.share(.cpu, of: .limits, metrics) == nil)
        pod.spec.limits = ["memory": "1140Mi"]
        #expect(pod.share(.memory, of: .limits, metrics) == 100)
        #expect(pod.share(.memory, of: .limits, PodMetrics()) == nil)
    }

    // MARK: - Samples

    private func resource(_ group: String, _ name: String, _ kind: String) -> APIResource {
        APIResource(
            groupResource: GroupResource(group: group, resource: name), version: group.isEmpty ? "v1" : "v1beta1",
            kind: kind, isNamespaced: !kind.hasPrefix("Node"), verbs: ["get", "list"])
    }

    private func offered() -> [APIResource] {
        [
            resource("", "pods", "Pod"), resource("metrics.k8s.io", "nodes", "NodeMetrics"),
            resource("metrics.k8s.io", "pods", "PodMetrics"),
        ]
    }

    /// Three pods, of which two were measured.
    private func measured() -> App {
        var app = App()
        app.send(.discovered(offered(), others: [], failures: []))
        app.cluster.set([limited("a"), limited("b"), limited("c")])
        app.cluster.set([podMetrics("a", "250m", "48Mi"), podMetrics("b", "30m", "93Mi")], of: PodMetrics.kind)
        app.publish()
        return app
    }

    /// A pod that asks for 100m and may have 100Mi.
    private func limited(
        _ name: String, version: Int = 1, age: Int64 = 3600, node: String = "n1", phase: String = "Running"
    ) -> any StoredObject {
        guard let plain = pod(name, version: version, age: age, node: node) as? Stored<Pod> else { return pod(name) }
        var pod = plain.value
        pod.spec.containers[0].requests = ["cpu": "100m"]
        pod.spec.containers[0].limits = ["memory": "100Mi"]
        pod.status.phase = phase
        return Stored(pod)
    }

    private func podMetrics(_ name: String, _ cpu: String, _ memory: String) -> any StoredObject {
        var metrics = PodMetrics()
        metrics.metadata.name = name
        metrics.metadata.namespace = "shop"
        metrics.timestamp = noon
        var container = ContainerUsage()
        container.name = "app"
        container.usage.cpuNanos = Quantity(cpu)?.nanoValue
        container.usage.memoryBytes = Quantity(memory)?.value
        metrics.containers = [container]
        return Stored(metrics)
    }

    private func node(_ name: String) -> any StoredObject {
        object(Node.self, name) { node in
            node.allocatable = ["cpu": "2", "memory": "4Gi", "pods": "4"]
        }
    }

    private func titles(_ app: App) -> [String] {
        guard let view = app.state.shownTable else { return [] }
        return view.visibleColumns(of: view.table).map { view.table.columns[$0].title }
    }

    private func column(_ title: String, _ app: App) -> [String] {
        guard let view = app.state.shownTable, let index = view.table.index(ofColumn: title) else { return [] }
        return view.rows.objects.map { view.table.columns[index].text($0, app.state.cellContext) }
    }

    private func names(_ app: App) -> [String] { app.state.shownTable?.rows.objects.map(\.metadata.name) ?? [] }
}
