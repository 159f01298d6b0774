import AppCore
import DemoCluster
import Foundation
import KubernetesModel
import Screen
import TestSupport
import Testing

/// Logs of the demo in panes.
@Suite(.timeLimit(.minutes(20))) @MainActor
struct DemoLogPilotTests {
    /// Lines by the number of their source, and our own by -1.
    private func lines(_ state: AppState) -> [Int32: [String]] {
        guard let text = state.shownLog?.text else { return [:] }
        var lines: [Int32: [String]] = [:]
        for number in text.first..<text.end {
            if let (line, text) = text[number] { lines[max(-1, line.source), default: []].append(text) }
        }
        return lines
    }

    /// The demo's cluster while `body` flies on it.
    private func fly(_ body: (Pilot) async throws -> Void) async throws {
        let (simulation, store) = DemoSimulation.begin(try .standard(), at: .systemNow)
        let server = DemoServer(
            store: store, simulation: simulation, options: DemoServer.Options(), clock: { .systemNow })
        try await server.start()
        let result: Result<Void, any Error>
        do {
            try await Pilot.fly(server.kubeconfig(namespace: "shop"), size: Size(columns: 160, rows: 48), body)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await server.shutdown()
        try result.get()
    }

    @Test func markedPodsAndSelectorsAreFollowedTogether() async throws {
        try await fly { pilot in
            try await pilot.wait(for: "frontend")
            pilot.type(":po shop /frontend\n")
            try await pilot.wait("three pods") { $0.table?.rows.count == 3 }
            pilot.press(.mark, .mark)
            pilot.press(.showLog)
            try await pilot.wait("lines of two pods") { lines($0).keys.count { $0 >= 0 } == 2 }
            #expect(pilot.state.shownLog?.order.targets.count == 2)
            let labels = pilot.state.shownLog?.news.origins.map(\.label) ?? []
            #expect(labels.allSatisfy { $0.hasPrefix("frontend-") } && Set(labels).count == 2, "\(labels)")
            pilot.press(.back)
            pilot.type(":logs svc/frontend svc/catalog -n shop\n")
            try await pilot.wait("lines of two Services") { state in
                Set(state.shownLog?.news.origins.map { $0.label.prefix(5) } ?? []) == ["front", "catal"]
                    && lines(state).keys.count { $0 >= 0 } == 6
            }
            pilot.press(.back)
            pilot.type(":logs nothing deploy/frontend -n shop\n")
            try await pilot.wait("what is there, and what is not") { state in
                lines(state).keys.count { $0 >= 0 } == 3 && (lines(state)[-1] ?? []).joined().contains("nothing")
            }
        }
    }
}
