import ModelTestSupport
import Testing

@testable import KubernetesModel

/// Whatever bytes come, decoding ends with values or an error.
struct HostileBytesTests {
    /// A small generator that gives the same numbers on every run.
    struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    static let lists = [
        "shop/services", "demo/ingresses", "shop/endpointslices", "cluster/nodes", "kube-system/services",
    ]

    @Test(arguments: lists, [WireFormat.json, .protobuf])
    func mutatedListsNeverTrap(list: String, format: WireFormat) throws {
        let decoder = try Fixtures.decoder(of: list)
        let original = try Fixtures.bytes("lists/\(list).\(format.fileExtension)")
        var random = Random(state: UInt64(list.utf8.count))
        var failures = 0
        for _ in 0..<1500 {
            let bytes = Self.mutate(original, &random)
            do {
                _ = try decodeList(bytes, decoder, format, chunk: Int.random(in: 1...5000, using: &random))
            } catch { failures += 1 }
        }
        #expect(failures > 0)
    }

    @Test(arguments: CompleteDocuments.all.map(\.message))
    func mutatedObjectsNeverTrap(message: String) throws {
        let document = try #require(CompleteDocuments.all.first { $0.message == message })
        let decoder = try Fixtures.decoder(of: document.resource)
        let json = Array(document.json.utf8)
        let tree = try json.withBytes { (raw) throws(WireFailure) in try JSONValue(parsing: raw) }
        let protobuf = try ProtobufSchema().envelope(tree, message: message)
        var random = Random(state: 42)
        for _ in 0..<500 {
            let mutated = Self.mutate(json, &random)
            _ = try? decode(mutated, decoder, .json)
            _ = try? decode(Self.mutate(protobuf, &random), decoder, .protobuf)
            let value = mutated.withBytes { raw in try? JSONValue(parsing: raw) }
            _ = value?.writeJSON()
            _ = mutated.withBytes { StatusObject.decode($0, format: .json) }
            _ = APIFailure.excerpt(of: mutated)
        }
    }

    @Test(arguments: [("watch/pods-expired.jsonl", WireFormat.json), ("watch/pods-expired.pb", .protobuf)])
    func mutatedWatchesNeverTrap(path: String, format: WireFormat) throws {
        let original = try Fixtures.bytes(path)
        var random = Random(state: 9)
        for _ in 0..<2000 {
            let bytes = Self.mutate(original, &random)
            _ = try? WatchStreamTests.watch(bytes, format, chunk: Int.random(in: 1...300, using: &random))
        }
    }

    @Test(arguments: CompleteDocuments.all.map(\.message))
    func anObjectCutAnywhereIsAnError(message: String) throws {
        let document = try #require(CompleteDocuments.all.first { $0.message == message })
        let decoder = try Fixtures.decoder(of: document.resource)
        let json = Array(document.json.utf8)
        let tree = try json.withBytes { (raw) throws(WireFailure) in try JSONValue(parsing: raw) }
        let protobuf = try ProtobufSchema().envelope(tree, message: message)
        for length in 0..<json.count {
            #expect(throws: WireFailure.self) { try decode(Array(json[..<length]), decoder, .json) }
        }
        for length in 1..<protobuf.count {
            #expect(throws: WireFailure.self) { try decode(Array(protobuf[..<length]), decoder, .protobuf) }
        }
    }

    @Test func randomBytesNeverTrap() throws {
        var random = Random(state: 1)
        for _ in 0..<2000 {
            let count = Int.random(in: 0...64, using: &random)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            for format in [WireFormat.json, .protobuf] {
                _ = try? decode(bytes, KindDecoder(Pod.self), format)
                _ = try? decodeList(bytes, KindDecoder(Pod.self), format)
                _ = try? WatchStreamTests.watch(bytes, format)
            }
            _ = try? decode(ProtobufEnvelope.magic + [0x12, UInt8(count)] + bytes, KindDecoder(Event.self), .protobuf)
        }
    }

    /// Changes, removes, doubles or swaps some bytes.
    private static func mutate(_ original: [UInt8], _ random: inout Random) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
            let index = Int.random(in: bytes.indices, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2: bytes.removeSubrange(index..<min(bytes.count, index + Int.random(in: 1...40, using: &random)))
            case 3:
                let end = min(bytes.count, index + Int.random(in: 1...40, using: &random))
                bytes.insert(contentsOf: bytes[index..<end], at: Int.random(in: bytes.indices, using: &random))
            case 4: bytes[index] = Array("{}[]\",:\\u0\u{FF}".utf8).randomElement(using: &random) ?? 0
            default: bytes.insert(contentsOf: [0xFF, 0xFF, 0xFF, 0x7F], at: index)
            }
        }
        return bytes
    }
}
