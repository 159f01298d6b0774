import KubernetesModel

/// The addresses behind a Service of generated pods, as an EndpointSlice or as Endpoints.
final class CrowdEndpoints: DemoContent {
    /// The Service, without its pods.
    final class Service: Sendable {
        let name: String
        let namespace: String
        let document: JSONValue
        let created: Timestamp
        let port: Int
        let uids: [String]

        init(_ document: JSONValue, created: Timestamp, port: Int) {
            self.document = document
            self.created = created
            self.port = port
            uids = [document.text("metadata", "uid")]
            name = document.text("metadata", "name")
            namespace = document.text("metadata", "namespace")
        }

        /// The name of one of its slices.
        func sliceName(_ number: Int) -> String {
            var random = DemoRandom(seed: stableHash("\(namespace)/\(name)/\(number)"))
            return "\(name)-\(random.suffix(5))"
        }
    }

    /// No slice has more.
    static let mostInSlice = 100

    private let service: Service
    /// Which slice it is; `nil` for the Endpoints.
    private let number: Int?
    private let pods: [CrowdPod]
    private let generation: Int

    init(_ service: Service, slice number: Int?, _ pods: [CrowdPod], generation: Int = 1) {
        self.service = service
        self.number = number
        self.pods = pods
        self.generation = generation
    }

    var labels: Labels { Labels(labelTexts.map { Labels.Pair($0.key, $0.value) }) }
    var ownerUIDs: [String] { number == nil ? [] : service.uids }
    var outline: JSONValue {
        .members(["metadata": .texts(["name": name, "namespace": service.namespace])])
    }
    var weight: Int { 256 + pods.count * 8 }

    private var name: String { number.map { service.sliceName($0) } ?? service.name }

    private var labelTexts: [String: String] {
        guard number != nil else { return ["endpoints.kubernetes.io/managed-by": "endpoint-controller"] }
        return [
            "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
            "kubernetes.io/service-name": service.name,
        ]
    }

    func document(version: UInt64) -> JSONValue {
        let slice = number != nil
        let metadata = JSONValue.members([
            "name": .string(name), "generateName": slice ? .string("\(service.name)-") : nil,
            "namespace": .string(service.namespace),
            "uid": .string(crowdUID(stableHash("\(service.namespace)/\(name)/\(slice)"))),
            "resourceVersion": .string(String(version)), "generation": slice ? .integer(generation) : nil,
            "creationTimestamp": .time(service.created), "labels": .texts(labelTexts),
            "ownerReferences": slice ? .array([owner(service.document, apiVersion: "v1", kind: "Service")]) : nil,
        ])
        let ports = JSONValue.array([
            .members(["name": .string("http"), "port": .integer(service.port), "protocol": .string("TCP")])
        ])
        guard slice else {
            let subset = JSONValue.members([
                "addresses": addresses(areReady: true), "notReadyAddresses": addresses(areReady: false),
                "ports": ports,
            ])
            return .members(["metadata": metadata, "subsets": pods.isEmpty ? nil : .array([subset])])
        }
        return .members([
            "metadata": metadata, "addressType": .string("IPv4"),
            "endpoints": pods.isEmpty ? .null : .array(pods.map(endpoint)), "ports": pods.isEmpty ? .null : ports,
        ])
    }

    private func addresses(areReady: Bool) -> JSONValue? {
        let chosen = pods.filter { $0.isReady == areReady }
        if chosen.isEmpty { return nil }
        return .array(
            chosen.map {
                .members([
                    "ip": .string($0.address), "nodeName": .string($0.node.name), "targetRef": reference($0),
                ])
            })
    }

    private func endpoint(_ pod: CrowdPod) -> JSONValue {
        .members([
            "addresses": .array([.string(pod.address)]),
            "conditions": .members([
                "ready": .bool(pod.isReady), "serving": .bool(pod.state.stage == .ready),
                "terminating": .bool(pod.state.deletion != nil),
            ]),
            "targetRef": reference(pod), "nodeName": .string(pod.node.name),
        ])
    }

    private func reference(_ pod: CrowdPod) -> JSONValue {
        .texts(["kind": "Pod", "namespace": service.namespace, "name": pod.name, "uid": pod.uid])
    }
}
