import Foundation
import Testing

@testable import Diagnosis

/// What is known to be wrong in the recorded clusters, what the rules find of it, and what else they find.
struct CorpusTests {
    /// One thing that is wrong, as people labelled it.
    struct Fault: Sendable {
        var cluster: String
        /// Such as `Pod broken/too-big`.
        var object: String
        /// The rule that names the cause; empty when no rule can.
        var rule: String
        var words: String
    }

    static let faults: [Fault] = {
        let file = Case.folder.appendingPathComponent("clusters/faults.tsv")
        let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map { line in
            let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            func field(_ index: Int) -> String { index < fields.count ? fields[index] : "" }
            return Fault(cluster: field(0), object: field(1), rule: field(2), words: field(3))
        }
    }()

    @Test(arguments: ClusterCaseTests.names)
    func namesTheCauseOfEveryFaultAndAccusesNothingElse(in cluster: String) throws {
        let report = try Case(path: "clusters/\(cluster)").cluster().report()
        let faults = Self.faults.filter { $0.cluster == cluster }
        #expect(faults.filter { !$0.rule.isEmpty && Self.finding($0, in: report) == nil }.map(\.object) == [])
        #expect(Self.falseAlarms(faults, in: report).map(\.id) == [])
    }

    @Test func theCommittedPageIsWhatTheCorpusShows() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appendingPathComponent("docs/corpus.md")
        let page = try Self.page()
        let committed = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        if committed != page, ProcessInfo.processInfo.environment["RECORD_DOCS"] != nil {
            try page.write(to: file, atomically: true, encoding: .utf8)
        }
        let isFresh = committed == page
        #expect(isFresh, "docs/corpus.md is stale: RECORD_DOCS=1 writes it anew")
    }

    // MARK: Comparing

    private static func finding(_ fault: Fault, in report: Report) -> Finding? {
        report.findings.first { $0.rule == fault.rule && isAbout($0, fault.object) }
    }

    private static func isAbout(_ finding: Finding, _ object: String) -> Bool {
        finding.subject.description == object || finding.members.contains { $0.description == object }
    }

    /// What is found, more than hygiene, neither on something that is wrong nor because of it.
    private static func falseAlarms(_ faults: [Fault], in report: Report) -> [Finding] {
        let objects = Set(faults.map(\.object))
        return report.findings.filter { finding in
            guard finding.severity != .hygiene else { return false }
            var current: Finding? = finding
            while let here = current {
                if objects.contains(where: { isAbout(here, $0) }) { return false }
                current = here.causedBy.flatMap { id in report.findings.first { $0.id == id } }
            }
            return true
        }
    }

    // MARK: The page

    private static func page() throws -> String {
        var page = """
            # How well the rules find what is wrong

            Generated from the tests: `RECORD_DOCS=1 swift test --filter DiagnosisTests` writes it anew. The clusters were
            recorded from real servers; people labelled what is wrong in them (`Fixtures/clusters/faults.tsv`). A fault is
            found when the rule that names its cause says so about that object. A false alarm is a finding, more than
            hygiene, that has to do with no labelled object.

            | Cluster | Faults | Found | False alarms |
            |---|---|---|---|

            """
        var details = ""
        for cluster in ClusterCaseTests.names {
            let recorded = try Case(path: "clusters/\(cluster)").cluster()
            let report = recorded.report()
            let faults = Self.faults.filter { $0.cluster == cluster }
            let found = faults.filter { Self.finding($0, in: report) != nil }.count
            page += "| \(cluster) | \(faults.count) | \(found) | \(falseAlarms(faults, in: report).count) |\n"
            guard !faults.isEmpty else { continue }
            details +=
                "\n## \(cluster)\n\n\(recorded.origin).\n\n| Object | What is wrong | Rule | What it says |\n|---|---|---|---|\n"
            for fault in faults {
                let finding = Self.finding(fault, in: report)
                let title = finding?.title.replacing("|", with: "\\|") ?? "**not found**"
                details += "| \(fault.object) | \(fault.words) | \(fault.rule) | \(title) |\n"
            }
        }
        return page + details + (try ruleTable())
    }

    private static func ruleTable() throws -> String {
        var table = """

            ## Cases of each rule

            *Real*: recorded from a real server as it is; the others are such records changed by hand, as each says.

            | Rule | Fires | of them real | Quiet |
            |---|---|---|---|

            """
        var sums = (fires: 0, real: 0, quiet: 0)
        for rule in DiagnosisRule.all.sorted(by: { $0.id < $1.id }) {
            let cases = Case.all.filter { $0.ruleID == rule.id }
            let fires = cases.filter(\.fires)
            let real = try fires.filter { !(try $0.cluster().origin.contains("by hand")) }
            table += "| \(rule.id) | \(fires.count) | \(real.count) | \(cases.count - fires.count) |\n"
            sums = (sums.fires + fires.count, sums.real + real.count, sums.quiet + cases.count - fires.count)
        }
        return table + "| *all* | \(sums.fires) | \(sums.real) | \(sums.quiet) |\n"
    }
}
