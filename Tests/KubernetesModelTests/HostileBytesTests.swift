import ModelTestSupport
import Testing

@testable import KubernetesModel

/// What is cut is an error; that anything else ends with values or an error is for `FuzzTests`.
struct HostileBytesTests {
    @Test(arguments: CompleteDocuments.all.map(\.message))
    func anObjectCutAnywhereIsAnError(message: String) throws {
        let document = try #require(CompleteDocuments.all.first { $0.message == message })
        let decoder = try Fixtures.decoder(of: document.resource)
        let json = Array(document.json.utf8)
        let tree = try json.withBytes { (raw) throws(WireFailure) in try JSONValue(parsing: raw) }
        let protobuf = ProtobufSchema().envelope(tree, message: message)
        for length in 0..<json.count {
            #expect(throws: WireFailure.self) { try decode(Array(json[..<length]), decoder, .json) }
        }
        for length in 1..<protobuf.count {
            #expect(throws: WireFailure.self) { try decode(Array(protobuf[..<length]), decoder, .protobuf) }
        }
    }
}
