import ClusterState
import KubernetesModel
import Screen
import Testing

@testable import AppCore

/// Thousands of things happen in an order nobody would think of.
struct RandomUseTests {
    private struct Random {
        var state: UInt64

        mutating func below(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
    }

    private static let texts = [
        ":svc\n", ":po -A\n", ":no\n", ":ns\n", ":ctx\n", ":deploy shop\n", ":ev\n", "/p1\n", "/!p\n",
        "/restarts>2 age<1h\n",
        "/-l app=web\n", ":pf\n", "F", "f", "/(\n", "/^p.*3", "?", "y", "q", "c", "N", "A", "S", "P", "O", "G", "g",
        "[", "]", "-", "0",
        "1",
        "2", " ", "m", "v", "z", "E", "d", "l", "X", "+", "<", "=", ">", "c", "p", "h", "k", "x", "w", "n", "s", "r",
        "yes\n", "prod\n", "3\n", ":scale 0\n",
    ]
    private static let keys: [Key] = [
        .enter, .escape, .tab, .backTab, .backspace, .up, .down, .left, .right, .home, .end, .pageUp, .pageDown,
        .shiftLeft, .shiftRight, .control("z"), .control("w"), .control("\\"), .control("r"), .control("u"), .alt("j"),
        .control("d"), .control("d"), .control("e"), .control("x"), .control("o"), .control("y"), .control(" "),
        .control("t"), .control("t"), .control("t"), .control("]"), .modified(.left, .alt), .modified(.down, .alt),
        .modified(.pageUp, .shift), .character("s"), .character("D"),
    ]

    /// What the server says to an action that was sent.
    private static func answer(_ app: inout App, _ random: inout Random) {
        for case .act(let order) in app.effects where random.below(3) > 0 {
            let outcomes = order.targets.indices.map { index -> ActionOutcome? in
                let outcome = [ActionOutcome.done(""), .failed("no"), .unknown("?"), .notSent][random.below(4)]
                app.send(.action(.outcome(order, index, outcome)))
                return outcome
            }
            app.send(.action(.ended(order, outcomes)))
        }
    }

    private static func step(_ app: inout App, _ random: inout Random, version: inout Int) throws {
        switch random.below(12) {
        case 0...3: app.press(keys[random.below(keys.count)])
        case 4, 5: app.type(texts[random.below(texts.count)])
        case 6, 7:
            let namespace: String? = random.below(2) == 0 ? "shop" : nil
            app.cluster.change(in: namespace) { store in
                for _ in 0..<random.below(20) {
                    version += 1
                    let made = pod(
                        "p\(random.below(60))", in: namespace ?? "ns\(random.below(3))", version: version,
                        restarts: Int32(random.below(6)), isReady: random.below(3) > 0, age: Int64(random.below(9000)))
                    if random.below(3) == 0 { store.remove(made) } else { store.upsert(made) }
                }
                switch random.below(8) {
                case 0: store.setState(.ready)
                case 1: store.setState(.stale(since: noon, reason: "cut", retryAt: nil))
                case 2: store.setState(.forbidden(reason: "no"))
                default: break
                }
            }
            app.publish()
        case 8:
            app.send(.resized(Size(columns: random.below(150), rows: random.below(50))))
        case 9:
            let kinds: [MouseEvent.Kind] = [.press, .doublePress, .wheelUp, .wheelDown, .release]
            app.mouse(kinds[random.below(5)], column: random.below(150) - 1, row: random.below(50) - 1)
        case 10:
            app.send(.tick(now: Timestamp(seconds: noon.seconds + Int64(random.below(10_000)))))
        default:
            if case .document(let view) = app.state.place {
                let list = (0..<random.below(40)).map { "\"p\($0)\\n\"" }.joined(separator: ",")
                app.send(.document(.loaded(view.address, try json("{\"a\":[\(list)]}"))))
            } else if let log = app.state.shownLog {
                var ring = LogRing(maximumLines: 600)
                for number in 0..<random.below(2000) {
                    ring.append(source: number % 3 - 1, stamp: Int64(number), "p\(number % 17) \u{1B}[31m\n".utf8)
                }
                var news = LogNews(log.order)
                news.origins = [LogOrigin(pod: "p1", container: "app", phase: .reading)]
                news.text = ring.snapshot()
                app.send(.log(app.state.focus, news))
            } else if let shell = app.state.shownShell {
                var news = ShellNews(shell.order)
                news.state =
                    [.starting("x"), .running, .running, .exited(3), .failed("no", .missingShell)][
                        random.below(5)]
                if random.below(3) > 0 {
                    let size = Size(columns: 1 + random.below(100), rows: 1 + random.below(30))
                    var picture = TerminalPicture(size: size, version: UInt64(random.below(.max)))
                    for number in 0..<random.below(300) { picture.scrollback.append(CompactLine("p\(number)")) }
                    picture.mouse = random.below(4) == 0 ? .clicks : .none
                    news.picture = picture
                }
                app.send(.shell(app.state.focus, news))
            } else if random.below(6) == 0 {
                app.cluster.drop(in: random.below(2) == 0 ? "shop" : nil)
                app.publish()
            } else {
                app.send(.input(.paste("p\(random.below(9))\n")))
            }
        }
    }

    @Test(arguments: 1...24)
    func whateverHappensTheStateStaysSound(seed: Int) async throws {
        var random = Random(state: UInt64(seed))
        var app = App()
        app.cluster.set((0..<40).map { pod("p\($0)") })
        app.cluster.set([object(Service.self, "web") { $0.spec.selector = ["app": "web"] }], of: Service.kind)
        app.cluster.set([object(Node.self, "node-1")], of: Node.kind, in: nil)
        app.cluster.set([object(Namespace.self, "shop")], of: Namespace.kind, in: nil)
        app.publish()
        var version = 1
        for _ in 0..<400 {
            try Self.step(&app, &random, version: &version)
            Self.answer(&app, &random)
            expectSound(app.state)
            await Task.yield()
        }
    }

    private func expectSound(_ state: AppState) {
        #expect(state.panes.allSatisfy { (1...50).contains($0.places.count) })
        let shown = state.layout.tree.panes
        #expect(Set(shown).count == shown.count && shown.contains(.main) && shown.contains(state.focus))
        #expect(shown.allSatisfy { state.pane($0) != nil } && state.panes.count <= AppState.maximumPanes)
        #expect(Set(state.paneWork.keys).isSubset(of: state.panes.map(\.id)))
        #expect(state.favourites.count <= 9)
        if let dialog = state.dialog {
            #expect(!dialog.targets.isEmpty && dialog.outcomes.count == dialog.targets.count)
            #expect(state.keyContext == .action)
            if case .word(let word, _) = dialog.confirmation { #expect(!word.isEmpty) }
        }
        switch state.place {
        case .access(let view):
            #expect(view.top >= 0 && view.top <= max(0, view.lines.count - 1))
            #expect(view.selected == nil || view.target != nil)
        case .forwards(let view):
            #expect(view.selectedIndex >= 0 && view.selectedIndex <= max(0, state.forwardRows.count - 1))
        case .table(let view):
            #expect(view.rows.count <= view.total)
            #expect(view.brokenCount >= 0 && view.degradedCount >= 0)
            #expect(view.brokenCount + view.degradedCount <= view.total)
            if view.rows.count == 0 {
                #expect(view.selection == nil)
            } else {
                #expect(view.selection?.metadata.uid == view.rows[view.selectedIndex].place.uid)
                #expect(view.top <= view.selectedIndex && view.selectedIndex < view.top + state.visibleRows)
            }
            let present = Set(view.all.rows.map(\.place.uid))
            #expect(present.count == view.total)
            #expect(view.marks.isSubset(of: present))
        case .contexts(let view):
            #expect(view.selectedIndex >= 0 && view.selectedIndex < max(1, state.contexts.count))
        case .document(let view):
            #expect(view.top >= 0 && view.top <= max(0, view.lines.count - 1))
            #expect(view.matches.allSatisfy { view.lines.indices.contains($0) })
        case .log(let view):
            #expect(view.top >= view.text.first && view.top <= max(view.text.first, view.text.end - 1))
            #expect(view.matches.allSatisfy { view.text[$0] != nil })
        case .findings(let view):
            #expect(view.selectedIndex >= 0 && view.selectedIndex < max(1, view.lines.count))
            #expect(view.top >= 0 && view.top <= max(0, view.lines.count - 1))
        case .shell(let view):
            guard let mode = view.copyMode else { break }
            #expect((mode.picture.firstLine..<mode.picture.endLine).contains(mode.cursor.line))
            #expect(mode.top <= mode.cursor.line && mode.cursor.line < mode.top + state.shellSize.rows)
        case .columns(let view):
            #expect(view.selectedIndex >= 0 && view.selectedIndex < max(1, view.columns.count))
        case .xray(let view):
            #expect(view.selectedIndex >= 0 && view.selectedIndex < max(1, view.lines.count))
            #expect(view.top <= view.selectedIndex && view.selectedIndex < view.top + state.xrayRows)
        }
    }
}
