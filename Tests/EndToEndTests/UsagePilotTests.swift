import AppCore
import ClusterState
import DemoCluster
import KubernetesModel
import Screen
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(20))) @MainActor
struct UsagePilotTests {
    @Test func podsAndNodesShowWhatTheMetricsServerMeasures() async throws {
        var options = DemoClusterOptions()
        options.stepInterval = nil
        try await withDemoCluster(options: options) { @MainActor server in
            try await Pilot.fly(server.kubeconfig(), size: Size(columns: 200, rows: 40)) { pilot in
                try await pilot.wait("a pod near its limit") { _ in
                    pilot.screen.split(separator: "\n").contains {
                        $0.contains("search-") && $0.contains(/[▲●][0-9]+%/) && $0.contains("Mi")
                    }
                }
                pilot.press(.sortByMemory)
                #expect(pilot.state.table?.selection != nil)
                let first = pilot.state.table?.rows.objects.first?.metadata.name ?? ""
                #expect(first.hasPrefix("search-"), "\(first)")
                pilot.press(.moveToTop, .open)
                try await pilot.wait(for: "Containers of pods/search-")
                try await pilot.wait(for: "main")
                #expect(pilot.screen.contains("registry.example.com/shop/search"))
                pilot.type(":nodes\n")
                try await pilot.wait("requests and use of nodes") { state in
                    state.usage.nodeMetrics?.state == .ready && state.usage.nodeLoads?.state == .ready
                }
                #expect(pilot.screen.contains("/110") && pilot.screen.contains("CPU REQ"))
                #expect(server.requestLog.contains { $0.target.hasPrefix("/apis/metrics.k8s.io/v1beta1/nodes?") })
            }
        }
    }
}
