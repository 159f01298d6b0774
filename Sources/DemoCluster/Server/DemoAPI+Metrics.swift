import KubernetesModel

extension DemoAPI {
    /// What is measured of pods or nodes: a list, or one object; there is no watch.
    func metrics(
        _ request: DemoRequest, path: [String], user: DemoUser, store: DemoObjectStore
    ) throws(DemoStatus) -> Answer {
        var rest = path
        var namespace = ""
        if rest.first == "namespaces", rest.count > 2 {
            namespace = rest[1]
            rest.removeFirst(2)
        }
        guard let resource = DemoMetrics.resources.first(where: { $0.plural == rest.first }), rest.count <= 2,
            namespace.isEmpty || resource.isNamespaced
        else { throw .noSuchResource }
        guard request.method == "GET", !request.flag("watch") else { throw .notAllowed }
        guard let form = AnswerForm(accept: request.accept, among: [.json, .table]) else { throw .notAcceptable }
        let name = rest.count == 2 ? rest[1] : ""
        try allow(
            name.isEmpty ? "list" : "get",
            DemoTarget(resource: resource, namespace: namespace, name: name, subresource: ""), user)
        let measuredResource: DemoResource = resource == DemoMetrics.nodes ? .nodes : .pods
        let scope = DemoObjectStore.Scope(
            resource: measuredResource, namespace: namespace,
            labels: try Self.labels(request.query["labelSelector"] ?? ""),
            fields: try FieldSelector(parsing: name.isEmpty ? "" : "metadata.name=\(name)", of: measuredResource))
        let metrics = DemoMetrics(store, at: now)
        if measuredResource == .pods, name.isEmpty, form == .json {
            return .list(
                DemoPieces(store.entries(in: scope), between: list(resource)) { entry, bytes in
                    metrics.pod(entry).map { typed($0, resource).writeJSON(into: &bytes) }
                })
        }
        let documents = metrics.documents(of: scope)
        guard name.isEmpty else {
            guard let document = documents.first else { throw .noSuchObject(resource, name) }
            return Self.whole(form == .table ? table([document], resource) : typed(document, resource))
        }
        if form == .table { return Self.whole(table(documents, resource)) }
        let (head, tail) = list(resource)
        var body = head
        for (index, document) in documents.enumerated() {
            if index > 0 { body.append(UInt8(ascii: ",")) }
            typed(document, resource).writeJSON(into: &body)
        }
        return .whole(status: 200, contentType: "application/json", body: body + tail)
    }

    /// What comes before and after the objects of a list.
    private func list(_ resource: DemoResource) -> (head: [UInt8], tail: [UInt8]) {
        let head =
            "{\"kind\":\"\(resource.kind)List\",\"apiVersion\":\"\(resource.apiVersion)\",\"metadata\":{},\"items\":["
        return (Array(head.utf8), Array("]}\n".utf8))
    }

    private func typed(_ document: JSONValue, _ resource: DemoResource) -> JSONValue {
        let head = JSONValue.members(["kind": .string(resource.kind), "apiVersion": .string(resource.apiVersion)])
        return .object(head.members + document.members)
    }

    /// As the metrics server prints it.
    private func table(_ documents: [JSONValue], _ resource: DemoResource) -> JSONValue {
        func column(_ name: String, format: String = "") -> JSONValue {
            .members([
                "name": .string(name), "type": .string("string"), "format": .string(format),
                "description": .string(""), "priority": .integer(0),
            ])
        }
        return .members([
            "kind": .string("Table"), "apiVersion": .string("meta.k8s.io/v1"), "metadata": .object([]),
            "columnDefinitions": .array([
                column("Name", format: "name"), column("cpu", format: "quantity"),
                column("memory", format: "quantity"), column("Window", format: "duration"),
            ]),
            "rows": .array(
                documents.map { document in
                    let usages =
                        document["usage"].map { [$0] }
                        ?? (document["containers"]?.elements ?? []).compactMap { $0["usage"] }
                    func total(_ name: String) -> Int64 {
                        usages.reduce(0) { $0 &+ (Quantity($1.text(name))?.milliValue ?? 0) }
                    }
                    return .members([
                        "cells": .array([
                            .string(document.text("metadata", "name")), .string("\(total("cpu"))m"),
                            .string("\(total("memory") / 1_048_576_000)Mi"), .string(document.text("window")),
                        ]),
                        "object": .members([
                            "kind": .string("PartialObjectMetadata"), "apiVersion": .string("meta.k8s.io/v1"),
                            "metadata": document["metadata"],
                        ]),
                    ])
                }),
        ])
    }
}
