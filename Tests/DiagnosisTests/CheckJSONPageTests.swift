import Foundation
import KubernetesModel
import Testing

@testable import Diagnosis

/// `docs/check-json.md` names the keys that are written, and no others.
struct CheckJSONPageTests {
    private func paths(_ value: JSONValue, _ path: String, _ result: inout Set<String>) {
        switch value {
        case .object(let members):
            for member in members {
                let next = path.isEmpty ? member.key : "\(path).\(member.key)"
                if case .array = member.value {} else { result.insert(next) }
                paths(member.value, next, &result)
            }
        case .array(let elements):
            result.insert(path + "[]")
            for element in elements { paths(element, path + "[]", &result) }
        default: break
        }
    }

    @Test func thePageNamesTheKeysThatAreWritten() throws {
        let object = ObjectID(Pod.self, namespace: "shop", name: "web")
        let finding = Finding(
            id: "id", rule: "pod/crash-loop", severity: .broken, subject: object, title: "t", cause: "c",
            nextStep: "n", command: "k", evidence: [Evidence(object, "f", "v")], related: [object],
            members: [object], since: Timestamp(seconds: 0), causedBy: nil)
        var report = Report()
        report.findings = [finding]
        report.silenced = [SilencedFinding(finding: finding, reason: "r")]
        report.notEvaluated = [
            NotEvaluated(rule: "r", missing: Pod.kind.groupResource, reason: "x")
        ]
        var written: Set<String> = []
        paths(report.json, "", &written)
        // What the page describes once stands for the others like it.
        written = written.filter { path in
            !["evidence[].object.", "related[].", "members[].", "finding."].contains { path.contains($0) }
        }
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appendingPathComponent("docs/check-json.md"), encoding: .utf8)
        let documented = Set(
            page.split(separator: "\n").filter { $0.hasPrefix("| `") }.compactMap { line in
                line.split(separator: "`").dropFirst().first.map(String.init)
            })
        #expect(documented == written)
    }
}
