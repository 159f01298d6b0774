import Testing

@testable import Streams

struct LogLineSplitterTests {
    private static let log =
        "\(stamp(1, 5)) first\n\(stamp(1, 5)) \n\(stamp(2)) with \r\n\(stamp(2, 1)) \u{FFFD}é日\n\(stamp(3)) last"

    @Test func linesAreTheSameWhereverTheLogIsCut() {
        let log = bytes(Self.log)
        for cut in 0...log.count {
            var splitter = LogLineSplitter(isStamped: true)
            let chunks = [splitter.append(Array(log[..<cut])), splitter.append(Array(log[cut...])), splitter.finish()]
            #expect(
                chunks.flatMap(\.texts) == ["first\n", "\n", "with \r\n", "\u{FFFD}é日\n", "last"], "cut at \(cut)")
            let stamps = chunks.flatMap(\.lines).map { $0.stamp % 1_000_000_000_000 }
            #expect(stamps.map { $0 - stamps[0] } == [0, 0, 999_999_995, 999_999_996, 1_999_999_995])
        }
    }

    @Test func bytesAreKeptWhateverTheyAre() {
        var splitter = LogLineSplitter(isStamped: false)
        let log: [UInt8] = [0xFF, 0xC3, 0x0A, 0x0A, 0x00, 0x1B, 0x5B, 0x0A]
        #expect(splitter.append(log).lines.map { $0.end - $0.start } == [3, 1, 4])
    }

    @Test func aLineThatIsTooLongComesInParts() {
        var splitter = LogLineSplitter(isStamped: true, longestLine: 100)
        let first = splitter.append(bytes("\(stamp(1)) " + String(repeating: "x", count: 90)))
        let second = splitter.append(bytes("yyy\n\(stamp(2)) next\n"))
        #expect(first.texts == [String(repeating: "x", count: 90)])
        #expect(!first.isWhole(first.lines[0]))
        #expect(second.texts == ["yyy\n", "next\n"])
        #expect(second.lines.map(\.continues) == [true, false])
        #expect(second.lines[0].stamp == first.lines[0].stamp)
    }

    /// As a kubelet 1.20 gives a line of 40,000 characters, which the container runtime wrote in three parts.
    @Test func stampsInsideOfLongLinesAreTakenOut() {
        let part = String(repeating: "x", count: 16 << 10)
        let log = "\(stamp(1)) \(part)\(stamp(1, 7)) \(part)\(stamp(1, 9)) end\n\(stamp(2)) next\n"
        var splitter = LogLineSplitter(isStamped: true, mendsLongLines: true)
        #expect(splitter.append(bytes(log)).texts == [part + part + "end\n", "next\n"])
        var plain = LogLineSplitter(isStamped: true)
        #expect(plain.append(bytes(log)).texts == ["\(part)\(stamp(1, 7)) \(part)\(stamp(1, 9)) end\n", "next\n"])
    }

    @Test(arguments: [
        ("2026-11-21T13:25:40.189108139Z x", 1_795_267_540_189_108_139),
        ("2026-11-21T14:25:40.5+01:00 x", 1_795_267_540_500_000_000), ("1970-01-01T00:00:00Z x", 0),
        ("1969-12-31T23:59:59.000000001Z x", -999_999_999), ("2024-02-29T00:00:00Z x", 1_709_164_800_000_000_000),
    ])
    func readsStamps(text: String, nanoseconds: Int64) {
        let found = bytes(text).withUnsafeBufferPointer { LogStamp.read($0, from: 0, to: $0.count) }
        #expect(found?.0 == nanoseconds)
        #expect(found?.1 == text.utf8.count - 1)
    }

    @Test(arguments: [
        "", "2026-11-21T13:25:40Z", "2026-11-21 13:25:40Z x", "2026-13-21T13:25:40Z x", "no stamp at all here",
    ])
    func takesNothingElseForAStamp(text: String) {
        #expect(bytes(text).withUnsafeBufferPointer { LogStamp.read($0, from: 0, to: $0.count) } == nil)
    }
}
