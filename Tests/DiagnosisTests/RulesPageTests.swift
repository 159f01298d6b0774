import Diagnosis
import Foundation
import Testing

struct RulesPageTests {
    @Test func theCommittedPageIsWhatTheRulesDeclare() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appendingPathComponent("docs/rules.md")
        let page = rulesPage()
        let committed = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        if committed != page, ProcessInfo.processInfo.environment["RECORD_DOCS"] != nil {
            try page.write(to: file, atomically: true, encoding: .utf8)
        }
        let isFresh = committed == page
        #expect(isFresh, "docs/rules.md is stale: RECORD_DOCS=1 writes it anew")
    }
}
