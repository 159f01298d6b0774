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
