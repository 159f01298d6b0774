import KubernetesModel

/// Writes objects, lists and watch events in the form that a client asked for.
struct DemoRenderer: Sendable {
    var resource: DemoResource
    var form: AnswerForm
    /// How much of the object a table row carries: `None`, `Metadata` or `Object`.
    var includeObject: String
    var now: Timestamp
    private let columns: [DemoColumn]

    init(resource: DemoResource, form: AnswerForm, request: DemoRequest, now: Timestamp) {
        self.resource = resource
        self.form = form
        includeObject = request.query["includeObject"] ?? "Metadata"
        self.now = now
        columns = form == .table ? DemoColumn.columns(of: resource.stored) : []
    }

    private typealias Entry = DemoObjectStore.Entry

    /// The object as the kind shows it that was asked for.
    private func shown(_ entry: Entry) -> JSONValue { resource.shown(entry.document) }

    /// One object.
    func object(_ entry: DemoObjectStore.Entry) -> [UInt8] {
        switch form {
        case .table: table([entry], metadata: .members(["resourceVersion": .string(String(entry.version))]))
        case .metadata: metadataOnly(entry).jsonBytes
        default: typed(entry, kind: resource.kind)
        }
    }

    /// A page of a list, in one piece.
    func list(_ page: DemoObjectStore.Page) -> [UInt8] { Array(DemoPieces(list: page, self).whole.dropLast()) }

    /// What comes before and after the objects of a list; a line ends behind it.
    func listEnds(_ page: DemoObjectStore.Page) -> (head: [UInt8], tail: [UInt8]) {
        let metadata = JSONValue.members([
            "resourceVersion": .string(String(page.version)),
            "continue": page.continueToken.map { .string($0) },
            "remainingItemCount": page.remaining.map { .integer($0) },
        ])
        var head: [UInt8]
        switch form {
        case .table:
            head = Self.tableHead(metadata, columns)
        case .metadata:
            head = Array("{\"kind\":\"PartialObjectMetadataList\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":".utf8)
            metadata.writeJSON(into: &head)
            head += Array(",\"items\":[".utf8)
        default:
            head = Array(
                "{\"kind\":\"\(resource.kind)List\",\"apiVersion\":\"\(resource.apiVersion)\",\"metadata\":".utf8)
            metadata.writeJSON(into: &head)
            head += Array(",\"items\":[".utf8)
        }
        return (head, Array("]}\n".utf8))
    }

    /// Appends an object as it stands in a list.
    func writeItem(_ entry: DemoObjectStore.Entry, into bytes: inout [UInt8]) {
        switch form {
        case .table: row(entry).writeJSON(into: &bytes)
        case .metadata: metadataOnly(entry).writeJSON(into: &bytes)
        default: shown(entry).writeJSON(into: &bytes)
        }
    }

    /// One line of a watch.
    func event(_ kind: DemoObjectStore.Change.Kind, _ entry: DemoObjectStore.Entry) -> [UInt8] {
        line(type: kind.rawValue, object(entry))
    }

    /// A line that says that everything up to a version was sent.
    func bookmark(version: UInt64, endsInitialEvents: Bool = false) -> [UInt8] {
        let metadata = JSONValue.members([
            "resourceVersion": .string(String(version)),
            "annotations": endsInitialEvents ? .texts(["k8s.io/initial-events-end": "true"]) : nil,
        ])
        let bare = JSONValue.members([
            "kind": .string(form == .metadata ? "PartialObjectMetadata" : resource.kind),
            "apiVersion": .string(form == .metadata ? "meta.k8s.io/v1" : resource.apiVersion), "metadata": metadata,
        ])
        guard form == .table else { return line(type: "BOOKMARK", bare.jsonBytes) }
        let table = JSONValue.members([
            "kind": .string("Table"), "apiVersion": .string("meta.k8s.io/v1"),
            "metadata": .members(["resourceVersion": .string(String(version))]),
            "columnDefinitions": .array([]),
            "rows": .array([.members(["cells": .array([]), "object": bare])]),
        ])
        return line(type: "BOOKMARK", table.jsonBytes)
    }

    private func line(type: String, _ object: [UInt8]) -> [UInt8] {
        Array("{\"type\":\"\(type)\",\"object\":".utf8) + object + Array("}\n".utf8)
    }

    /// The object with `kind` and `apiVersion` in front.
    private func typed(_ entry: Entry, kind: String) -> [UInt8] {
        Array("{\"kind\":\"\(kind)\",\"apiVersion\":\"\(resource.apiVersion)\",".utf8)
            + shown(entry).jsonBytes.dropFirst()
    }

    private func metadataOnly(_ entry: Entry) -> JSONValue { metadataOnly(entry.document) }

    private func metadataOnly(_ document: JSONValue) -> JSONValue {
        .members([
            "kind": .string("PartialObjectMetadata"), "apiVersion": .string("meta.k8s.io/v1"),
            "metadata": document["metadata"],
        ])
    }

    private func table(_ entries: [Entry], metadata: JSONValue) -> [UInt8] {
        var bytes = Self.tableHead(metadata, columns)
        for (index, entry) in entries.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            writeItem(entry, into: &bytes)
        }
        return bytes + Array("]}".utf8)
    }

    private static func tableHead(_ metadata: JSONValue, _ columns: [DemoColumn]) -> [UInt8] {
        var head = Array("{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":".utf8)
        metadata.writeJSON(into: &head)
        head += Array(",\"columnDefinitions\":".utf8)
        JSONValue.array(columns.map(\.definition)).writeJSON(into: &head)
        return head + Array(",\"rows\":[".utf8)
    }

    private func row(_ entry: Entry) -> JSONValue {
        let document = entry.document
        return .members([
            "cells": .array(columns.map { $0.cell(document, now) }), "object": rowObject(document),
        ])
    }

    private func rowObject(_ document: JSONValue) -> JSONValue? {
        switch includeObject {
        case "None": return nil
        case "Object":
            let head = JSONValue.members([
                "kind": .string(resource.kind), "apiVersion": .string(resource.apiVersion),
            ])
            return .object(head.members + resource.shown(document).members)
        default: return metadataOnly(document)
        }
    }
}
