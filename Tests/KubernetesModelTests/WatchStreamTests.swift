import ModelTestSupport
import Testing

@testable import KubernetesModel

struct WatchStreamTests {
    /// An event with its object as a value.
    enum Plain: Equatable {
        case added(ObjectValue)
        case modified(ObjectValue)
        case deleted(ObjectValue)
        case bookmark(String, Bool)
        case error(StatusObject)

        init(_ event: WatchEvent) {
            switch event {
            case .added(let object): self = .added(ObjectValue(object))
            case .modified(let object): self = .modified(ObjectValue(object))
            case .deleted(let object): self = .deleted(ObjectValue(object))
            case .bookmark(let version, let ends): self = .bookmark(version, ends)
            case .error(let status): self = .error(status)
            }
        }

        var name: String? {
            switch self {
            case .added(let object), .modified(let object), .deleted(let object): object.metadata.name
            default: nil
            }
        }
    }

    static let pods = KindDecoder(Pod.self)

    static func watch(_ bytes: [UInt8], _ format: WireFormat, chunk: Int = .max) throws(WireFailure) -> [Plain] {
        var stream = WatchStream(pods, format: format)
        var events: [Plain] = []
        for piece in pieces(bytes, chunk) {
            events += try piece.withBytes { (raw) throws(WireFailure) in try stream.append(raw).map { Plain($0) } }
        }
        try stream.finish()
        return events
    }

    @Test func refusesAnObjectOfAnotherKind() throws {
        let event = #"{"type":"ADDED","object":{"kind":"Secret","metadata":{"name":"a"}}}"# + "\n"
        #expect(throws: WireFailure(.unexpectedKind, at: 25)) { try Self.watch(Array(event.utf8), .json) }
    }

    @Test func decodesARecordedWatchToEqualEventsFromBothEncodings() throws {
        let fromJSON = try Self.watch(try Fixtures.bytes("watch/pods-initial.jsonl"), .json)
        let fromProtobuf = try Self.watch(try Fixtures.bytes("watch/pods-initial.pb"), .protobuf)
        #expect(fromJSON.dropLast() == fromProtobuf.dropLast())
        #expect(fromJSON.count == 14)
        for events in [fromJSON, fromProtobuf] {
            guard case .bookmark(let version, let ends) = events.last else {
                Issue.record("no bookmark")
                continue
            }
            #expect(Int(version) ?? 0 > 0)
            #expect(ends)
        }
    }

    @Test(arguments: [("watch/pods-initial.jsonl", WireFormat.json), ("watch/pods-initial.pb", .protobuf)])
    func decodesTheSameHoweverTheBodyIsCut(path: String, format: WireFormat) throws {
        let bytes = try Fixtures.bytes(path)
        let whole = try Self.watch(bytes, format)
        for chunk in [1, 3, 997] { #expect(try Self.watch(bytes, format, chunk: chunk) == whole) }
    }

    @Test(arguments: [("watch/pods-expired.jsonl", WireFormat.json), ("watch/pods-expired.pb", .protobuf)])
    func tellsThatTheVersionIsTooOld(path: String, format: WireFormat) throws {
        var status = StatusObject()
        status.status = "Failure"
        status.message = "too old resource version: 1 (14143)"
        status.reason = "Expired"
        status.code = 410
        #expect(try Self.watch(try Fixtures.bytes(path), format) == [.error(status)])
    }

    @Test(arguments: [("watch/pods-expired.jsonl", WireFormat.json), ("watch/pods-expired.pb", .protobuf)])
    func saysThatAnEventWasCutWhereverItWas(path: String, format: WireFormat) throws {
        var bytes = try Fixtures.bytes(path)
        while bytes.last == 0x0A { bytes.removeLast() }
        for length in 1..<bytes.count {
            #expect(throws: WireFailure.self) { try Self.watch(Array(bytes[..<length]), format) }
        }
    }

    @Test func takesTypeAfterObjectAndLeavesOutUnknownTypes() throws {
        let text = """
            {"object":{"metadata":{"name":"a"}},"type":"MODIFIED"}
            {"type":"FUTURE","object":{}}

            {"type":"DELETED","object":{"metadata":{"name":"b"}}}{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"9"}}}
            """
        let events = try Self.watch(Array(text.utf8), .json)
        #expect(events.map(\.name) == ["a", "b", nil])
        #expect(events.last == .bookmark("9", false))
    }

    @Test func refusesAFrameOfAnAbsurdLength() {
        #expect(throws: WireFailure(.tooLarge, at: 0)) { try Self.watch([0xFF, 0xFF, 0xFF, 0xFF, 1], .protobuf) }
    }

    @Test func wholeDocumentsComeAsTrees() throws {
        var stream = JSONWatchStream()
        let text = #"{"type":"ADDED","object":{"kind":"Rocket","spec":{"stages":2}}}"# + "\n"
        let events = try Array(text.utf8).withBytes { (raw) throws(WireFailure) in try stream.append(raw) }
        try stream.finish()
        let object = JSONValue.object([
            .init("kind", .string("Rocket")), .init("spec", .object([.init("stages", .number("2"))])),
        ])
        #expect(events == [JSONWatchStream.Event(type: "ADDED", object: object)])
    }
}
