import AppCore
import AppRuntime
import ConcurrencyTestSupport
import DemoCluster
import Foundation
import KubernetesModel
import Screen
import TestSupport
import Testing

/// Shells from the key to the program and back, on the demo's server.
@Suite(.timeLimit(.minutes(20))) @MainActor
struct ShellPilotTests {
    private let size = Size(columns: 120, rows: 40)

    /// The text of the shell with the focus.
    private func text(_ state: AppState) -> String {
        guard case .shell(let view) = state.place, let picture = view.news.picture else { return "" }
        return picture.rows.map { row in
            var line = String(row.cells.filter { $0.width > 0 }.map(\.character))
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }

    private func shellState(_ state: AppState) -> ShellNews.State? {
        if case .shell(let view) = state.place { view.news.state } else { nil }
    }

    private func wait(_ pilot: Pilot, for words: String) async throws {
        try await pilot.wait("\(words) in the shell") { text($0).contains(words) }
    }

    @Test func aShellAnswersLeavesAndComesBack() async throws {
        try await serving { server in
            try await Pilot.fly(server.kubeconfig(), size: size) { pilot in
                try await pilot.wait(for: "db-0")
                pilot.press(.openShell)
                try await wait(pilot, for: "/ #")
                pilot.type("echo $((6 * 7))\n")
                try await wait(pilot, for: "\n42\n")
                pilot.type("stty size\n")
                let size = pilot.state.shellSize
                try await wait(pilot, for: "\n\(size.rows) \(size.columns)\n")
                pilot.press(.control("]"))
                #expect(pilot.state.keyContext == .pods)
                pilot.press(.tab)
                pilot.type("exit 3\n")
                try await pilot.wait("the end") { shellState($0) == .exited(3) }
                #expect(pilot.screen.contains("exited 3"))
                #expect(pilot.screen.contains("echo $((6 * 7))"))
                pilot.press(.enter)
                try await pilot.wait("another shell") {
                    text($0) == "/ #" + String(repeating: "\n", count: size.rows - 1)
                }
            }
            try await until { server.openStreamCount == 0 }
        }
    }

    @Test func anEditorAndTopDrawThroughAResize() async throws {
        try await serving { server in
            try await Pilot.fly(server.kubeconfig(), size: size) { pilot in
                try await pilot.wait(for: "db-0")
                pilot.press(.openShell)
                try await wait(pilot, for: "/ #")
                pilot.type("vi /tmp/note\n")
                try await wait(pilot, for: "[New File]")
                pilot.type("ihello")
                pilot.application.send(.input(.paste("pasted\nlines")))
                try await wait(pilot, for: "hellopasted\nlines\n~")
                pilot.application.send(.resized(Size(columns: 90, rows: 24)))
                try await pilot.wait("the smaller screen") { state in
                    let lines = text(state).split(separator: "\n", omittingEmptySubsequences: false)
                    return lines.count == state.shellSize.rows && lines.last == "-- INSERT --"
                }
                pilot.press(.escape)
                pilot.type(":wq\n")
                try await wait(pilot, for: "/ # vi /tmp/note")
                pilot.type("cat /tmp/note; top\n")
                try await wait(pilot, for: "Load average")
                pilot.application.send(.resized(size))
                try await pilot.wait("top on the larger screen") { state in
                    let lines = text(state).split(separator: "\n", omittingEmptySubsequences: false)
                    return lines.count == state.shellSize.rows && lines[0].hasPrefix("Mem:")
                }
                pilot.type("q")
                try await wait(pilot, for: "/ #")
            }
        }
    }

    @Test func aStormOfSizesAndAFloodAreSurvived() async throws {
        try await serving { server in
            try await Pilot.fly(server.kubeconfig(), size: size) { pilot in
                try await pilot.wait(for: "db-0")
                pilot.press(.openShell)
                try await wait(pilot, for: "/ #")
                pilot.type("yes\n")
                try await wait(pilot, for: "y\ny\ny")
                for step in 0..<200 {
                    pilot.application.send(.resized(Size(columns: 3 + step * 37 % 190, rows: 1 + step * 13 % 60)))
                }
                pilot.application.send(.resized(size))
                pilot.press(.control("c"))
                try await wait(pilot, for: "^C")
                pilot.type("clear; stty size\n")
                let cells = pilot.state.shellSize
                try await wait(pilot, for: "\(cells.rows) \(cells.columns)\n/ #")
            }
        }
    }

    @Test func aPodThatIsDeletedEndsItsShellAndSaysSo() async throws {
        try await serving { server in
            try await Pilot.fly(server.kubeconfig(), size: size) { pilot in
                try await pilot.wait(for: "db-0")
                pilot.press(.openShell)
                try await wait(pilot, for: "/ #")
                server.update { _ = $0.delete(.pods, namespace: "shop", name: "db-0") }
                try await pilot.wait("the end") { shellState($0) == .exited(137) }
                #expect(pilot.screen.contains("It was killed"))
                pilot.press(.enter)
                try await pilot.wait("the refusal") {
                    if case .failed(let words, .other)? = shellState($0) { words.contains("not found") } else { false }
                }
            }
        }
    }

    @Test func aServerThatGoesAwayIsSaid() async throws {
        try await serving { server in
            try await Pilot.fly(server.kubeconfig(), size: size) { pilot in
                try await pilot.wait(for: "db-0")
                pilot.press(.openShell)
                try await wait(pilot, for: "/ #")
                server.disconnectAll()
                try await pilot.wait("the loss") {
                    if case .failed(let words, .other)? = shellState($0) { words.contains("not known") } else { false }
                }
                #expect(text(pilot.state).contains("/ #"))
            }
        }
    }

    @Test func anImageWithoutAShellGetsADebugContainer() async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "shells-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let state = StateDirectory(path: directory)
        state.prepare()
        var options = DemoClusterOptions()
        options.stepInterval = .milliseconds(200)
        try await withDemoCluster(options: options) { server in
            try await fly(server, auditedIn: directory)
        }
        let audit = try String(contentsOfFile: directory + "/audit.log", encoding: .utf8)
        #expect(audit.contains("\"debug\"") && audit.contains("busybox"))
    }

    private func fly(_ server: DemoServer, auditedIn directory: String) async throws {
        var surroundings = try Pilot.surroundings(kubeconfig: server.kubeconfig(namespace: "kube-system"))
        surroundings.audit = AuditLog(path: directory + "/audit.log")
        try await Pilot.fly(surroundings, size: size) { pilot in
            try await pilot.wait(for: "coredns-")
            pilot.type("/coredns\n")
            pilot.press(.openShell)
            try await pilot.wait(for: "has no shell")
            pilot.press(.debugContainer)
            pilot.press(.enter)
            try await wait(pilot, for: "/ #")
            pilot.type("id\n")
            try await wait(pilot, for: "uid=0(root)")
        }
    }

    @Test func attachingShowsWhatTheContainerWrites() async throws {
        try await withDemoCluster { server in
            try await attach(server)
        }
    }

    private func attach(_ server: DemoServer) async throws {
        try await Pilot.fly(server.kubeconfig(), size: size) { pilot in
            try await pilot.wait(for: "frontend-")
            pilot.type("/frontend\n")
            pilot.press(.attach)
            try await pilot.wait("its log") { text($0).contains("level=") || text($0).contains("GET ") }
            #expect(pilot.screen.contains("output only"))
        }
    }
}
