import KubernetesModel
import Screen

@testable import AppCore

extension FuzzedParser {
    /// Lines of logs on their way to a pane: levels, records, colours, fields, filters, rows.
    static let logPane = FuzzedParser(
        name: "log-pane",
        tokens: [
            "\n", "\r\n", "\t", " ", "\u{1B}[31m", "\u{1B}[1;38;5;214m", "\u{1B}[38;2;1;2;3m", "\u{1B}[0m", "\u{1B}[",
            "\u{1B}]0;x\u{7}", "{\"level\":\"", "\"level\":30", "\"msg\":", "{", "}", "[", "]", "\"", "\\", ":", ",",
            "level=warn", "msg=\"", "=", "ERROR ", "[info]", "I1121 12:03:41.1 1 a.go:1]", "<11>", "at a.b(C.java:1)",
            "Caused by: ", "Traceback (most recent call last):", "panic: ", "goroutine 1 [running]:", "日本", "e\u{301}",
            "\u{FEFF}", "\u{0}",
        ], sizeLimit: 400
    ) { bytes in
        var ring = LogRing(maximumLines: 50, maximumBytes: 4096)
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            ring.append(source: number % 3 - 1, stamp: Int64(number) << 30, line)
        }
        var news = LogNews(LogOrder(namespace: "n", subject: .pod("p")))
        news.origins = [LogOrigin(pod: "p", container: "c", phase: .reading, label: "p")]
        news.text = ring.snapshot()
        let text = news.text
        try requireEqual(text.end, lines.count, "the lines")
        var view = LogView(news.order, now: Timestamp(seconds: 0))
        view.take(news)
        let word = String(decoding: bytes.prefix(3), as: UTF8.self)
        view.find(word)
        var filter = view.filter
        try? filter.include(word)
        filter.minimum = LogLevel.allCases[bytes.count % LogLevel.allCases.count]
        view.set(filter)
        try require(view.matches.allSatisfy { text[$0] != nil }, "a match that is not kept")
        for number in text.first..<text.end {
            guard let line = text.line(number) else { continue }
            try require(line.back >= 0 && line.back <= number, "a record that begins \(line.back) before \(number)")
            let plain = text.bytes(of: number).map(Array.init) ?? []
            try require(plain.count <= bytes.count, "more text than came")
            view.expanded = [number]
            view.fields = number % 2 == 0 ? ["level", "msg", "a.b"] : []
            for columns in [3, 17, 80] {
                let space = LogSpace(rows: 5, columns: columns, utcOffset: 0)
                for row in view.rows(of: number, space) where !row.isWhole {
                    let width = row.pieces.reduce(row.column) { $0 + textWidth($1.text) }
                    try require(width <= max(columns - 1, row.column + 2), "\(width) cells in \(columns) columns")
                }
            }
        }
    }
}
