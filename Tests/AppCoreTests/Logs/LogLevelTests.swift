import Testing

@testable import AppCore

struct LogLevelTests {
    private func found(_ line: String) -> (level: LogLevel, word: String) {
        let bytes = Array(line.utf8)
        let found = bytes.withUnsafeBufferPointer { findLevel($0) }
        return (found.level, String(decoding: bytes[found.range], as: UTF8.self))
    }

    @Test(arguments: [
        (#"{"level":"error","msg":"x"}"#, LogLevel.error, "error"),
        (#"{"ts":1, "Level" : "Warning"}"#, .warn, "Warning"),
        (#"{"time":1,"nested":{"level":"error"},"severity":"INFO"}"#, .info, "INFO"),
        (#"{"log":{"level":"debug"}}"#, .debug, "debug"),
        (#"{"log.level":"fatal"}"#, .fatal, "fatal"),
        (#"{"level":30,"msg":"pino"}"#, .info, "30"),
        (#"{"level":3,"short_message":"gelf"}"#, .error, "3"),
        (#"{"t":{"$date":1},"s":"W","c":"NET"}"#, .warn, "W"),
        (#"{"msg":"level error \"level\":\"error\""}"#, .unknown, ""),
        (#"{"level":""#, .unknown, ""),
        (#"{"level"#, .unknown, ""),
        ("time=12:00 level=warn msg=x", .warn, "warn"),
        (#"msg="ERROR is a word" lvl="info""#, .info, "info"),
        ("I1121 12:03:41.120000 1 main.go:12] up", .info, "I"),
        ("E1121 12:03:41.120000 1 main.go:12] down", .error, "E"),
        ("<11>Nov 21 app: broken", .error, "11"),
        ("<134>Nov 21 app: fine", .info, "134"),
        ("2026-11-21 12:03:41,120 ERROR [main] com.shop.App - no", .error, "ERROR"),
        ("[WARNING] slow", .warn, "WARNING"),
        ("2026/11/21 12:00:00 [error] 29#29: *1 open() failed", .error, "error"),
        ("2026-11-21T12:00:00Z\tinfo\tserver.go:1\tup", .info, "info"),
        ("info: Microsoft.Hosting.Lifetime[14]", .info, "info"),
        ("3:04PM WRN slow", .warn, "WRN"),
        ("12:00 | CRITICAL | gone", .fatal, "CRITICAL"),
        ("no error at all", .unknown, ""),
        ("TRACE_ID=7 /ERROR 4-WARN", .unknown, ""),
        ("INFORMATION DEBUGGER", .unknown, ""),
        ("ok", .unknown, ""),
        ("", .unknown, ""),
    ])
    func theLevelIsReadWhereProgramsWriteIt(_ line: String, _ level: LogLevel, _ word: String) {
        #expect(found(line) == (level, word))
    }

    @Test func anyBytesAreRead() {
        var state: UInt64 = 1
        let alphabet = Array("{}[]\"\\:=, <>levlERROWN0139\u{1B}\u{0}\t\n".utf8) + [0xFF, 0xC3]
        for _ in 0..<3000 {
            var line: [UInt8] = []
            for _ in 0..<60 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                line.append(alphabet[Int(state >> 33) % alphabet.count])
                let found = line.withUnsafeBufferPointer { findLevel($0) }
                #expect(found.range.upperBound <= line.count)
                _ = LogFields(line[...])
            }
        }
    }
}

struct LogRecordsTests {
    /// How far back the record of each line begins.
    private func backs(_ text: String) -> [Int] {
        var ring = LogRing()
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            ring.append(source: 0, stamp: 0, line.utf8)
        }
        let lines = ring.snapshot()
        return (0..<lines.end).map { lines.line($0)?.back ?? -1 }
    }

    @Test func stackTracesBelongToTheirMessage() {
        #expect(
            backs(
                """
                2026-11-21 ERROR request failed
                java.lang.IllegalStateException: no
                \tat com.shop.Cart.pay(Cart.java:12)
                \t... 12 more
                Caused by: java.io.IOException: closed
                \tat java.base/java.net.Socket.read
                2026-11-21 INFO next
                """) == [0, 1, 2, 3, 4, 5, 0])
        #expect(
            backs(
                """
                ERROR in request
                Traceback (most recent call last):
                  File "app.py", line 3, in <module>
                    run()
                shop.errors.CartError: empty
                INFO next
                """) == [0, 1, 2, 3, 4, 0])
        #expect(
            backs(
                """
                Traceback (most recent call last):
                  File "app.py", line 3
                KeyError: 'a'

                During handling of the above exception
                next
                """) == [0, 1, 2, 0, 0, 0])
        #expect(
            backs(
                """
                panic: runtime error: index out of range
                [signal SIGSEGV: segmentation violation]

                goroutine 1 [running]:
                main.(*Server).run(0xc000010000)
                \t/app/main.go:41 +0x1d
                created by main.main in goroutine 1
                exit status 2
                listening on :8080
                """) == [0, 1, 2, 3, 4, 5, 6, 7, 0])
        #expect(
            backs(
                """
                {
                  "a": 1
                }
                plain
                """) == [0, 1, 2, 0])
    }

    @Test func recordsOfSourcesDoNotMix() {
        var ring = LogRing()
        for (source, text) in [
            (0, "ERROR a"), (1, "INFO b"), (0, " at x"), (1, " more"), (-1, "── joined ──"), (0, "\ty"),
        ] {
            ring.append(source: source, stamp: 5, text.utf8)
        }
        let text = ring.snapshot()
        #expect((0..<6).map { text.line($0)?.back } == [0, 0, 2, 2, 0, 5])
        #expect((0..<6).map { text.line($0)?.level } == [.error, .info, .error, .info, .unknown, .error])
    }

    @Test func whatComesMuchLaterIsNoPartOfIt() {
        var ring = LogRing()
        ring.append(source: 0, stamp: 0, "ERROR a".utf8)
        ring.append(source: 0, stamp: 4_000_000_000, "  soon".utf8)
        ring.append(source: 0, stamp: 10_000_000_000, "  late".utf8)
        let text = ring.snapshot()
        #expect((0..<3).map { text.line($0)?.back } == [0, 1, 0])
    }
}
