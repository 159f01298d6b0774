import AppCore
import AppRuntime
import DemoCluster
import Foundation
import KubernetesModel
import Screen
import TestSupport
import Testing

/// A log pane as somebody at the keys sees it, on a demo server.
@Suite(.timeLimit(.minutes(20))) @MainActor
struct LogPilotTests {
    private func fly(_ body: (Pilot, URL) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "logs-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await serving(DemoServer.Options()) { server in
            var surroundings = try Pilot.surroundings(kubeconfig: server.kubeconfig())
            surroundings.saveLog = { await writeUserFile($0, log: $1, overwrites: $2, home: folder.path) }
            try await Pilot.fly(surroundings) { pilot in
                try await pilot.wait(for: "db-0")
                pilot.press(.showLog)
                try await pilot.wait("lines") { ($0.shownLog?.text.end ?? 0) > 20 }
                try await body(pilot, folder)
            }
        }
    }

    @Test func linesAreFilteredAndSaved() async throws {
        try await fly { pilot, folder in
            pilot.type(" ")
            let first = try #require(pilot.state.shownLog?.text[0]?.text)
            let word = try #require(first.split(separator: " ").first { $0.hasPrefix("number=") })
            pilot.press(.includePrompt)
            pilot.type("\"\(word)\"\n")
            let view = try #require(pilot.state.shownLog)
            #expect(view.shownCount > 0 && view.shownCount < view.text.end)
            #expect(pilot.screen.contains("\(view.shownCount) of "))
            @MainActor func save(_ name: String, _ command: Command) async throws {
                pilot.press(command)
                pilot.press(.control("u"))
                pilot.type(name + "\n")
                try await pilot.wait(for: "Saved")
            }
            try await save("~/shown.log", .saveTable)
            let shown = try String(contentsOf: folder.appending(path: "shown.log"), encoding: .utf8)
            #expect(shown.split(separator: "\n").count >= view.shownCount)
            #expect(shown.hasPrefix(first))
            #expect(shown.split(separator: "\n").allSatisfy { $0.contains(word) })
            pilot.press(.escape)
            try await save("~/all.log", .saveWholeLog)
            let all = try String(contentsOf: folder.appending(path: "all.log"), encoding: .utf8)
            #expect(all.split(separator: "\n").count >= view.text.end)
            #expect(all.split(separator: "\n").first?.hasSuffix(first) == true)
            pilot.press(.saveTable)
            pilot.press(.control("u"))
            pilot.type("~/shown.log\n")
            try await pilot.wait(for: "It exists: enter writes over it.")
            pilot.press(.escape)
            pilot.press(.saveTable)
            pilot.press(.control("u"))
            pilot.type("~/no/such/folder.log\n")
            try await pilot.wait(for: "there is no folder")
        }
    }

    @Test func aPausedLogStaysAndCounts() async throws {
        try await fly { pilot, _ in
            pilot.press(.moveToTop)
            pilot.press(.expandLine)
            #expect(pilot.screen.contains("from: db-0/"))
            let end = try #require(pilot.state.shownLog?.text.end)
            try await pilot.wait("more lines") { ($0.shownLog?.text.end ?? 0) > end }
            #expect(pilot.state.shownLog?.top == 0)
            #expect(pilot.screen.contains(" new"))
            pilot.press(.toggleFollow)
            #expect(pilot.screen.contains("following"))
        }
    }
}
