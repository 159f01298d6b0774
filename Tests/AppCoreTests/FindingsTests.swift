import ClusterState
import KubernetesModel
import Screen
import Testing

@testable import AppCore
@testable import Diagnosis

/// Findings on the screen.
struct FindingsTests {
    private static let pods = ["checkout-1", "checkout-2"].map { ObjectID(Pod.self, namespace: "shop", name: $0) }
    private static let deployment = ObjectID(Deployment.self, namespace: "shop", name: "checkout")
    private static let service = ObjectID(Service.self, namespace: "shop", name: "checkout")
    private static let shop = DiagnosisScope(namespace: "shop")

    private static func finding(
        _ id: String, _ subject: ObjectID, _ severity: Severity = .broken, members: [ObjectID] = [],
        causedBy: String? = nil
    ) -> Finding {
        Finding(
            id: id, rule: "pod/crash-loop", severity: severity, subject: subject, title: "title of \(id)",
            cause: "cause", nextStep: "next", command: "kubectl get pods",
            evidence: [Evidence(subject, "spec.x", "1")], related: [], members: members, since: ago(120),
            causedBy: causedBy)
    }

    private static let report: Report = {
        var report = Report()
        report.findings = [
            finding("crash", deployment, members: pods), finding("endpoints", service, causedBy: "crash"),
            finding("latest", pods[0], .hygiene),
        ]
        return report
    }()

    private func findings(_ app: App) -> FindingsView? {
        if case .findings(let view) = app.state.place { view } else { nil }
    }

    private func lines(_ app: App) -> [FindingsView.Line] { findings(app)?.lines ?? [] }

    private func triage(_ line: String = ":triage\n") -> App {
        var app = App(pods: "checkout-1", "checkout-2")
        app.type(line)
        app.send(.diagnosed(ScopedReport(scope: findings(app)?.scope ?? Self.shop, report: Self.report)))
        return app
    }

    @Test(arguments: [
        (":triage\n", "shop"), (":triage all\n", nil), (":triage -A\n", nil), (":triage payments\n", "payments"),
    ])
    func triageLooksAtTheNamespaceThatIsNamed(line: String, namespace: String?) {
        var app = App()
        app.type(line)
        #expect(findings(app)?.scope == DiagnosisScope(namespace: namespace))
        #expect(app.effects.contains(.diagnose(DiagnosisOrder(DiagnosisScope(namespace: namespace), isAsked: true))))
        #expect(
            app.effects.contains { effect in
                if case .watch(let scopes) = effect {
                    scopes.isSuperset(of: Diagnosis(namespace: namespace).scopes)
                } else {
                    false
                }
            })
        app.press(.escape)
        #expect(app.effects.contains(.diagnose(nil)))
    }

    @Test func causesStandForWhatTheyExplain() {
        let app = triage()
        #expect(lines(app).map(\.text) == ["title of crash", "title of latest"])
        #expect(lines(app).map(\.place) == ["deploy/checkout", "pod/checkout-1"])
        #expect(lines(app).map(\.reach) == ["2 pods, 1 svc", ""])
    }

    @Test func whatACauseExplainsIsUnfolded() {
        var app = triage()
        app.press(.right)
        #expect(lines(app).map(\.text) == ["title of crash", "title of endpoints", "title of latest"])
        app.press(.left)
        #expect(lines(app).count == 2)
    }

    @Test func enterSaysWhyWithEvidenceAndWhatIsExplained() {
        var app = triage()
        app.press(.enter)
        #expect(app.state.keyContext == .why)
        #expect(
            lines(app).filter { !$0.text.isEmpty }.map { $0.label + $0.text } == [
                "title of crash", "cause", "Next   next", "       kubectl get pods", "Because of this",
                "Service shop/checkout: title of endpoints", "Has it", "pod/checkout-1", "pod/checkout-2", "Evidence",
                "spec.x = 1", "rule pod/crash-loop",
            ])
        app.press(.down, .enter)
        #expect(lines(app).first?.text == "title of endpoints")
        app.press(.escape, .escape)
        #expect(app.state.keyContext == .triage)
    }

    @Test func enterGoesToTheObjectOfTheLine() {
        var app = triage()
        app.press(.enter, .down, .down, .down, .enter)
        #expect(app.shown == "pods in shop")
        app.publish()
        #expect(app.state.table?.selection?.metadata.name == "checkout-2")
        app.press(.escape)
        #expect(findings(app)?.selectedLine?.text == "pod/checkout-2")
    }

    @Test func enterGoesToTheEventsAndTheLogOfEvidence() {
        var app = App(pods: "checkout-1")
        app.type("X")
        var report = Report()
        var finding = Self.finding("crash", Self.pods[0])
        finding.evidence = [
            Evidence(Self.pods[0], "event BackOff", "Back-off"), Evidence(Self.pods[0], "log app (previous)", "panic"),
            Evidence(Self.pods[0], "log app (previous)", "exit"),
        ]
        report.findings = [finding]
        app.send(.diagnosed(ScopedReport(scope: Self.shop, report: report)))
        #expect(
            lines(app).suffix(6).map { $0.label + $0.text } == [
                "event BackOff: Back-off", "log app (previous):", "│ panic", "│ exit", "", "rule pod/crash-loop",
            ])
        app.press(.down, .enter)
        #expect(app.shown == "events of pod/checkout-1 in shop")
        #expect(app.state.table?.restriction?.members == .about([Self.pods[0]]))
        app.press(.escape, .down, .enter)
        var log = LogOrder(namespace: "shop", subject: .pod("checkout-1"))
        log.containers = .named("app")
        log.previous = true
        #expect(app.works.contains(.log(log)))
        #expect(app.state.shownLog?.order == log)
        app.press(.escape)
        #expect(app.endsWork)
        #expect(findings(app)?.selectedLine?.text == "log app (previous):")
    }

    @Test func whySaysWhatConcernsTheSelectedObjectCausesFirst() {
        var app = App(pods: "checkout-1", "checkout-2")
        app.press(.down)
        app.type("X")
        #expect(findings(app)?.subject == Self.pods[1])
        app.send(.diagnosed(ScopedReport(scope: Self.shop, report: Self.report)))
        #expect(lines(app).prefix(2).map(\.text) == ["title of crash", "on Deployment shop/checkout"])
        #expect(app.state.crumbs == ["pods", "why checkout-2"])
    }

    @Test func whySaysWhatWasLookedForInVain() {
        var app = App(pods: "checkout-3")
        app.type("X")
        var report = Self.report
        report.notEvaluated = [
            NotEvaluated(rule: "pod/node-lost", missing: Node.kind.groupResource, reason: "may not be read")
        ]
        app.send(.diagnosed(ScopedReport(scope: Self.shop, report: report)))
        #expect(lines(app).first?.text == "No rule finds anything wrong with Pod shop/checkout-3.")
        #expect(lines(app).contains { $0.text == "A container crashes again and again (pod/crash-loop)" })
        #expect(!lines(app).contains { $0.text.hasSuffix("(pod/node-lost)") })
        #expect(lines(app).last?.text == "A pod's node does not answer: nodes may not be read")
    }

    @Test func theSelectionFollowsItsFindingWhenOthersComeOrGo() {
        var app = triage()
        app.press(.down)
        var report = Self.report
        report.findings.insert(Self.finding("new", Self.service), at: 0)
        app.send(.diagnosed(ScopedReport(scope: Self.shop, report: report)))
        #expect(findings(app)?.selectedIndex == 2)
        app.send(.diagnosed(ScopedReport(scope: Self.shop, report: Report())))
        #expect(findings(app)?.selectedIndex == 0)
        #expect(lines(app) == [])
    }

    @Test func aReportOfAnotherScopeIsNotShown() {
        var app = App()
        app.type(":triage\n")
        app.send(.diagnosed(ScopedReport(scope: DiagnosisScope(namespace: nil), report: Self.report)))
        #expect(lines(app) == [])
    }

    @Test func aFindingAndItsCommandAreCopied() {
        var app = triage()
        app.type("y")
        #expect(app.effects == [.copy("kubectl get pods", what: "the command")])
        app.press(.enter)
        app.type("c")
        let findings = Self.report.findings
        #expect(app.effects == [.copy(findings[0].text + "\n\n" + findings[1].text + "\n", what: "2 findings")])
    }

    @Test func silencedFindingsAreShownOnRequest() {
        var app = triage()
        var report = Self.report
        report.silenced = [SilencedFinding(finding: report.findings.removeLast(), reason: "known")]
        app.send(.diagnosed(ScopedReport(scope: Self.shop, report: report)))
        #expect(lines(app).map(\.text) == ["title of crash"])
        app.type("S")
        #expect(lines(app).map(\.text) == ["title of crash", "title of latest (silenced: known)"])
    }

    @Test func whatCouldNotBeLookedAtIsTheLastLine() {
        var app = triage()
        var report = Self.report
        report.notEvaluated = ["pod/a", "pod/b"].map {
            NotEvaluated(rule: $0, missing: Node.kind.groupResource, reason: "may not be read: nodes is forbidden")
        }
        app.send(.diagnosed(ScopedReport(scope: Self.shop, report: report)))
        #expect(lines(app).last?.text == "2 checks not made: may not list nodes")
        app.type("G")
        app.press(.enter)
        #expect(lines(app).last?.text == "nodes: may not be read: nodes is forbidden (pod/a, pod/b)")
    }

    @Test func theProbesOfAPodAreLive() throws {
        func web(_ isReady: Bool) -> any StoredObject {
            guard var pod = (pod("web", isReady: isReady) as? Stored<Pod>)?.value
            else { return object(Pod.self, "web") }
            var probe = Probe()
            var action = HTTPGetAction()
            (action.path, action.port) = ("/ready", .string("http"))
            probe.handler = .httpGet(action)
            pod.spec.containers[0].readinessProbe = probe
            var port = ContainerPort()
            (port.name, port.containerPort) = ("http", 8080)
            pod.spec.containers[0].ports = isReady ? [port] : []
            pod.metadata.resourceVersion = isReady ? "1" : "2"
            return Stored(pod)
        }
        var app = App()
        app.cluster.set([web(true)])
        app.publish()
        app.type("b")
        #expect(app.state.crumbs == ["pods", "probes web"])
        #expect(
            lines(app).map { $0.label + $0.text } == [
                "app", "startup    none", "liveness   none",
                "readiness  GET http :http/ready · every 10 s, 1 s limit, 3 failures → no traffic after 30 s",
            ])
        #expect(lines(app).last?.kind == .probe(.fine))
        app.change { $0.upsert(web(false)) }
        #expect(lines(app).contains { $0.text.hasPrefix("It never acts: no port is named http, none is declared.") })
        #expect(!lines(app).contains { $0.kind == .probe(.fine) })
        app.press(.escape)
        app.type(":probes nope\n")
        #expect(lines(app).map(\.text) == ["The pod is not there, or not read yet."])
    }

    @Test func probesAreMadeByHandAndComparedWhereTheyAreShown() throws {
        var stored = try #require((pod("web") as? Stored<Pod>)?.value)
        var probe = Probe()
        var action = HTTPGetAction()
        (action.port, action.path) = (.int(8080), "/ready")
        probe.handler = .httpGet(action)
        stored.spec.containers[0].readinessProbe = probe
        var app = App()
        app.cluster.set([Stored(stored)])
        app.publish()
        app.type("b")
        #expect(app.state.keyContext == .probes)
        app.type("t")
        #expect(app.effects == [.testProbes(stored)])
        var test = ProbeTest(container: "app", kind: .readiness, probe: probe, port: 8080)
        test.attempts[.forward] = [ProbeTest.Attempt(.answered(200), milliseconds: 4)]
        app.send(.probed(ObjectID(stored), [test], isDone: false))
        #expect(
            lines(app).suffix(3).map { $0.label + $0.text } == [
                "exec in container  …", "port-forward       200 in 4 ms", "API server proxy   …",
            ])
        app.type("t")
        #expect(app.effects.isEmpty)
        for way in ProbeTest.Way.allCases {
            test.attempts[way] = Array(repeating: ProbeTest.Attempt(.refused), count: ProbeTest.rounds)
        }
        app.send(.probed(ObjectID(stored), [test], isDone: true))
        #expect(lines(app).last?.text == "Nothing listens on port 8080 of the pod.")
        app.type("t")
        #expect(app.effects == [.testProbes(stored)])
        app.press(.escape)
        #expect(app.effects.contains(.testProbes(nil)))
        #expect(app.state.probing == nil)
    }

    @Test func theTableBesideAPaneGoesOn() {
        var app = App(pods: "a", "b", size: Size(columns: 120, rows: 30))
        app.type("X")
        #expect(app.state.shownPanes.count == 2)
        app.change { $0.upsert(pod("c")) }
        #expect(app.state.table?.total == 3)
        app.send(.resized(Size(columns: 80, rows: 24)))
        #expect(app.state.shownPanes.count == 1)
        app.press(.escape)
        #expect(app.state.table?.rows.count == 3)
    }

    // MARK: - Without being asked

    private static let always: LaunchOptions = {
        var options = LaunchOptions()
        options.diagnosesAlways = true
        return options
    }()

    private func watched(_ app: App) -> Set<KindScope>? {
        for case .watch(let scopes) in app.effects { return scopes }
        return nil
    }

    @Test func theRulesLookWhereTheTableDoesOnceItIsThere() {
        var app = App(Self.always)
        #expect(app.state.diagnosed == nil)
        app.cluster.set([pod("checkout-1")])
        app.publish()
        #expect(app.effects.contains(.diagnose(DiagnosisOrder(Self.shop, isAsked: false))))
        let all = DiagnosisRule.scopes(namespace: "shop")
        // A few kinds at a time, besides what is wanted anyway.
        let others = all.filter { $0.kind != Pod.kind.groupResource && $0.kind != Namespace.kind.groupResource }
        #expect(watched(app)?.intersection(others).count == 3)
        for decoder in KindDecoder.all {
            app.cluster.set([], of: decoder.kind, in: decoder.kind.isNamespaced ? "shop" : nil)
        }
        app.publish()
        // What may be large, or is noticed when it is read, waits for somebody who looks.
        let quietly = all.filter { !DiagnosisRule.askedKinds.contains($0.kind) }
        #expect(watched(app)?.isSuperset(of: quietly) == true)
        #expect(watched(app)?.isDisjoint(with: all.subtracting(quietly)) == true)
        app.type(":triage\n")
        #expect(watched(app)?.isSuperset(of: all) == true)
        app.press(.escape)
        app.type("0")
        #expect(!app.effects.contains { if case .diagnose = $0 { true } else { false } })
        app.cluster.set([pod("checkout-1")], in: nil)
        app.publish()
        #expect(
            app.effects.contains(.diagnose(DiagnosisOrder(DiagnosisScope(namespace: nil), isAsked: false))))
    }

    @Test func theyDoNotLookWhenThatIsNotWanted() {
        let app = App(pods: "checkout-1")
        #expect(app.state.diagnosed == nil)
    }

    @Test func rowsThatFindingsAreAboutAreMarkedAndCounted() throws {
        var app = App(Self.always)
        app.cluster.set([pod("checkout-1"), pod("checkout-2"), pod("other", isReady: false), pod("fine")])
        app.publish()
        let before = app.state.standing
        #expect(before.broken + before.degraded == 1)
        app.send(.diagnosed(ScopedReport(scope: Self.shop, report: Self.report)))
        let view = try #require(app.state.table)
        #expect(
            view.rows.objects.indices.map { "\(view.rows[$0].object.metadata.name) \(view.health(of: view.rows[$0]))" }
                == ["checkout-1 broken", "checkout-2 broken", "fine fine", "other broken"])
        // One cause, and a row that no finding speaks of.
        #expect(app.state.standing == Standing(broken: 2, degraded: 0))
        app.press(.control("z"))
        #expect(app.state.table?.rows.count == 3)
        app.send(.diagnosed(ScopedReport(scope: Self.shop, report: Report())))
        #expect(app.state.table?.rows.count == 1)
        #expect(app.state.standing == Standing(broken: 1, degraded: 0))
    }
}
