import ClusterState
import KubernetesModel
import Screen
import Testing

@testable import AppCore

/// Shells in panes: what keys do to them, and what is said about them.
struct ShellTests {
    private let order = ShellOrder(namespace: "shop", pod: "p1", uid: "uid-shop-p1", container: "app")

    private func app(_ options: LaunchOptions = LaunchOptions()) -> App {
        var app = App(options, size: Size(columns: 120, rows: 40))
        app.cluster.set(["p1", "p2", "p3"].map { pod($0) })
        app.publish()
        return app
    }

    /// A terminal of these lines; the older ones have left the screen.
    private static func picture(_ lines: [String], size: Size, version: UInt64 = 1) -> TerminalPicture {
        func row(_ text: String) -> TerminalRow {
            let cells = text.map { Cell($0) }
            return TerminalRow(cells: cells + Array(repeating: .blank, count: max(0, size.columns - cells.count)))
        }
        var picture = TerminalPicture(size: size, version: version)
        let shown = lines.suffix(size.rows)
        for line in lines.dropLast(shown.count) { picture.scrollback.append(CompactLine(line)) }
        for (index, line) in shown.enumerated() { picture.rows[index] = row(line) }
        picture.cursor.position = Position(column: 0, row: max(0, shown.count - 1))
        return picture
    }

    private func news(_ state: ShellNews.State = .running, _ picture: TerminalPicture? = nil) -> ShellNews {
        var news = ShellNews(order)
        news.state = state
        news.picture = picture
        return news
    }

    /// A shell that shows the numbers up to 99.
    private func running(_ change: (inout TerminalPicture) -> Void = { _ in }) -> App {
        var app = app()
        app.press(.character("s"))
        let lines = (0..<100).map { "line \($0)" } + ["Größe 日本 end"]
        var picture = Self.picture(lines, size: app.state.shellSize)
        change(&picture)
        app.send(.shell(app.state.focus, news(.running, picture)))
        return app
    }

    // MARK: - Opening

    @Test func aShellOpensInAPaneAndRuns() {
        var app = app()
        app.press(.character("s"))
        #expect(app.effects == [.run(PaneID(1), .shell(order))])
        #expect(app.state.keyContext == .shell)
        #expect(app.state.shownShell?.news.state == .starting("connecting"))
        app.press(.control("]"))
        #expect(app.state.focus == .main)
        app.press(.character("a"))
        var attached = order
        attached.what = .attach
        #expect(app.effects.contains(.run(PaneID(2), .shell(attached))))
    }

    @Test func theSameShellIsGoneBackTo() {
        var app = app()
        app.press(.character("s"), .control("]"), .character("s"))
        #expect(app.effects == [])
        #expect(app.state.focus == PaneID(1))
    }

    @Test func markedPodsOpenAShellEach() {
        var app = app()
        app.press(.character(" "), .character(" "), .character("s"))
        #expect(app.state.shellsOfLayout.count == 2)
        app.press(.control("t"), .character("b"), .character("x"))
        #expect(app.effects == [.type([PaneID(2), PaneID(1)], .key(.character("x")))])
        #expect(app.state.typesToAllShells)
        app.press(.control("t"), .character("b"), .character("x"))
        #expect(app.effects == [.type([PaneID(2)], .key(.character("x")))])
    }

    @Test func aShellThatIsLookedBackAtGetsWhatIsTypedToAll() {
        var app = app()
        app.press(.character(" "), .character(" "), .character("s"))
        app.press(.control("t"), .character("b"))
        var other = news(.running, Self.picture(["one"], size: Size(columns: 80, rows: 4)))
        for pane in [PaneID(1), PaneID(2)] {
            guard case .shell(let view)? = app.state.pane(pane)?.place else { continue }
            other.order = view.order
            app.send(.shell(pane, other))
        }
        app.press(.control("t"), .character("["))
        #expect(app.state.shownShell?.copyMode != nil)
        let looking = app.state.focus
        app.press(.control("t"), looking == PaneID(1) ? .character("3") : .character("2"))
        #expect(app.state.focus != looking)
        app.press(.character("x"))
        #expect(app.effects == [.type([app.state.focus, looking], .key(.character("x")))])
    }

    @Test func aShellThatEndedLeavesTheGroup() {
        var app = app()
        app.press(.character(" "), .character(" "), .character(" "), .character("s"))
        #expect(app.state.shellsOfLayout.count == 3)
        app.press(.control("t"), .character("b"))
        guard let order = app.state.shownShell?.order else { return }
        let ended = app.state.focus
        var news = ShellNews(order)
        news.state = .exited(0)
        app.send(.shell(ended, news))
        #expect(app.state.typingGroup?.count == 2)
        app.press(.enter)
        #expect(app.state.shownShell?.news.state.isEnded == false)
        #expect(app.state.typingGroup?.contains(ended) == false)
    }

    @Test func tabsNamePodsByTheirBeginningAndEnd() {
        var app = App(size: Size(columns: 60, rows: 20))
        app.cluster.set(["cart-77bf5f65d4-8hn8p", "cart-77bf5f65d4-x2x7k"].map { pod($0) })
        app.publish()
        app.press(.character(" "), .character(" "), .character("s"))
        let names = app.state.tabs.dropFirst().map(\.text)
        #expect(names.contains { $0.hasSuffix("8hn8p ") } && names.contains { $0.hasSuffix("x2x7k ") }, "\(names)")
    }

    @Test func whatNobodySeesGetsNothingThatIsTyped() {
        var app = app()
        app.press(.character(" "), .character(" "), .character("s"))
        app.press(.control("t"), .character("b"), .control("]"))
        // Another view has a shell of its own beside the two, then one where they are not.
        app.type(":shell p3\n")
        #expect(!app.state.typesToAllShells)
        app.press(.character("x"))
        #expect(app.effects == [.type([app.state.focus], .key(.character("x")))])
        let (one, other) = (PaneID(1), PaneID(2))
        app.press(.control("t"), .character("2"), .character("x"))
        #expect(
            app.effects == [.type([one, other], .key(.character("x")))]
                || app.effects == [.type([other, one], .key(.character("x")))])
        app.press(.control("t"), .character("c"))
        #expect(!app.state.typesToAllShells)
        app.press(.control("t"), .character("2"), .character("x"))
        #expect(app.effects.contains { if case .type(let panes, _) = $0 { panes.count == 1 } else { false } })
    }

    @Test func endingTheWaitSaysThatShellsHaveEnded() {
        var app = app()
        app.press(.character("s"))
        app.send(.connection(.signIn(.started(program: "login"))))
        app.press(.control("]"))
        app.send(.tick(now: Timestamp(seconds: noon.seconds + 60)))
        app.press(.escape)
        guard app.effects.contains(.disconnect) else { return }
        guard case .shell(let view)? = app.state.pane(PaneID(1))?.place else {
            Issue.record("the shell stays")
            return
        }
        #expect(view.news.state.isEnded)
    }

    @Test func aReadOnlySessionOpensNoShell() {
        var app = app(LaunchOptions(readOnly: true))
        for key in ["s", "a", "D"] as [Character] {
            app.press(.character(key))
            #expect(app.effects == [])
            #expect(app.state.notice?.notice.text == "This session is read-only (--read-only).")
        }
        app.type(":shell p1\n")
        #expect(app.state.panes.count == 1)
    }

    @Test func whatDoesNotRunHasNoShell() {
        var app = app()
        app.cluster.set([pod("p1", version: 2, isReady: false)])
        app.publish()
        app.press(.character("s"))
        #expect(app.state.notice?.notice.text == "p1/app does not run: CrashLoopBackOff.")
    }

    @Test func aCommandNamesThePod() {
        var app = app()
        app.type(":shell p2 -c app\n")
        #expect(app.state.shownShell?.order.pod == "p2")
        app.press(.control("]"))
        app.type(":shell p9\n")
        #expect(app.state.notice?.notice.text == "No pod p9 is known in shop.")
        app.type(":shell p2 -c nope\n")
        #expect(app.state.notice?.notice.text == "p2 has no container nope.")
    }

    // MARK: - Typing

    @Test func everyKeyButTwoGoesToTheProgram() {
        var app = running()
        let keys: [Key] = [
            .character(":"), .character("q"), .character("?"), .control("c"), .control("l"), .escape, .tab, .enter, .up,
            .function(5), .modified(.left, .control), .alt("b"), .pageUp,
        ]
        for key in keys {
            app.press(key)
            #expect(app.effects == [.type([PaneID(1)], .key(key))])
        }
        app.send(.input(.paste("a\nb")))
        #expect(app.effects == [.type([PaneID(1)], .paste("a\nb"))])
        app.send(.input(.pasteTooLong))
        #expect(!app.effects.contains { if case .type = $0 { true } else { false } })
        #expect(app.state.notice?.notice.text == "The paste is longer than 1 MiB: nothing was pasted.")
        app.press(.control("t"), .control("t"))
        #expect(app.effects == [.type([PaneID(1)], .key(.control("t")))])
        app.press(.control("]"))
        #expect(app.state.focus == .main && app.effects == [])
        app.press(.tab)
        #expect(app.state.focus == PaneID(1))
    }

    @Test func aPaneOfAnotherSizeIsTold() {
        var app = running()
        app.send(.resized(Size(columns: 140, rows: 50)))
        #expect(app.effects.contains(.resizeShell(PaneID(1), app.state.shellSize)))
        #expect(app.state.shellSize.columns == 140)
    }

    // MARK: - The end

    @Test func aProgramThatEndsLeavesItsScreenAndStartsAgain() {
        var app = running()
        app.send(.shell(PaneID(1), news(.exited(3))))
        #expect(app.state.keyContext == .endedShell)
        #expect(app.state.shownShell?.news.picture != nil)
        app.press(.enter)
        var again = order
        again.attempt = 1
        #expect(app.effects == [.run(PaneID(1), .shell(again))])
        // What the one before still says is not heard.
        app.send(.shell(PaneID(1), news(.exited(4))))
        #expect(app.state.shownShell?.news.state == .starting("connecting"))
    }

    @Test func closingItsPaneEndsIt() {
        var app = running()
        app.press(.control("t"), .character("c"))
        #expect(app.effects == [.end(PaneID(1))])
        #expect(app.state.panes.count == 1)
        app.send(.shell(PaneID(1), news(.exited(0))))
        #expect(app.state.panes.count == 1)
    }

    @Test func anImageWithoutAShellGetsAContainerThatHasOne() throws {
        var app = app()
        app.press(.character("s"))
        app.send(.shell(PaneID(1), news(.failed("Container app has no shell.", .missingShell))))
        app.press(.character("d"))
        #expect(app.state.dialog?.title == "Debug pod p1 in shop on prod")
        app.press(.control("u"))
        app.type("alpine:3\n")
        guard case .act(let act)? = app.effects.first, case .debug(let debugging) = act.action else {
            Issue.record("nothing is done")
            return
        }
        #expect(debugging.image == "alpine:3" && debugging.target == "app")
        #expect(act.targets.map(\.uid) == ["uid-shop-p1"])
        #expect(
            act.action.kubectl(act.targets, context: "prod") == [
                "kubectl --context prod -n shop debug p1 -it --image=alpine:3 -c \(debugging.name) --target=app"
            ])
        app.send(.action(.ended(act, [.done(debugging.name)])))
        #expect(app.state.panes.count == 2)
        let order = try #require(app.state.shownShell?.order)
        #expect(order.what == .debugger && order.container == debugging.name)
        #expect(app.effects == [.run(PaneID(1), .shell(order))])
    }

    @Test func whatIsRefusedStaysInTheDialog() {
        var app = app()
        app.press(.character("D"), .enter)
        guard case .act(let act)? = app.effects.first else {
            Issue.record("nothing is done")
            return
        }
        app.send(.action(.ended(act, [.failed("ephemeral containers are disabled")])))
        #expect(app.state.dialog?.troubles.count == 1)
        #expect(app.state.panes.count == 1)
    }

    // MARK: - Copy mode

    @Test func whatWasShownIsFoundAndCopiedWhileMoreComes() throws {
        var app = running()
        app.press(.modified(.pageUp, .shift))
        #expect(app.state.keyContext == .copyMode)
        app.press(.character("/"))
        app.type("line 4\n")
        let mode = try #require(app.state.shownShell?.copyMode)
        #expect(mode.cursor == LinePosition(line: 49, column: 0))
        let size = app.state.shellSize
        app.send(.shell(PaneID(1), news(.running, Self.picture(["other"], size: size, version: 2))))
        #expect(app.state.shownShell?.copyMode == mode)
        app.press(.character("n"))
        #expect(app.state.shownShell?.copyMode?.cursor.line == 48)
        app.press(.character("N"), .character("v"), .character("j"), .character("$"), .character("y"))
        #expect(app.effects == [.copy("line 49\nline 50", what: "2 lines")])
        #expect(app.state.keyContext == .shell)
    }

    @Test func copyModeMovesAndEnds() {
        var app = running()
        func cursor() -> LinePosition? { app.state.shownShell?.copyMode?.cursor }
        app.press(.control("t"), .character("["), .character("g"))
        #expect(cursor()?.line == 0)
        app.press(.character("G"), .character("$"))
        #expect(cursor() == LinePosition(line: 100, column: 11))
        app.press(.character("0"), .enter)
        #expect(app.effects == [.copy("Größe 日本 end", what: "12 characters")])
        app.press(.control("t"), .character("["), .escape)
        #expect(app.state.keyContext == .shell)
        #expect(app.state.panes.count == 2)
    }

    // MARK: - Mouse

    private func place(_ app: App, column: Int, row: Int) -> Position {
        let rect = app.state.paneRects[app.state.focus] ?? Rect(column: 0, row: 0, columns: 1, rows: 1)
        // The first row of the pane is its title.
        return Position(column: rect.column + column, row: rect.row + 1 + row)
    }

    @Test func aProgramGetsTheMouseItAsksFor() {
        var app = running { $0.mouse = .clicks }
        app.send(.input(.mouse(MouseEvent(.press, at: place(app, column: 3, row: 5)))))
        let expected = MouseEvent(.press, at: Position(column: 3, row: 5))
        #expect(app.effects == [.type([PaneID(1)], .mouse(expected))])
    }

    @Test func theWheelLooksBackAndDraggingCopies() {
        var app = running()
        app.send(.input(.mouse(MouseEvent(.wheelUp, at: place(app, column: 3, row: 5)))))
        #expect(app.state.keyContext == .copyMode)
        app.send(.input(.mouse(MouseEvent(.wheelDown, at: place(app, column: 3, row: 5)))))
        #expect(app.state.keyContext == .shell)
        let first = app.state.shownShell?.news.picture?.firstScreenLine ?? 0
        app.send(.input(.mouse(MouseEvent(.press, at: place(app, column: 0, row: 2)))))
        app.send(.input(.mouse(MouseEvent(.drag, at: place(app, column: 3, row: 2)))))
        app.send(.input(.mouse(MouseEvent(.drag, at: place(app, column: 6, row: 3)))))
        app.send(.input(.mouse(MouseEvent(.release, at: place(app, column: 6, row: 3)))))
        #expect(app.effects == [.copy("line \(first + 2)\nline \(first + 3)", what: "2 lines")])
        #expect(app.state.keyContext == .shell)
        app.send(.input(.mouse(MouseEvent(.doublePress, at: place(app, column: 6, row: 2)))))
        #expect(app.effects == [.copy("\(first + 2)", what: "2 characters")])
    }
}

extension CompactLine {
    /// A plain line of narrow characters.
    init(_ text: String) {
        self.init()
        for character in text {
            self.text += Array(String(character).utf8)
            count(.plain, width: 1, scalars: UInt8(clamping: character.unicodeScalars.count))
        }
    }
}
