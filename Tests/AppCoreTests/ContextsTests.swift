import Access
import KubernetesModel
import Screen
import Testing

@testable import AppCore

/// `:ctx` says what contexts are, and changes them.
struct ContextsTests {
    private static func info(
        _ name: String, file: String = "/k/config", kind: String = "token", flags: [ContextFlag] = [],
        _ change: (inout ContextInfo) -> Void = { _ in }
    ) -> ContextInfo {
        var info = ContextInfo(
            name: name, cluster: "c-\(name)", user: "u-\(name)", namespace: "", server: "https://\(name).example.com")
        info.file = file
        info.place = "\(file):20"
        info.clusterPlace = "\(file):5"
        info.userPlace = "\(file):10"
        info.kind = kind
        info.credential = "token …abcd"
        info.flags = flags
        change(&info)
        return info
    }

    private static let admin = ContextFlag("admin", .grave, why: "no rule limits it", next: "use another")

    /// The list, open.
    private static func app(size: Size = Size(columns: 100, rows: 40)) -> App {
        var app = App(size: size)
        app.send(.connection(.contexts(infos, warnings: [])))
        app.type(":ctx\n")
        return app
    }

    private static var infos: [ContextInfo] {
        [
            info("prod", kind: "certificate", flags: [admin]) {
                $0.expiry = Timestamp(seconds: noon.seconds + 86_400 * 9)
            },
            info("staging") {
                $0.isCurrent = true
                $0.unused = ["cluster \"c-staging\""]
            },
            info("staging", file: "/k/two") { $0.hiddenBy = "/k/config" },
        ]
    }

    private func selected(_ app: App) -> ContextID? { app.state.selectedContext?.id }

    @Test func filesAndServersAreLookedAtWhileItIsOpen() {
        var app = Self.app()
        #expect(app.effects.contains(.readContexts))
        #expect(app.works == [.contexts(revision: 0)])
        app.press(.character("r"))
        #expect(app.effects == [.readContexts, .run(.main, .contexts(revision: 1))])
        app.press(.escape)
        #expect(app.endsWork)
    }

    @Test func withoutASessionServersAreAskedToo() {
        var state = AppState(size: Size(columns: 80, rows: 24), now: noon, options: LaunchOptions())
        _ = update(&state, .connection(.contexts(Self.infos, warnings: [])))
        let effects = update(&state, .connection(.unusable(context: "prod", reason: "broken")))
        #expect(effects.contains(.run(.main, .contexts(revision: 0))))
    }

    @Test func whatIsKnownIsSaidWorstFirst() throws {
        var app = Self.app()
        var probe = ContextProbe(.reached(.refused))
        probe.version = "v1.20.2"
        probe.milliseconds = 12
        probe.clockOffset = -600
        app.send(.contexts(.probed("prod", probe)))
        app.send(
            .contexts(
                .found([
                    ContextFinding(
                        weight: .warning, rule: "kc-perms", file: "/k/config", place: "/k/config", entry: "",
                        title: "others can read it", next: "run chmod 600 /k/config"),
                    ContextFinding(
                        weight: .grave, rule: "kc-exec", file: "/k/config", place: "/k/config:10",
                        entry: "user \"u-staging\"", title: "of another", next: ""),
                ])))
        let prod = app.state.contexts[0]
        let view = try #require(app.state.shownContexts)
        #expect(view.flags(of: prod, now: noon).map(\.label) == ["admin", "refused", "clock", "old"])
        #expect(view.state(of: prod) == "v1.20.2 12 ms")
        #expect(view.timeLeft(of: prod, now: noon) == "9d")
        let text = app.state.contextDetails.map { "\($0.label)|\($0.text)" }
        #expect(text.first?.hasPrefix("Credential|token …abcd, until 2026") == true)
        #expect(text.contains("● admin|no rule limits it"))
        #expect(text.contains("|→ use another"))
        #expect(text.contains("▲ clock|this machine's clock is 10 min ahead of the server's"))
        #expect(text.contains { $0.hasPrefix("Server|https://prod.example.com") })
        #expect(text.contains("▲ perms|others can read it (/k/config)"))
        #expect(!text.contains { $0.contains("of another") })
    }

    @Test func theFilterKeepsContextsWithAllOfTheWords() {
        var app = Self.app()
        func shown(_ text: String) -> [String] {
            app.type("/\(text)\n")
            defer { app.press(.escape) }
            return app.state.shownContexts.map { view in app.state.rows(of: view).map { "\($0.name) \($0.file)" } }
                ?? []
        }
        #expect(shown("admin") == ["prod /k/config"])
        #expect(shown("staging !two") == ["staging /k/config"])
        #expect(shown("nothing") == [])
        #expect(shown("!") == ["prod /k/config", "staging /k/config", "staging /k/two"])
        #expect(app.state.shownContexts?.filterText == "")
    }

    @Test func detailsHaveTheScreenUntilTheyAreClosed() {
        var app = Self.app(size: Size(columns: 60, rows: 10))
        app.press(.character("d"), .character("G"))
        #expect((app.state.shownContexts?.detailTop ?? 0) > 0)
        app.press(.character("d"))
        #expect(app.state.shownContexts?.detailTop == nil)
        app.press(.character("d"), .escape)
        #expect(app.state.shownContexts?.detailTop == nil)
        #expect(app.state.shownContexts != nil)
    }

    @Test func aContextIsRenamedWithItsSession() {
        var app = Self.app()
        app.press(.character("g"), .character("R"), .control("u"))
        app.type("staging\n")
        #expect(app.state.prompt?.error == "There is one already: /k/config:20")
        app.press(.control("u"))
        app.type("prod-eu\n")
        let change = ContextChange.rename(ContextID(name: "prod", file: "/k/config"), to: "prod-eu")
        #expect(app.effects == [.changeContext(change)])
        app.send(.contexts(.changed(change, backups: ["/k/config.sextant-backup-1"])))
        #expect(app.state.session?.context == "prod-eu")
        #expect(app.state.contexts[0].name == "prod-eu")
        #expect(!app.state.lastViews.isEmpty && app.state.lastViews.allSatisfy { $0.context == "prod-eu" })
        #expect(app.state.notice?.notice.text == "prod is prod-eu now. Before: /k/config.sextant-backup-1")
        // The files are looked at again.
        #expect(app.works == [.contexts(revision: 1)])
    }

    @Test func aNamespaceIsSet() {
        var app = Self.app()
        app.press(.character("g"), .character("n"))
        app.type("pay\n")
        #expect(
            app.effects == [.changeContext(.setNamespace(ContextID(name: "prod", file: "/k/config"), to: "pay"))])
        app.press(.character("n"), .enter)
        #expect(app.effects == [])
    }

    /// What is typed after a closed prompt would be commands.
    @Test func anImpossibleNamespaceKeepsThePromptOpen() {
        var app = Self.app()
        app.press(.character("g"), .character("n"))
        app.type("Shop_1\n")
        #expect(app.effects == [])
        #expect(app.state.prompt?.error?.hasPrefix("No namespace has that name") == true)
        #expect(app.state.prompt?.editor.text == "Shop_1")
    }

    @Test func theCurrentContextIsChosen() {
        var app = Self.app()
        app.press(.character("g"), .character("u"))
        #expect(app.effects == [.changeContext(.use(ContextID(name: "prod", file: "/k/config")))])
        app.press(.character("j"), .character("u"))
        #expect(app.effects == [])
        app.send(.contexts(.notChanged("it is locked")))
        #expect(app.state.notice?.notice == Notice(.error, "it is locked"))
    }

    @Test func deletingIsAsked() {
        var app = Self.app()
        app.press(.character("g"), .character("j"), .control("d"))
        #expect(app.state.keyContext == .contextDeletion)
        app.press(.enter, .character("j"))
        #expect(app.effects == [] && app.state.shownContexts?.deletion != nil)
        app.press(.escape)
        #expect(app.state.shownContexts?.deletion == nil)
        app.press(.control("d"), .character("x"), .character("y"))
        #expect(
            app.effects == [
                .changeContext(.delete(ContextID(name: "staging", file: "/k/config"), with: ["cluster \"c-staging\""]))
            ])
        #expect(app.state.shownContexts?.deletion == nil)
    }

    @Test func aHiddenContextIsNotUsedButCanBeRenamed() {
        var app = Self.app()
        app.press(.character("G"))
        #expect(selected(app) == ContextID(name: "staging", file: "/k/two"))
        app.press(.enter)
        #expect(app.effects == [])
        #expect(app.state.notice?.notice.text == "The one of /k/config counts instead: R gives this one another name.")
        app.press(.character("R"))
        app.type("2\n")
        #expect(
            app.effects == [.changeContext(.rename(ContextID(name: "staging", file: "/k/two"), to: "staging2"))])
    }

    /// Whatever the size of the screen, the selection is on it.
    @Test func theSelectionStaysOnTheScreen() {
        for rows in 4...40 {
            var app = Self.app(size: Size(columns: 80, rows: rows))
            app.press(.character("G"))
            guard let view = app.state.shownContexts else { continue }
            let line = view.selectedIndex - view.top
            #expect(line >= 0 && line < app.state.visibleRows(of: view))
        }
    }
}
