import KubernetesModel
import Screen
import Testing

@testable import AppCore

struct LogFieldsTests {
    private func fields(_ line: String) -> [String: String]? {
        LogFields(Array(line.utf8)[...]).map { read in
            Dictionary(uniqueKeysWithValues: read.names.map { ($0, read.text(of: $0) ?? "-") })
        }
    }

    @Test func jsonAndLogfmtAreRead() {
        #expect(
            fields(#"{"level":"info","order":{"id":7,"items":[1,2]},"ok":true,"none":null}"#)
                == ["level": "info", "order.id": "7", "order.items": "[1,2]", "ok": "true", "none": ""])
        #expect(fields(#"12:00 INFO {"a":1}"#) == ["text": "12:00 INFO", "a": "1"])
        #expect(
            fields(#"level=warn msg="too \"slow\"" took=3ms"#) == [
                "level": "warn", "msg": #"too "slow""#, "took": "3ms",
            ])
        #expect(
            fields("WARN retry 3 order=81213 cause=timeout") == [
                "msg": "WARN retry 3", "order": "81213", "cause": "timeout",
            ])
        #expect(fields("a plain line") == nil)
        #expect(fields("GET /a?x=1 200") == nil)
        #expect(fields(#"{"broken":"#) == nil)
        #expect(fields("{}") == nil)
        #expect(fields("") == nil)
    }

    @Test func fieldsHaveOtherNamesElsewhere() {
        let read = LogFields(
            Array(#"{"severity":"INFO","message":"up","@timestamp":"now","a":{"b":[{"c":1}]}}"#.utf8)[...])
        #expect(read?.text(of: "level") == "INFO")
        #expect(read?.text(of: "msg") == "up")
        #expect(read?.text(of: "time") == "now")
        #expect(read?.text(of: "a.b.0.c") == "1")
        #expect(read?.text(of: "a.b.1.c") == nil)
        #expect(read?.text(of: "other") == nil)
    }

    private func opened(_ lines: [String], size: Size = Size(columns: 100, rows: 24)) -> App {
        var app = App(pods: "web-1", size: size)
        app.type("l")
        var ring = LogRing()
        for (index, line) in lines.enumerated() { ring.append(source: 0, stamp: Int64(index), line.utf8) }
        var news = LogNews(LogOrder(namespace: "shop", subject: .pod("web-1")))
        news.origins = [LogOrigin(pod: "web-1", container: "app", phase: .reading)]
        news.text = ring.snapshot()
        app.send(.log(app.state.focus, news))
        return app
    }

    private func shown(_ app: App) -> [String] {
        guard let view = app.state.shownLog else { return [] }
        let space = app.state.logSpace
        return view.shownLines.flatMap { view.rows(of: $0, space) }.map { row in
            String(repeating: " ", count: row.column) + row.pieces.map(\.text).joined()
        }
    }

    @Test func chosenFieldsBecomeColumns() {
        var app = opened([
            #"{"level":"info","msg":"up","order":{"id":7}}"#, #"{"lvl":"ERROR","message":"down","order":{"id":81213}}"#,
            "a plain line", "level=warn msg=slow",
        ])
        app.type("|level,order.id,msg\n")
        #expect(shown(app) == [" INFO  7     up", " ERROR 81213 down", " a plain line", " WARN        slow"])
        app.type("|")
        #expect(app.state.prompt?.editor.text == "level,order.id,msg")
        app.press(.control("u"), .enter)
        #expect(shown(app).first == #" {"level":"info","msg":"up","order":{"id":7}}"#)
    }

    @Test func fieldsAreCompletedFromWhatLinesHave() {
        var app = opened([#"{"level":"info","msg":"up","order":{"id":7}}"#, #"{"level":"info"}"#])
        app.type("|")
        #expect(app.state.prompt?.candidates == ["level", "msg", "order.id"])
        app.type("level,o")
        #expect(app.state.prompt?.candidates == ["level,order.id"])
        app.press(.tab, .escape)
        #expect(app.state.shownLog?.fields == [])
    }

    @Test func aLineIsExpandedToATree() {
        var app = opened(["before", #"{"msg":"up","order":{"id":7,"tags":["a"]}}"#])
        app.press(.enter)
        #expect(
            shown(app) == [
                " before", #" {"msg":"up","order":{"id":7,"tags":["a"]}}"#, "     from: web-1/app",
                "     written: 1970-01-01T00:00:00Z", "     msg: up", "     order:", "       id: 7", "       tags:",
                "       - a",
            ])
        app.press(.enter)
        #expect(shown(app).count == 2)
    }
}
