import Access
import KubernetesModel
import Screen
import Testing

@testable import AppCore

/// `:access`, without a cluster.
struct AccessViewTests {
    private static let subject = AccessSubject(context: "dev", server: "https://a", credential: "none")

    private func report(_ namespace: String) -> AccessReport {
        var report = AccessReport(namespace: namespace)
        report.rows = AccessReport.namespacedKinds.map { kind in
            AccessReport.Row(resource: kind, verdicts: AccessReport.verbs.map { _ in .yes })
        }
        return report
    }

    @Test(arguments: [("access", "shop"), ("access payments", "payments"), ("access all", ""), ("whoami", "shop")])
    func theNamespaceIsTheOneThatIsNamedOrOnTheScreen(line: String, namespace: String) throws {
        var app = App()
        app.type(":\(line)\n")
        guard case .access(let view) = app.state.place else {
            Issue.record("\(line) did not open")
            return
        }
        #expect(view.order == .mine(.own, namespace: namespace))
        #expect(app.effects.contains(.run(.main, .access(.mine(.own, namespace: namespace)))))
    }

    @Test(arguments: [
        ("access @far", "games"), ("access @staging", "default"), ("access @far -n web", "web"),
        ("access vs far", "shop"), ("access @prod", "shop"), ("access --as bob", "shop"), ("access @far all", ""),
    ])
    func anotherContextIsAskedInItsOwnNamespace(line: String, namespace: String) throws {
        var app = App()
        app.send(
            .connection(
                .contexts(
                    [context("prod", namespace: "shop"), context("staging"), context("far", namespace: "games")],
                    warnings: [])))
        app.type(":\(line)\n")
        #expect(app.state.shownAccess?.order.namespace == namespace)
    }

    @Test func aKindThatTheServerLacksIsAskedForAllTheSame() throws {
        var app = App()
        app.type(":access\n")
        app.type("cimpersonate users\n")
        let users = AccessQuestion(verb: "impersonate", resource: GroupResource(group: "", resource: "users"))
        #expect(app.effects.contains(.askAccess(users, [.own])))
        #expect(app.state.notice?.notice.kind != .warning)
        app.type("cget rockets.example.com\n")
        let rockets = AccessQuestion(
            verb: "get", resource: GroupResource(group: "example.com", resource: "rockets"), namespace: "shop")
        #expect(app.effects.contains(.askAccess(rockets, [.own])))
        #expect(app.state.notice?.notice.kind == .warning)
    }

    @Test func whoMayBecomeAnAdministratorIsKnownOnceThePageSaysSo() throws {
        var app = App()
        app.type(":access\n")
        func news(_ ids: [String], _ identity: AccessIdentity = .own) -> AppEvent {
            var report = report("shop")
            report.dangers = DangerousGrant.all.filter { ids.contains($0.id) }.map {
                AccessReport.Danger(grant: $0, namespace: "")
            }
            return .access(AccessNews(.mine(identity, namespace: "shop"), .mine(report, Self.subject)))
        }
        app.send(news(["secrets-read"]))
        #expect(!app.state.isNearlyClusterAdmin)
        app.send(news(["escalate"], AccessIdentity(user: "bob")))
        #expect(!app.state.isNearlyClusterAdmin)
        app.send(news(["escalate"]))
        #expect(app.state.isNearlyClusterAdmin)
    }

    @Test func newsOfAnotherNamespaceAreNotShown() throws {
        var app = App()
        app.type(":access\n")
        app.send(.access(AccessNews(.mine(.own, namespace: "other"), .mine(report("other"), Self.subject))))
        guard case .access(let view) = app.state.place, case .loading = view.content else {
            Issue.record("it is not loading any more")
            return
        }
    }

    @Test func itScrollsAndIsCopiedWhole() throws {
        var app = App()
        app.type(":access\n")
        app.send(.access(AccessNews(.mine(.own, namespace: "shop"), .mine(report("shop"), Self.subject))))
        app.type("G")
        guard case .access(let view) = app.state.place else { return }
        let lines = view.lines
        #expect(view.top == max(0, lines.count - app.state.body.rows))
        app.type("C")
        #expect(
            app.effects == [
                .copy(lines.map { $0.text + "\n" }.joined(), what: "what is said about access")
            ])
        app.press(.escape)
        if case .access = app.state.place { Issue.record("it did not go back") }
    }
}
