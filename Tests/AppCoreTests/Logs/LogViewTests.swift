import KubernetesModel
import Screen
import Testing

@testable import AppCore

struct LogViewTests {
    private static let second: Int64 = 1_000_000_000

    private static let ring = LogRing.Identity()

    /// News of an order with so many numbered lines of two pods.
    private func news(_ order: LogOrder, lines: Int, maximum: Int = 100_000) -> LogNews {
        var ring = LogRing(maximumLines: maximum, identity: Self.ring)
        for number in 0..<lines {
            ring.append(source: number % 2, stamp: Int64(number) * Self.second, "line \(number)\n".utf8)
        }
        var news = LogNews(order)
        news.origins = [
            LogOrigin(pod: "web-1-abc", container: "app", phase: .reading, label: "abc"),
            LogOrigin(pod: "web-1-xyz", container: "app", phase: .reading, label: "xyz", colour: 1),
        ]
        news.containers = ["app", "proxy"]
        news.text = ring.snapshot()
        return news
    }

    private func opened(lines: Int = 100) throws -> (App, LogOrder) {
        var app = App(pods: "web-1", size: Size(columns: 100, rows: 25))
        app.type("l")
        let order = LogOrder(namespace: "shop", subject: .pod("web-1"))
        app.send(.log(app.state.focus, news(order, lines: lines)))
        return (app, order)
    }

    private func texts(_ view: LogView?, from number: Int, count: Int) -> [String] {
        (number..<number + count).compactMap {
            view?.pieces(of: $0, LogSpace(rows: 20, columns: 100, utcOffset: 0)).map(\.text).joined()
        }
    }

    @Test func logsOfWhatIsSelectedOpenAndClose() {
        var app = App(pods: "web-1", "web-2")
        app.type("jl")
        #expect(app.works == [.log(LogOrder(namespace: "shop", subject: .pod("web-2")))])
        #expect(app.state.crumbs == ["pods", "logs web-2"])
        app.press(.escape)
        #expect(app.endsWork)
        app.type("p")
        var previous = LogOrder(namespace: "shop", subject: .pod("web-2"))
        previous.previous = true
        #expect(app.works == [.log(previous)])
    }

    @Test func aLogThatHasEndedIsReadAgainWhenItIsAskedFor() throws {
        var (app, order) = try opened(lines: 1)
        app.press(.control("r"))
        #expect(app.works == [])
        for state in [LogNews.State.ended, .failed("pods \"web-1\" not found")] {
            for keys in [[Key.control("r")], [.tab, .character("l")]] {
                var over = LogNews(order)
                over.state = state
                app.send(.log(app.state.focus, over))
                var works: [PaneWork] = []
                for key in keys {
                    app.press(key)
                    works += app.works
                }
                #expect(works == [.log(order)])
                #expect(app.state.shownLog?.news.state == .reading)
            }
        }
        var refused = LogNews(order)
        refused.origins = [LogOrigin(pod: "web-1", container: "app", phase: .ended)]
        app.send(.log(app.state.focus, refused))
        app.press(.control("r"))
        #expect(app.works == [])
        refused.origins[0].hasFailed = true
        app.send(.log(app.state.focus, refused))
        app.press(.control("r"))
        #expect(app.works == [.log(order)])
        // Another run may have become the one before.
        app.press(.tab, .character("p"))
        order.previous = true
        #expect(app.works == [.log(order)])
        app.press(.tab)
        app.press(.character("p"))
        #expect(app.works == [.log(order)])
    }

    @Test func whatIsSavedHasTheFieldsOfExpandedLines() throws {
        let opening = try opened(lines: 0)
        var app = opening.0
        let order = opening.1
        var ring = LogRing(identity: LogRing.Identity())
        for line in [#"{"level":"warn","order":{"id":81213}}"#, "two"] {
            ring.append(source: 0, stamp: 0, "\(line)\n".utf8)
        }
        var news = LogNews(order)
        news.origins = [LogOrigin(pod: "web-1", container: "app", phase: .reading)]
        news.text = ring.snapshot()
        app.send(.log(app.state.focus, news))
        app.press(.character("g"), .enter)
        let view = try #require(app.state.shownLog)
        var bytes: [UInt8] = []
        LogExport(view, app.state.logSpace, isEverything: false).forEachPiece { bytes += $0 }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("    ") && $0.contains("81213") })
        #expect(lines.last == "two")
    }

    @Test func podsThatAreLeftOutCount() throws {
        let opening = try opened(lines: 1)
        var app = opening.0
        let order = opening.1
        var news = LogNews(order)
        news.origins = [LogOrigin(pod: "web-1", container: "app", phase: .reading)]
        news.podsLeftOut = 10
        app.send(.log(app.state.focus, news))
        let counts = try #require(app.state.shownLog?.podCounts)
        #expect(counts.reading == 1 && counts.all == 11)
    }

    @Test func workloadsHaveTheLogsOfAllTheirPods() {
        var app = App()
        app.type(":deploy\n")
        app.cluster.set([object(Deployment.self, "web")], of: Deployment.kind)
        app.publish()
        app.type("l")
        let order = LogOrder(namespace: "shop", subject: .workload(resource: "deployments", name: "web"))
        #expect(app.works == [.log(order)])
        #expect(order.title == "deploy/web")
    }

    @Test func whatHasNoLogsSaysSo() {
        var app = App()
        app.type(":no\n")
        app.cluster.set([object(Node.self, "node-1")], of: Node.kind, in: nil)
        app.publish()
        app.type("l")
        #expect(app.notice == "Only pods, workloads and Services have logs.")
        #expect(app.effects == [])
    }

    @Test func theEndStaysOnTheScreenUntilSomebodyGoesUp() throws {
        var (app, order) = try opened()
        // 24 rows less header, title and footer.
        #expect(app.state.shownLog?.top == 79)
        app.send(.log(app.state.focus, news(order, lines: 200)))
        #expect(app.state.shownLog?.top == 179)
        app.press(.up)
        app.send(.log(app.state.focus, news(order, lines: 300)))
        #expect(app.state.shownLog?.top == 179)
        #expect(app.state.shownLog?.cursor == 198)
        #expect(app.state.shownLog?.follows == false)
        #expect(app.state.shownLog?.newCount == 100)
        app.press(.pageUp)
        #expect(app.state.shownLog?.top == 158)
        #expect(app.state.shownLog?.cursor == 158)
        app.type("G")
        app.send(.log(app.state.focus, news(order, lines: 400)))
        #expect(app.state.shownLog?.top == 379)
        app.type(" ")
        app.send(.log(app.state.focus, news(order, lines: 500)))
        #expect(app.state.shownLog?.top == 379)
        // Down from the last line there is nothing but what comes.
        app.type(" ")
        #expect(app.state.shownLog?.top == 479)
    }

    @Test func newsOfOtherLogsAreNotShown() throws {
        var (app, order) = try opened()
        order.range = .start
        app.send(.log(app.state.focus, news(order, lines: 7)))
        #expect(app.state.shownLog?.text.end == 100)
    }

    @Test func keysAskForAnotherPartOfTheLog() throws {
        var (app, order) = try opened()
        app.type("wt")
        app.type("s5m\n")
        order.range = .minutes(5)
        #expect(app.works == [.log(order)])
        app.type("p")
        order.previous = true
        #expect(app.works == [.log(order)])
        app.type("a")
        order.containers = .all
        #expect(app.works == [.log(order)])
        #expect(app.state.shownLog?.wraps == true && app.state.shownLog?.times == .local)
    }

    @Test func containersAreChosenOneAfterTheOther() throws {
        var (app, order) = try opened()
        app.type("o")
        order.containers = .named("proxy")
        #expect(app.works == [.log(order)])
        app.type("o")
        #expect(app.notice == "There is only one container.")
        app.send(.log(app.state.focus, news(order, lines: 1)))
        app.type("o")
        order.containers = .named("app")
        #expect(app.works == [.log(order)])
    }

    @Test func searchGoesFromMatchToMatchAndOnAsLogsGrow() throws {
        var (app, order) = try opened()
        app.type("/LINE 1\n")
        #expect(app.state.shownLog?.matches == [1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
        app.type("gnn")
        #expect(app.state.shownLog?.cursor == 10)
        app.type("NN")
        #expect(app.state.shownLog?.cursor == 19)
        #expect(app.state.shownLog?.matchIndex == 10)
        app.send(.log(app.state.focus, news(order, lines: 102)))
        #expect(app.state.shownLog?.matches.suffix(3) == [19, 100, 101])
        app.press(.escape)
        #expect(app.state.shownLog?.search.text == "")
        app.type("n")
        #expect(app.notice == "Nothing matches.")
    }

    @Test func linesSayWhoseTheyAreAndWhen() throws {
        var (app, _) = try opened()
        #expect(texts(app.state.shownLog, from: 0, count: 2) == ["abc line 0", "xyz line 1"])
        app.type("t")
        #expect(texts(app.state.shownLog, from: 61, count: 1) == ["00:01:01.000 xyz line 61"])
        app.type("t")
        #expect(texts(app.state.shownLog, from: 61, count: 1) == ["00:01:01.000Z xyz line 61"])
        app.type("t")
        #expect(texts(app.state.shownLog, from: 61, count: 1) == ["xyz line 61"])
    }

    @Test func theOldestLinesGoFirstAndAreCounted() {
        var ring = LogRing(maximumLines: 1500)
        for number in 0..<10_000 {
            ring.append(source: 0, stamp: 0, "line \(number)\n".utf8)
            if number % 777 == 0 { _ = ring.snapshot() }
        }
        let text = ring.snapshot()
        #expect(text.end == 10_000)
        #expect((1500...2600).contains(text.end - text.first))
        #expect((text.first..<text.end).allSatisfy { text[$0]?.text == "line \($0)" })
        #expect(text[text.first - 1] == nil)
        #expect(text[text.end] == nil)
        // One that was taken before is as it was.
        let before = ring.snapshot()
        ring.append(source: 0, stamp: 0, "more".utf8)
        #expect(before.end == 10_000)
        #expect(ring.snapshot().end == 10_001)
    }

    @Test func aHugeLineIsCutAndSaysSo() {
        var ring = LogRing()
        ring.append(source: 0, stamp: 0, [UInt8](repeating: UInt8(ascii: "x"), count: 10 << 20))
        let text = ring.snapshot()[0]?.text ?? ""
        #expect(text.hasSuffix("… (57344 more bytes)"))
        #expect(text.utf8.count < 9000)
    }

    @Test func aBigScreenShowsTheTableAbove() throws {
        var app = App(pods: "web-1", size: Size(columns: 160, rows: 48))
        app.type("l")
        #expect(app.state.paneRects[app.state.focus] == Rect(column: 0, row: 16, columns: 160, rows: 31))
        #expect(app.state.paneRects[.main] == Rect(column: 0, row: 1, columns: 160, rows: 15))
        app.type("z")
        #expect(app.state.paneRects == [app.state.focus: Rect(column: 0, row: 2, columns: 160, rows: 45)])
        app.type("z")
        app.send(.resized(Size(columns: 80, rows: 24)))
        #expect(app.state.paneRects == [app.state.focus: Rect(column: 0, row: 2, columns: 80, rows: 21)])
    }
}
