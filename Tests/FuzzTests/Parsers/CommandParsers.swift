import KubernetesModel
import ModelTestSupport
import Yams

@testable import AppCore

extension FuzzedParser {
    /// What reads the user's words, and writes documents for reading.
    static let commandParsers = [filter, commandLine, yaml, cells]

    private static let filter = FuzzedParser(
        name: "filter",
        tokens: [
            "-l ", "-f ", "!", "\"", "'", ":", "=", "!=", "<=", ">=", "<", ">", "status", "restarts", "age", "cpu",
            "name",
            "app=web", " in (", ")", "(", "|", "[", "]", "{2}", "{,9}", "{99}", "*", "+", "?", "^", "$", ".", "\\",
            "\\d",
            "\\D", "\\1", "[[:alpha:]]", "[a-z]", "5m", "2h30m", "250m", "1Gi", "nan", "inf", "\u{301}", "É", "\u{0}",
            " ",
        ], sizeLimit: 120, hugeSize: 2048, seedsAreLines: true
    ) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let filter: Filter
        do throws(FilterFailure) {
            filter = try Filter(parsing: text, table: .pods)
        } catch {
            try require(!error.description.isEmpty, "a failure without words")
            return
        }
        try requireEqual(try Filter(parsing: text, table: .pods), filter, "read again")
        try require(filter.literals.joined().utf8.count <= 3 * bytes.count, "more text than was typed")
        for row in rows { _ = filter.matches(row, table: .pods, context: noon) }
    }

    private static let noon = CellContext(now: Timestamp(seconds: 1_795_262_624))

    /// Pods with names and labels that the seeds ask for.
    private static let rows: [TableRow] = ["api-7d9f", "Caché"].map { name in
        var pod = Pod()
        pod.metadata.name = name
        pod.metadata.namespace = "shop"
        pod.metadata.uid = name
        pod.metadata.labels = ["app": "web", "i": "2"]
        pod.metadata.creationTimestamp = Timestamp(seconds: 1_795_260_000)
        pod.status.phase = "Running"
        let object = Stored(pod)
        let text = ResourceTable.pods.columns.map { $0.text(object, noon).lowercased() }.joined(separator: "\n")
        return TableRow(
            object: object, health: .fine,
            place: RowPlace(key: .text(name), namespace: "shop", name: name, uid: name),
            searchText: Array(text.utf8) + [0])
    }

    /// What is typed after `:`, and the filter that it leads to.
    private static let commandLine = FuzzedParser(
        name: "command-line",
        tokens: [
            "pods", "po", "deploy", "svc", "ctx ", "ns ", "all", "*", "-A", "-n ", "-l ", "-f ", "--namespace", "'",
            "\"", "/",
            "@", "=", "!", "q", "?", " ", "  ", ".v1", ".apps", "\u{301}", "\u{0}", "é",
        ], sizeLimit: 120, hugeSize: 2048, seedsAreLines: true
    ) { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let command: CommandLine
        switch CommandLine.parse(text, resources: resources) {
        case .failure(let failure):
            try require(!failure.reason.isEmpty, "a failure without words")
            return
        case .success(let parsed): command = parsed
        }
        try requireEqual(try? CommandLine.parse(text, resources: resources).get(), command, "read again")
        guard case .table(let kind, let namespace, let words?) = command else { return }
        try require(
            words.utf8.count + (namespace.flatMap(\.self) ?? "").utf8.count <= 6 * bytes.count, "more than was typed")
        guard let table = ResourceTable.named(kind.groupResource) else { return }
        _ = try? Filter(parsing: words, table: table)
    }

    private static let resources = [
        APIResource(groupResource: Pod.kind.groupResource, version: "v1", kind: "Pod", shortNames: ["po"]),
        APIResource(
            groupResource: GroupResource(group: "example.com", resource: "widgets"), version: "v1", kind: "Widget",
            singularName: "widget", shortNames: ["wi"]),
    ]

    /// Documents written as YAML, which a YAML parser reads as the same document.
    private static let yaml = FuzzedParser(
        name: "yaml",
        tokens: [
            "{", "}", "[", "]", ",", ":", "\"", "{\"a\":", "[\"", "\"]", "\\n", "\\t", "\\r", "\\u0000", "\\u0085",
            "\\u2028",
            "\\ufeff", "\\u0301", "\\ud83d\\ude00", " ", "#", " #", ": ", "- ", "? ", "---", "...", "~", "null", "yes",
            "1e5",
            "0x1F", "0o7", "1_000", "12:30", "2026-11-21", ".inf", "=", "<<", "&a", "*a", "!t", "|", ">", "%", "@", "`",
            "'", "é",
        ], sizeLimit: 160, hugeSize: 1024
    ) { bytes in
        if let document = bytes.withBytes({ raw in try? JSONValue(parsing: raw) }) {
            try checkYAML(of: document)
        } else {
            let text = String(decoding: bytes, as: UTF8.self)
            try checkYAML(of: .object([.init(text, .array([.string(text)])), .init("k", .string(text))]))
        }
    }

    /// What tables show of objects with any values; the first byte says of which kind.
    private static let cells = FuzzedParser(
        name: "cells", sizeLimit: 1536, framing: .message, prefix: { $0.hasSuffix(".pb") ? [] : [0] },
        furtherSeeds: tableSeeds
    ) { input in
        let table = ResourceTable.all[Int(input.first ?? 0) % ResourceTable.all.count]
        guard let decoder = KindDecoder.named(table.kind.groupResource) else {
            throw Finding("\(table.kind.kind) has no decoder")
        }
        let bytes = Array(input.dropFirst())
        let decoded = bytes.withBytes { raw in
            try? decoder.decode(raw, format: .protobuf, interner: StringInterner())
        }
        guard let object = decoded else { return }
        for column in table.columns {
            let text = column.text(object, noon)
            // Names and addresses are joined, and a word may stand for every part of one byte.
            try require(text.utf8.count <= 16 * input.count + 256, "\(column.title) of \(text.utf8.count) bytes")
            _ = column.role(object, noon)
            try requireEqual(column.sortKey(object), column.sortKey(object), "the sort key of \(column.title)")
        }
        _ = table.health(object)
    }

    /// A complete object for each table.
    private static let tableSeeds: @Sendable () throws -> [[UInt8]] = {
        let schema = ProtobufSchema()
        return try ResourceTable.all.enumerated().map { index, table in
            let document = CompleteDocuments.all.first { $0.resource == table.kind.groupResource.resource }
            let json = Array((document?.json ?? "{}").utf8)
            let tree = try json.withBytes { (raw) throws(WireFailure) in try JSONValue(parsing: raw) }
            return [UInt8(index)] + schema.envelope(tree, message: document?.message ?? "")
        }
    }
}
