import KubernetesModel

/// Writes objects, lists and watch events in the form that a client asked for.
struct DemoRenderer: Sendable {
    var resource: DemoResource
    var form: AnswerForm
    /// How much of the object a table row carries: `None`, `Metadata` or `Object`.
    var includeObject: String
    var now: Timestamp

    init(resource: DemoResource, form: AnswerForm, request: DemoRequest, now: Timestamp) {
        self.resource = resource
        self.form = form
        includeObject = request.query["includeObject"] ?? "Metadata"
        self.now = now
    }

    private typealias Entry = DemoObjectStore.Entry

    /// One object.
    func object(_ entry: DemoObjectStore.Entry) -> [UInt8] {
        switch form {
        case .table: table([entry], metadata: .members(["resourceVersion": .string(String(entry.version))]))
        case .metadata: metadataOnly(entry).jsonBytes
        default: typed(entry, kind: resource.kind)
        }
    }

    /// A page of a list.
    func list(_ page: DemoObjectStore.Page) -> [UInt8] {
        let metadata = JSONValue.members([
            "resourceVersion": .string(String(page.version)),
            "continue": page.continueToken.map { .string($0) },
            "remainingItemCount": page.remaining.map { .integer($0) },
        ])
        switch form {
        case .table: return table(page.entries, metadata: metadata)
        case .metadata:
            return JSONValue.members([
                "kind": .string("PartialObjectMetadataList"), "apiVersion": .string("meta.k8s.io/v1"),
                "metadata": metadata, "items": .array(page.entries.map(metadataOnly)),
            ]).jsonBytes
        default:
            var bytes = Array(
                "{\"kind\":\"\(resource.kind)List\",\"apiVersion\":\"\(resource.apiVersion)\",\"metadata\":".utf8)
            bytes += metadata.jsonBytes
            bytes += Array(",\"items\":[".utf8)
            for (index, entry) in page.entries.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes += entry.document.jsonBytes
            }
            return bytes + Array("]}".utf8)
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
            + entry.document.jsonBytes.dropFirst()
    }

    private func metadataOnly(_ entry: Entry) -> JSONValue {
        .members([
            "kind": .string("PartialObjectMetadata"), "apiVersion": .string("meta.k8s.io/v1"),
            "metadata": entry.document["metadata"],
        ])
    }

    private func table(_ entries: [Entry], metadata: JSONValue) -> [UInt8] {
        let columns = DemoColumn.columns(of: resource)
        return JSONValue.members([
            "kind": .string("Table"), "apiVersion": .string("meta.k8s.io/v1"), "metadata": metadata,
            "columnDefinitions": .array(columns.map(\.definition)),
            "rows": .array(
                entries.map { entry in
                    .members([
                        "cells": .array(columns.map { $0.cell(entry.document, now) }), "object": rowObject(entry),
                    ])
                }),
        ]).jsonBytes
    }

    private func rowObject(_ entry: Entry) -> JSONValue? {
        switch includeObject {
        case "None": return nil
        case "Object":
            let head = JSONValue.members([
                "kind": .string(resource.kind), "apiVersion": .string(resource.apiVersion),
            ])
            return .object(head.members + entry.document.members)
        default: return metadataOnly(entry)
        }
    }
}
