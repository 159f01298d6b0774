import AppCore
import Foundation
import KubernetesModel

/// The lists and tables recorded from a live 1.36 server, all at one moment.
enum RecordedCluster {
    /// When the tables were recorded; every age in them fits this moment.
    static let moment = Timestamp(microseconds: 1_795_229_287_400_000)

    private static var folder: URL {
        Bundle.module.bundleURL.appendingPathComponent("Fixtures").appendingPathComponent("kubernetes-1.36")
    }

    /// The objects of a recorded list, such as `demo/pods`.
    static func list<Row: KubernetesObject>(_ path: String, of type: Row.Type) throws -> [Row] {
        try objects(path, of: Row.kind.groupResource, format: .protobuf).compactMap { ($0 as? Stored<Row>)?.value }
    }

    /// The objects of a recorded list in one of the encodings it was recorded in.
    static func objects(
        _ path: String, of kind: GroupResource, format: WireFormat
    ) throws -> [any StoredObject] {
        guard let decoder = KindDecoder.named(kind) else { return [] }
        let suffix = format == .json ? "json" : "pb"
        let data = try Data(contentsOf: folder.appendingPathComponent("lists/\(path).\(suffix)"))
        var stream = ListStream(decoder, format: format)
        let objects = try data.withUnsafeBytes { try stream.append($0) }
        _ = try stream.finish()
        return objects
    }

    /// The rows that the server printed: by name, the cells by title in capitals.
    static func table(_ name: String) throws -> [String: [String: String]] {
        struct Table: Decodable {
            struct ColumnDefinition: Decodable { let name: String }
            struct Row: Decodable {
                struct Object: Decodable {
                    struct Metadata: Decodable { let name: String }
                    let metadata: Metadata
                }
                let object: Object
                let cells: [Cell]
            }
            let columnDefinitions: [ColumnDefinition]
            let rows: [Row]
        }
        let data = try Data(contentsOf: folder.appendingPathComponent("tables/\(name).json"))
        let table = try JSONDecoder().decode(Table.self, from: data)
        let titles = table.columnDefinitions.map { $0.name.uppercased() }
        var rows: [String: [String: String]] = [:]
        for row in table.rows {
            rows[row.object.metadata.name] = Dictionary(
                uniqueKeysWithValues: zip(titles, row.cells.map(\.text)))
        }
        return rows
    }

    /// A cell of a server's table: a text or a number.
    private struct Cell: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                text = "\(number)"
            } else {
                text = try container.decode(String.self)
            }
        }
    }
}

extension TableDefinition {
    /// The texts of a row by title, at the recorded moment unless another is given.
    func cells(of row: Row, now: Timestamp = RecordedCluster.moment) -> [String: String] {
        let context = CellContext(now: now)
        return Dictionary(uniqueKeysWithValues: columns.map { ($0.title, $0.text(row, context)) })
    }
}
