import AppCore
import Foundation
import KubernetesClient
import KubernetesModel
import Screen
import TestSupport
import Testing

private let liveKubeconfig = LiveKubectl.kubeconfig
private let kubectl = LiveKubectl.path

/// Log panes on a real cluster, while its pods change and its server is cut off.
@Suite(
    .enabled(if: liveKubeconfig != nil, "SEXTANT_E2E_KUBECONFIG names no cluster"),
    .enabled(if: kubectl != nil, "kubectl is not installed"), .timeLimit(.minutes(20)), .serialized)
@MainActor
struct LiveLogPaneTests {
    @discardableResult
    private func run(_ arguments: [String]) async throws -> String {
        String(decoding: try await LiveKubectl.output(arguments), as: UTF8.self)
    }

    private func apply(_ manifest: String) async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).yaml")
        try manifest.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        try await LiveKubectl.run(["apply", "-f", file.path])
    }

    /// The program on the cluster, by way of a relay, with a namespace to write to.
    private func fly(_ body: (Pilot, CutRelay, _ namespace: String) async throws -> Void) async throws {
        let namespace = "sextant-panes-\(UInt32.random(in: 0 ... .max))"
        try await LiveKubectl.makeNamespace(namespace)
        let result: Result<Void, any Error>
        do {
            let text = try String(contentsOfFile: try #require(liveKubeconfig), encoding: .utf8)
            let server = try #require(text.firstMatch(of: #/server: https://127\.0\.0\.1:(\d+)/#))
            let relay = try CutRelay(to: try #require(UInt16(server.1)))
            defer { relay.close() }
            let there = text.replacing(server.0, with: "server: https://127.0.0.1:\(relay.port)")
            try await Pilot.fly(there, size: Size(columns: 160, rows: 48)) { pilot in
                try await pilot.wait("a connection") { if case .connected = $0.connection { true } else { false } }
                try await body(pilot, relay, namespace)
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await run(["delete", "namespace", namespace, "--wait=false"])
        try result.get()
    }

    /// The words of the lines of the log on the screen; our own lines are left out.
    private func lines(_ state: AppState) -> [[Substring]] {
        guard let text = state.shownLog?.text else { return [] }
        return (text.first..<text.end).compactMap { number in
            guard let (line, text) = text[number], line.source >= 0 else { return nil }
            return text.split(separator: " ").map { Substring($0) }
        }
    }

    /// Lines of our own in the log on the screen.
    private func marks(_ state: AppState) -> [String] {
        guard let text = state.shownLog?.text else { return [] }
        return (text.first..<text.end).compactMap { number in
            guard let (line, text) = text[number], line.source < 0 else { return nil }
            return text
        }
    }

    private func pod(_ name: String, _ kind: String, _ replicas: Int, _ image: String, _ script: String) -> String {
        let container = """
            - name: app
                    image: \(image)
                    imagePullPolicy: IfNotPresent
                    command: [sh, -c, '\(script.replacing("'", with: "''"))']
            """
        return """
            apiVersion: apps/v1
            kind: \(kind)
            metadata: {name: \(name)}
            spec:
              replicas: \(replicas)
              serviceName: \(name)
              selector: {matchLabels: {app: \(name)}}
              template:
                metadata: {labels: {app: \(name)}}
                spec:
                  terminationGracePeriodSeconds: 600
                  containers:
                  \(container)

            """
    }

    @Test func everyLineComesOnceThroughARolloutAndCutConnections() async throws {
        try await fly { pilot, relay, namespace in
            // A log goes with its pod: each stays long enough after its last line for a reader who was cut off.
            let script = """
                trap 'echo "$HOSTNAME end $i"; sleep 40; exit 0' TERM; i=0; \
                while true; do i=$((i+1)); echo "$HOSTNAME $i"; usleep 30000; done
                """
            let manifest = pod("writers", "Deployment", 2, LiveKubectl.image, script)
                .replacing("{name: writers}", with: "{name: writers, namespace: \(namespace)}", maxReplacements: 1)
                .replacing("  serviceName: writers\n", with: "")
            try await apply(manifest)
            try await LiveKubectl.run(["rollout", "status", "-n", namespace, "deployment/writers", "--timeout=1100s"])
            pilot.type(":logs deploy/writers -n \(namespace) --tail -1\n")
            try await pilot.wait("lines of two pods") { Set(self.lines($0).compactMap { $0.first }).count == 2 }
            relay.cut(staysDown: false)
            try await LiveKubectl.run(["rollout", "restart", "-n", namespace, "deployment/writers"])
            relay.cut(staysDown: false)
            try await LiveKubectl.run(["rollout", "status", "-n", namespace, "deployment/writers", "--timeout=1100s"])
            // The rollout counts as over while the last of the old pods is still ending.
            try await pilot.wait("the last lines of both") { self.lines($0).count { $0.count == 3 } == 2 }
            // The server is gone for a while, and says so.
            relay.cut(staysDown: true)
            try await pilot.wait(for: "reconnecting")
            #expect(!pilot.screen.contains("following"))
            relay.heal()
            try await pilot.wait(for: "following")
            // Both pods of before have ended, and both new ones have written something.
            try await pilot.wait("the end of the rollout") { state in
                let lines = self.self.lines(state)
                let numbers = Dictionary(grouping: lines.filter { $0.count == 2 }, by: { $0[0] })
                return lines.count { $0.count == 3 } == 2 && numbers.count == 4
                    && numbers.values.allSatisfy { $0.count > 50 }
                    && self.marks(state).joined().matches(of: #/ended/#).count == 2
            }
            let lines = self.lines(pilot.state)
            let ends = Dictionary(
                uniqueKeysWithValues: lines.filter { $0.count == 3 }.map { ($0[0], Int($0[2]) ?? 0) })
            for (pod, own) in Dictionary(grouping: lines.filter { $0.count == 2 }, by: { $0[0] }) {
                let numbers = own.compactMap { Int($0[1]) }
                #expect(numbers == Array(1...max(1, numbers.count)), "\(pod): each once, in order")
                // The shell may be told to end between counting and writing.
                if let end = ends[pod] { #expect([end, end - 1].contains(numbers.count), "\(pod) to its end") }
            }
            let marks = self.marks(pilot.state).joined(separator: "\n")
            #expect(marks.matches(of: #/\w{5} joined/#).count == 2, "\(marks)")
            // A kubelet that removes a container before it looked at its end does not know how it ended.
            #expect(marks.matches(of: #/\w{5} ended( \(exit code 0\))?(?: · |\n|$)/#).count == 2, "\(marks)")
        }
    }

    @Test func everyRunOfACrashingContainerIsReadToItsEnd() async throws {
        try await fly { pilot, _, namespace in
            let script =
                #"run=$(cat /proc/uptime); run=${run%% *}; i=0; while [ $i -lt 500 ]; do i=$((i+1)); echo "$run $i"; done; exit 3"#
            let manifest = pod("crasher", "StatefulSet", 1, LiveKubectl.image, script)
                .replacing("{name: crasher}", with: "{name: crasher, namespace: \(namespace)}", maxReplacements: 1)
            try await apply(manifest)
            pilot.type(":logs sts/crasher -n \(namespace) --tail -1\n")
            try await pilot.wait("three runs") { state in
                let runs = Dictionary(grouping: self.lines(state), by: { $0.first })
                return runs.count >= 3 && runs.values.count { $0.count >= 500 } >= 3
            }
            for (run, own) in Dictionary(grouping: self.lines(pilot.state), by: \.first) {
                #expect(
                    own.map { $0.last.map(String.init) } == (1...max(1, own.count)).map { "\($0)" }, "run \(run ?? "")")
            }
            #expect(marks(pilot.state).contains { $0.contains("crasher-0 restarted (exit code 3)") })
        }
    }

    @Test func aPodThatIsDeletedLeavesItsWholeLog() async throws {
        try await fly { pilot, _, namespace in
            let script = #"trap 'echo bye; exit 7' TERM; i=0; while true; do i=$((i+1)); echo $i; usleep 20000; done"#
            try await apply(
                """
                apiVersion: v1
                kind: Pod
                metadata: {name: alone, namespace: \(namespace)}
                spec:
                  restartPolicy: Never
                  terminationGracePeriodSeconds: 600
                  containers:
                  - name: app
                    image: \(LiveKubectl.image)
                    imagePullPolicy: IfNotPresent
                    command: [sh, -c, '\(script.replacing("'", with: "''"))']

                """)
            try await LiveKubectl.run([
                "wait", "-n", namespace, "--for=condition=Ready", "pod/alone", "--timeout=1100s",
            ])
            pilot.type(":logs alone -n \(namespace) --tail -1\n")
            try await pilot.wait("lines") { self.lines($0).count > 200 }
            try await run(["delete", "pod", "-n", namespace, "alone", "--wait=false"])
            try await pilot.wait("the end") { $0.shownLog?.news.state == .ended }
            let lines = self.lines(pilot.state).compactMap { $0.first }
            #expect(lines.last == "bye")
            #expect(lines.dropLast().map { Int($0) } == (1..<lines.count).map { $0 })
            // A kubelet that removes a container before it looked at its end does not know how it ended.
            #expect(["alone/app ended (exit code 7)", "alone/app ended"].contains(marks(pilot.state).last))
            #expect(pilot.screen.contains("· ended"))
        }
    }
}
