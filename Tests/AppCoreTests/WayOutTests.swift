import ClusterState
import KubernetesModel
import Screen
import Testing

@testable import AppCore

/// What leads out of a context that does not answer, and what comes back when it is used again.
struct WayOutTests {
    private static let refused = APIFailure(.transport, attempt: "get /version", detail: "connection refused")
    private static let unauthorized = APIFailure(.unauthorized, attempt: "get /version", detail: "token expired")

    private static func later(_ seconds: Int64) -> AppEvent { .tick(now: Timestamp(seconds: noon.seconds + seconds)) }

    /// An application whose server has not answered yet.
    private static func connecting(_ options: LaunchOptions = LaunchOptions()) -> App {
        var app = App(options)
        app.send(.connection(.connecting(session(signInProgram: "kubelogin"))))
        return app
    }

    private func contexts(_ app: App) -> ContextsView? {
        if case .contexts(let view) = app.state.place { view } else { nil }
    }

    // MARK: A credential that is of no use

    @Test(arguments: [APIFailure.Reason.unauthorized, .configuration])
    func aCredentialThatIsRefusedFromTheStartOpensTheContexts(reason: APIFailure.Reason) {
        var app = Self.connecting()
        let failure = APIFailure(reason, attempt: "get /version", detail: "token expired")
        app.send(.connection(.failed(failure, retryAt: ago(-5))))
        #expect(contexts(app)?.reason == "prod: \(failure)")
        #expect(contexts(app)?.hint == ":login runs kubelogin again, where you can answer it.")
        #expect(app.state.contexts.map(\.name)[contexts(app)?.selectedIndex ?? -1] == "prod")
    }

    @Test func aReasonThatIsNoLongerSoIsTakenBack() {
        var app = Self.connecting()
        app.send(.connection(.failed(Self.unauthorized, retryAt: nil)))
        app.send(.connection(.connected(serverVersion: "v1.36.2")))
        #expect(contexts(app)?.reasonLines(columns: 80) == [])
    }

    @Test func theContextsOpenByThemselvesOnceOnly() {
        var app = Self.connecting()
        app.send(.connection(.failed(Self.unauthorized, retryAt: nil)))
        app.press(.escape)
        app.send(.connection(.failed(Self.unauthorized, retryAt: nil)))
        #expect(app.shown == "pods in shop")
    }

    @Test func aServerThatCannotBeReachedLeavesTheTableOnTheScreen() {
        var app = Self.connecting()
        app.send(.connection(.failed(Self.refused, retryAt: ago(-5))))
        #expect(app.shown == "pods in shop")
    }

    @Test func aCredentialThatExpiresLaterLeavesTheRowsOnTheScreen() {
        var app = App(pods: "a")
        app.send(.connection(.failed(Self.unauthorized, retryAt: ago(-5))))
        #expect(app.names == ["a"])
        #expect(contexts(app) == nil)
    }

    // MARK: Esc ends a wait

    @Test func escapeStopsWaitingForAServerAndOpensTheContexts() {
        var app = Self.connecting()
        app.send(Self.later(4))
        app.press(.escape)
        #expect(app.effects.first == .disconnect)
        #expect(app.works == [.contexts(revision: 0)])
        #expect(app.state.connection == .stopped)
        #expect(contexts(app)?.reason == "prod: stopped waiting for https://prod.example.com after 4 s")
        app.press(.escape)
        #expect(app.shown == "pods in shop")
        app.press(.escape)
        #expect(app.effects == [])
        #expect(app.shown == "pods in shop")
        app.press(.control("r"))
        #expect(app.effects == [.switchContext("prod")])
    }

    @Test func escapeStopsTheWaitBetweenTwoAttempts() {
        var app = Self.connecting()
        app.send(.connection(.failed(Self.refused, retryAt: ago(-5))))
        app.press(.escape)
        #expect(app.effects.first == .disconnect)
        #expect(app.works == [.contexts(revision: 0)])
        #expect(
            contexts(app)?.reason
                == "prod: stopped waiting for https://prod.example.com after 0 s; the last attempt: \(Self.refused)")
    }

    @Test func escapeKeepsOldRowsAndTheAttemptsAndOffersOtherContexts() {
        var app = App(pods: "a")
        app.send(.connection(.failed(Self.refused, retryAt: ago(-5))))
        app.press(.escape)
        #expect(app.effects == [.run(.main, .contexts(revision: 0))])
        #expect(contexts(app)?.reason == "prod: \(Self.refused)")
        app.press(.escape)
        #expect(app.names == ["a"])
    }

    @Test func escapeFirstClearsAFilterAndGoesBack() {
        var app = Self.connecting()
        app.type("/x\n")
        app.press(.escape)
        #expect(app.effects == [])
        #expect(app.state.connection != .stopped)
        app.type(":svc\n")
        app.press(.escape)
        #expect(app.shown == "pods in shop")
        #expect(app.state.connection != .stopped)
    }

    @Test func escapeOnALiveTableDoesNothing() {
        var app = App(pods: "a")
        app.press(.escape)
        #expect(app.effects == [])
        #expect(app.shown == "pods in shop")
    }

    // MARK: Signing in

    @Test func whatTheCredentialProgramSaysIsKeptWhileItRuns() {
        var app = Self.connecting()
        app.send(.connection(.signIn(.started(program: "kubelogin"))))
        for number in 1...10 { app.send(.connection(.signIn(.said("line \(number)")))) }
        #expect(app.state.signIn?.lines == (3...10).map { "line \($0)" })
        app.send(.connection(.signIn(.ended(failure: nil))))
        #expect(app.state.signIn == nil)
        #expect(app.notice == nil)
    }

    @Test func aCredentialProgramThatFailsSaysWhy() {
        var app = Self.connecting()
        app.send(.connection(.signIn(.started(program: "kubelogin"))))
        app.send(.connection(.signIn(.ended(failure: "kubelogin failed: exit status 1"))))
        #expect(app.state.signIn == nil)
        #expect(app.notice == "kubelogin failed: exit status 1")
    }

    @Test func escapeEndsTheCredentialProgramWhereverTheUserIs() {
        var app = Self.connecting()
        app.type(":svc\n")
        app.send(.connection(.signIn(.started(program: "kubelogin"))))
        app.send(Self.later(7))
        app.press(.escape)
        #expect(app.effects.first == .disconnect)
        #expect(app.works == [.contexts(revision: 0)])
        #expect(app.state.signIn == nil)
        #expect(contexts(app)?.reason == "prod: stopped waiting for kubelogin to sign in after 7 s")
    }

    @Test func loginRunsTheProgramWithTheTerminal() {
        var app = Self.connecting()
        app.type(":login\n")
        #expect(app.effects.last == .signIn)
        #expect(app.notice == "Signing in with kubelogin.")
    }

    @Test func loginLeavesTheListThatOpenedInsteadOfTheTable() {
        var app = Self.connecting()
        app.send(.connection(.failed(Self.unauthorized, retryAt: nil)))
        app.type(":login\n")
        #expect(app.shown == "pods in shop")
    }

    @Test func escapeLeavesARenewalAloneThatNobodySees() {
        var app = App(pods: "a")
        app.send(.connection(.connected(serverVersion: "v1.36.2")))
        app.press(.enter)
        app.send(.connection(.signIn(.started(program: "aws"))))
        app.send(Self.later(1))
        #expect(app.state.shownSignIn == nil)
        app.press(.escape)
        #expect(!app.effects.contains(.disconnect))
        #expect(app.shown == "pods in shop")
        app.send(.connection(.signIn(.said("enter AB12"))))
        #expect(app.state.shownSignIn?.lines == ["enter AB12"])
        app.press(.escape)
        #expect(app.effects.first == .disconnect)
        #expect(app.works == [.contexts(revision: 0)])
    }

    @Test func aRenewalThatTakesLongIsShown() {
        var app = App(pods: "a")
        app.send(.connection(.connected(serverVersion: "v1.36.2")))
        app.send(.connection(.signIn(.started(program: "aws"))))
        app.send(Self.later(4))
        #expect(app.state.shownSignIn?.program == "aws")
    }

    @Test func loginSaysWhenThereIsNoProgram() {
        var app = App()
        app.type(":login\n")
        #expect(!app.effects.contains(.signIn))
        #expect(
            app.notice
                == "This context's credential does not come from a program: there is nothing to sign in with.")
    }

    // MARK: The list of contexts

    @Test func theListIsReadAgainWhenItIsOpened() {
        var app = App()
        app.type(":ctx\n")
        #expect(app.effects.contains(.readContexts))
        app.press(.end)
        app.send(.connection(.contexts([context("prod")], warnings: [])))
        #expect(contexts(app)?.selectedIndex == 0)
    }

    @Test func theSelectionStaysOnItsContextWhenOthersCome() {
        var app = App()
        app.type(":ctx\n")
        app.press(.end)
        app.send(.connection(.contexts([context("prod"), context("new"), context("staging")], warnings: [])))
        #expect(contexts(app)?.selectedIndex == 2)
    }

    @Test func clicksHitTheRowsBelowAReason() {
        var app = App()
        app.send(.connection(.unusable(context: "prod", reason: "no")))
        // Header, title, the reason, an empty line, column titles, prod, staging.
        app.mouse(.doublePress, column: 5, row: 6)
        #expect(app.effects == [.switchContext("staging")])
    }

    // MARK: The view that comes back

    private static let deployments = LastView(
        context: "prod", server: "https://prod.example.com", kind: "deployments.apps", namespace: "web")

    @Test func theLastViewOfAContextComesBack() {
        let app = App(LaunchOptions(lastViews: [Self.deployments]))
        #expect(app.shown == "deployments in web")
        #expect(app.state.favourites == ["shop", "web"])
        #expect(app.savedViews == [])
    }

    @Test func allNamespacesComeBackToo() {
        var view = Self.deployments
        view.namespace = nil
        #expect(App(LaunchOptions(lastViews: [view])).shown == "deployments")
    }

    @Test(arguments: [
        (LaunchOptions(namespace: "a", lastViews: [deployments]), "deployments in a"),
        (LaunchOptions(allNamespaces: true, lastViews: [deployments]), "deployments"),
        (LaunchOptions(command: "svc", lastViews: [deployments]), "services in web"),
    ])
    func whatIsAskedForGoesBeforeTheLastView(options: LaunchOptions, shown: String) {
        #expect(App(options).shown == shown)
    }

    @Test func aViewOfAnotherServerOfThatNameDoesNotComeBack() {
        var view = Self.deployments
        view.server = "https://other.example.com"
        #expect(App(LaunchOptions(lastViews: [view])).shown == "pods in shop")
    }

    @Test func aKindThatIsNotKnownAnyMoreLeavesTheNamespace() {
        var view = Self.deployments
        view.kind = "unknowns.example.com"
        #expect(App(LaunchOptions(lastViews: [view])).shown == "pods in web")
    }

    @Test func everyChangeOfKindOrNamespaceIsKept() {
        var app = App()
        app.type(":deploy\n")
        app.type(":ns web\n")
        app.type("0")
        #expect(app.savedViews.map(\.kind) == ["pods", "deployments.apps", "deployments.apps", "deployments.apps"])
        #expect(app.savedViews.map(\.namespace) == ["shop", "shop", "web", nil])
        app.cluster.set([pod("a")], in: nil)
        app.publish()
        #expect(app.savedViews.count == 4)
    }

    @Test func eachContextHasItsOwnView() {
        var app = App()
        app.type(":deploy\n")
        app.send(.connection(.connecting(session("staging", namespace: "test"))))
        #expect(app.shown == "deployments in test")
        app.type(":svc\n")
        app.send(.connection(.connecting(session())))
        #expect(app.shown == "deployments in shop")
        app.send(.connection(.connecting(session("staging", namespace: "test"))))
        #expect(app.shown == "services in test")
    }
}
