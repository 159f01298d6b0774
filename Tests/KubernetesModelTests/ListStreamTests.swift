import ModelTestSupport
import Testing

@testable import KubernetesModel

struct ListStreamTests {
    @Test(arguments: Fixtures.lists)
    func decodesARecordedListToEqualValuesFromBothEncodings(list: String) throws {
        let decoder = try Fixtures.decoder(of: list)
        let (fromJSON, jsonMeta) = try decodeList(try Fixtures.bytes("lists/\(list).json"), decoder, .json)
        let (fromProtobuf, protobufMeta) = try decodeList(try Fixtures.bytes("lists/\(list).pb"), decoder, .protobuf)
        // Objects that change by themselves may have been updated between the two recordings.
        let versions = Dictionary(fromProtobuf.map { ($0.metadata.uid, $0.metadata.resourceVersion) }) { $1 }
        let comparable = fromJSON.filter { versions[$0.metadata.uid] == $0.metadata.resourceVersion }
        let uids = Set(comparable.map(\.metadata.uid))
        #expect(comparable == fromProtobuf.filter { uids.contains($0.metadata.uid) })
        #expect(comparable.isEmpty == (list == "cluster/ingressclasses"))
        #expect(!jsonMeta.resourceVersion.isEmpty)
        #expect(!protobufMeta.resourceVersion.isEmpty)
        if !list.hasSuffix("/events") {
            #expect(comparable.count == fromJSON.count)
            #expect(fromJSON.count == fromProtobuf.count)
        }
    }

    @Test(arguments: Fixtures.lists.filter { !$0.hasSuffix("/events") }, [WireFormat.json, .protobuf])
    func decodesTheSameHoweverTheBodyIsCut(list: String, format: WireFormat) throws {
        let decoder = try Fixtures.decoder(of: list)
        let bytes = try Fixtures.bytes("lists/\(list).\(format.fileExtension)")
        let (whole, meta) = try decodeList(bytes, decoder, format)
        for chunk in [1, 7, 1021] {
            let (objects, otherMeta) = try decodeList(bytes, decoder, format, chunk: chunk)
            #expect(objects == whole, "in pieces of \(chunk)")
            #expect(otherMeta == meta)
        }
    }

    @Test(arguments: [WireFormat.json, .protobuf])
    func givesObjectsAsSoonAsTheyAreComplete(format: WireFormat) throws {
        let bytes = try Fixtures.bytes("lists/shop/pods.\(format.fileExtension)")
        var stream = ListStream(try Fixtures.decoder(of: "shop/pods"), format: format)
        let first = try bytes[..<(bytes.count * 2 / 3)].map { $0 }.withBytes { (raw) throws(WireFailure) in
            try stream.append(raw).count
        }
        let all = try decodeList(bytes, try Fixtures.decoder(of: "shop/pods"), format).0.count
        #expect(first > 0)
        #expect(first < all)
    }

    @Test(arguments: ["shop/services", "demo/ingresses", "cluster/nodes"], [WireFormat.json, .protobuf])
    func saysThatABodyWasCutWhereverItWas(list: String, format: WireFormat) throws {
        let decoder = try Fixtures.decoder(of: list)
        var bytes = try Fixtures.bytes("lists/\(list).\(format.fileExtension)")
        while bytes.last == 0x0A { bytes.removeLast() }
        // The envelope of protobuf ends with two fields that may be missing: `1a 00 22 00`.
        for length in 0..<(bytes.count - (format == .protobuf ? 4 : 0)) {
            #expect(throws: WireFailure.self) { try decodeList(Array(bytes[..<length]), decoder, format) }
        }
    }

    @Test func takesItemsBeforeMetadataAndAnyWhitespace() throws {
        let text = """
            { "items" : [ {"metadata":{"name":"a"}} ,\t{"metadata":{"name":"b","labels":null}} ] ,
              "unknown": [1, {"x": "]}"}, null], "kind":"PodList", "metadata" : { "continue":"t", "resourceVersion":"7",
              "remainingItemCount": 12 } } \n
            """
        let (objects, meta) = try decodeList(Array(text.utf8), try Fixtures.decoder(of: "pods"), .json)
        #expect(objects.map(\.metadata.name) == ["a", "b"])
        var expected = ListMeta()
        expected.resourceVersion = "7"
        expected.continueToken = "t"
        expected.remainingItemCount = 12
        #expect(meta == expected)
    }

    @Test func readsTheTokenOfTheNextPageFromProtobuf() throws {
        let meta =
            ProtobufSchema.field(2, Array("7".utf8)) + ProtobufSchema.field(3, Array("t".utf8))
            + ProtobufSchema.number(4, 12)
        // An item without bytes is an object with nothing set; unknown fields of any type are skipped.
        let list =
            ProtobufSchema.field(1, meta) + ProtobufSchema.number(9, 300) + ProtobufSchema.field(2, [])
            + ProtobufSchema.field(10, [1, 2, 3])
        let body = ProtobufEnvelope.magic + ProtobufSchema.field(2, list) + ProtobufSchema.field(4, [])
        for chunk in [1, .max] {
            let (objects, meta) = try decodeList(body, try Fixtures.decoder(of: "pods"), .protobuf, chunk: chunk)
            #expect(objects == [ObjectValue(Pod())])
            #expect(meta.continueToken == "t")
            #expect(meta.remainingItemCount == 12)
        }
    }

    @Test(arguments: [#"{"items":null}"#, #"{"items":[],"metadata":null}"#])
    func takesAnEmptyList(text: String) throws {
        let (objects, meta) = try decodeList(Array(text.utf8), try Fixtures.decoder(of: "pods"), .json)
        #expect(objects.isEmpty)
        #expect(meta == ListMeta())
    }

    @Test(arguments: [
        (#"{"error":"no upstream"}"#, WireFailure(.unexpectedKind, at: 0)),
        (#"{"kind":"Status","code":403}"#, WireFailure(.unexpectedKind, at: 8)),
        ("<html></html>", WireFailure(.malformed, at: 0)),
        (#"{"items":{}}"#, WireFailure(.malformed, at: 9)),
        (#"{"items":[]}]"#, WireFailure(.malformed, at: 12)),
        (#"{"items":[{},]}"#, WireFailure(.malformed, at: 13)),
        (#"{"items":[{"metadata":{"name":"a"]}"#, WireFailure(.malformed, at: 33)),
    ])
    func refusesWhatIsNoList(text: String, failure: WireFailure) throws {
        let decoder = try Fixtures.decoder(of: "pods")
        #expect(throws: failure) { try decodeList(Array(text.utf8), decoder, .json) }
        #expect(throws: failure) { try decodeList(Array(text.utf8), decoder, .json, chunk: 1) }
    }

    @Test func refusesAStatusInsteadOfAList() throws {
        let decoder = try Fixtures.decoder(of: "pods")
        let bytes = try Fixtures.bytes("errors/404-pod.pb")
        #expect(throws: WireFailure(.unexpectedKind, at: 6)) { try decodeList(bytes, decoder, .protobuf) }
    }

    @Test func refusesAListOfAnotherKind() throws {
        let decoder = try Fixtures.decoder(of: "pods")
        let list = #"{"kind":"ServiceList","items":[{"metadata":{"name":"a"}}]}"#
        #expect(throws: WireFailure(.unexpectedKind, at: 8)) { try decodeList(Array(list.utf8), decoder, .json) }
    }

    @Test func refusesAnItemOfAnAbsurdLengthBeforeItComes() throws {
        let decoder = try Fixtures.decoder(of: "pods")
        let list =
            [UInt8](ProtobufEnvelope.magic) + [0x12] + ProtobufSchema.varint(1 << 40) + [0x12]
            + ProtobufSchema.varint(1 << 39)
        #expect(throws: WireFailure(.tooLarge, at: list.count)) { try decodeList(list, decoder, .protobuf) }
    }

    @Test func refusesDeepNesting() throws {
        let decoder = try Fixtures.decoder(of: "pods")
        let text = #"{"items":[{"spec":{"x":"# + String(repeating: "[", count: 100_000)
        #expect(throws: WireFailure.self) { try decodeList(Array(text.utf8), decoder, .json) }
    }
}
