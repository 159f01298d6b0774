import DemoCluster
import KubernetesModel

/// The moment at which the objects of these tests were made.
private let beginning = Timestamp(seconds: 1_795_228_437)

/// A small cluster with objects of every kind, which stands still.
func smallCluster(version: UInt64 = 1000) throws -> DemoObjectStore {
    var store = DemoObjectStore(version: version)
    for name in ["shop", "payments"] {
        store.put(.namespaces, try named(name, in: nil, #""status":{"phase":"Active"}"#))
    }
    store.put(
        .nodes, try named("node-1", in: nil, #""status":{"conditions":[{"type":"Ready","status":"True"}]}"#))
    for name in ["web-1", "web-2", "web-3", "db-0"] { store.put(.pods, try pod(name)) }
    store.put(.pods, try pod("ledger-0", in: "payments"))
    store.put(.services, try named("web", #""spec":{"type":"ClusterIP","clusterIP":"10.0.0.1","ports":[{"port":80}]}"#))
    store.put(.deployments, try named("web", #""spec":{"replicas":3},"status":{"replicas":3,"readyReplicas":3}"#))
    store.put(.ingresses, try named("web", #""spec":{"rules":[{"host":"shop.example"}]}"#))
    store.put(.endpointSlices, try named("web-1", #""addressType":"IPv4","endpoints":[{"addresses":["10.1.0.1"]}]"#))
    store.put(.events, try named("db-0.1", #""type":"Warning","reason":"BackOff","message":"Back-off","count":3"#))
    return store
}

extension DemoObjectStore {
    mutating func put(_ resource: DemoResource, _ document: JSONValue) { apply(resource, document, at: beginning) }
}

func pod(_ name: String, in namespace: String = "shop", phase: String = "Running", restarts: Int = 0) throws
    -> JSONValue
{
    try named(
        name, in: namespace,
        #""spec":{"nodeName":"node-1","containers":[{"name":"app","image":"app:1"}]},"status":{"phase":"\#(phase)","#
            + #""podIP":"10.1.0.1","containerStatuses":[{"name":"app","ready":true,"restartCount":\#(restarts),"state":{"running":{}}}]}"#
    )
}

/// An object with a name and these further members.
func named(_ name: String, in namespace: String? = "shop", _ members: String) throws -> JSONValue {
    let place = namespace.map { #","namespace":"\#($0)""# } ?? ""
    return try json(#"{"metadata":{"name":"\#(name)"\#(place)},\#(members)}"#)
}

func json(_ text: String) throws -> JSONValue {
    try Array(text.utf8).withUnsafeBytes { try JSONValue(parsing: $0) }
}
