import KubernetesModel
import Testing

@testable import Diagnosis

struct SilenceTests {
    private static func finding(
        _ id: String, rule: String = "pod/crash-loop", _ subject: ObjectID, members: [ObjectID] = [],
        causedBy: String? = nil
    ) -> Finding {
        Finding(
            id: id, rule: rule, severity: .broken, subject: subject, title: "", cause: "", nextStep: "", command: "",
            evidence: [Evidence(subject, "spec.x", "1")], related: [subject], members: members,
            since: Timestamp(seconds: 0), causedBy: causedBy)
    }

    private static let checkout = ObjectID(Deployment.self, namespace: "shop", name: "checkout")
    private static let firstPod = ObjectID(Pod.self, namespace: "shop", name: "checkout-1")
    private static let node = ObjectID(Node.self, name: "node-1")

    @Test func aFileHasOneSilenceALine() throws {
        let text = """
            # known

            pod/crash-loop, pod/image-pull  deploy/shop/checkout: known   until Friday
            \t* node/node-1: being replaced: two hours
            """
        #expect(
            try Silence.parse(text).map { "\($0.rules) \($0.kind) \($0.namespace) \($0.name) = \($0.reason)" } == [
                #"["pod/crash-loop", "pod/image-pull"] Deployment shop checkout = known until Friday"#,
                #"["*"] Node  node-1 = being replaced: two hours"#,
            ])
    }

    @Test(arguments: [
        ("pod/crash-loop pod/shop/x", "line 1: a reason is missing: write RULES OBJECT: REASON"),
        ("\npod/crash-lop pod/shop/x: y", "line 2: there is no rule pod/crash-lop (did you mean pod/crash-loop?)"),
        ("* thing/shop/x: y", "line 1: thing is no kind that rules know"),
        ("* pod: y", "line 1: pod is no object: write KIND/NAMESPACE/NAME, or KIND/NAME without a namespace"),
        (
            "pod/shop/x: y",
            "line 1: write RULES OBJECT: REASON, such as pod/crash-loop pod/shop/web-0: known until Friday"
        ),
    ])
    func aLineThatIsNoneIsNamed(text: String, reason: String) {
        do {
            _ = try Silence.parse(text)
            Issue.record("\(text) is no silence")
        } catch {
            #expect(error.description == reason)
        }
    }

    @Test(arguments: [
        ("* deploy/shop/checkout: x", true), ("pod/crash-loop */shop/*: x", true), ("* */shop/check*: x", true),
        ("pod/image-pull deploy/shop/checkout: x", false), ("* svc/shop/checkout: x", false),
        ("* deploy/pay/checkout: x", false), ("* */*/*: x", true), ("* deploy/checkout: x", false),
        ("* pod/shop/checkout-1: x", true),
    ])
    func itIsAboutTheSubjectOrTheOnlyMember(text: String, matches: Bool) throws {
        let silence = try #require(try Silence.parse(text).first)
        #expect(silence.matches(Self.finding("a", Self.checkout, members: [Self.firstPod])) == matches)
    }

    @Test func whatASilencedFindingExplainsGoesWithIt() throws {
        var cluster = Cluster()
        cluster.put(pod("web-1", labels: ["app": "web"], phase: "Failed"))
        cluster.put(service("web", selector: ["app": "web"]))
        let all = Diagnosis.evaluate(cluster.snapshot(), now: Timestamp(seconds: 0), rules: DiagnosisTests.rules)
        let cause = try #require(all.findings.first { finding in all.findings.contains { $0.causedBy == finding.id } })
        var silence = try #require(try Silence.parse("* pod/shop/web-1: x").first)
        silence.kind = cause.subject.kind
        silence.name = cause.subject.name
        silence.rules = ["*"]
        var diagnosis = Diagnosis(rules: DiagnosisTests.rules, silences: [silence])
        let report = diagnosis.update(cluster.snapshot(), now: Timestamp(seconds: 0))
        #expect(!report.silenced.isEmpty)
        #expect(
            report.findings.allSatisfy { finding in
                !report.silenced.contains { $0.finding.id == finding.causedBy }
            })
        #expect(report.findings.count + report.silenced.count == all.findings.count)
    }
}
