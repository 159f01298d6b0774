import ClusterState
import KubernetesModel
import Screen
import Testing

@testable import AppCore

/// Contexts, connections, namespaces, and what the user is told of them.
struct SessionTests {
    private static let namespaces = KindScope(Namespace.kind.groupResource, namespace: nil)

    private static func pods(_ namespace: String?) -> KindScope {
        KindScope(Pod.kind.groupResource, namespace: namespace)
    }

    private static func later(_ seconds: Int64) -> AppEvent { .tick(now: Timestamp(seconds: noon.seconds + seconds)) }

    @Test func startsInTheContextsNamespaceWithPods() {
        var app = App()
        #expect(app.shown == "pods in shop")
        #expect(app.state.favourites == ["shop"])
        #expect(app.state.connection == .connected)
        #expect(app.state.serverVersion == "v1.36.2")
        app.send(.connection(.connected(serverVersion: "")))
        #expect(app.state.serverVersion == nil)
    }

    @Test(arguments: [
        (LaunchOptions(allNamespaces: true), "pods", ["shop"]),
        (LaunchOptions(namespace: "kube-system"), "pods in kube-system", ["shop", "kube-system"]),
        (LaunchOptions(command: "svc"), "services in shop", ["shop"]),
        (LaunchOptions(command: "svc kube-system /dns"), "services in kube-system", ["shop", "kube-system"]),
        (LaunchOptions(command: "nodes", allNamespaces: true), "nodes", ["shop"]),
        (LaunchOptions(command: "nonsense"), "pods in shop", ["shop"]),
    ])
    func theOptionsSayWhereItStarts(options: LaunchOptions, shown: String, favourites: [String]) {
        let app = App(options)
        #expect(app.shown == shown)
        #expect(app.state.favourites == favourites)
        #expect(app.state.crumbs.count == 1)
    }

    @Test func watchesNothingBeforeAContextIsChosen() {
        var state = AppState(size: Size(columns: 80, rows: 24), now: noon)
        #expect(update(&state, .resized(Size(columns: 90, rows: 24))) == [])
        #expect(
            update(&state, .connection(.connecting(session()))).first == .watch([Self.namespaces, Self.pods("shop")]))
        #expect(state.connection == .connecting(since: noon))
    }

    @Test func anotherContextStartsOverAndNothingOfTheOldOneIsLeft() {
        var app = App(pods: "a", "b")
        app.type(":svc kube-system\n")
        app.type("/x\n")
        app.type(":po\n")
        app.send(.connection(.connecting(session("staging", namespace: "test"))))
        #expect(app.shown == "pods in test")
        #expect(app.effects == [.watch([Self.namespaces, Self.pods("test")])])
        #expect(app.names == [])
        #expect(app.state.table?.filterText == "")
        #expect(app.state.favourites == ["test"])
        #expect(app.state.crumbs == ["pods"])
        #expect(app.state.serverVersion == nil)
        #expect(app.state.snapshot == ClusterSnapshot(epoch: 2))
        // A last snapshot of the old one arrives late.
        app.publish()
        #expect(app.names == [])
        app.cluster.epoch = 2
        app.cluster.set([pod("new", in: "test")], in: "test")
        app.publish()
        #expect(app.names == ["new"])
        app.type("-")
        #expect(app.notice == "There is no view before this one.")
        app.type("]")
        #expect(app.notice == "There is nothing to go forward to.")
    }

    @Test func anotherContextKeepsTheKind() {
        var app = App()
        app.type(":svc\n")
        app.send(.connection(.connecting(session("staging", namespace: "test"))))
        #expect(app.shown == "services in test")
    }

    @Test func contextsAreListedWithTheOneInUseSelected() {
        var app = App()
        app.send(.connection(.contexts([context("a"), context("prod"), context("z")], warnings: [])))
        app.type(":ctx\n")
        guard case .contexts(let view) = app.state.place else {
            Issue.record("no contexts")
            return
        }
        #expect(view.selectedIndex == 1)
        app.press(.down, .down, .down, .enter)
        #expect(app.effects == [.switchContext("z")])
        app.press(.home, .enter)
        #expect(app.effects == [.switchContext("a")])
        app.press(.escape)
        #expect(app.shown == "pods in shop")
    }

    @Test func anEmptyListOfContextsIsHarmless() {
        var app = App()
        app.send(.connection(.contexts([], warnings: ["no kubeconfig"])))
        #expect(app.notice == "no kubeconfig")
        app.type(":ctx\n")
        app.press(.down, .up, .end, .enter)
        app.mouse(.doublePress, column: 3, row: 3)
        #expect(app.effects == [])
    }

    @Test func aContextThatCannotBeUsedOpensTheListWithTheReason() {
        var app = App()
        for _ in 0..<2 { app.send(.connection(.unusable(context: "staging", reason: "user bob is not defined"))) }
        guard case .contexts(let view) = app.state.place else {
            Issue.record("no contexts")
            return
        }
        #expect(view.reason == "staging: user bob is not defined")
        #expect(view.selectedIndex == 1)
        #expect(app.state.crumbs == ["pods", "contexts"])
        #expect(app.state.session?.context == "prod")
    }

    @Test func aFailedConnectionIsKeptUntilItWorks() {
        let failure = APIFailure(.unauthorized, attempt: "get /version", detail: "token expired")
        var app = App(pods: "a")
        app.send(.connection(.failed(failure, retryAt: ago(-5))))
        #expect(app.state.connection == .failed(failure, retryAt: ago(-5)))
        #expect(app.names == ["a"])
        app.press(.control("r"))
        #expect(app.effects == [.retryNow])
        app.send(.connection(.connected(serverVersion: "v1.36.3")))
        #expect(app.state.connection == .connected)
    }

    @Test func whoMayNotLookIntoAllNamespacesGetsTheirOwnAndIsToldWhy() {
        var app = App(LaunchOptions(allNamespaces: true))
        let reason = "pods is forbidden: User \"alice\" cannot list resource \"pods\" at the cluster scope"
        app.cluster.change(in: nil) { $0.setState(.forbidden(reason: reason)) }
        app.publish()
        #expect(app.shown == "pods in shop")
        #expect(app.effects == [.watch([Self.namespaces, Self.pods("shop")])])
        #expect(app.notice == "Showing shop only: \(reason)")
        #expect(app.state.fallback == reason)
        #expect(app.state.table?.loadState == .loading(count: 0))
        app.cluster.set([pod("a")])
        app.publish()
        #expect(app.names == ["a"])
        app.send(Self.later(60))
        #expect(app.notice == nil)
        #expect(app.state.fallback == reason)
        app.type("0")
        #expect(app.shown == "pods in shop")
        #expect(app.state.fallback == reason)
    }

    @Test func whoMayNotLookIntoTheirOwnIsToldInItsPlace() {
        var app = App()
        app.cluster.change { $0.setState(.forbidden(reason: "no")) }
        app.publish()
        #expect(app.shown == "pods in shop")
        #expect(app.state.table?.loadState == .forbidden(reason: "no"))
        #expect(app.state.fallback == nil)
    }

    @Test func namespacesAreOnTheKeysInTheOrderOfTheirUse() {
        var app = App()
        app.type("2")
        #expect(app.notice == "No namespace is on 2 yet: it gets there when you use it (:ns).")
        app.type(":ns kube-system\n")
        #expect(app.shown == "pods in kube-system")
        app.type("1")
        #expect(app.shown == "pods in shop")
        app.type("2")
        #expect(app.shown == "pods in kube-system")
        app.type("0")
        #expect(app.shown == "pods")
        #expect(app.state.favourites == ["shop", "kube-system"])
        for number in 0..<12 { app.type(":ns n\(number)\n") }
        #expect(app.state.favourites.count == 9)
        #expect(app.state.favourites.first == "shop")
        #expect(app.state.favourites.last == "n11")
    }

    @Test func anotherNamespaceKeepsFilterOrderAndWidth() {
        var app = App(pods: "a", "web")
        app.type("/web\n")
        app.type("A")
        app.press(.control("w"))
        app.type("0")
        let view = app.state.table
        #expect(view?.filterText == "web")
        #expect(view?.sort.column == "AGE")
        #expect(view?.isWide == true)
        app.cluster.set([pod("x"), pod("web", in: "other")], in: nil)
        app.publish()
        #expect(app.names == ["web"])
    }

    @Test func aKindWithoutNamespacesSaysSo() {
        var app = App()
        app.type(":no\n")
        for key in ["0", "1", "P"] {
            app.type(key)
            #expect(app.notice == "This view has no namespaces.")
        }
        app.type(":ns kube-system\n")
        #expect(app.shown == "pods in kube-system")
    }

    @Test func noticesGoAfterAWhileOrWithTheNextKey() {
        var app = App(pods: "a")
        app.send(.notice(Notice(.info, "Copied a.")))
        app.send(Self.later(7))
        #expect(app.notice == "Copied a.")
        app.send(Self.later(8))
        #expect(app.notice == nil)
        app.send(.notice(Notice(.error, "Not copied.")))
        app.press(.down)
        #expect(app.notice == nil)
    }

    @Test func discoveryThatIsIncompleteIsTold() {
        var app = App()
        app.send(.discovered([], failures: ["metrics.k8s.io/v1beta1: 503", "b", "c"]))
        #expect(app.notice == "Discovery is incomplete: metrics.k8s.io/v1beta1: 503 (and 2 more)")
    }

    @Test func keysThatGoOutsideDoSoFromEverywhere() {
        for way in ["", "?", "/", ":", "y"] {
            var app = App(pods: "a")
            app.type(way)
            app.press(.control("l"))
            #expect(app.effects == [.repaint])
            app.press(.control("c"))
            #expect(app.effects == [.quit])
        }
    }

    @Test func helpScrollsAndCloses() {
        var app = App(size: Size(columns: 60, rows: 12))
        app.type("?")
        #expect(app.state.helpTop == 0)
        app.press(.end)
        let last = HelpPage.lines(for: app.state).count - app.state.body.rows
        #expect(app.state.helpTop == last)
        app.press(.down, .pageDown)
        #expect(app.state.helpTop == last)
        app.press(.up)
        #expect(app.state.helpTop == last - 1)
        app.press(.home, .pageUp)
        #expect(app.state.helpTop == 0)
        app.type("q")
        #expect(app.state.helpTop == nil)
        #expect(app.effects == [])
        app.type("??")
        #expect(app.state.helpTop == nil)
        app.type("?:")
        #expect(app.state.helpTop == nil)
        #expect(app.state.prompt?.kind == .command)
    }
}
