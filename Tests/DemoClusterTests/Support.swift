import Foundation
import KubernetesModel

@testable import DemoCluster

/// The moment at which the clusters of these tests begin: 2026-11-21T02:33:57Z.
let beginning = Timestamp(seconds: 1_795_228_437)

/// A pod with little in it.
func pod(
    _ name: String, namespace: String = "shop", labels: [String: String] = [:], node: String = "",
    phase: String = "Running"
) -> JSONValue {
    .members([
        "metadata": .members([
            "name": .string(name), "namespace": .string(namespace), "labels": .texts(labels),
        ]),
        "spec": .members(["nodeName": node.isEmpty ? nil : .string(node)]),
        "status": .members(["phase": .string(phase)]),
    ])
}

/// A store of pods with these names, in namespace `shop`.
func store(pods names: [String], historyLimit: Int = 100) -> DemoObjectStore {
    var store = DemoObjectStore(historyLimit: historyLimit)
    for name in names { store.apply(.pods, pod(name), at: beginning) }
    return store
}

extension DemoObjectStore.Scope {
    /// All pods that match the selectors.
    static func pods(namespace: String = "", labels: String = "", fields: String = "") throws -> Self {
        DemoObjectStore.Scope(
            resource: .pods, namespace: namespace, labels: try LabelSelector(parsing: labels),
            fields: try FieldSelector(parsing: fields, of: .pods))
    }
}

extension DemoObjectStore.Entry {
    var name: String { document.text("metadata", "name") }
}

/// A JSON text parsed by Foundation, so that our writer is checked by another's reader.
struct Parsed {
    var value: Any

    init(_ bytes: some Sequence<UInt8>) throws {
        value = try JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])
    }

    private init(value: Any) { self.value = value }

    subscript(_ key: String) -> Parsed { Parsed(value: (value as? [String: Any])?[key] ?? NSNull()) }
    var text: String? { value as? String }
    var elements: [Parsed] { (value as? [Any] ?? []).map { Parsed(value: $0) } }
    var names: [String] { self["items"].elements.compactMap { $0["metadata"]["name"].text } }
}

/// The answer of the API to a request, without a connection.
struct Asked {
    var status: Int
    var contentType: String
    var body: Parsed
    var text: String
    var watch: DemoWatch?
    var log: DemoLogStream?
    /// What the server warns of.
    var warnings: [String] = []

    init(
        _ target: String, _ store: DemoObjectStore, method: String = "GET", accept: String = "application/json",
        token: String? = nil, options: DemoServer.Options = DemoServer.Options()
    ) throws {
        var cluster = DemoClusterState(store: store)
        try self.init(target, &cluster, method: method, accept: accept, token: token, options: options)
    }

    /// Asks a cluster that the request may change.
    init(
        _ target: String, _ cluster: inout DemoClusterState, method: String = "GET",
        accept: String = "application/json", sending: (type: String, text: String) = ("", ""), token: String? = nil,
        options: DemoServer.Options = DemoServer.Options(), at now: Timestamp = beginning
    ) throws {
        let api = DemoAPI(options: options, address: "127.0.0.1:1", now: now)
        var request = DemoRequest(
            method: method, target: target, accept: accept, authorization: token.map { "Bearer \($0)" } ?? "")
        request.contentType = sending.type
        request.body = Array(sending.text.utf8)
        switch api.answer(request, &cluster) {
        case .whole(let status, let contentType, let bytes, let warnings):
            self.status = status
            self.warnings = warnings
            self.contentType = contentType
            text = String(decoding: bytes, as: UTF8.self)
            body = try contentType.hasPrefix("application/json") ? Parsed(bytes) : Parsed("null".utf8)
        case .list(let list, let warnings):
            status = 200
            contentType = "application/json"
            text = String(decoding: list.whole, as: UTF8.self)
            body = try Parsed(list.whole)
            self.warnings = warnings
        case .watch(let watch):
            status = 200
            contentType = "application/json"
            text = String(decoding: watch.initial.joined(), as: UTF8.self)
            body = try Parsed("null".utf8)
            self.watch = watch
        case .proxied(let response):
            status = response.status
            contentType = response.contentType
            text = String(decoding: response.body, as: UTF8.self)
            body = try Parsed("null".utf8)
        case .log(let stream):
            status = 200
            contentType = "text/plain"
            text = String(decoding: stream.initial.bytes, as: UTF8.self)
            body = try Parsed("null".utf8)
            log = stream
        }
    }
}
