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

    private func lines(_ app: App) -> [FindingsView.Line] { findings(app).map { app.state.lines(of: $0) } ?? [] }

    private func triage(_ line: String = ":triage\n") -> App {
        var app = App(pods: "checkout-1", "checkout-2")
        app.type(line)
        app.send(.diagnosed(findings(app)?.scope ?? Self.shop, Self.report))
        return app
    }

    @Test(arguments: [
        (":triage\n", "shop"), (":triage all\n", nil), (":triage -A\n", nil), (":triage payments\n", "payments"),
    ])
    func triageLooksAtTheNamespaceThatIsNamed(line: String, namespace: String?) {
        var app = App()
        app.type(line)
        #expect(findings(app)?.scope == DiagnosisScope(namespace: namespace))
        #expect(app.effects.contains(.diagnose(DiagnosisScope(namespace: namespace))))
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
        #expect(lines(app).map(\.trailing) == ["×2  explains 1  2m", "2m"])
    }

    @Test func xShowsTheEvidenceAndWhatIsExplained() {
        var app = triage()
        app.type("X")
        #expect(
            lines(app).map { "\($0.label) \($0.text)" } == [
                "Deployment shop/checkout title of crash", "why cause", "next next", "run kubectl get pods",
                "evidence spec.x: 1", "has it pod/checkout-1", " pod/checkout-2", "rule pod/crash-loop",
                "Service shop/checkout title of endpoints", "Pod shop/checkout-1 title of latest",
            ])
        app.press(.down, .down)
        app.type("X")
        #expect(lines(app).count == 2)
        #expect(findings(app)?.selectedIndex == 0)
        app.press(.right)
        #expect(lines(app).count == 10)
        app.press(.left)
        #expect(lines(app).count == 2)
    }

    @Test func enterGoesToTheObjectOfTheLine() {
        var app = triage()
        app.type("X")
        for _ in 0..<6 { app.press(.down) }
        app.press(.enter)
        #expect(app.shown == "pods in shop")
        app.publish()
        #expect(app.state.table?.selection?.metadata.name == "checkout-2")
        app.press(.escape)
        #expect(findings(app)?.selectedIndex == 6)
    }

    @Test func whySaysWhatConcernsTheSelectedObjectCausesFirst() {
        var app = App(pods: "checkout-1", "checkout-2")
        app.press(.down)
        app.type("X")
        #expect(findings(app)?.subject == Self.pods[1])
        app.send(.diagnosed(Self.shop, Self.report))
        #expect(lines(app).first?.text == "title of crash")
        #expect(lines(app).count == 8)
        #expect(app.state.crumbs == ["pods", "why checkout-2"])
    }

    @Test func theSelectionFollowsItsFindingWhenOthersComeOrGo() {
        var app = triage()
        app.press(.down)
        var report = Self.report
        report.findings.insert(Self.finding("new", Self.service), at: 0)
        app.send(.diagnosed(Self.shop, report))
        #expect(findings(app)?.selectedIndex == 2)
        app.send(.diagnosed(Self.shop, Report()))
        #expect(findings(app)?.selectedIndex == 0)
        #expect(lines(app) == [])
    }

    @Test func aReportOfAnotherScopeIsNotShown() {
        var app = App()
        app.type(":triage\n")
        app.send(.diagnosed(DiagnosisScope(namespace: nil), Self.report))
        #expect(lines(app) == [])
    }

    @Test func aFindingIsCopiedAsText() {
        var app = triage()
        app.type("c")
        #expect(app.effects == [.copy(Self.report.findings[0].text, what: "the finding")])
    }
}
