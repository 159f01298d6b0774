import Access
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

/// Who one is and what one may do, on a demo server that has roles.
@Suite(.timeLimit(.minutes(20))) @MainActor
struct AccessPilotTests {
    /// A demo cluster that stands still, with the kubeconfig of its users.
    private func onDemo(_ body: @escaping @MainActor @Sendable (DemoServer, String) async throws -> Void) async throws {
        let accounts = DemoAccounts()
        var options = DemoClusterOptions()
        options.stepInterval = nil
        try accounts.register(with: &options.server)
        try await withDemoCluster(options: options) { server in
            try await body(server, accounts.kubeconfig(url: server.url))
        }
    }

    private func client(_ kubeconfig: String, _ context: String) throws -> KubernetesClient {
        let access = try Pilot.surroundings(kubeconfig: kubeconfig).kubeconfig.resolve(context: context)
        return try KubernetesClient(access, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func desk(_ kubeconfig: String, _ client: KubernetesClient) throws -> AccessDesk {
        AccessDesk(
            client: client, kubeconfig: try Pilot.surroundings(kubeconfig: kubeconfig).kubeconfig, known: KnownAccess(),
            now: { .systemNow },
            connect: { access throws(KubeconfigFailure) in
                try KubernetesClient(access, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
            })
    }

    // MARK: - What is asked

    @Test(arguments: [
        ("demo-admin", "critical", 4), ("demo-nobody", "", 4),
        // Its rules name kinds of which the server has to say whether they are in namespaces.
        ("demo-developer", "medium", 6),
    ])
    func fewQuestionsTellWhatSomebodyMayDo(context: String, worst: String, requests: Int) async throws {
        try await onDemo { server, kubeconfig in
            let client = try client(kubeconfig, context)
            let before = server.requestLog.count
            let side = try await desk(kubeconfig, client).side(.own, namespace: "shop")
            let report = try #require(side.report)
            #expect(report.identity?.username == context)
            #expect(report.source == .server)
            #expect((report.worst?.rawValue ?? "") == worst)
            #expect(!report.isIncomplete && report.notes == [])
            #expect((report.rows + report.clusterRows).allSatisfy { !$0.verdicts.contains(.unknown) })
            let asked = server.requestLog.dropFirst(before)
            #expect(asked.count == requests)
            #expect(asked.allSatisfy { $0.target.contains("review") || ["/api", "/apis"].contains($0.target) })
            // Every row is what the server says to the question by itself.
            for row in report.rows.prefix(12) + report.clusterRows {
                let isOfCluster = report.clusterRows.contains(row)
                for (verb, verdict) in zip(AccessReport.verbs, row.verdicts).prefix(4) {
                    let question = AccessQuestion(
                        verb: verb, resource: row.resource, namespace: isOfCluster ? "" : "shop")
                    #expect(try await client.review(question).isAllowed == (verdict == .yes), "\(question.words)")
                }
            }
            await client.shutdown()
        }
    }

    @Test func anAnswerCountsForFiveMinutesAndForThatIdentityAlone() async throws {
        try await onDemo { server, kubeconfig in
            let client = try client(kubeconfig, "demo-admin")
            let desk = try desk(kubeconfig, client)
            _ = try await desk.side(.own, namespace: "shop")
            let once = server.requestLog.count
            _ = try await desk.side(.own, namespace: "shop")
            #expect(server.requestLog.count == once)
            let other = try await desk.side(AccessIdentity(user: "jane@example.com"), namespace: "shop")
            #expect(server.requestLog.count > once)
            #expect(other.report?.identity?.username == "jane@example.com")
            #expect(other.report?.allowsEverything == false && other.subject.actsAs == "jane@example.com")
            let developer = try await desk.side(AccessIdentity(context: "demo-developer"), namespace: "shop")
            #expect(developer.report?.identity?.username == "demo-developer")
            await client.shutdown()
        }
    }

    @Test func aNameThatAnotherContextHasByNowIsThatContexts() async throws {
        try await onDemo { _, kubeconfig in
            let client = try client(kubeconfig, "demo-nobody")
            // The context in use was renamed, and another got its name.
            let renamed = kubeconfig.replacing("user: demo-nobody", with: "user: demo-developer")
            let desk = try desk(renamed, client)
            let side = try await desk.side(AccessIdentity(context: "demo-nobody"), namespace: "shop")
            #expect(side.report?.identity?.username == "demo-developer")
            await client.shutdown()
        }
    }

    @Test func whoMayNotActAsAnotherIsToldSo() async throws {
        try await onDemo { _, kubeconfig in
            let client = try client(kubeconfig, "demo-nobody")
            let side = try await desk(kubeconfig, client)
                .sideOrFailure(AccessIdentity(user: "alice"), namespace: "shop")
            #expect(side.report == nil)
            #expect(side.failure?.contains("cannot impersonate") == true)
            await client.shutdown()
        }
    }

    // MARK: - Keys

    @Test func thePageLeadsThroughNamespacesQuestionsAndComparisons() async throws {
        try await onDemo { server, kubeconfig in
            try await Pilot.fly(kubeconfig, context: "demo-developer", size: Size(columns: 120, rows: 40)) { pilot in
                try await pilot.wait("the context") { $0.connection == .connected && !$0.resources.isEmpty }
                pilot.type(":access shop\n")
                try await pilot.wait(for: "demo-developer  (the server says so)")
                try await pilot.wait(for: "run commands in pods in shop")
                pilot.type("e")
                #expect(pilot.screen.contains("source: https://"))
                pilot.type("e")
                pilot.type("cdelete pods\n")
                try await pilot.wait(for: "yes  delete pods in shop")
                pilot.type("cdelete nodes\n")
                try await pilot.wait(for: "no   delete nodes")
                pilot.type("npayments\n")
                try await pilot.wait(for: "Nothing dangerous found")
                pilot.type("vdemo-admin\n")
                try await pilot.wait(for: "B  demo-admin")
                try await pilot.wait(for: "do everything in the whole cluster")
                let whole = try #require(pilot.state.shownAccess).lines.count
                pilot.type("d")
                #expect(try #require(pilot.state.shownAccess).lines.count < whole)
                pilot.press(.back)
                #expect(pilot.state.shownAccess?.order == .mine(.own, namespace: "payments"))
                let asked = server.requestLog.count
                pilot.type("r")
                try await pilot.wait(for: "Nothing dangerous found")
                #expect(server.requestLog.count > asked)
            }
        }
    }

    @Test func whatIsTypedWrongIsSaidInThePrompt() async throws {
        try await onDemo { _, kubeconfig in
            try await Pilot.fly(kubeconfig, context: "demo-admin", size: Size(columns: 120, rows: 40)) { pilot in
                try await pilot.wait("the context") { $0.connection == .connected && !$0.resources.isEmpty }
                pilot.type(":access\n")
                try await pilot.wait(for: "super-user")
                pilot.type("vdemo-admim\n")
                #expect(pilot.screen.contains("Did you mean demo-admin?"))
                pilot.press(.escape)
                pilot.type("cdelete\n")
                #expect(pilot.screen.contains("Write VERB KIND"))
                pilot.press(.escape)
                pilot.type("cfly rockets\n")
                #expect(pilot.screen.contains("rockets is no kind"))
            }
        }
    }
}
