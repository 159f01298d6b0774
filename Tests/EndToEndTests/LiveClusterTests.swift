import AppCore
import AppRuntime
import ClusterState
import Foundation
import KubernetesModel
import Screen
import TestSupport
import Testing

/// A kubeconfig of a cluster to read from; never the user's own by accident.
private let liveKubeconfig = ProcessInfo.processInfo.environment["SEXTANT_E2E_KUBECONFIG"]

/// A shell command that kills the cluster's API server and starts it again.
private let restartCommand = ProcessInfo.processInfo.environment["SEXTANT_E2E_RESTART_APISERVER"]

/// A file in the folder of the cluster's kubeconfig; `nil` when it is not there.
private func besides(_ name: String) -> String? {
    guard let liveKubeconfig else { return nil }
    let path = URL(fileURLWithPath: liveKubeconfig).deletingLastPathComponent().appending(path: name).path
    return FileManager.default.isReadableFile(atPath: path) ? path : nil
}

/// Sextant beside `kubectl` on the cluster of `SEXTANT_E2E_KUBECONFIG`.
@Suite(
    .enabled(if: liveKubeconfig != nil, "SEXTANT_E2E_KUBECONFIG names no cluster"),
    .timeLimit(.minutes(20)), .serialized)
@MainActor
struct LiveClusterTests {
    private func tables() throws -> KubectlTables { KubectlTables(kubeconfig: try #require(liveKubeconfig)) }

    private func run(_ arguments: [String]) async throws -> String { try await tables().run(arguments) }

    @Test(.enabled(if: installedKubectl != nil, "kubectl is not installed"), arguments: TableComparison.all)
    func agreesWithKubectlOnEveryRow(comparison: TableComparison) async throws {
        #expect(try await tables().differences(comparison) == [])
    }

    private func kubeconfig() throws -> String {
        try String(contentsOfFile: try #require(liveKubeconfig), encoding: .utf8)
    }

    /// Makes a namespace for the body and removes it however the body ends.
    private func withNamespace(_ body: (String) async throws -> Void) async throws {
        let namespace = "sextant-e2e-\(UInt32.random(in: 0..<1_000_000))"
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(namespace))
        } catch {
            result = .failure(error)
        }
        _ = try await run(["delete", "namespace", namespace, "--ignore-not-found", "--wait=false"])
        try result.get()
    }

    @Test(.enabled(if: installedKubectl != nil, "kubectl is not installed"))
    func whatKubectlMakesAppearsAndVanishesOnTheScreen() async throws {
        try await withNamespace { namespace in
            try await Pilot.fly(try kubeconfig(), options: LaunchOptions(command: "ns /\(namespace)")) { pilot in
                try await pilot.wait(for: "match /\(namespace)")
                _ = try await run(["create", "namespace", namespace])
                try await pilot.wait(for: "\(namespace)  Active")
                _ = try await run(["delete", "namespace", namespace, "--wait=false"])
                try await pilot.wait(for: "match /\(namespace)")
            }
        }
    }

    @Test(
        .enabled(if: installedKubectl != nil, "kubectl is not installed"),
        .enabled(if: restartCommand != nil, "SEXTANT_E2E_RESTART_APISERVER names no command"))
    func aKilledServerThatComesBackIsShownAsItIs() async throws {
        let comparison = try #require(TableComparison.all.first { $0.view == "pods" })
        let restart = try #require(restartCommand)
        let tables = try tables()
        try await withNamespace { namespace in
            try await LiveKubectl.makeNamespace(namespace)
            try await makePod("before", in: namespace)
            let options = LaunchOptions(command: "pods", allNamespaces: true)
            try await Pilot.fly(try kubeconfig(), options: options) { pilot in
                try await pilot.wait("the first pods") { $0.table?.loadState == .ready && $0.connection == .connected }
                let first = Set(tables.rows(of: pilot.state).keys)
                var neverGone = first
                var states: Set<String> = []
                let before = pilot.application.didChange
                pilot.application.didChange = {
                    neverGone.formIntersection(tables.rows(of: pilot.state).keys)
                    if case .stale? = pilot.state.table?.loadState { states.insert("stale") }
                    before?()
                }
                _ = try await KubectlTables.execute("/bin/sh", ["-c", restart])
                try await pilot.wait("the rows to go stale") { _ in states.contains("stale") }
                // The server may need a while; kubectl says so as long as it does.
                while (try? await run(["get", "--raw", "/readyz"])) != "ok" { try Task.checkCancellation() }
                try await makePod("after", in: namespace)
                _ = try await run(["delete", "pod", "before", "-n", namespace, "--grace-period=0", "--force"])
                try await pilot.wait("the rows to be current again") { state in
                    guard state.table?.loadState == .ready else { return false }
                    let rows = tables.rows(of: state)
                    return rows["\(namespace)/after"] != nil && rows["\(namespace)/before"] == nil
                }
                let unequal = try await tables.differences(comparison) { tables.rows(of: pilot.state) }
                #expect(unequal == [])
                // Other pods may end meanwhile, as those of tests that came before.
                let last = Set(tables.rows(of: pilot.state).keys)
                #expect(first.intersection(last).subtracting(neverGone) == [], "no row went and came back")
            }
        }
    }

    /// Makes a pod that is never scheduled.
    private func makePod(_ name: String, in namespace: String) async throws {
        _ = try await run([
            "run", name, "-n", namespace, "--image=none", "--restart=Never",
            #"--overrides={"spec":{"nodeSelector":{"sextant.test/none":"none"}}}"#,
        ])
    }

    @Test(.enabled(if: besides("viewer.kubeconfig") != nil, "no viewer.kubeconfig beside the cluster's"))
    func aUserOfOneNamespaceSeesItAndIsToldWhy() async throws {
        let text = try String(contentsOfFile: try #require(besides("viewer.kubeconfig")), encoding: .utf8)
        try await Pilot.fly(text, options: LaunchOptions(allNamespaces: true)) { pilot in
            try await pilot.wait("the reason") { $0.notice?.notice.text.contains("Showing demo only") == true }
            try await pilot.wait(for: "Running")
        }
    }

    @Test(.enabled(if: besides("expired.kubeconfig") != nil, "no expired.kubeconfig beside the cluster's"))
    func anExpiredCredentialIsSaid() async throws {
        let text = try String(contentsOfFile: try #require(besides("expired.kubeconfig")), encoding: .utf8)
        try await Pilot.fly(text) { pilot in
            try await pilot.wait(for: "Unauthorized")
        }
    }
}
