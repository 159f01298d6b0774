import Screen
import Testing

@testable import AppCore

/// Lines that were written to harm, and logs that take the place of others.
struct HostileLinesTests {
    private static let space = LogSpace(rows: 20, columns: 100, utcOffset: 0)

    private func news(_ lines: [String]) -> LogNews {
        var ring = LogRing()
        for line in lines { ring.append(source: 0, stamp: .min, line.utf8) }
        var news = LogNews(LogOrder(namespace: "shop", subject: .pod("web-1")))
        news.text = ring.snapshot()
        return news
    }

    private func opened(_ lines: [String]) -> App {
        var app = App(pods: "web-1", size: Size(columns: 100, rows: 25))
        app.type("l")
        app.send(.log(app.state.focus, news(lines)))
        return app
    }

    private func pieces(_ line: String) throws -> [LogView.Piece] {
        try #require(opened([line]).state.shownLog).pieces(of: 0, Self.space)
    }

    // MARK: - Colours

    @Test func onlyTheNetChangeOfColourCounts() throws {
        let line =
            String(repeating: "\u{1B}[1m", count: 16_000) + "\u{1B}[0;38;5;9mred\u{1B}[1m\u{1B}[0m plain\u{1B}[m!"
        #expect(
            try pieces(line) == [
                LogView.Piece(text: "red", kind: .painted(Paint(foreground: 9))),
                LogView.Piece(text: " plain!", kind: .text),
            ])
    }

    @Test func whatIsPaintedInTheSameWayIsOnePiece() throws {
        let pieces = try pieces(String(repeating: "\u{1B}[1mx", count: 10_000))
        #expect(pieces.map(\.kind) == [.painted(Paint(bold: true)), .mark])
    }

    @Test func everyPaintIsKept() throws {
        let line = "\u{1B}[1;2;3;4;7;38;5;200;48:5:17ma\u{1B}[22;23;24;27;39mb\u{1B}[0mc"
        let all = Paint(
            foreground: 200, background: 17, bold: true, dim: true, italic: true, underlined: true, reversed: true)
        #expect(
            try pieces(line) == [
                LogView.Piece(text: "a", kind: .painted(all)),
                LogView.Piece(text: "b", kind: .painted(Paint(background: 17))), LogView.Piece(text: "c", kind: .text),
            ])
    }

    @Test func afterManyChangesOfColourTheRestIsPlain() throws {
        let pieces = try pieces(String(repeating: "\u{1B}[31mx\u{1B}[32my", count: 1000))
        #expect(pieces.count == ColouredLine.maximumChanges)
        #expect(pieces.map(\.text).joined() == String(repeating: "xy", count: 1000))
        #expect(pieces.last?.kind == .text)
    }

    @Test func whatIsRightOfTheScreenIsNotLaidOut() throws {
        let view = try #require(opened([String(repeating: "\u{1B}[31mx\u{1B}[32my", count: 200)]).state.shownLog)
        #expect(view.rows(of: 0, Self.space).map(\.pieces.count) == [100])
        #expect(view.pieces(of: 0, Self.space).count == 400)
    }

    // MARK: - Fields

    @Test func fieldsOfLinesOnTheScreenAreReadOnce() throws {
        var app = opened((0..<100).map { "{\"n\":\($0),\"m\":\"x\"}" })
        app.type("|n,m\n")
        let view = try #require(app.state.shownLog)
        #expect(view.fieldTexts.keys.sorted() == Array(view.top..<100))
        #expect(view.fieldTexts[99] == ["99", "x"])
        #expect(view.pieces(of: 99, Self.space).map(\.text) == ["99 ", "x"])
        app.type("|m\n")
        app.press(.control("u"))
        app.type("m\n")
        app.type("g")
        #expect(app.state.shownLog?.fieldTexts[0]?.isEmpty == false)
        #expect(app.state.shownLog?.fieldTexts[99] == nil)
    }

    // MARK: - Controls

    private static let controls = "a\u{1B}]52;c;eA==\u{07}b\u{7F}\u{9B}2J\rc\u{1B}[31m\u{8}é"

    @Test func copiedLinesHoldNoControls() {
        var app = opened([Self.controls])
        app.type("c")
        #expect(app.effects.contains(.copy("a]52;c;eA==b2Jcé\n", what: "the end of the log")))
    }

    @Test(arguments: [false, true])
    func onlyAFileOfEverythingHoldsControls(isEverything: Bool) throws {
        let view = try #require(opened([Self.controls]).state.shownLog)
        var bytes: [UInt8] = []
        LogExport(view, Self.space, isEverything: isEverything).forEachPiece { bytes += $0 }
        let all = "a\u{1B}]52;c;eA==\u{07}b\u{7F}\u{9B}2J\rc\u{8}é\n"
        #expect(String(decoding: bytes, as: UTF8.self) == (isEverything ? all : "a]52;c;eA==b2Jcé\n"))
    }

    @Test func tabsAndEndsOfLinesStay() {
        #expect(withoutControls("a\tb\r\nc\u{0}\u{85}d\u{A0}") == "a\tb\ncd\u{A0}")
    }

    // MARK: - Other logs

    @Test func aLogThatTakesThePlaceOfOneAsLongIsLookedThroughAnew() {
        var app = opened(["red", "blue", "red"])
        app.type("/red\n")
        #expect(app.state.shownLog?.matches == [0, 2])
        app.send(.log(app.state.focus, news(["blue", "red", "blue"])))
        #expect(app.state.shownLog?.matches == [1])
        app.press(.escape)
        app.type("fblue\n")
        #expect(app.state.shownLog?.index?.numbers == [0, 2])
        app.send(.log(app.state.focus, news(["red", "blue", "red", "blue"])))
        #expect(app.state.shownLog?.index?.numbers == [1, 3])
        #expect(news(["a"]).text != news(["b"]).text)
    }
}
