import AppCore
import KubernetesModel
import Screen
import Testing

@testable import Views

/// Logs of several pods in the forms that programs write them.
struct LogGoldenTests {
    private static let lines: [(source: Int, text: String)] = [
        (0, "2026-11-21 12:03:40,120 INFO  [main] com.shop.Cart - started in 8.1 s"),
        (1, #"{"level":"warn","msg":"retry 3","order":{"id":81213,"items":["tea","cup"]},"cause":"timeout"}"#),
        (0, "2026-11-21 12:03:41,377 ERROR [http-7] com.shop.Cart - payment failed"),
        (0, "java.lang.IllegalStateException: no such host"),
        (0, "\tat com.shop.Cart.pay(Cart.java:41)"),
        (1, #"{"level":"debug","msg":"health ok"}"#),
        (0, "\tat com.shop.Cart.main(Cart.java:19)"),
        (0, "Caused by: java.io.IOException: closed"),
        (1, "level=info msg=\"request done\" path=/cart took=12ms"),
        (1, "\u{1B}[1;32mGET\u{1B}[0m /cart \u{1B}[38;5;214m200\u{1B}[0m 日本語\ttabs \u{1B}[2K"),
        (1, "E1121 12:03:42.000000       1 server.go:12] cannot list pods"),
    ]

    /// The log pane of a cluster's first pod, with these lines over and over.
    private func opened(columns: Int, rows: Int, rounds: Int = 3) throws -> (state: AppState, news: (Int) -> LogNews) {
        let state = state(columns: columns, rows: rows).typing("l")
        guard case .log(let view)? = state.places.last else { throw NoLog() }
        let identity = LogRing.Identity()
        func news(rounds: Int) -> LogNews {
            var ring = LogRing(identity: identity)
            for round in 0..<rounds {
                for (index, line) in Self.lines.enumerated() {
                    let stamp = (noon.seconds + Int64(round)) * 1_000_000_000 + Int64(index) * 7_000_000
                    ring.append(source: line.source, stamp: stamp, "\(line.text)\r\n".utf8)
                }
            }
            var news = LogNews(view.order)
            news.origins = [
                LogOrigin(pod: "checkout-7d9f8b6c5d-x2x7k", container: "c0", phase: .reading, label: "x2x7k"),
                LogOrigin(
                    pod: "checkout-7d9f8b6c5d-9qk2p", container: "c0", phase: .reading, label: "9qk2p", colour: 1),
            ]
            news.text = ring.snapshot()
            return news
        }
        return (state.receiving(.log(state.focus, news(rounds: rounds))), news)
    }

    private struct NoLog: Error {}

    @Test(arguments: [(80, 24), (160, 48)]) func forms(columns: Int, rows: Int) throws {
        let size = "\(columns)x\(rows)"
        let (state, news) = try opened(columns: columns, rows: rows)
        try expectScreen("log-records-\(size)", state.typing("t"))
        try expectScreen("log-filtered-\(size)", state.typing("4fCart\nF9qk\n"))
        try expectScreen("log-fields-\(size)", state.typing("|level,order.id,msg"))
        try expectScreen("log-expanded-\(size)", state.typing("1gjjk\n"))
        let paused = state.typing("/closed\nk").receiving(.log(state.focus, news(40)))
        try expectScreen("log-paused-\(size)", paused)
        try expectScreen("log-wrapped-\(size)", state.typing("tw"))
        try expectScreen("log-nothing-left-\(size)", state.typing("fnowhere\n"))
        try expectScreen("log-since-\(size)", state.typing("s2"))
        let retrying = Timestamp(seconds: state.now.seconds + 3)
        var cut = news(3)
        cut.state = .retrying(at: retrying, "connection refused")
        try expectScreen("log-reconnecting-\(size)", state.receiving(.log(state.focus, cut)))
    }

    @Test(arguments: [24, 30, 40, 60, 80])
    func theTitleOfANarrowPaneSaysWhatItDoes(columns: Int) throws {
        let shown = try opened(columns: columns, rows: 20)
        for (keys, words) in [("", "following"), (" ", "paused")] {
            let state = shown.state.typing(keys)
            let grid = render(state).grid
            let row = state.paneRects[state.focus]?.row ?? 1
            let title = String((0..<columns).map { grid[$0, row].character })
            #expect(title.contains("· \(words)"), "\(title)")
            // The end of the pod's name.
            #expect(columns < 40 || title.contains("vbfd9"), "\(title)")
        }
    }

    @Test(arguments: [(1, 1), (3, 1), (3, 4), (16, 4), (17, 5), (40, 8), (500, 200)])
    func anySizeIsDrawn(columns: Int, rows: Int) throws {
        for keys in ["", "w", "tw", "g\n", "|level,msg\n", "wg\nG", "/a\nw", "4"] {
            let state = try opened(columns: 80, rows: 24).state.typing(keys)
            let size = Size(columns: columns, rows: rows)
            #expect(render(state.receiving(.resized(size))).grid.size == size)
        }
    }
}
