import KubernetesModel

@testable import DemoCluster

extension FuzzedParser {
    /// What reads requests to the demo cluster, and bodies in them.
    static let demoParsers = [demoRequest, demoSelector]

    /// A line of a method, a target and perhaps a body; the answer is one of an API server.
    private static let demoRequest = FuzzedParser(
        name: "demo-request",
        tokens: [
            "GET ", "POST ", "PUT ", "PATCH ", "DELETE ", "/api/v1/", "/apis/apps/v1/", "namespaces/shop/", "pods",
            "/a",
            "/log", "/scale", "/status", "/eviction", "/token", "deployments", "events", "?", "&", "=", "%", "%2",
            "%00",
            "watch=1", "limit=", "continue=", "-1", "99999999999999999999", "resourceVersion=", "labelSelector=",
            "fieldSelector=", "metadata.name", "in (", "!", ",", "{", "}", "[", "]", "\"", ":", "null", "\"spec\"",
            "\"metadata\"", "\"name\"", "\"replicas\"", "dryRun=All", "fieldManager=x", "é", "\u{0}",
        ], sizeLimit: 256, hugeSize: 4096, slowness: 50, seedsAreLines: true
    ) { input in
        let words = input.split(separator: UInt8(ascii: " "), maxSplits: 2, omittingEmptySubsequences: false)
        let method = String(decoding: words.first ?? [], as: UTF8.self)
        var request = DemoRequest(
            method: method, target: String(decoding: words.count > 1 ? words[1] : [], as: UTF8.self),
            accept: "application/json")
        request.body = words.count > 2 ? Array(words[2]) : []
        // What a body is taken for depends on the input, so that each form is met.
        let types = [
            "application/json", "application/yaml", "application/vnd.kubernetes.protobuf",
            "application/merge-patch+json", "application/json-patch+json", "application/strategic-merge-patch+json",
            "application/apply-patch+yaml",
        ]
        request.contentType = types[input.count % types.count]
        var cluster = cluster
        let api = DemoAPI(options: DemoServer.Options(), address: "127.0.0.1:1", now: noon)
        switch api.answer(request, &cluster) {
        case .whole(let status, let type, let body, _):
            try require((200...599).contains(status), "status \(status)")
            guard type.hasPrefix("application/json"), !request.flag("watch") else { return }
            let document = body.withUnsafeBytes { try? JSONValue(parsing: $0) }
            try require(
                document != nil, "an answer that is no JSON: \(String(decoding: body, as: UTF8.self).prefix(200))")
        default: break
        }
    }

    private static let noon = Timestamp(seconds: 1_795_262_624)

    /// A few objects of the kinds that the seeds ask for.
    private static let cluster: DemoClusterState = {
        var store = DemoObjectStore(historyLimit: 8)
        func named(_ name: String, _ rest: KeyValuePairs<String, JSONValue?>) -> JSONValue {
            var object = JSONValue.members(rest)
            object.set("metadata", to: .members(["name": .string(name), "namespace": .string("shop")]))
            return object
        }
        store.apply(.namespaces, .members(["metadata": .members(["name": .string("shop")])]), at: noon)
        let container = JSONValue.members(["name": .string("c"), "image": .string("i")])
        let spec = JSONValue.members(["containers": .array([container]), "nodeName": .string("n")])
        store.apply(.pods, named("a", ["spec": spec, "status": .members(["phase": .string("Running")])]), at: noon)
        store.apply(
            .deployments,
            named("a", ["spec": .members(["replicas": .integer(1), "template": .members(["spec": spec])])]), at: noon)
        store.apply(.configMaps, named("a", ["data": .texts(["k": "v"])]), at: noon)
        store.apply(.serviceAccounts, named("default", [:]), at: noon)
        return DemoClusterState(store: store)
    }()

    /// A label selector, refused with words where it is none.
    private static let demoSelector = FuzzedParser(
        name: "demo-selector",
        tokens: ["a", "b", "=", "==", "!=", "!", " in ", " notin ", "(", ")", ",", "<", ">", " ", "x/y", "é", "\u{0}"],
        sizeLimit: 64, hugeSize: 2048, slowness: 4, seedsAreLines: true
    ) { input in
        let text = String(decoding: input, as: UTF8.self)
        guard let complaint = LabelSelectorCheck.complaint(about: text) else { return }
        try require(!complaint.isEmpty, "a complaint without words")
    }
}
