import AppCore
import ConcurrencyTestSupport
import DemoCluster
import Foundation
import KubernetesClient
import KubernetesModel
import Logging
import Screen
import Synchronization
import TestSupport
import Testing

@testable import AppRuntime

/// Deleting, scaling and restarting on a server that can be written to.
@Suite(.timeLimit(.minutes(20))) @MainActor
struct ActionPilotTests {
    private func fly(
        _ options: LaunchOptions = LaunchOptions(), user: DemoUser? = nil,
        _ body: (Pilot, DemoServer, _ audit: @Sendable () throws -> [String]) async throws -> Void
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "actions-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "audit.log").path
        var serverOptions = user == nil ? DemoServer.Options() : try DemoServer.Options.overTLS()
        if let user { serverOptions.users = ["token": user] }
        try await serving(serverOptions) { server in
            var surroundings = try Pilot.surroundings(
                kubeconfig: server.kubeconfig(token: user == nil ? nil : "token"))
            surroundings.audit = AuditLog(path: path)
            try await Pilot.fly(surroundings, options: options) { pilot in
                try await pilot.wait(for: "db-0")
                try await body(pilot, server) {
                    guard FileManager.default.fileExists(atPath: path) else { return [] }
                    return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
                }
            }
        }
    }

    private func changes(_ server: DemoServer) -> [String] {
        server.requestLog.filter { $0.method != "GET" && !$0.target.contains("reviews") }.map {
            "\($0.method) \($0.target)"
        }
    }

    @Test func markedPodsAreDeletedAndWrittenDown() async throws {
        try await fly { pilot, server, audit in
            pilot.press(.mark, .mark)
            pilot.press(.deleteObject)
            try await pilot.wait(for: "Delete 2 pods in shop on")
            pilot.type("2\n")
            try await pilot.wait(for: "Deleted 2 pods.")
            try await pilot.waitUntilGone("db-0")
            #expect(
                changes(server).sorted() == [
                    "DELETE /api/v1/namespaces/shop/pods/db-0", "DELETE /api/v1/namespaces/shop/pods/web-1",
                ])
            let lines = try audit()
            #expect(lines.count == 4)
            #expect(lines.filter { $0.contains(#""phase":"intent""#) }.count == 2)
            #expect(lines.filter { $0.contains(#""outcome":"done""#) }.count == 2)
            #expect(pilot.state.table?.marks == [])
        }
    }

    @Test func aDeploymentIsScaledAndRestarted() async throws {
        try await fly { pilot, server, audit in
            pilot.type(":deploy\n")
            try await pilot.wait(for: "2/2")
            pilot.type(":scale 4\n")
            pilot.press(.enter)
            try await pilot.wait(for: "Deployment web was scaled: from 2 to 4.")
            try await pilot.wait(for: "/4")
            pilot.type("r")
            try await pilot.wait(for: "Restart deployment web")
            pilot.type("y")
            try await pilot.wait(for: "Deployment web was restarted.")
            #expect(
                changes(server) == [
                    "PATCH /apis/apps/v1/namespaces/shop/deployments/web/scale",
                    "PATCH /apis/apps/v1/namespaces/shop/deployments/web",
                ])
            #expect(try audit().count == 4)
        }
    }

    @Test func aViewerIsToldBeforeAnythingIsSent() async throws {
        try await fly(user: .viewer) { pilot, server, audit in
            try await pilot.wait("what is allowed") { $0.missingPermission(for: .deleteObject) != nil }
            pilot.press(.deleteObject)
            try await pilot.wait(for: "You may not delete pods in shop; ctrl-d again")
            pilot.press(.deleteObject)
            try await pilot.wait("the server's word") { $0.dialog?.denial?.contains("delete pods in shop") == true }
            pilot.type("yes\n")
            try await pilot.wait(for: "Type yes")
            #expect(changes(server) == [])
            #expect(try audit() == [])
        }
    }

    @Test func whatCannotBeWrittenDownIsNotDone() async throws {
        try await fly { pilot, server, _ in
            guard let client = pilot.application.client else { throw CancellationError() }
            let order = try self.order(pilot, .delete(Action.Deletion()))
            for audit in [nil, AuditLog(path: "/dev/null/audit.log")] {
                let runner = ActionRunner(
                    order, client: client, audit: audit,
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                    now: { .systemNow })
                let outcomes = await runner.perform { _, _ in }
                #expect(outcomes.count == 3)
                for case .failed(let words)? in outcomes { #expect(words.contains("othing was done")) }
                #expect(outcomes.allSatisfy { if case .failed? = $0 { true } else { false } })
            }
            #expect(changes(server) == [])
        }
    }

    /// What was not sent when it was stopped is not sent any more, and whatever was sent is answered for.
    @Test func stoppingLeavesTheRest() async throws {
        try await fly { pilot, server, audit in
            guard let client = pilot.application.client else { throw CancellationError() }
            for index in 0..<60 {
                let made = try pod("many-\(index)")
                server.update { _ = $0.apply(.pods, made, at: .systemNow) }
            }
            try await pilot.wait("60 more pods") { $0.table?.rows.count == 63 }
            let folder = FileManager.default.temporaryDirectory.appending(path: "stop-\(UUID().uuidString).log")
            defer { try? FileManager.default.removeItem(at: folder) }
            let order = try self.order(pilot, .delete(Action.Deletion()))
            let runner = ActionRunner(
                order, client: client, audit: AuditLog(path: folder.path),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: { .systemNow })
            let reported = Mutex(0)
            let outcomes = await runner.perform { _, _ in
                reported.withLock { $0 += 1 }
                runner.stop()
            }
            let done = outcomes.filter { $0 == .done("") }.count
            let left = outcomes.filter { $0 == .notSent }.count
            #expect(done >= 1 && done <= 16, "\(outcomes)")
            #expect(done + left == 63)
            #expect(reported.withLock { $0 } == 63)
            #expect(changes(server).count == done)
        }
    }

    /// The program ends while an answer is waited for: that nobody knows is written down.
    @Test func whatIsCutShortIsWrittenDownAsNotKnown() async throws {
        let server = try SilentServer()
        let surroundings = try Pilot.surroundings(kubeconfig: server.kubeconfig)
        let client = try surroundings.client(try surroundings.kubeconfig.resolve(context: nil))
        let file = FileManager.default.temporaryDirectory.appending(path: "cut-\(UUID().uuidString).log")
        defer { try? FileManager.default.removeItem(at: file) }
        let pods = APIResource(
            groupResource: GroupResource(group: "", resource: "pods"), version: "v1", kind: "Pod")
        let target = ActionTarget(resource: pods, namespace: "shop", name: "web-1", uid: "u1")
        let runner = ActionRunner(
            ActionOrder(id: 1, action: .delete(Action.Deletion()), targets: [target]), client: client,
            audit: AuditLog(path: file.path), logger: surroundings.logger, now: surroundings.localNow)
        let running = Task { await runner.perform { _, _ in } }
        try await until { client.requestCount > 0 }
        running.cancel()
        let outcomes = await running.value
        #expect(outcomes == [.unknown("Sextant ended before the answer came")])
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.last?.contains(#""outcome":"unknown""#) == true)
        await client.shutdown()
    }

    /// An order about every pod of the table.
    private func order(_ pilot: Pilot, _ action: Action) throws -> ActionOrder {
        guard let table = pilot.state.table else { throw CancellationError() }
        let pods = APIResource(
            groupResource: GroupResource(group: "", resource: "pods"), version: "v1", kind: "Pod")
        let targets = Array(table.rows.objects).map {
            ActionTarget(
                resource: pods, namespace: $0.metadata.namespace, name: $0.metadata.name, uid: $0.metadata.uid)
        }
        return ActionOrder(id: 1, action: action, targets: targets)
    }
}
