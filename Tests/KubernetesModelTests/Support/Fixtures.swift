import Foundation
import KubernetesModel
import ModelTestSupport

/// The answers recorded from a live server.
enum Fixtures {
    static let kinds = KindDecoder.all.map(\.kind.groupResource.resource)

    /// The recorded lists of built-in kinds, as `namespace/resource`.
    static let lists: [String] = {
        let root = folder.appendingPathComponent("lists")
        let namespaces = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
        let paths = namespaces.flatMap { namespace in
            let files = (try? FileManager.default.contentsOfDirectory(atPath: root.path + "/" + namespace)) ?? []
            return files.filter { $0.hasSuffix(".pb") }.map { "\(namespace)/\($0.dropLast(3))" }
        }
        return paths.sorted()
    }()

    static var folder: URL { Bundle.module.bundleURL.appendingPathComponent("Fixtures") }

    /// The bytes of a file below the fixtures' folder.
    static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appendingPathComponent(path)))
    }

    /// The decoder of the kind of a list such as `demo/pods`.
    static func decoder(of list: String) throws -> KindDecoder {
        let resource = list.split(separator: "/").last.map(String.init) ?? ""
        guard let decoder = KindDecoder.all.first(where: { $0.kind.groupResource.resource == resource }) else {
            throw MissingFixture(name: list)
        }
        return decoder
    }
}

struct MissingFixture: Error {
    var name: String
}

extension WireFormat {
    /// The extension of recorded files.
    var fileExtension: String { self == .json ? "json" : "pb" }
}

/// Decodes bytes as one list, in pieces of at most `chunk` bytes.
func decodeList(
    _ bytes: [UInt8], _ decoder: KindDecoder, _ format: WireFormat, chunk: Int = .max
) throws(WireFailure) -> ([ObjectValue], ListMeta) {
    var stream = ListStream(decoder, format: format)
    var objects: [ObjectValue] = []
    for piece in pieces(bytes, chunk) {
        objects += try piece.withBytes { (raw) throws(WireFailure) in
            try stream.append(raw).map { ObjectValue($0) }
        }
    }
    return (objects, try stream.finish())
}

/// Decodes one whole object.
func decode(
    _ bytes: [UInt8], _ decoder: KindDecoder, _ format: WireFormat
) throws(WireFailure) -> ObjectValue {
    ObjectValue(
        try bytes.withBytes { (raw) throws(WireFailure) in
            try decoder.decode(raw, format: format, interner: StringInterner())
        })
}

/// The bytes in pieces of at most `size`.
func pieces(_ bytes: [UInt8], _ size: Int) -> [[UInt8]] {
    guard size < bytes.count else { return [bytes] }
    return stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
}
