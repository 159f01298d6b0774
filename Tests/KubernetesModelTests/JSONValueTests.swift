import ModelTestSupport
import Testing

@testable import KubernetesModel

struct JSONValueTests {
    private static func parse(_ text: String) throws(WireFailure) -> JSONValue {
        try Array(text.utf8).withBytes { (raw) throws(WireFailure) in try JSONValue(parsing: raw) }
    }

    @Test func readsATreeAndKeepsOrderDoublesAndNumbers() throws {
        let value = try Self.parse(
            #" { "b" : [ 1 , -0.50e+7, true, false, null, "x" ], "a": {}, "a": [], "big": 12345678901234567890123 } "#)
        let elements: [JSONValue] = [
            .number("1"), .number("-0.50e+7"), .bool(true), .bool(false), .null, .string("x"),
        ]
        #expect(
            value
                == .object([
                    .init("b", .array(elements)), .init("a", .object([])), .init("a", .array([])),
                    .init("big", .number("12345678901234567890123")),
                ]))
        #expect(
            value.writeJSON()
                == #"{"b":[1,-0.50e+7,true,false,null,"x"],"a":{},"a":[],"big":12345678901234567890123}"#)
        #expect(try Self.parse(value.writeJSON()) == value)
    }

    @Test func writesControlCharactersEscaped() throws {
        let value = JSONValue.string("\u{1B}\"\\\n\r\t\u{0}é")
        #expect(value.writeJSON() == #""\u001b\"\\\n\r\t\u0000é""#)
        #expect(try Self.parse(value.writeJSON()) == value)
    }

    @Test func readsEveryEscape() throws {
        #expect(
            try Self.parse(#""\b\f\/\ud83d\ude00\ud83dx\udc00\u12""#)
                == .string("\u{8}\u{C}/😀\u{FFFD}x\u{FFFD}\u{FFFD}12"))
    }

    @Test(arguments: [
        ("", WireFailure(.truncated, at: 0)), ("{", WireFailure(.truncated, at: 1)),
        ("[1,", WireFailure(.truncated, at: 3)),
        (#""a"#, WireFailure(.truncated, at: 2)), ("01", WireFailure(.malformed, at: 0)),
        ("1.", WireFailure(.malformed, at: 0)), ("nul", WireFailure(.malformed, at: 0)),
        ("[1] 2", WireFailure(.malformed, at: 4)), ("{1:2}", WireFailure(.malformed, at: 1)),
        ("[1}", WireFailure(.malformed, at: 2)), ("[,]", WireFailure(.malformed, at: 1)),
        ("<a>", WireFailure(.malformed, at: 0)),
        (#"{"a":1,}"#, WireFailure(.malformed, at: 7)), ("- 1", WireFailure(.malformed, at: 0)),
    ])
    func refusesWhatIsNoJSON(text: String, failure: WireFailure) {
        #expect(throws: failure) { try Self.parse(text) }
    }

    @Test func refusesDeepNesting() throws {
        let deep = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
        _ = try Self.parse(deep)
        #expect(throws: WireFailure(.tooDeep, at: 512)) { try Self.parse("[" + deep + "]") }
        #expect(throws: WireFailure(.tooDeep, at: 512)) { try Self.parse(String(repeating: "[", count: 1_000_000)) }
    }

    @Test func readsRecordedAnswersAndWritesThemAgain() throws {
        for list in Fixtures.lists where !list.hasSuffix("/events") {
            let bytes = try Fixtures.bytes("lists/\(list).json")
            let value = try bytes.withBytes { (raw) throws(WireFailure) in try JSONValue(parsing: raw) }
            #expect(try Self.parse(value.writeJSON()) == value)
        }
    }
}
