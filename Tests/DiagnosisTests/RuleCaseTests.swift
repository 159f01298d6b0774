import Foundation
import KubernetesModel
import Testing

@testable import Diagnosis

/// Every rule against every recorded case of it.
struct RuleCaseTests {
    /// With `RECORD_FINDINGS=1` expectations are written anew, and the test still fails, so that a person looks first.
    @Test(arguments: Case.all)
    func saysWhatIsExpected(of recorded: Case) throws {
        let rule = try #require(DiagnosisRule.named(recorded.ruleID), "no rule \(recorded.ruleID)")
        let cluster = try recorded.cluster()
        let report = cluster.report(rules: [rule])
        let text = report.findings.map { $0.id + "\n" + $0.text + "\n" }.joined(separator: "\n")
        #expect(report.findings.isEmpty == !recorded.fires)
        #expect(!cluster.origin.isEmpty)
        guard recorded.fires else { return }
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/\(recorded.path).txt")
        let expected = try? String(contentsOf: file, encoding: .utf8)
        if ProcessInfo.processInfo.environment["RECORD_FINDINGS"] != nil {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(text == expected)
    }

    @Test(arguments: DiagnosisRule.all.map(\.id))
    func hasACaseThatFiresAndOneThatStaysQuiet(rule: String) {
        let cases = Case.all.filter { $0.ruleID == rule }
        #expect(cases.contains { $0.fires })
        #expect(cases.contains { !$0.fires })
    }

    /// What objects are called must not matter, nor in which order they come.
    @Test(arguments: Case.all.filter(\.fires))
    func findsTheSameUnderOtherNames(in recorded: Case) throws {
        let rule = try #require(DiagnosisRule.named(recorded.ruleID))
        let cluster = try recorded.cluster()
        let renaming = Renaming(cluster)
        let findings = cluster.report(rules: [rule]).findings
        let renamed = try RecordedCluster(renaming.apply(to: recorded.text()))
        let others = renamed.report(rules: [rule]).findings
        #expect(Set(others.map(\.subject)) == Set(findings.map { renaming.apply(to: $0.subject) }))
        #expect(Set(others.map(\.title)) == Set(findings.map { renaming.apply(to: $0.title) }))
    }
}

/// Gives every object another name.
struct Renaming {
    private var names: [String]

    init(_ cluster: RecordedCluster) {
        let names = cluster.objects.values.joined().filter { !($0 is Stored<Event>) }.map(\.metadata.name)
        self.names = Set(names + cluster.missing).filter { $0.count > 4 }.sorted { ($0.count, $0) > ($1.count, $1) }
    }

    func apply(to text: String) -> String {
        var text = text
        // In two steps, so that a name inside another is not renamed twice.
        for (index, name) in names.enumerated() { text = text.replacing(name, with: "\u{1}\(index)\u{2}") }
        for (index, name) in names.enumerated() { text = text.replacing("\u{1}\(index)\u{2}", with: "z\(name)") }
        return text
    }

    func apply(to object: ObjectID) -> ObjectID {
        var object = object
        object.namespace = apply(to: object.namespace)
        object.name = apply(to: object.name)
        return object
    }
}
