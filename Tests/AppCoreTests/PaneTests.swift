import ClusterState
import KubernetesModel
import Screen
import Testing

@testable import AppCore

struct PaneTests {
    private static let large = Size(columns: 160, rows: 48)

    private func app() -> App {
        var app = App(pods: "web-1", "web-2", size: Self.large)
        app.cluster.set([object(Service.self, "web") { $0.spec.selector = ["app": "web"] }], of: Service.kind)
        app.publish()
        return app
    }

    /// What each pane shows, in the order of the layout.
    private func shown(_ app: App) -> [String] {
        app.state.layout.tree.panes.map { app.state.focused(on: $0).crumbs.last ?? "" }
    }

    @Test func whatIsAboutOneThingOpensBesideTheTable() {
        var app = app()
        app.type("l")
        app.press(.tab)
        app.press(.down)
        app.type("d")
        #expect(shown(app) == ["pods", "logs web-1", "web-2"])
        #expect(app.state.shownPanes.count == 3)
        #expect(app.state.focus == app.state.layout.tree.panes[2])
        #expect(app.state.selectedObject == nil)
    }

    @Test func theTableGoesOnBesideIt() {
        var app = app()
        app.type("l")
        app.change { $0.upsert(pod("web-3")) }
        #expect(app.state.focused(on: .main).shownTable?.total == 3)
    }

    @Test func closingAPaneEndsItsWorkAndNothingElse() {
        var app = app()
        app.type("l")
        let log = app.state.focus
        app.type("\t")
        app.press(.tab)
        app.type("d")
        let document = app.state.focus
        app.press(.escape)
        #expect(app.effects.contains(.end(document)) && !app.effects.contains(.end(log)))
        #expect(shown(app) == ["pods", "logs web-1"])
        #expect(app.state.focus == .main)
        app.press(.tab)
        #expect(app.state.focus == log)
        app.press(.control("t"), .character("c"))
        #expect(app.effects.contains(.end(log)))
        #expect(app.state.shownPanes == [.main])
    }

    @Test func theMainPaneStays() {
        var app = app()
        app.type("l")
        app.press(.tab)
        app.press(.control("t"), .character("c"))
        #expect(app.notice == "The pane of the table stays.")
        #expect(shown(app) == ["pods", "logs web-1"])
    }

    @Test func whatIsOpenAlreadyIsShownAgain() {
        var app = app()
        app.type("d")
        app.press(.tab)
        app.type("d")
        #expect(shown(app) == ["pods", "web-1"])
        #expect(app.state.focus == PaneID(1))
        #expect(app.works.isEmpty)
        app.press(.tab)
        app.type("y")
        #expect(shown(app) == ["pods", "web-1", "web-1"])
    }

    @Test func focusGoesBackToWhereItCameFrom() {
        var app = app()
        app.type("X")
        let why = app.state.focus
        app.press(.tab)
        app.type("l")
        app.press(.escape)
        #expect(app.state.focus == .main)
        app.press(.tab)
        #expect(app.state.focus == why)
    }

    @Test func altAndAnArrowGoesToTheNeighbour() {
        var app = app()
        app.type("l")
        app.press(.modified(.up, .alt))
        #expect(app.state.focus == .main)
        app.press(.modified(.down, .alt))
        #expect(app.state.focus != .main)
        app.press(.control("t"), .character("k"))
        #expect(app.state.focus == .main)
    }

    @Test func aViewThatComesBackHasItsPanesAsTheyWere() {
        var app = app()
        app.type("l")
        app.press(.tab)
        app.type(":svc\n")
        // A new view takes the panes over.
        #expect(shown(app) == ["services", "logs web-1"])
        app.type("y")
        #expect(shown(app) == ["services", "logs web-1", "web"])
        app.press(.tab)
        #expect(app.state.focus == .main)
        app.press(.escape)
        #expect(shown(app) == ["pods", "logs web-1"])
        #expect(app.state.hiddenPanes.count == 1)
        #expect(!app.endsWork)
        app.type("]")
        #expect(shown(app) == ["services", "logs web-1", "web"])
        #expect(app.state.hiddenPanes.isEmpty)
        app.press(.escape, .control("t"), .character("w"))
        #expect(shown(app) == ["pods", "logs web-1", "web"])
    }

    @Test func whatIsClosedElsewhereDoesNotComeBack() {
        var app = app()
        app.type("l")
        app.press(.tab)
        app.type(":svc\n")
        app.press(.tab, .escape)
        #expect(app.endsWork)
        app.press(.escape)
        #expect(shown(app) == ["pods"])
    }

    @Test func goingBackFromWhatAPaneLedToLeadsBackToThePane() {
        var app = app()
        app.type("X")
        let why = app.state.focus
        app.type(":svc\n")
        #expect(app.state.focus == .main && app.shown == "services in shop")
        app.press(.escape)
        #expect(app.state.focus == why)
    }

    @Test func onASmallScreenPanesAreTabs() {
        var app = app()
        app.type("l")
        app.send(.resized(Size(columns: 80, rows: 24)))
        #expect(app.state.shownPanes == [app.state.focus])
        #expect(app.state.size == Size(columns: 80, rows: 23))
        #expect(app.state.tabs.map(\.text) == [" 1 pods ", " 2 logs web-1 "])
        app.mouse(.press, column: 3, row: 1)
        #expect(app.state.focus == .main)
        app.press(.control("t"), .character("2"))
        #expect(app.state.shownLog != nil)
        app.press(.escape)
        #expect(app.state.size == Size(columns: 80, rows: 24))
        #expect(app.state.tabs.isEmpty)
    }

    @Test func logsAreTakenWhileAnotherTabIsShown() {
        var app = App(pods: "web-1")
        app.type("l")
        let (id, order) = (app.state.focus, app.state.shownLog?.order)
        app.press(.tab)
        guard let order else {
            Issue.record("l opens the logs")
            return
        }
        var ring = LogRing()
        ring.append(source: 0, stamp: 1, "hello".utf8)
        var news = LogNews(order)
        news.text = ring.snapshot()
        app.send(.log(id, news))
        app.press(.tab)
        #expect(app.state.shownLog?.text.end == 1)
    }

    @Test func aZoomedPaneHasTheScreenAndTheOthersGoOn() {
        var app = app()
        app.type("lz")
        #expect(app.state.shownPanes == [app.state.focus])
        app.change { $0.upsert(pod("web-3")) }
        app.type("z")
        #expect(app.state.shownPanes.count == 2)
        #expect(app.state.focused(on: .main).shownTable?.total == 3)
    }

    @Test func keysResizeUntilAnotherKey() {
        var app = app()
        app.type("l")
        let rows = app.state.size.rows
        app.press(.control("t"), .character("+"), .character("+"))
        #expect(app.state.size.rows > rows + 2)
        #expect(app.state.keyContext == .panes)
        app.press(.escape)
        #expect(app.state.keyContext == .log)
        app.press(.control("t"), .character("<"))
        #expect(app.notice == "No pane is beside this one.")
    }

    @Test func thePrefixBeginsAgainAfterARepeatedKey() {
        var app = app()
        app.type("X")
        let before = shown(app)
        app.press(.control("t"), .character("+"), .control("t"), .character("x"))
        #expect(shown(app) == before.reversed())
    }

    @Test func newPanesTakeTheirRoomFromTheLargest() {
        var app = app()
        app.type("X")
        for key in ["l", "d", "E"] {
            app.press(.modified(.up, .alt), .modified(.up, .alt), .modified(.left, .alt)); app.type(key)
        }
        #expect(app.state.shownPanes.count == 5)
        #expect(app.state.paneRects.values.allSatisfy { $0.rows >= 14 })
    }

    @Test func leavingWhileAShellIsOpenIsAskedOnce() {
        var app = app()
        app.type("s")
        guard let order = app.state.shownShell?.order else {
            Issue.record("s opens a shell")
            return
        }
        var news = ShellNews(order)
        news.state = .running
        app.send(.shell(app.state.focus, news))
        app.press(.control("]"), .control("c"))
        #expect(!app.effects.contains(.quit))
        #expect(app.notice == "A shell is open: ctrl-c once more leaves all the same.")
        app.press(.control("c"))
        #expect(app.effects.contains(.quit))
        app.send(.tick(now: Timestamp(seconds: noon.seconds + 60)))
        for (line, effect) in [(":q\n", Effect.quit), (":ctx staging\n", .switchContext("staging"))] {
            app.send(.tick(now: Timestamp(seconds: app.state.now.seconds + 60)))
            app.type(line)
            #expect(!app.effects.contains(effect))
            #expect(app.notice?.hasPrefix("A shell is open: the same once more") == true)
            app.type(line)
            #expect(app.effects.contains(effect))
        }
    }

    @Test func theHelpOfPanesBeginsWithTheirKeys() {
        var app = app()
        app.press(.control("t"), .character("?"))
        let lines = HelpPage.lines(for: app.state.onWholeScreen)
        let top = app.state.helpTop ?? 0
        #expect(top > 0 && lines[top].text == "Panes (ctrl-t and then)")
    }

    @Test func aBorderIsDraggedWithTheMouse() {
        var app = app()
        app.type("l")
        let title = app.state.paneRects[app.state.focus]?.row ?? 0
        app.mouse(.press, column: 50, row: title)
        app.mouse(.drag, column: 50, row: 30)
        app.mouse(.release, column: 50, row: 30)
        #expect(app.state.paneRects[app.state.focus]?.row == 30)
        app.mouse(.press, column: 5, row: 4)
        #expect(app.state.focus == .main)
        #expect(app.state.paneRects[.main]?.rows == 29)
    }

    @Test func theWheelScrollsWhatIsUnderThePointer() {
        var app = App(size: Self.large)
        app.cluster.set((0..<60).map { pod("p\($0)") })
        app.publish()
        app.type("l")
        app.mouse(.wheelDown, column: 3, row: 5)
        #expect(app.state.shownLog != nil)
        #expect(app.state.focused(on: .main).shownTable?.top == 3)
    }

    @Test func aSplitShowsTheSameOnceMoreToGoOnFrom() {
        var app = app()
        app.press(.control("t"), .character("v"))
        app.type(":svc\n")
        #expect(shown(app) == ["pods", "services"])
        app.change { $0.upsert(pod("web-3")) }
        #expect(app.state.focused(on: .main).shownTable?.total == 3)
        app.press(.escape)
        #expect(shown(app) == ["pods", "pods"])
        app.press(.escape)
        #expect(shown(app) == ["pods"])
    }

    @Test func aPinnedPaneFollowsTheSelection() {
        var app = app()
        app.type("d")
        app.press(.control("t"), .character("p"), .tab, .down)
        #expect(shown(app) == ["pods", "web-2"])
        #expect(app.works.count == 1)
        app.press(.up)
        #expect(shown(app) == ["pods", "web-1"])
    }

    @Test func theEventsOfAnObjectStandBesideIt() {
        var app = app()
        app.type("E")
        #expect(shown(app) == ["pods", "events of Pod/web-1"] || shown(app).last?.hasPrefix("events of") == true)
        #expect(app.state.demand.contains { $0.kind == Event.kind.groupResource })
        app.press(.escape)
        #expect(shown(app) == ["pods"])
    }

    @Test func anotherContextBeginsWithOnePane() {
        var app = app()
        app.type("l")
        app.send(.connection(.connecting(session())))
        #expect(app.state.shownPanes == [.main])
        #expect(app.state.layout == PaneLayout())
    }

    @Test func escClosesAPaneWhileTheServerIsAway() {
        var app = app()
        app.type("l")
        app.send(.connection(.failed(APIFailure(.timeout, attempt: "list pods", detail: "no answer"), retryAt: nil)))
        app.press(.escape)
        #expect(shown(app) == ["pods"])
        #expect(app.shown == "pods in shop")
    }

    @Test func thereIsALimitToPanes() {
        var app = app()
        for _ in 0..<40 { app.press(.control("t"), .character("s")) }
        #expect(app.state.panes.count == AppState.maximumPanes)
        #expect(app.notice?.hasPrefix("There are 16 panes already") == true)
    }
}
