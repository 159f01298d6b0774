import AppCore
import ClusterState
import KubernetesModel
import Screen
import Testing
import Views

@testable import Diagnosis

@Suite struct ScreenGoldenTests {
    @Test(arguments: [(80, 24), (120, 40), (40, 10)])
    func podsTable(columns: Int, rows: Int) throws {
        try expectScreen("pods-\(columns)x\(rows)", state(columns: columns, rows: rows))
    }

    @Test func podsInAllNamespaces() throws {
        let pods = shopPods + [pod("coredns-abc", namespace: "kube-system")]
        try expectScreen("pods-all-namespaces", state(options: LaunchOptions(allNamespaces: true), pods: pods))
    }

    @Test func wideColumns() throws {
        try expectScreen("pods-wide", state(columns: 160, rows: 16).typing(.control("w")))
    }

    @Test func wideAndHostileText() throws {
        let pods = [
            pod("日本語のポッド"), pod("emoji-👩‍👩‍👧-🇩🇪-❤️"), pod("a\u{301}combining"), pod("rtl-\u{202E}gnp"),
            pod("esc-\u{1B}[31mred\u{7}"), pod("line\nbreak\ttab"),
            pod("a-name-of-sixty-three-characters-that-nobody-should-have-to-read"),
        ]
        try expectScreen("pods-hostile-text", state(columns: 80, rows: 14, pods: pods))
    }

    @Test func noPods() throws {
        try expectScreen("pods-none", state(columns: 80, rows: 10, pods: []))
    }

    @Test func filterTypedLive() throws {
        try expectScreen("filter-typed", state(columns: 100, rows: 14).typing("/checkout"))
    }

    @Test func filterWithoutMatch() throws {
        try expectScreen("filter-without-match", state(columns: 80, rows: 10).typing("/nothing\n"))
    }

    @Test func filterThatDoesNotParse() throws {
        try expectScreen("filter-error", state(columns: 100, rows: 14).typing("/restarts>many"))
    }

    @Test func onlyTheUnhealthy() throws {
        try expectScreen("faults-only", state(columns: 100, rows: 14).typing(.control("z")))
    }

    @Test func marksAndSelection() throws {
        try expectScreen(
            "marks", state(columns: 100, rows: 14).typing(.character(" "), .character(" "), .character("j")))
    }

    @Test func loading() throws {
        let loading = state(columns: 100, rows: 10, pods: Array(shopPods.prefix(2)), load: .loading(count: 4_500))
        try expectScreen(
            "loading", loading.receiving(.tick(now: Timestamp(microseconds: noon.microseconds + 1_200_000))))
    }

    @Test func connectionLost() throws {
        let stale = LoadState.stale(
            since: ago(30), reason: "watch pods in shop: connection reset", retryAt: ago(-5))
        try expectScreen("stale", state(columns: 120, rows: 14, load: stale))
    }

    @Test func mayNotLook() throws {
        let reason =
            #"pods is forbidden: User "alice" cannot list resource "pods" in API group "" in the namespace "shop""#
        try expectScreen("forbidden", state(columns: 80, rows: 12, pods: [], load: .forbidden(reason: reason)))
    }

    @Test func neverReached() throws {
        let failed = LoadState.failed(
            reason: "list pods in shop: connection refused by east.example.com:6443", retryAt: ago(-3))
        try expectScreen("failed", state(columns: 80, rows: 12, pods: [], load: failed))
    }

    @Test func help() throws {
        try expectScreen("help-80x24", state(columns: 80, rows: 24).typing("?"))
    }

    @Test func promptWithCompletion() throws {
        try expectScreen("prompt", state(columns: 80, rows: 12).typing(":dep"))
    }

    @Test func unknownCommandSuggestsTheNearest() throws {
        var asked = state(columns: 80, rows: 12)
        _ = update(&asked, .discovered([], failures: []))
        try expectScreen("prompt-unknown", asked.typing(":podz\n"))
    }

    @Test func contexts() throws {
        try expectScreen("contexts", state(columns: 120, rows: 10).typing(":ctx\n"))
    }

    @Test func contextThatCannotBeUsed() throws {
        let event = AppEvent.connection(.unusable(context: "staging", reason: "user dev is not in the kubeconfig"))
        try expectScreen("context-unusable", state(columns: 120, rows: 10).receiving(event))
    }

    @Test func waitingStopped() throws {
        let base = state(columns: 80, rows: 12)
        let connecting = base.receiving(.connection(.connecting(try #require(base.session))))
        try expectScreen("stopped", connecting.typing(.escape))
        try expectScreen("stopped-table", connecting.typing(.escape, .escape))
    }

    @Test func signingIn() throws {
        let lines = [
            "To sign in, use a web browser to open the page https://microsoft.com/devicelogin and enter the code AB12CD34 to authenticate.",
            "\u{1B}]0;hostile\u{07}",
        ]
        let events = [SignInEvent.started(program: "kubelogin")] + lines.map { .said($0) }
        let signingIn = events.reduce(state(columns: 80, rows: 12)) { $0.receiving(.connection(.signIn($1))) }
        try expectScreen("signing-in", signingIn)
    }

    @Test func triage() throws {
        let pods = ["checkout-7d9f8b6c5d-x2x7k", "checkout-7d9f8b6c5d-9qk2p"].map {
            ObjectID(Pod.self, namespace: "shop", name: $0)
        }
        let deployment = ObjectID(Deployment.self, namespace: "shop", name: "checkout")
        var report = Report()
        report.findings = [
            Finding(
                id: "crash", rule: "pod/crash-loop", severity: .broken, subject: deployment,
                title: "Container app crashes again and again: exit code 2",
                cause: "It ends by itself a few seconds after each start.", nextStep: "Read the log of the last run.",
                command: "kubectl -n shop logs deploy/checkout -c app --previous",
                evidence: [
                    Evidence(pods[0], "status.containerStatuses[app].lastState.terminated.exitCode", "2"),
                    Evidence(pods[0], "log app (previous)", "panic: lookup db: no such host \u{1B}[31m"),
                ], related: [], members: pods, since: nil, causedBy: nil),
            Finding(
                id: "endpoints", rule: "service/no-endpoints", severity: .broken,
                subject: ObjectID(Service.self, namespace: "shop", name: "checkout"),
                title: "No pod is ready behind the Service", cause: "", nextStep: "", command: "", evidence: [],
                related: [], members: [], since: nil, causedBy: "crash"),
            Finding(
                id: "latest", rule: "pod/latest", severity: .hygiene, subject: pods[1], title: "A tag that moves",
                cause: "", nextStep: "", command: "", evidence: [], related: [], members: [], since: nil, causedBy: nil),
        ]
        report.notEvaluated = [
            NotEvaluated(
                rule: "node/not-ready", missing: GroupResource(group: "", resource: "nodes"),
                reason: "may not be read: nodes is forbidden")
        ]
        let scope = DiagnosisScope(namespace: "shop")
        let opened = state(columns: 100, rows: 20).typing(":triage\n")
        try expectScreen("triage-looking", opened)
        let told = opened.receiving(.diagnosed(ScopedReport(scope: scope, report: report)))
        try expectScreen("triage", told)
        try expectScreen("triage-expanded", told.typing(.right))
        try expectScreen("triage-80x24", told.receiving(.resized(Size(columns: 80, rows: 24))))
        try expectScreen("why-100x20", told.typing(.enter))
        for (columns, rows) in [(120, 30), (210, 30)] {
            let wide = state(columns: columns, rows: rows).typing("jjjX")
            try expectScreen(
                "why-pane-\(columns)x\(rows)",
                wide.receiving(.diagnosed(ScopedReport(scope: scope, report: report))))
        }
        try expectScreen("triage-nothing", opened.receiving(.diagnosed(ScopedReport(scope: scope, report: Report()))))
    }

    @Test func yaml() throws {
        let opened = state(columns: 80, rows: 24).typing("y")
        guard case .document(let view) = opened.place else {
            Issue.record("y opens a document")
            return
        }
        try expectScreen("yaml", opened.receiving(.document(.loaded(view.address, sampleDocument))))
        let searched = opened.receiving(.document(.loaded(view.address, sampleDocument))).typing("/web\n")
        try expectScreen("yaml-search", searched)
        try expectScreen("yaml-deleted", searched.receiving(.document(.deleted(view.address))))
    }

    @Test(arguments: [(80, 24), (160, 48)]) func description(columns: Int, rows: Int) throws {
        let opened = state(columns: columns, rows: rows).typing("d")
        guard case .document(let view) = opened.place else {
            Issue.record("d opens a description")
            return
        }
        let shown = opened.receiving(.document(.loaded(view.address, sampleDocument)))
        try expectScreen("description-\(columns)x\(rows)", shown)
        try expectScreen("description-link-\(columns)x\(rows)", shown.typing(.tab, .tab))
    }

    @Test func logs() throws {
        func news(_ order: LogOrder) -> LogNews {
            var ring = LogRing()
            let lines = [
                (0, "INFO  started in 8.1 s"), (1, "WARN  retry 3 order=81213 cause=timeout"),
                (0, "ERROR \u{1B}[31mpanic\u{1B}[0m: dial tcp: lookup db: no such host \u{1B}]0;title\u{7}"),
                (1, "日本語 \t tabs and " + String(repeating: "a long line ", count: 12)),
            ]
            for round in 0..<12 {
                for (index, line) in lines.enumerated() {
                    ring.append(
                        source: line.0, stamp: (noon.seconds + Int64(round)) * 1_000_000_000 + Int64(index) * 7_000_000,
                        Array("\(line.1)\n".utf8))
                }
            }
            ring.append(
                source: -1, stamp: (noon.seconds + 12) * 1_000_000_000, Array("x2x7k ended (exit code 2)".utf8))
            var news = LogNews(order)
            news.origins = [
                LogOrigin(pod: "checkout-7d9f8b6c5d-x2x7k", container: "c0", phase: .ended, label: "x2x7k"),
                LogOrigin(
                    pod: "checkout-7d9f8b6c5d-9qk2p", container: "c0", phase: .reading, label: "9qk2p", colour: 1),
            ]
            news.text = ring.snapshot()
            return news
        }
        let opened = state(columns: 80, rows: 24).typing("l")
        guard let shown = opened.places.last, case .log(let view) = shown else {
            Issue.record("l opens the logs")
            return
        }
        try expectScreen("logs-reading", opened)
        try expectScreen("logs-80x24", opened.receiving(.log(opened.focus, news(view.order))))
        try expectScreen("logs-wrapped", opened.receiving(.log(opened.focus, news(view.order))).typing("wt/panic\n"))
        let beside = state(columns: 160, rows: 48).typing("l")
        try expectScreen("logs-pane-160x48", beside.receiving(.log(beside.focus, news(view.order))))
        var failed = LogNews(view.order)
        failed.state = .failed("read the log of web/app in shop: pods \"web\" is forbidden")
        try expectScreen("logs-failed", opened.receiving(.log(opened.focus, failed)))
    }

    @Test(arguments: [(1, 1), (3, 2), (16, 4), (20, 5), (500, 200)])
    func anySizeIsDrawnWithoutTrapping(columns: Int, rows: Int) {
        for base in [
            state(), state().typing("?"), state().typing(":po"), state().typing(":ctx\n"), state().typing("y"),
            state().typing("X"), state().typing(":triage\n"), state().typing("l"),
        ] {
            let resized = base.receiving(.resized(Size(columns: columns, rows: rows)))
            #expect(render(resized).grid.size == Size(columns: columns, rows: rows))
        }
    }
}

let sampleDocument = JSONValue.object([
    .init("kind", .string("Pod")), .init("apiVersion", .string("v1")),
    .init(
        "metadata",
        .object([
            .init("name", .string("web-1")), .init("namespace", .string("shop")),
            .init("managedFields", .array([.object([.init("manager", .string("kubectl"))])])),
            .init("labels", .object([.init("app", .string("web")), .init("version", .string("1.10"))])),
            .init(
                "annotations",
                .object([.init("note", .string("first line\nsecond line\n")), .init("bad", .string("a\u{1B}[31mb"))])),
        ])),
    .init(
        "spec",
        .object([
            .init(
                "containers",
                .array([
                    .object([
                        .init("name", .string("web")), .init("args", .array([])),
                        .init("ports", .array([.object([.init("containerPort", .number("8080"))])])),
                    ])
                ])),
            .init("hostNetwork", .bool(false)), .init("nodeName", .null),
        ])),
])
