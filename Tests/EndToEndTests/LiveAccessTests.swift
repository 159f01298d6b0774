import Access
import AppRuntime
import Foundation
import KubernetesClient
import KubernetesModel
import Logging
import TestSupport
import Testing

/// What `sextant access` says beside `kubectl auth can-i` on the cluster of `SEXTANT_E2E_KUBECONFIG`.
@Suite(
    .enabled(
        if: LiveKubectl.kubeconfig != nil && LiveKubectl.path != nil,
        "SEXTANT_E2E_KUBECONFIG names no cluster, or no kubectl"),
    .timeLimit(.minutes(20)), .serialized)
@MainActor
struct LiveAccessTests {
    /// Runs kubectl with a kubeconfig.
    private func kubectl(_ kubeconfig: String, _ arguments: [String]) async throws -> String {
        let bytes = try await LiveKubectl.output(["--kubeconfig", kubeconfig] + arguments)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Compares every question of the matrix with kubectl's own.
    private func compare(_ kubeconfig: String, namespace: String) async throws {
        let access = try Pilot.surroundings(kubeconfig: try String(contentsOfFile: kubeconfig, encoding: .utf8))
            .kubeconfig.resolve(context: nil)
        let client = try KubernetesClient(access, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let begin = ContinuousClock.now
        let report = try await AccessReading(client, access: access).report(namespace: namespace)
        let time = ContinuousClock.now - begin
        print("access of \(namespace) as \(access.userName): \(time), \(client.requestCount) requests")
        #expect(client.requestCount <= AccessReading.requestLimit)
        await client.shutdown()
        let kinds = ["pods", "deployments", "secrets", "configmaps", "rolebindings"]
        for row in report.rows where kinds.contains(row.resource.resource) && row.resource.group != "extensions" {
            for verb in ["get", "list", "create", "delete"] {
                guard let index = AccessReport.verbs.firstIndex(of: verb) else { continue }
                let said = try await kubectl(
                    kubeconfig, ["auth", "can-i", verb, "\(row.resource)", "-n", namespace])
                #expect(
                    (row.verdicts[index] == .yes) == said.hasPrefix("yes"), "\(verb) \(row.resource): \(said)")
            }
        }
        for row in report.clusterRows where ["nodes", "namespaces", "clusterroles"].contains(row.resource.resource) {
            for verb in ["list", "delete"] {
                guard let index = AccessReport.verbs.firstIndex(of: verb) else { continue }
                let said = try await kubectl(kubeconfig, ["auth", "can-i", verb, "\(row.resource)", "-A"])
                #expect(
                    (row.verdicts[index] == .yes) == said.hasPrefix("yes"), "\(verb) \(row.resource): \(said)")
            }
        }
        // Each kind that kubectl lists as readable is so here.
        let listed = try await kubectl(kubeconfig, ["auth", "can-i", "--list", "-n", namespace, "--no-headers"])
        for row in report.rows where row.verdicts.contains(.yes) && !report.allowsEverything {
            #expect(listed.contains("\(row.resource) "), "\(row.resource) is not in kubectl's list")
        }
    }

    @Test func theAdminMayWhatKubectlSays() async throws {
        try await compare(try #require(LiveKubectl.kubeconfig), namespace: "default")
    }

    @Test func theViewerMayWhatKubectlSays() async throws {
        let folder = URL(fileURLWithPath: try #require(LiveKubectl.kubeconfig)).deletingLastPathComponent()
        let viewer = folder.appending(path: "viewer.kubeconfig").path
        guard FileManager.default.isReadableFile(atPath: viewer) else { return }
        try await compare(viewer, namespace: "demo")
        try await compare(viewer, namespace: "default")
    }

    @Test func aServiceAccountWithNothingMayNothing() async throws {
        let admin = try #require(LiveKubectl.kubeconfig)
        let name = "sextant-nothing-\(UInt32.random(in: 0..<1_000_000))"
        _ = try await kubectl(admin, ["create", "serviceaccount", name, "-n", "default"])
        let result: Result<Void, any Error>
        do {
            let token = try await kubectl(
                admin,
                [
                    "create", "--raw", "/api/v1/namespaces/default/serviceaccounts/\(name)/token", "-f",
                    try file(
                        "request",
                        #"{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":36000}}"#
                    ),
                ])
            let answer = try Array(token.utf8).withUnsafeBytes { try JSONValue(parsing: $0) }
            guard case .string(let secret)? = answer["status"]?["token"] else { throw CocoaError(.coderInvalidValue) }
            let server = try await kubectl(
                admin, ["config", "view", "--raw", "--minify", "--flatten", "-o", "jsonpath={.clusters[0].cluster}"])
            let kubeconfig = try file(
                "kubeconfig",
                """
                {"apiVersion":"v1","kind":"Config","current-context":"c","clusters":[{"name":"c","cluster":\(server)}],
                "users":[{"name":"u","user":{"token":"\(secret)"}}],
                "contexts":[{"name":"c","context":{"cluster":"c","user":"u","namespace":"default"}}]}
                """)
            defer { try? FileManager.default.removeItem(atPath: kubeconfig) }
            try await compare(kubeconfig, namespace: "default")
            result = .success(())
        } catch {
            result = .failure(error)
        }
        _ = try await kubectl(admin, ["delete", "serviceaccount", name, "-n", "default", "--wait=false"])
        try result.get()
    }

    private func file(_ name: String, _ content: String) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "sextant-\(name)-\(UUID().uuidString)")
        try Data(content.utf8).write(to: file)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
        return file.path
    }
}
