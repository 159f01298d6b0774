import ModelTestSupport
import Testing

@testable import KubernetesModel

struct StringInternerTests {
    private static func string(_ text: String, _ interner: StringInterner) -> String {
        Array(text.utf8).withBytes { interner.string($0) }
    }

    /// Where the bytes of a long string are.
    private static func address(_ text: String) -> UnsafePointer<UInt8>? {
        text.utf8.withContiguousStorageIfAvailable { $0.baseAddress } ?? nil
    }

    @Test func equalStringsShareOneAllocation() {
        let interner = StringInterner()
        let text = "kube-scheduler.example.com"
        let first = Self.string(text, interner)
        for index in 0..<2000 { _ = Self.string("another string number \(index)", interner) }
        let second = Self.string(text, interner)
        #expect(first == text)
        #expect(Self.address(first) == Self.address(second))
        #expect(Self.address(first) != Self.address(Self.string(text, StringInterner())))
    }

    @Test func everyStringComesBackAsItIs() {
        let interner = StringInterner()
        for length in [0, 1, 15, 16, 17, 255, 256, 257, 5000] {
            let text = String(repeating: "é", count: length / 2) + (length % 2 == 1 ? "x" : "")
            for _ in 0..<2 { #expect(Self.string(text, interner) == text) }
        }
        // More strings than it keeps.
        for index in 0..<100_000 {
            let text = "a string that is long enough \(index)"
            guard Self.string(text, interner) == text else {
                Issue.record("\(index)")
                return
            }
        }
    }

    @Test func invalidTextIsRepaired() {
        let bytes = Array("sixteen bytes and ".utf8) + [0xFF]
        #expect(bytes.withBytes { StringInterner().string($0) } == "sixteen bytes and \u{FFFD}")
    }
}
