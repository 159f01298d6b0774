import AppCore
import AppRuntime
import DemoCluster
import Foundation
import KubernetesClient
import KubernetesModel
import Logging
import Screen
import TestSupport
import Testing

/// `:ctx` with real files and a real server: keys in, screen and files out.
@MainActor
struct ContextsPilotTests {
    /// Runs the program on files of its own.
    private static func fly(
        _ texts: [String: String], size: Size = Size(columns: 140, rows: 40),
        _ body: (Pilot, String) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.path + "/contexts-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for (name, text) in texts { try text.write(toFile: "\(folder)/\(name)", atomically: false, encoding: .utf8) }
        let environment = ["KUBECONFIG": texts.keys.sorted().map { "\(folder)/\($0)" }.joined(separator: ":")]
        let read = { @Sendable () throws(KubeconfigFailure) -> Kubeconfig in
            try Kubeconfig.load(explicitPath: nil, environment: environment, homeDirectory: nil)
        }
        var surroundings = Application.Surroundings(
            kubeconfig: try read(), context: nil, userAgent: "pilot",
            logger: Logger(label: "pilot") { _ in SwiftLogNoOpLogHandler() },
            localNow: { Timestamp(microseconds: Int64(Date.now.timeIntervalSince1970 * 1_000_000)) })
        surroundings.rereadKubeconfig = read
        surroundings.mayChangeKubeconfig = true
        surroundings.probePatience = .seconds(600)
        surroundings.environment = environment
        try await Pilot.fly(surroundings, size: size) { try await body($0, folder) }
    }

    @Test(.timeLimit(.minutes(20)))
    func contextsAreProbedAndChanged() async throws {
        try await serving { server in
            let dead = """
                # old
                clusters: [{name: dead, cluster: {server: 'http://127.0.0.1:9'}}]
                contexts:
                - {name: dead, context: {cluster: dead}}  # gone
                """
            try await Self.fly(["a": server.kubeconfig(), "b": dead]) { pilot, folder in
                try await pilot.wait(for: "db-0")
                pilot.type(":ctx\n")
                // The one that is there says its version, the other that it is not.
                try await pilot.wait("answers") { $0.shownContexts?.probes.count == 2 }
                try await pilot.wait(for: "unreachable")
                try await pilot.wait(for: "v1.36")
                pilot.type("/dead\nR")
                pilot.press(.control("u"))
                pilot.type("buried\n")
                try await pilot.wait(for: "dead is buried now.")
                try await pilot.wait("the new name") { $0.contexts.map(\.name) == ["demo", "buried"] }
                #expect(
                    try String(contentsOfFile: "\(folder)/b", encoding: .utf8)
                        == dead.replacing("- {name: dead", with: "- {name: buried"))
                pilot.press(.escape)
                pilot.type("Gn")
                pilot.type("pay\n")
                try await pilot.wait("the namespace") { $0.contexts.last?.namespace == "pay" }
                pilot.press(.control("d"), .character("x"), .character("y"))
                try await pilot.wait("it to be gone") { $0.contexts.map(\.name) == ["demo"] }
                let left = try String(contentsOfFile: "\(folder)/b", encoding: .utf8)
                #expect(left == "# old\nclusters: []\ncontexts: []\n")
            }
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func withoutAUsableContextTheListStillAsksServers() async throws {
        let text = """
            current-context: gone
            clusters: [{name: dead, cluster: {server: 'http://127.0.0.1:9'}}]
            contexts: [{name: dead, context: {cluster: dead}}]
            """
        try await Self.fly(["a": text]) { pilot, _ in
            try await pilot.wait("an answer") { $0.shownContexts?.probes["dead"] != nil }
            try await pilot.wait("the files") { $0.shownContexts?.findings != nil }
            #expect(pilot.screen.contains("is the current-context but does not exist"))
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func aKubeconfigOfTheSessionIsNotChanged() async throws {
        try await Pilot.fly(unreachable) { pilot in
            pilot.type(":ctx\n")
            try await pilot.wait("the list") { $0.shownContexts != nil }
            pilot.type("R2\n")
            try await pilot.wait(for: "This kubeconfig is there for this session only: nothing was changed.")
        }
    }
}
