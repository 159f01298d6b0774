import AppCore
import Foundation
import KubernetesClient
import KubernetesModel
import Screen
import TestSupport
import Testing

@testable import AppRuntime

private let liveKubeconfig = LiveKubectl.kubeconfig
private let kubectl = LiveKubectl.path

/// Deletes, scales and restarts on the cluster of `SEXTANT_E2E_KUBECONFIG`, in a namespace that is there for that.
@Suite(
    .enabled(if: liveKubeconfig != nil && kubectl != nil, "SEXTANT_E2E_KUBECONFIG names no cluster, or no kubectl"),
    .timeLimit(.minutes(20)), .serialized)
@MainActor
struct LiveActionTests {
    private let namespace = "sextant-actions-\(UUID().uuidString.prefix(8).lowercased())"

    @discardableResult
    private func run(_ arguments: String...) async throws -> String {
        String(decoding: try await LiveKubectl.output(arguments, input: ""), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Runs `body` in a namespace with a Deployment `idle` of pods that are never started (0 replicas) and a pod that
    /// never gets a node.
    private func withNamespace(
        readOnly: Bool = false,
        _ body: (Pilot, Application.Surroundings, _ audit: @Sendable () throws -> [String]) async throws -> Void
    ) async throws {
        let image = "registry.invalid/never:1"
        let manifest = """
            {"apiVersion":"v1","kind":"List","items":[
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"idle","namespace":"\(namespace)"},
             "spec":{"replicas":0,"selector":{"matchLabels":{"app":"idle"}},"template":{"metadata":{"labels":{"app":"idle"}},
             "spec":{"nodeSelector":{"no":"node"},"containers":[{"name":"c","image":"\(image)"}]}}}},
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"waits","namespace":"\(namespace)"},
             "spec":{"nodeSelector":{"no":"node"},"containers":[{"name":"c","image":"\(image)"}]}}]}
            """
        let folder = FileManager.default.temporaryDirectory.appending(path: namespace)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await LiveKubectl.makeNamespace(namespace)
        try await LiveKubectl.run(["apply", "-f", "-"], input: manifest)
        let text = try String(contentsOfFile: try #require(liveKubeconfig), encoding: .utf8)
        var surroundings = try Pilot.surroundings(kubeconfig: text)
        surroundings.audit = AuditLog(path: folder.appending(path: "audit.log").path)
        surroundings.overrides.readOnly = readOnly
        let result: Result<Void, any Error>
        do {
            try await Pilot.fly(surroundings, options: LaunchOptions(namespace: namespace)) { pilot in
                try await body(pilot, surroundings) {
                    let log = folder.appending(path: "audit.log").path
                    guard FileManager.default.fileExists(atPath: log) else { return [] }
                    return try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map(String.init)
                }
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await run("delete", "namespace", namespace, "--wait=false")
        try result.get()
    }

    /// Carries an order out as a confirmed dialog does.
    private func outcomes(
        _ surroundings: Application.Surroundings, _ order: ActionOrder
    ) async throws -> [ActionOutcome?] {
        let access = try surroundings.kubeconfig.resolve(context: nil, overrides: surroundings.overrides)
        let client = try surroundings.client(access)
        let runner = ActionRunner(
            order, client: client, audit: surroundings.audit, logger: surroundings.logger,
            now: surroundings.localNow)
        let outcomes = await runner.perform { _, _ in }
        await client.shutdown()
        return outcomes
    }

    @Test func scalesRestartsAndDeletesAsKubectlSeesIt() async throws {
        try await withNamespace { pilot, _, audit in
            try await pilot.wait(for: "waits")
            pilot.type(":deploy\n")
            try await pilot.wait(for: "idle")
            pilot.type("s")
            pilot.press(.up, .enter)
            try await pilot.wait(for: "Deployment idle was scaled: from 0 to 1.")
            let replicas = try await run(
                "-n", namespace, "get", "deployment", "idle", "-o", "jsonpath={.spec.replicas}")
            #expect(replicas == "1")

            try await pilot.wait(for: "0/1")
            pilot.type("r")
            try await pilot.wait(for: "Restart deployment idle")
            pilot.type("y")
            try await pilot.wait(for: "Deployment idle was restarted.")
            let stamp = try await run(
                "-n", namespace, "get", "deployment", "idle", "-o",
                #"jsonpath={.spec.template.metadata.annotations.kubectl\.kubernetes\.io/restartedAt}"#)
            #expect(Timestamp(stamp) != nil, "\(stamp)")

            pilot.type(":po\n")
            try await pilot.wait(for: "waits")
            pilot.type("/waits\n")
            pilot.press(.control("d"))
            try await pilot.wait(for: "Nothing brings waits back.")
            pilot.type("yes\n")
            try await pilot.wait(for: "Pod waits was deleted")
            let pod = try await run("-n", namespace, "get", "pod", "waits")
            #expect(pod.contains("not found"), "\(pod)")

            let lines = try audit()
            #expect(lines.count == 6)
            #expect(lines.allSatisfy { $0.contains(#""namespace":"\#(namespace)""#) })
            #expect(lines.filter { $0.contains(#""outcome":"done""#) }.count == 3)
        }
    }

    /// What was deleted and made again under the same name meanwhile is another object.
    @Test func aSuccessorOfTheSameNameIsLeftAlone() async throws {
        try await withNamespace { pilot, surroundings, audit in
            try await pilot.wait(for: "waits")
            pilot.type(":deploy\n")
            try await pilot.wait(for: "idle")
            guard let object = pilot.state.table?.selection?.metadata else { throw CancellationError() }
            let target = ActionTarget(
                resource: APIResource(
                    groupResource: GroupResource(group: "apps", resource: "deployments"), version: "v1",
                    kind: "Deployment"), namespace: namespace, name: object.name,
                uid: "00000000-0000-0000-0000-000000000000", replicas: 0)
            for (action, words) in [
                (Action.delete(Action.Deletion()), " UID in "),
                (.scale(to: 3), "there is another object of that name by now"),
                (.restart, "there is another object of that name by now"),
            ] {
                let outcomes = try await outcomes(surroundings, ActionOrder(id: 1, action: action, targets: [target]))
                guard case .failed(let reason)?? = outcomes.first else {
                    Issue.record("\(action): \(outcomes)")
                    continue
                }
                #expect(reason.contains(words), "\(action): \(reason)")
            }
            #expect(try audit().count == 6)
            let replicas = try await run(
                "-n", namespace, "get", "deployment", "idle", "-o", "jsonpath={.spec.replicas}")
            #expect(replicas == "0")
        }
    }

    @Test func readOnlyIsRefusedByTheClientToo() async throws {
        try await withNamespace(readOnly: true) { pilot, surroundings, audit in
            try await pilot.wait(for: "waits")
            guard let object = pilot.state.table?.selection?.metadata else { throw CancellationError() }
            let target = ActionTarget(
                resource: APIResource(
                    groupResource: GroupResource(group: "", resource: "pods"), version: "v1", kind: "Pod"),
                namespace: namespace, name: object.name, uid: object.uid)
            let outcomes = try await outcomes(
                surroundings, ActionOrder(id: 1, action: .delete(Action.Deletion()), targets: [target]))
            #expect(outcomes == [.failed("refused, because this is read-only (--read-only)")])
            #expect(try audit().last?.contains(#""outcome":"failed""#) == true)
            let pod = try await run("-n", namespace, "get", "pod", "waits", "-o", "name")
            #expect(pod == "pod/waits")
        }
    }
}
