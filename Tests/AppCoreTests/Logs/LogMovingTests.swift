import Screen
import Testing

@testable import AppCore

/// Thousands of keys, lines and sizes: what is on the screen stays where it belongs.
struct LogMovingTests {
    private struct Random {
        var state: UInt64

        mutating func below(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
    }

    private static let texts = [
        "short", "INFO a line with 日本語 in it", "\tat somewhere(File.java:1)", #"{"level":"error","a":{"b":[1,2,3]}}"#,
        String(repeating: "long ", count: 60), "", "level=warn msg=\"x y\" n=3", "\u{1B}[31mred\u{1B}[0m \u{1B}[2J",
        "e\u{301}é",
    ]
    private static let keys = [
        "j", "k", "g", "G", "w", "t", " ", "\n", "n", "N", "/e\n", "/\n", "f!short\n", "Flong\n", "1",
        "3", "4", "|level,a.b\n", "/(\n", "/[ae]r+\n", "c",
    ]

    @Test(arguments: 1...16)
    func whatIsOnTheScreenBelongsThere(seed: Int) async {
        var random = Random(state: UInt64(seed))
        var app = App(pods: "web-1")
        app.type("l")
        let order = LogOrder(namespace: "shop", subject: .pod("web-1"))
        var ring = LogRing(maximumLines: 300)
        var stamp: Int64 = 0
        for _ in 0..<250 {
            await Task.yield()
            switch random.below(8) {
            case 0, 1:
                for _ in 0..<random.below(80) {
                    stamp += Int64(random.below(3)) * 1_000_000_000
                    ring.append(
                        source: random.below(4) - 1, stamp: stamp, Self.texts[random.below(Self.texts.count)].utf8)
                }
                if random.below(30) == 0 { ring = LogRing(maximumLines: 300) }
                var news = LogNews(order)
                news.origins = (0..<3).map {
                    LogOrigin(pod: "web-\($0)", container: "app", phase: .reading, label: "p\($0)", colour: $0)
                }
                news.text = ring.snapshot()
                app.send(.log(app.state.focus, news))
            case 2: app.press([Key.pageUp, .pageDown, .left, .right, .up, .down, .home, .end][random.below(8)])
            case 3:
                app.mouse(
                    [.wheelUp, .wheelDown, .press, .doublePress][random.below(4)], column: 5, row: random.below(20))
            case 5 where random.below(2) == 0:
                app.type(["f", "F", "|", "/"][random.below(4)])
                app.press(.control("u"), .enter)
            case 4 where random.below(3) == 0:
                app.send(.resized(Size(columns: 3 + random.below(120), rows: 1 + random.below(40))))
            default: app.type(Self.keys[random.below(Self.keys.count)])
            }
            while app.effects.contains(.workOnLogs) { app.send(.workOnLogs) }
            expectSound(app)
        }
    }

    private func expectSound(_ app: App) {
        guard let view = app.state.shownLog else { return }
        let space = app.state.logSpace
        #expect(view.matches.allSatisfy { view.text[$0] != nil })
        guard view.shownCount > 0 else {
            #expect(view.cursor == nil)
            return
        }
        let shown = (0..<view.shownCount).map { view.number(at: $0) }
        #expect(shown.contains(view.top))
        #expect(view.topRow >= 0 && view.topRow < view.height(of: view.top, space))
        // No room below the last line unless all lines fit.
        let rows = view.shownLines.reduce(-view.topRow) { $0 + view.height(of: $1, space) }
        #expect(rows >= space.rows || (view.top == shown[0] && view.topRow == 0))
        if view.follows {
            #expect(view.cursor == nil)
            #expect(view.isAtEnd(space))
        } else {
            #expect(view.cursor.map(shown.contains) == true)
        }
        for number in view.shownLines.prefix(space.rows) {
            let rows = view.rows(of: number, space)
            #expect(rows.count == view.height(of: number, space))
        }
    }
}
