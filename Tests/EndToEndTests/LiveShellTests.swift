import AppCore
import AppRuntime
import Foundation
import KubernetesClient
import Screen
import TestSupport
import Testing

private let liveKubeconfig = LiveKubectl.kubeconfig
private let kubectl = LiveKubectl.path

/// Shells on the cluster of `SEXTANT_E2E_KUBECONFIG`, in a namespace that is there for that; its node must have the
/// image that `SEXTANT_E2E_IMAGE` names (a busybox).
@Suite(
    .enabled(if: liveKubeconfig != nil && kubectl != nil, "SEXTANT_E2E_KUBECONFIG names no cluster, or no kubectl"),
    .timeLimit(.minutes(20)), .serialized)
@MainActor
struct LiveShellTests {
    private let size = Size(columns: 120, rows: 40)

    @discardableResult
    private nonisolated func run(_ arguments: String..., input: String? = nil) async throws -> String {
        String(decoding: try await LiveKubectl.output(arguments, input: input ?? ""), as: UTF8.self)
    }

    /// A pod of busybox whose main process is a shell on a terminal.
    private func flying(
        command: [String] = ["sh"], _ body: (Pilot, _ namespace: String) async throws -> Void
    ) async throws {
        let namespace = "sextant-shell-\(UUID().uuidString.prefix(8).lowercased())"
        let words = command.map { "\"\($0)\"" }.joined(separator: ",")
        try await LiveKubectl.makeNamespace(namespace)
        try await LiveKubectl.run(
            ["apply", "-f", "-"],
            input: """
                {"apiVersion":"v1","kind":"Pod","metadata":{"name":"box","namespace":"\(namespace)"},
                 "spec":{"terminationGracePeriodSeconds":1,"containers":[{"name":"box","image":"\(LiveKubectl.image)",
                 "imagePullPolicy":"IfNotPresent","stdin":true,"tty":true,"command":[\(words)]}]}}
                """)
        let path = try #require(liveKubeconfig)
        let result: Result<Void, any Error>
        do {
            try await LiveKubectl.run(
                ["-n", namespace, "wait", "pod/box", "--for=condition=Ready", "--timeout=1100s"])
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try await Pilot.fly(text, options: LaunchOptions(namespace: namespace), size: size) { pilot in
                try await pilot.wait(for: "Running")
                try await body(pilot, namespace)
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await run("delete", "namespace", namespace, "--wait=false")
        try result.get()
    }

    private func text(_ state: AppState) -> String {
        guard case .shell(let view) = state.place, let picture = view.news.picture else { return "" }
        return picture.rows.map { row in
            var line = String(row.cells.filter { $0.width > 0 }.map(\.character))
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }

    private func lines(_ state: AppState) -> [Substring] {
        text(state).split(separator: "\n", omittingEmptySubsequences: false)
    }

    private func shellState(_ state: AppState) -> ShellNews.State? {
        if case .shell(let view) = state.place { view.news.state } else { nil }
    }

    private func wait(_ pilot: Pilot, for words: String) async throws {
        try await pilot.wait("\(words) in the shell") { text($0).contains(words) }
    }

    @Test func viAndTopWorkThroughAResizeAndTheExitStatusIsShown() async throws {
        try await flying { pilot, _ in
            pilot.press(.openShell)
            try await wait(pilot, for: "/ #")
            pilot.type("cd /tmp; echo $((6 * 7))\n")
            try await wait(pilot, for: "\n42\n")
            pilot.type("vi note\n")
            try await wait(pilot, for: "~\n~")
            pilot.type("ihello\nworld")
            try await wait(pilot, for: "hello\nworld\n~")
            pilot.press(.escape)
            try await wait(pilot, for: "- note")
            pilot.application.send(.resized(Size(columns: 90, rows: 24)))
            try await pilot.wait("the smaller screen") { state in
                let lines = lines(state)
                return lines.count == state.shellSize.rows && lines[0] == "hello"
                    && lines.last?.contains("note") == true
            }
            pilot.type("ddP:wq\n")
            try await wait(pilot, for: "/tmp #")
            pilot.type("clear; cat note; top -d 1\n")
            try await wait(pilot, for: "Load average")
            pilot.application.send(.resized(size))
            try await pilot.wait("top on the larger screen") { state in
                let lines = lines(state)
                return lines.count == state.shellSize.rows && lines[0].hasPrefix("Mem:")
            }
            pilot.type("q")
            let rows = pilot.state.shellSize.rows
            // The size goes another way than what is typed.
            pilot.type("until [ \"$(stty size)\" = \"\(rows) 120\" ]; do usleep 50000; done\n")
            pilot.type("clear; cat note; stty size\n")
            try await wait(pilot, for: "world\nhello\n\(rows) 120\n")
            pilot.type("exit 3\n")
            try await pilot.wait("the end") { shellState($0) == .exited(3) }
        }
    }

    @Test func muchOutputComesWholeAndInOrder() async throws {
        try await flying { pilot, _ in
            pilot.press(.openShell)
            try await wait(pilot, for: "/ #")
            pilot.type("seq 1 200000; echo done\n")
            try await wait(pilot, for: "\n199999\n200000\ndone\n")
            pilot.press(.beginCopyMode)
            guard case .shell(let view) = pilot.state.place, let mode = view.copyMode else {
                Issue.record("there is no copy mode")
                return
            }
            let picture = mode.picture
            let numbers = (picture.firstLine..<picture.endLine).compactMap { number in
                Int(String(picture.line(number).cells.map(\.character)).trimmingCharacters(in: .whitespaces))
            }
            #expect(numbers.count >= 10_000)
            #expect(numbers == Array(200_001 - numbers.count...200_000))
        }
    }

    @Test func aShellThatIsClosedEndsInItsContainer() async throws {
        try await flying(command: ["sleep", "1000"]) { pilot, namespace in
            @MainActor func processes() async throws -> String {
                try await run("-n", namespace, "exec", "box", "--", "sh", "-c", "ps | grep '[7]77\\|[ ]sh$' || true")
            }
            pilot.press(.openShell)
            try await wait(pilot, for: "/ #")
            pilot.type("sleep 777\n")
            var shown = ""
            while !shown.contains("sleep 777") {
                try Task.checkCancellation()
                shown = try await processes()
            }
            pilot.press(.control("t"))
            pilot.type("c")
            while !shown.isEmpty {
                try Task.checkCancellation()
                shown = try await processes()
            }
        }
    }

    @Test func aPodThatIsDeletedEndsItsShellAndSaysSo() async throws {
        try await flying { pilot, namespace in
            pilot.press(.openShell)
            try await wait(pilot, for: "/ #")
            try await run("-n", namespace, "delete", "pod", "box", "--wait=false")
            try await pilot.wait("the end") { shellState($0)?.isEnded == true }
            #expect(text(pilot.state).contains("/ #"))
        }
    }

    @Test func attachingJoinsTheMainProcess() async throws {
        try await flying { pilot, _ in
            pilot.press(.attach)
            try await pilot.wait("the program") { shellState($0) == .running }
            pilot.type("echo $$ is first\n")
            try await wait(pilot, for: "\n1 is first")
        }
    }

    @Test func anImageWithoutAShellIsSaid() async throws {
        // Without its shell a busybox is as bare as images that never had one.
        let bare = "rm -f /bin/sh /bin/bash /bin/ash; exec sleep 10000"
        try await flying(command: ["sh", "-c", bare]) { pilot, namespace in
            while !(try await run("-n", namespace, "exec", "box", "--", "ls", "/bin/ash")).contains("No such file") {
                try Task.checkCancellation()
            }
            pilot.press(.openShell)
            try await pilot.wait("the words") { state in
                if case .failed(let words, .missingShell)? = shellState(state) {
                    words.contains("no shell")
                } else {
                    false
                }
            }
        }
    }
}
