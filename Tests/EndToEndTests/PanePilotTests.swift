import AppCore
import AppRuntime
import DemoCluster
import KubernetesModel
import Screen
import TestSupport
import Testing

/// Panes as somebody at the keys sees them, on a demo server.
@Suite(.timeLimit(.minutes(20))) @MainActor
struct PanePilotTests {
    private func fly(
        size: Size = Size(columns: 160, rows: 48), _ body: (Pilot, DemoServer) async throws -> Void
    ) async throws {
        try await serving(DemoServer.Options()) { server in
            try await Pilot.fly(server.kubeconfig(), size: size) { pilot in
                try await pilot.wait(for: "db-0")
                try await body(pilot, server)
            }
        }
    }

    @Test func tableLogsAndWhyLiveSideBySide() async throws {
        try await fly { pilot, server in
            pilot.press(.showLog)
            try await pilot.wait(for: "Logs db-0")
            pilot.press(.nextPane)
            pilot.press(.why)
            try await pilot.wait(for: "Why: Pod shop/db-0")
            #expect(pilot.state.shownPanes.count == 3)
            try await pilot.wait("a log that is read") { state in
                state.shownPanes.contains { id in
                    if case .log(let view)? = state.pane(id)?.place { view.news.text.end > 0 } else { false }
                }
            }
            let added = try pod("cart-9", phase: "Pending")
            server.update { _ = $0.apply(.pods, added, at: .systemNow) }
            try await pilot.wait(for: "cart-9")
            #expect(pilot.screen.contains("Logs db-0") && pilot.screen.contains("Why: Pod shop/db-0"))
        }
    }

    @Test func closingOnePaneLeavesTheOthersReading() async throws {
        try await fly { pilot, _ in
            pilot.press(.describe)
            try await pilot.wait(for: "Describe pods shop/db-0")
            try await pilot.wait(for: "Status:")
            pilot.press(.nextPane)
            pilot.press(.showLog)
            try await pilot.wait(for: "Logs db-0")
            pilot.press(.back)
            #expect(!pilot.screen.contains("Logs db-0"))
            #expect(pilot.screen.contains("Describe pods shop/db-0") && pilot.screen.contains("Status:"))
        }
    }

    @Test func aPinnedDescriptionFollowsTheSelection() async throws {
        try await fly { pilot, _ in
            pilot.press(.describe)
            try await pilot.wait(for: "Describe pods shop/db-0")
            pilot.press(.control("t"), .character("p"), .tab, .down)
            let next = try #require(pilot.state.focused(on: .main).table?.selection?.metadata.name)
            try await pilot.wait(for: "Describe pods shop/\(next)")
            try await pilot.wait("what the next pod is") { state in
                state.panes.contains { pane in
                    guard case .document(let view) = pane.place, view.address.name == next else { return false }
                    if case .loaded = view.content { return true }
                    return false
                }
            }
        }
    }

    @Test func onASmallScreenPanesAreTabs() async throws {
        try await fly(size: Size(columns: 80, rows: 24)) { pilot, _ in
            pilot.press(.showLog)
            try await pilot.wait(for: "2 logs db-0")
            #expect(!pilot.screen.contains("Pods 3"))
            pilot.press(.nextPane)
            #expect(pilot.screen.contains("▸1 pods") && pilot.screen.contains("Pods 3"))
        }
    }

    @Test func whatWasLeftComesBackAsItWas() async throws {
        try await fly { pilot, _ in
            pilot.press(.describe)
            try await pilot.wait(for: "Describe pods shop/db-0")
            pilot.press(.nextPane)
            pilot.type(":svc\n")
            try await pilot.wait(for: "Services")
            pilot.press(.control("t"), .character("2"), .control("t"), .character("c"))
            #expect(!pilot.screen.contains("Describe pods"))
            pilot.press(.back)
            try await pilot.wait(for: "Pods 3")
            #expect(!pilot.screen.contains("Describe pods"))
        }
    }
}
