import ModelTestSupport
import Streams

extension FuzzedParser {
    /// What reads archives that containers send.
    static let archiveParsers = [tar]

    private static let tar = FuzzedParser(
        name: "tar",
        tokens: [
            "ustar\u{0}00", "ustar  \u{0}", "././@LongLink", "x", "L", "K", "g", "S", "5", "2", "1", "0000644\u{0}",
            "00000000000\u{0}", "77777777777\u{0}", "\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}", "12 path=a/b\n",
            "13 size=99\n",
            "30 size=9223372036854775807\n", "20 GNU.sparse.x=1\n", "16 linkpath=../\n", "../", "/", ".", " ",
        ], sizeLimit: 2048
    ) { bytes in
        try check(bytes)
        // Most mutations end at a checksum: the same with all of them right.
        var repaired = bytes
        for start in stride(from: 0, to: bytes.count - 511, by: 512)
        where bytes[start..<start + 512].contains(where: { $0 != 0 }) {
            repaired.replaceSubrange(start + 148..<start + 156, with: repeatElement(UInt8(ascii: " "), count: 8))
            let sum = repaired[start..<start + 512].reduce(0) { $0 + Int($1) }
            let digits = String(sum, radix: 8)
            repaired.replaceSubrange(
                start + 148..<start + 155,
                with: Array((String(repeating: "0", count: 6 - digits.count) + digits).utf8) + [0])
        }
        try check(repaired)
    }

    private static func check(_ bytes: [UInt8]) throws {
        let whole = events([bytes])
        // No part of a header has a length that this divides.
        let pieces = stride(from: 0, to: bytes.count, by: 37).map { Array(bytes[$0...].prefix(37)) }
        try requireEqual(events(pieces), whole, "in pieces")
        try require(whole.data <= bytes.count, "\(whole.data) bytes of content of \(bytes.count)")
        for entry in whole.entries {
            try require(!entry.name.contains(0) && entry.size >= 0 && entry.name.count <= bytes.count, "\(entry)")
            if case .other = entry.kind { continue }
            var reader = TarReader()
            reader.receive(TarWriter.header(of: entry))
            try requireEqual(try reader.next(), .entry(entry), "written and read again")
        }
    }

    private struct Events: Equatable {
        var entries: [TarEntry] = []
        var data = 0
        var files = 0
        var failure: String?
        var isAtEnd = false
    }

    private static func events(_ pieces: [[UInt8]]) -> Events {
        var (events, reader) = (Events(), TarReader())
        do throws(TarFailure) {
            for piece in pieces {
                reader.receive(piece)
                while let event = try reader.next() {
                    switch event {
                    case .entry(let entry): events.entries.append(entry)
                    case .data(let bytes): events.data += bytes.count
                    case .endOfFile: events.files += 1
                    }
                }
            }
        } catch { events.failure = error.words }
        events.isAtEnd = reader.isAtEnd
        return events
    }
}
