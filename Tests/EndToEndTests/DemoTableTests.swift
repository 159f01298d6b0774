import AppRuntime
import DemoCluster
import Foundation
import KubernetesModel
import Testing

/// Sextant beside `kubectl` on the demo cluster, which prints as a 1.36 server does and has objects of every kind.
@Suite(.timeLimit(.minutes(20))) @MainActor
struct DemoTableTests {
    @Test(.enabled(if: installedKubectl != nil, "kubectl is not installed"), arguments: TableComparison.all)
    func agreesWithKubectlOnEveryRow(comparison: TableComparison) async throws {
        let (simulation, store) = DemoSimulation.begin(try .standard(), at: .systemNow)
        let server = DemoServer(store: store, simulation: simulation, clock: { .systemNow })
        try await server.start()
        let file = FileManager.default.temporaryDirectory.appending(path: "demo-\(UUID().uuidString).kubeconfig")
        try Data(server.kubeconfig().utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let result: Result<[String], any Error>
        do {
            let tables = KubectlTables(kubeconfig: file.path, comparesNewerColumns: true)
            result = .success(try await tables.differences(comparison))
        } catch {
            result = .failure(error)
        }
        await server.shutdown()
        #expect(try result.get() == [])
    }
}
