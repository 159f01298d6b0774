import ClusterState
import Diagnosis
import KubernetesModel
import Screen
import Testing

@testable import AppCore

struct ContainersTests {
    @Test func enterOnAPodListsItsContainersInTheOrderInWhichTheyStart() {
        let app = opened()
        #expect(app.state.crumbs == ["pods", "containers of pods/web"])
        #expect(
            rows(app, "NAME", "KIND", "READY", "STATE", "RESTARTS", "LAST STATE", "PORTS", "PROBES", "AGE") == [
                ["setup", "init", "true", "Completed", "0", "<none>", "<none>", "<none>", "<none>"],
                ["mesh", "sidecar", "true", "Running", "0", "<none>", "<none>", "<none>", "60m"],
                [
                    "app", "main", "false", "CrashLoopBackOff", "3 (5m ago)", "OOMKilled (137) 5m ago",
                    "http:8080,53/UDP", "startup,liveness", "<none>",
                ],
                ["late", "main", "<none>", "<none>", "0", "<none>", "<none>", "<none>", "<none>"],
                ["debug", "ephemeral", "false", "Running", "0", "<none>", "<none>", "<none>", "2m10s"],
            ])
        #expect(
            app.state.shownTable?.rows.rows.map(\.health) == [.finished, .fine, .broken, .degraded, .fine])
    }

    @Test func followsThePodAndStaysWhenItIsDeleted() {
        var app = opened()
        app.press(.character("j"), .character("j"))
        #expect(app.state.shownTable?.selection?.metadata.name == "app")
        app.cluster.set([sample(version: 2) { $0.status.containerStatuses[0].restartCount = 4 }])
        app.publish()
        #expect(rows(app, "RESTARTS")[2] == ["4 (5m ago)"])
        #expect(app.state.shownTable?.selection?.metadata.name == "app")
        app.cluster.set([])
        app.publish()
        #expect(app.state.shownTable?.loadState == .stale(since: noon, reason: "the pod was deleted", retryAt: nil))
        #expect(rows(app, "NAME").map { $0[0] } == ["setup", "mesh", "app", "late", "debug"])
        app.send(.tick(now: Timestamp(seconds: noon.seconds + 60)))
        app.cluster.set([pod("other")])
        app.publish()
        #expect(app.state.shownTable?.loadState == .stale(since: noon, reason: "the pod was deleted", retryAt: nil))
        // Another pod of that name, as a StatefulSet makes it.
        app.cluster.set([pod("web", uid: "again")])
        app.publish()
        #expect(app.state.shownTable?.loadState == .ready)
        #expect(rows(app, "NAME", "STATE") == [["app", "Running"]])
    }

    @Test func readsThePodAndNothingOfItsOwn() {
        let app = opened()
        #expect(app.state.demand.contains(KindScope(Pod.kind.groupResource, namespace: "shop")))
        #expect(!app.state.demand.contains { $0.kind == ContainerRow.kind.groupResource })
    }

    @Test func logsAreThoseOfTheContainer() {
        var app = opened()
        app.press(.character("j"), .enter)
        var order = LogOrder(namespace: "shop", subject: .pod("web"))
        order.containers = .named("mesh")
        #expect(app.works.contains(.log(order)))
        app.press(.escape, .character("p"))
        order.previous = true
        #expect(app.works.contains(.log(order)))
    }

    @Test func yamlIsWhatThePodSaysOfTheContainer() throws {
        var app = opened()
        app.press(.character("j"), .character("j"), .character("y"))
        guard case .document(let view) = app.state.place else {
            Issue.record("no document")
            return
        }
        #expect(view.address.name == "web" && view.address.resource.kind == "Pod")
        let text = """
            {"kind":"Pod","spec":{"containers":[{"name":"late"},{"name":"app","image":"i"}]},
            "status":{"containerStatuses":[{"name":"app","restartCount":3}]}}
            """
        let document = try Array(text.utf8).withUnsafeBytes { try JSONValue(parsing: $0) }
        app.send(.document(.loaded(view.address, document)))
        guard case .document(let loaded) = app.state.place else { return }
        #expect(
            loaded.lines.map(\.text) == [
                "spec:", "  containers:", "  - image: i", "    name: app", "status:", "  containerStatuses:",
                "  - name: app", "    restartCount: 3",
            ])
        app.send(.document(.loaded(view.address, .null)))
    }

    @Test func whatIsAboutThePodWorksOnItsContainersToo() {
        var app = opened()
        let web = ObjectID(Pod.self, namespace: "shop", name: "web")
        #expect(app.state.selectedObject == web && app.state.selectedPod == web)
        app.press(.character("j"), .character("j"), .character("F"))
        #expect(app.state.forwardDialog?.title == "Forward pod/web in shop")
        #expect(app.state.forwardDialog?.offers.map(\.text) == ["8080 (http)"])
        app.press(.escape, .character("b"))
        if case .findings(let view) = app.state.place {
            #expect(view.showsProbes && view.subject == web)
        } else {
            Issue.record("no probes")
        }
        app.press(.escape, .control("d"))
        #expect(app.state.notice?.notice.text == "Containers cannot be deleted." && app.state.dialog == nil)
    }

    @Test func showsWhatEachContainerUses() {
        var app = opened()
        app.send(
            .discovered(
                [
                    APIResource(
                        groupResource: PodMetrics.kind.groupResource, version: "v1beta1", kind: "PodMetrics",
                        verbs: ["get", "list"])
                ], others: [], failures: []))
        var metrics = PodMetrics()
        metrics.metadata.name = "web"
        metrics.metadata.namespace = "shop"
        metrics.timestamp = noon
        var used = ContainerUsage()
        used.name = "app"
        used.usage.cpuNanos = 123_400_000
        used.usage.memoryBytes = 60 << 20
        metrics.containers = [used]
        app.cluster.set([Stored(metrics)], of: PodMetrics.kind)
        app.publish()
        #expect(
            rows(app, "CPU", "%CPU/R", "%CPU/L", "MEM", "%MEM/L", "CPU REQ", "MEM LIM")[2] == [
                "124m", "123%", "n/a", "60Mi", "93%", "100m", "64Mi",
            ])
        #expect(rows(app, "CPU")[0] == ["n/a"])
    }

    // MARK: - Samples

    private func opened() -> App {
        var app = App()
        app.cluster.set([sample()])
        app.publish()
        app.press(.enter)
        return app
    }

    private func sample(version: Int = 1, _ change: (inout Pod) -> Void = { _ in }) -> any StoredObject {
        var pod = Pod()
        pod.metadata.name = "web"
        pod.metadata.namespace = "shop"
        pod.metadata.uid = "uid-web"
        pod.metadata.resourceVersion = "\(version)"
        pod.metadata.creationTimestamp = ago(3700)
        pod.status.phase = "Running"
        func container(_ name: String, _ body: (inout Container) -> Void = { _ in }) -> Container {
            var container = Container()
            container.name = name
            body(&container)
            return container
        }
        func status(
            _ name: String, _ state: ContainerState, ready: Bool, _ body: (inout ContainerStatus) -> Void = { _ in }
        ) -> ContainerStatus {
            var status = ContainerStatus(state, isReady: ready, restarts: 0)
            status.name = name
            body(&status)
            return status
        }
        var ended = TerminatedState()
        ended.reason = "Completed"
        var killed = TerminatedState()
        (killed.reason, killed.exitCode, killed.finishedAt) = ("OOMKilled", 137, ago(300))
        pod.spec.initContainers = [container("setup"), container("mesh") { $0.restartPolicy = "Always" }]
        pod.spec.containers = [
            container("app") { container in
                var http = ContainerPort()
                (http.name, http.containerPort) = ("http", 8080)
                var dns = ContainerPort()
                (dns.containerPort, dns.protocol) = (53, "UDP")
                container.ports = [http, dns]
                container.startupProbe = Probe()
                container.livenessProbe = Probe()
                container.requests = ["cpu": "100m"]
                container.limits = ["memory": "64Mi"]
            }, container("late"),
        ]
        pod.spec.ephemeralContainers = [container("debug")]
        pod.status.initContainerStatuses = [
            status("setup", .terminated(ended), ready: true),
            status("mesh", .running(startedAt: ago(3600)), ready: true),
        ]
        pod.status.containerStatuses = [
            status("app", .waiting(reason: "CrashLoopBackOff", message: ""), ready: false) { status in
                status.restartCount = 3
                status.lastState = .terminated(killed)
            }
        ]
        pod.status.ephemeralContainerStatuses = [status("debug", .running(startedAt: ago(130)), ready: false)]
        change(&pod)
        return Stored(pod)
    }

    private func rows(_ app: App, _ titles: String...) -> [[String]] {
        guard let view = app.state.shownTable else { return [] }
        return view.rows.objects.map { object in
            titles.map { title in
                view.table.columns.first { $0.title == title }?.text(object, app.state.cellContext) ?? "?"
            }
        }
    }
}
