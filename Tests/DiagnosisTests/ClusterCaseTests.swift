import Foundation
import KubernetesModel
import Testing

@testable import Diagnosis

/// Every rule on whole recorded namespaces.
struct ClusterCaseTests {
    static let names = ["broken-1.36", "broken-1.20", "shop-1.36", "demo-1.36", "demo-1.20", "rollouts-1.20"]

    /// What is found, causes first, symptoms indented under them.
    ///
    /// With `RECORD_FINDINGS=1` expectations are written anew; a change still fails, so that a person looks first.
    @Test(arguments: names)
    func findsWhatIsExpected(in name: String) throws {
        let report = try Case(path: "clusters/\(name)").cluster().report()
        var depths: [String: Int] = [:]
        var lines = report.findings.map { finding in
            let depth = finding.causedBy.map { (depths[$0] ?? 0) + 1 } ?? 0
            depths[finding.id] = depth
            let count = finding.members.count > 1 ? " (\(finding.members.count))" : ""
            return String(repeating: "    ", count: depth)
                + "\(finding.severity.rawValue)  \(finding.rule)  \(finding.subject)\(count)  \(finding.title)"
        }
        lines += report.notEvaluated.map { "not evaluated: \($0.rule): \($0.missing) \($0.reason)" }
        let text = lines.joined(separator: "\n") + "\n"
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("Fixtures/clusters/\(name).txt")
        let expected = try? String(contentsOf: file, encoding: .utf8)
        if ProcessInfo.processInfo.environment["RECORD_FINDINGS"] != nil {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(text == expected)
    }

    @Test(arguments: names.filter { $0.hasPrefix("demo") })
    func accusesNothingThatIsHealthy(in name: String) throws {
        let report = try Case(path: "clusters/\(name)").cluster().report()
        #expect(report.findings.filter { $0.severity != .hygiene }.map(\.id) == [])
    }
}
