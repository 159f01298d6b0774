import AppCore
import KubernetesClient
import KubernetesModel
import Streams
import Testing

@testable import AppRuntime

/// What a feed tells, as a pane shows it.
struct LogCollectorTests {
    private static let noon = Timestamp(seconds: 1_795_262_400)
    private let order = LogOrder(namespace: "shop", subject: .workload(resource: "deployments", name: "web"))

    private func source(_ id: Int, _ pod: String, wasThere: Bool = true) -> LogSource {
        LogSource(id: id, namespace: "shop", pod: pod, workload: "web", container: "app", wasThere: wasThere)
    }

    private func lines(_ id: Int, _ texts: [String]) -> LogEvent {
        var splitter = LogLineSplitter(isStamped: false)
        let chunk = splitter.append(Array(texts.map { $0 + "\n" }.joined().utf8))
        return .lines([LogRun(source: id, chunk: chunk, lines: 0..<chunk.lines.count)])
    }

    private func texts(_ news: LogNews?) -> [String] {
        guard let text = news?.text else { return [] }
        return (text.first..<text.end).compactMap { text[$0]?.text }
    }

    @Test func theRunBeforeIsSaidWithItsEnd() throws {
        var order = LogOrder(namespace: "shop", subject: .pod("web-1"))
        order.previous = true
        var collector = LogCollector(order)
        var state = LogContainerState(.running, restarts: 2)
        var end = TerminatedState()
        end.exitCode = 137
        end.finishedAt = Self.noon
        state.previous = end
        collector.take(
            [.began(source(0, "web-1")), .changed(source(0, "web-1"), state), .podsLeftOut(3)], now: Self.noon)
        let taken = collector.takeNews()
        let news = try #require(taken)
        #expect(news.origins[0].previousRun == EndedRun(exitCode: 137, finishedAt: Self.noon))
        #expect(news.podsLeftOut == 3)
    }

    @Test func theProcessOfAShellIsFoundInItsFirstBytes() {
        var search = ShellProcessSearch.reading([])
        for bytes in ["ls\r\n\u{1B}", "]7399;4", "2\u{7}\u{1B}]7399;43\u{7}"] { search.take(Array(bytes.utf8)) }
        #expect(search == .found(42))
        for bytes in [
            "\u{1B}]7399;1\u{7}", "\u{1B}]7399;-7\u{7}", "\u{1B}]7399;x\u{7}", String(repeating: "a", count: 5000),
        ] {
            search = .reading([])
            search.take(Array(bytes.utf8))
            #expect(search == .none)
        }
    }

    private let outage = LogOutage(
        failure: APIFailure(.transport, attempt: "watch pods", detail: "connection refused"), retryAt: noon)

    @Test func whatJoinsRestartsAndEndsStandsBetweenTheLines() {
        var collector = LogCollector(order)
        let (old, new) = (source(0, "web-1-x2x7k"), source(1, "web-2-k9w2d", wasThere: false))
        collector.take(
            [.began(old), .changed(old, LogContainerState(.running)), lines(0, ["one"])], now: Self.noon)
        collector.take(
            [.restarted(old, exitCode: 1), lines(0, ["two"]), .changed(old, LogContainerState(.ended, exitCode: 2))],
            now: Self.noon)
        collector.take([.ended(old, nil), .began(new), lines(1, ["three"])], now: Self.noon)
        let news = collector.takeNews()
        #expect(
            texts(news) == [
                "one", "x2x7k restarted (exit code 1)", "two", "x2x7k ended (exit code 2) · k9w2d joined", "three",
            ])
        #expect(news?.origins.map(\.label) == ["x2x7k", "k9w2d"])
        #expect(news?.origins.map(\.phase) == [.ended, .waiting("")])
        #expect(collector.takeNews() == nil)
    }

    @Test func aServerThatDoesNotAnswerIsNotSaidToBeRead() {
        var collector = LogCollector(order)
        let web = source(0, "web-1-x2x7k")
        collector.take([.began(web), .changed(web, LogContainerState(.running))], now: Self.noon)
        #expect(collector.takeNews()?.state == .reading)
        collector.take([.outage(outage)], now: Self.noon, clockOffset: .seconds(60))
        #expect(collector.takeNews()?.state == .retrying(at: Self.noon.adding(.seconds(60)), "connection refused"))
        collector.take([.outage(nil)], now: Self.noon)
        #expect(collector.takeNews()?.state == .reading)
    }

    @Test func oneOfTwoThatCannotBeReadIsItsOwnState() {
        var collector = LogCollector(order)
        let (one, two) = (source(0, "web-1-aaaaa"), source(1, "web-1-bbbbb"))
        let running = LogContainerState(.running)
        collector.take([.began(one), .began(two), .changed(one, running), .changed(two, running)], now: Self.noon)
        collector.take([.retrying(one, outage)], now: Self.noon)
        var news = collector.takeNews()
        #expect(news?.state == .reading)
        #expect(news?.origins.map(\.phase) == [.retrying("connection refused"), .reading])
        collector.take([.retrying(two, outage)], now: Self.noon)
        #expect(collector.takeNews()?.state == .retrying(at: Self.noon, "connection refused"))
        collector.take([.retrying(one, nil)], now: Self.noon)
        news = collector.takeNews()
        #expect(news?.state == .reading)
        #expect(news?.origins.first?.phase == .reading)
    }

    @Test func podsWhoseLinesAreGoneAreForgotten() {
        var collector = LogCollector(order)
        let filler = (0..<100).map { "\($0) " + String(repeating: "x", count: 20_000) }
        let steady = source(0, "web-1-aaaaa")
        collector.take([.began(steady)], now: Self.noon)
        let more = lines(0, filler)
        for id in 1...60 {
            let pod = source(id, "web-1-b\(id)", wasThere: false)
            collector.take([.began(pod), lines(id, ["only line"]), .ended(pod, nil)], now: Self.noon)
            collector.take([more], now: Self.noon)
            _ = collector.takeNews()
        }
        collector.take([.notice("end")], now: Self.noon)
        let news = collector.takeNews()
        #expect((2...40).contains(news?.origins.count ?? 0))
        #expect(news?.origins.first?.label == "aaaaa")
        #expect(Set(news?.origins.map(\.label) ?? []).count == news?.origins.count)
        #expect(news?.origins.contains { $0.label == "b60" } == true)
    }
}
