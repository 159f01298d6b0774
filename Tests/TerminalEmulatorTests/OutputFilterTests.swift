import Testing

@testable import TerminalEmulator

@Suite struct OutputFilterTests {
    /// What comes out for bytes that come at once.
    private static func pieces(_ text: String, columns: Int = 1000) -> [[UInt8]] {
        var filter = OutputFilter()
        var pieces: [[UInt8]] = []
        Array(text.utf8).withUnsafeBufferPointer { bytes in
            filter.take(bytes, columns: columns) { piece in
                if case .output(let output, _) = piece { pieces.append(Array(output)) }
            }
        }
        return pieces
    }

    @Test func repeatedCharactersAreHandedOnBeforeTheyAreMany() {
        let pieces = Self.pieces("🚀" + String(repeating: "\u{1B}[999b", count: 500))
        #expect(pieces.allSatisfy { $0.count < 70_000 })
        #expect(String(decoding: pieces.joined(), as: UTF8.self) == String(repeating: "🚀", count: 1 + 999 * 500))
    }

    @Test func longTextsAreHandedOnInPartsOfWholeCharacters() {
        for start in ["", "a", "ab"] {
            let text = start + String(repeating: "漢", count: 100_000)
            let pieces = Self.pieces(text + "\u{1B}[2b")
            #expect(pieces.allSatisfy { $0.count < 140_000 && String(validating: $0, as: UTF8.self) != nil })
            #expect(String(decoding: pieces.joined(), as: UTF8.self) == text + "漢漢")
        }
    }

    @Test func bytesThatAreNoTextComeThrough() {
        var filter = OutputFilter()
        var count = 0
        Array(repeating: UInt8(0x80), count: 300_000).withUnsafeBufferPointer { bytes in
            filter.take(bytes, columns: 80) { if case .output(let output, _) = $0 { count += output.count } }
        }
        #expect(count == 300_000)
    }
}
