import AppCore
import Foundation
import Testing

struct ColumnsPageTests {
    @Test func theCommittedPageIsWhatTheTablesDeclare() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appendingPathComponent("docs/columns.md")
        let page = columnsPage()
        let committed = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        if committed != page, ProcessInfo.processInfo.environment["RECORD_DOCS"] != nil {
            try page.write(to: file, atomically: true, encoding: .utf8)
        }
        let isFresh = committed == page
        #expect(isFresh, "docs/columns.md is stale: RECORD_DOCS=1 writes it anew")
    }

    @Test(arguments: ResourceTable.all.map(\.title))
    func titlesAreUniqueAndTheDefaultSortIsOneOfThem(table: String) throws {
        let table = try #require(ResourceTable.all.first { $0.title == table })
        #expect(Set(table.columns.map(\.title)).count == table.columns.count)
        #expect(table.index(ofColumn: table.defaultSort.column) != nil)
        #expect(table.columns.allSatisfy { $0.help.hasSuffix(".") })
    }
}
