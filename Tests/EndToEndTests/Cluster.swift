import DemoCluster
import KubernetesModel

/// A small cluster that stands still.
func smallCluster() throws -> DemoObjectStore {
    var store = DemoObjectStore()
    for namespace in ["shop", "payments"] {
        _ = store.apply(
            .namespaces, try json(#"{"metadata":{"name":"\#(namespace)"},"status":{"phase":"Active"}}"#), at: .systemNow
        )
    }
    for name in ["web-1", "web-2", "db-0"] { _ = store.apply(.pods, try pod(name), at: .systemNow) }
    _ = store.apply(.pods, try pod("ledger-0", namespace: "payments", app: "ledger"), at: .systemNow)
    _ = store.apply(
        .services,
        try json(
            #"{"metadata":{"name":"web","namespace":"shop"},"spec":{"type":"ClusterIP","clusterIP":"10.0.0.1","selector":{"app":"web"},"ports":[{"port":80}]}}"#
        ),
        at: .systemNow)
    _ = store.apply(
        .deployments,
        try json(
            #"{"metadata":{"name":"web","namespace":"shop"},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}}},"status":{"replicas":2,"readyReplicas":2}}"#
        ),
        at: .systemNow)
    _ = store.apply(
        .events,
        try json(
            #"{"metadata":{"name":"db-0.1","namespace":"shop"},"involvedObject":{"kind":"Pod","apiVersion":"v1","namespace":"shop","name":"db-0"},"type":"Warning","reason":"BackOff","message":"Back-off restarting","count":3}"#
        ),
        at: .systemNow)
    return store
}

func pod(_ name: String, namespace: String = "shop", app: String? = nil, phase: String = "Running") throws -> JSONValue
{
    let label = app ?? String(name.prefix { $0 != "-" })
    return try json(
        #"{"metadata":{"name":"\#(name)","namespace":"\#(namespace)","labels":{"app":"\#(label)"}},"spec":{"nodeName":"node-1","containers":[{"name":"app","image":"app:1"}]},"status":{"phase":"\#(phase)","podIP":"10.1.0.1","conditions":[{"type":"Ready","status":"True"}],"containerStatuses":[{"name":"app","ready":true,"restartCount":0,"state":{"running":{}}}]}}"#
    )
}

func json(_ text: String) throws -> JSONValue {
    try Array(text.utf8).withUnsafeBytes { try JSONValue(parsing: $0) }
}

/// A server with the small cluster while `body` runs.
@MainActor
func serving<Result>(
    _ options: DemoServer.Options = DemoServer.Options(), _ body: (DemoServer) async throws -> Result
) async throws -> Result {
    let server = DemoServer(store: try smallCluster(), options: options, clock: { .systemNow })
    try await server.start()
    let result: Swift.Result<Result, any Error>
    do {
        result = .success(try await body(server))
    } catch {
        result = .failure(error)
    }
    await server.shutdown()
    return try result.get()
}
