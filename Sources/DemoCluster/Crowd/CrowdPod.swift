import KubernetesModel

/// A state of a generated pod: what sets it apart from the others of its template; its document is made when it is
/// asked for.
final class CrowdPod: DemoContent {
    /// What changes in the life of a pod.
    struct State: Sendable {
        var stage: SimulatedPod.Stage
        /// When it became ready, or ceased to be.
        var changed: Timestamp
        /// When its container began to run the last time.
        var started: Timestamp
        var restarts: Int32 = 0
        var lastExit: Int32 = 0
        /// When its container ended the last time; `nil` when it never did.
        var ended: Timestamp?
        /// When its deletion was asked for, plus the grace period.
        var deletion: Timestamp?
        /// Whether its container ends whenever it is started.
        var isCrashing = false
    }

    let template: CrowdTemplate
    let node: CrowdNode
    /// Its place among all; decides its address.
    let slot: Int
    let name: String
    /// Decides its UID.
    let identity: UInt64
    let created: Timestamp
    let state: State

    init(
        _ template: CrowdTemplate, slot: Int, name: String, identity: UInt64, node: CrowdNode, created: Timestamp,
        _ state: State
    ) {
        self.template = template
        self.node = node
        self.slot = slot
        self.name = name
        self.identity = identity
        self.created = created
        self.state = state
    }

    /// The same pod in another state.
    func with(_ state: State) -> CrowdPod {
        CrowdPod(template, slot: slot, name: name, identity: identity, node: node, created: created, state)
    }

    var key: DemoObjectStore.Key { DemoObjectStore.Key(namespace: template.namespace, name: name) }
    var uid: String { crowdUID(identity) }
    var address: String { "10.\(64 + (slot >> 16) & 63).\(slot >> 8 & 255).\(slot & 255)" }
    var isReady: Bool { state.stage == .ready && state.deletion == nil }
    var hasAddress: Bool { state.stage != .creating }

    var labels: Labels { template.labels }
    var ownerUIDs: [String] { template.ownerUIDs }
    var weight: Int { 256 }

    var outline: JSONValue {
        .members([
            "metadata": .texts(["name": name, "namespace": template.namespace]),
            "spec": .members([
                "nodeName": .string(node.name), "restartPolicy": .string("Always"),
                "schedulerName": .string("default-scheduler"), "serviceAccountName": .string("default"),
                "hostNetwork": .bool(false),
            ]),
            "status": .members([
                "phase": .string(state.stage == .creating ? "Pending" : "Running"),
                "podIP": .string(hasAddress ? address : ""), "nominatedNodeName": .string(""),
            ]),
        ])
    }

    func document(version: UInt64) -> JSONValue {
        var pod = SimulatedPod(
            name: name, namespace: template.namespace, uid: uid, spec: template.spec, created: created,
            trouble: state.isCrashing ? .crashLoop : .healthy)
        pod.generateName = "\(template.name)-"
        pod.labels = template.labelTexts
        pod.ownerReference = template.ownerReference
        pod.node = node.name
        pod.hostIP = node.address
        pod.ip = address
        pod.stage = state.stage
        pod.started = min(state.started, created.adding(seconds: 4))
        pod.lastStart = state.started
        pod.readyChanged = state.changed
        pod.restarts = Int(state.restarts)
        pod.deletion = state.deletion
        if let ended = state.ended {
            let isKilled = state.lastExit == 137
            pod.lastTermination = SimulatedPod.Termination(
                exitCode: Int(state.lastExit), reason: isKilled ? "OOMKilled" : "Error",
                started: ended.adding(seconds: -Int(identity % 5000) - 3), finished: ended)
        }
        var document = pod.document
        document.set("metadata", "resourceVersion", to: .string(String(version)))
        document.set("metadata", "generation", to: .integer(1))
        document.set("metadata", to: document["metadata"]?.inMetadataOrder)
        return document
    }
}

/// A UID that belongs to a number.
func crowdUID(_ identity: UInt64) -> String {
    var source = SplitMix64(seed: identity)
    let digits = Array("0123456789abcdef".utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(36)
    var bits: UInt64 = 0
    for position in 0..<32 {
        if position % 16 == 0 { bits = source.next() }
        if [8, 12, 16, 20].contains(position) { bytes.append(UInt8(ascii: "-")) }
        let digit = position == 12 ? 4 : position == 16 ? 10 : Int(bits & 15)
        bytes.append(digits[digit])
        bits >>= 4
    }
    return String(decoding: bytes, as: UTF8.self)
}
