import AppCore
import Foundation
import KubernetesModel
import Testing

/// What our columns say of every object that a 1.36 server listed, the same from protobuf and from JSON.
///
/// The texts are those that Kubernetes' printers make of these objects; `Fixtures/rows` has a block for each.
struct RecordedRowsTests {
    static let lists = [
        "demo/jobs", "broken/jobs", "demo/cronjobs", "demo/horizontalpodautoscalers",
        "broken/horizontalpodautoscalers", "demo/poddisruptionbudgets", "broken/poddisruptionbudgets",
        "demo/persistentvolumeclaims", "broken/persistentvolumeclaims", "cluster/persistentvolumes",
        "cluster/storageclasses", "demo/configmaps", "demo/secrets", "demo/serviceaccounts", "demo/roles",
        "demo/rolebindings", "broken/rolebindings", "demo/networkpolicies",
        "demo/resourcequotas", "broken/resourcequotas", "demo/limitranges", "demo/endpoints", "broken/endpoints",
        "cluster/priorityclasses", "cluster/customresourcedefinitions",
    ]

    /// `RECORD_ROWS=1` writes the files anew, and fails so that a person looks at them.
    private static let isRecording = ProcessInfo.processInfo.environment["RECORD_ROWS"] == "1"

    @Test(arguments: lists)
    func everyCellIsAsKubectlPrintsIt(list: String) throws {
        let resource = try #require(list.split(separator: "/").last.map(String.init))
        let table = try #require(ResourceTable.all.first { $0.kind.groupResource.resource == resource })
        let pages = try [WireFormat.protobuf, .json].map { try Self.page(list, table, format: $0) }
        #expect(pages[0] == pages[1])
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = tests.appending(path: "Fixtures/rows/\(list.replacing("/", with: "-")).txt")
        if Self.isRecording { try pages[0].write(to: file, atomically: true, encoding: .utf8) }
        #expect(try String(contentsOf: file, encoding: .utf8) == pages[0])
        #expect(!Self.isRecording)
    }

    /// Each object as a block: its name and health, then a line for each column.
    private static func page(_ list: String, _ table: ResourceTable, format: WireFormat) throws -> String {
        let context = CellContext(now: RecordedCluster.moment)
        return try RecordedCluster.objects(list, of: table.kind.groupResource, format: format).map { object in
            let cells = table.columns.map { "  \($0.title): \($0.text(object, context))" }
            return (["\(object.metadata.name) (\(table.health(object)))"] + cells).joined(separator: "\n") + "\n"
        }.joined()
    }
}
