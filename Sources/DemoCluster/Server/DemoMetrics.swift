import KubernetesModel

/// What a metrics server would measure in a demo cluster: numbers that follow from its objects and the time.
struct DemoMetrics {
    static let group = "metrics.k8s.io"
    static let version = "v1beta1"
    static let nodes = DemoResource(
        group, version, "nodes", "NodeMetrics", isNamespaced: false, verbs: ["get", "list"])
    static let pods = DemoResource(group, version, "pods", "PodMetrics", verbs: ["get", "list"])
    static let resources = [nodes, pods]

    /// Every so many seconds everything is measured anew.
    private static let windowSeconds: Int64 = 15

    private let store: DemoObjectStore
    private let now: Timestamp
    /// When everything was measured last.
    private let measured: Timestamp

    init(_ store: DemoObjectStore, at now: Timestamp) {
        self.store = store
        self.now = now
        measured = Timestamp(seconds: now.seconds - now.seconds % Self.windowSeconds)
    }

    /// The metrics of the pods or nodes of a scope, by name.
    func documents(of scope: DemoObjectStore.Scope) -> [JSONValue] {
        let entries = store.entries(in: scope)
        guard scope.resource == .nodes else { return entries.compactMap(pod) }
        let used = usedOnNodes
        return entries.compactMap { node($0.document, used[$0.document.text("metadata", "name")]) }
    }

    // MARK: Pods

    /// The metrics of one pod.
    /// - Returns: `nil` for a pod of which nothing has been measured.
    func pod(_ entry: DemoObjectStore.Entry) -> JSONValue? {
        let used = usage(of: entry)
        guard !used.isEmpty else { return nil }
        return .members([
            "metadata": metadata(of: entry), "timestamp": .time(measured), "window": window,
            "containers": .array(
                used.map { .members(["name": .string($0.name), "usage": usage(nanos: $0.nanos, bytes: $0.bytes)]) }),
        ])
    }

    private func metadata(of entry: DemoObjectStore.Entry) -> JSONValue {
        guard let generated = entry.content as? CrowdPod else { return metadata(of: entry.document) }
        return .members([
            "name": .string(generated.name), "namespace": .string(generated.template.namespace),
            "creationTimestamp": .time(now), "labels": .texts(generated.template.labelTexts),
        ])
    }

    private func usage(of entry: DemoObjectStore.Entry) -> [Used] {
        guard let generated = entry.content as? CrowdPod else { return usage(of: entry.document) }
        guard generated.state.stage == .ready || generated.state.stage == .running,
            generated.state.started < measured
        else { return [] }
        let age = measured.seconds - generated.state.started.seconds
        return generated.template.containers.map { container in
            Used(
                name: container.name, nanos: processor(container.bounds, generated.identity),
                bytes: memory(container.bounds, generated.identity, runningFor: age))
        }
    }

    /// Whether the node of a pod does not answer: its containers are ready, and it is not.
    private func isCutOff(_ pod: JSONValue) -> Bool {
        let conditions = pod.at("status", "conditions")?.elements ?? []
        func isTrue(_ type: String) -> Bool {
            conditions.contains { $0.text("type") == type && $0.text("status") == "True" }
        }
        return isTrue("ContainersReady") && !isTrue("Ready") && pod.at("spec", "readinessGates") == nil
    }

    /// What a container asks for and may have at most, in thousandths of a core and in bytes.
    struct Bounds: Sendable {
        var requestedMillis: Int64?
        var mostMillis: Int64?
        var requestedBytes: Int64?
        var mostBytes: Int64?

        init(of container: JSONValue) {
            requestedMillis = DemoMetrics.millis(container, "requests", "cpu")
            mostMillis = DemoMetrics.millis(container, "limits", "cpu")
            requestedBytes = DemoMetrics.millis(container, "requests", "memory").map { $0 / 1000 }
            mostBytes = DemoMetrics.millis(container, "limits", "memory").map { $0 / 1000 }
        }
    }

    private struct Used {
        var name: String
        var nanos: Int64
        var bytes: Int64
    }

    /// What each container uses that runs and was measured since it began to.
    private func usage(of pod: JSONValue) -> [Used] {
        guard !isCutOff(pod) else { return [] }
        let specs = (pod.at("spec", "containers")?.elements ?? []) + (pod.at("spec", "initContainers")?.elements ?? [])
        let statuses =
            (pod.at("status", "containerStatuses")?.elements ?? [])
            + (pod.at("status", "initContainerStatuses")?.elements ?? [])
        return statuses.compactMap { status in
            guard let started = Timestamp(status.text("state", "running", "startedAt")), started < measured,
                let spec = specs.first(where: { $0["name"] == status["name"] })
            else { return nil }
            let seed = Self.hash(pod.text("metadata", "uid") + status.text("name"))
            return Used(
                name: status.text("name"), nanos: processor(Bounds(of: spec), seed),
                bytes: memory(Bounds(of: spec), seed, runningFor: measured.seconds - started.seconds))
        }
    }

    /// Goes up and down around a part of what is asked for, and stays below the limit.
    private func processor(_ bounds: Bounds, _ seed: UInt64) -> Int64 {
        let requested = bounds.requestedMillis ?? 40
        let share = 15 + Int64(seed % 60)
        let base = max(1, requested * share / 100)
        var millis = base + base * wave(seed, of: 60) / 100
        if let limit = bounds.mostMillis { millis = min(millis, limit) }
        return min(millis, 1 << 32) * 1_000_000 + Int64(seed % 999_983)
    }

    /// Who gets exactly what it asks for needs nearly all of it; who has just begun to run is still growing.
    private func memory(_ bounds: Bounds, _ seed: UInt64, runningFor seconds: Int64) -> Int64 {
        let requested = bounds.requestedBytes
        let limit = bounds.mostBytes
        let share = limit != nil && limit == requested ? 89 + Int64(seed % 4) : 45 + Int64(seed % 40)
        let whole = requested ?? Int64(24 + seed % 90) << 20
        let grown = min(100, 40 + seconds * 2)
        let bytes = whole / 100 * share / 100 * grown
        return min(bytes + bytes * wave(seed, of: 3) / 100, limit ?? .max)
    }

    /// A number between minus and plus `height`, which goes up and down in some minutes.
    private func wave(_ seed: UInt64, of height: Int64) -> Int64 {
        let period = 240 + Int64(seed % 420)
        let phase = (measured.seconds &+ Int64(seed % 997)) % period
        let up = phase * 2 < period ? phase * 2 : (period - phase) * 2
        return up * 2 * height / period - height
    }

    // MARK: Nodes

    /// What the pods of each node use together.
    private var usedOnNodes: [String: Used] {
        var sums: [String: Used] = [:]
        for item in store.items(of: .pods) {
            let node =
                (item.entry.content as? CrowdPod)?.node.name ?? item.entry.content.outline.text("spec", "nodeName")
            for used in usage(of: item.entry) {
                sums[node, default: Used(name: node, nanos: 0, bytes: 0)].nanos += used.nanos
                sums[node]?.bytes += used.bytes
            }
        }
        return sums
    }

    /// - Returns: `nil` for a node that does not answer.
    private func node(_ node: JSONValue, _ used: Used?) -> JSONValue? {
        let isSilent = (node.at("status", "conditions")?.elements ?? []).contains {
            $0.text("type") == "Ready" && $0.text("status") != "True"
        }
        guard !isSilent else { return nil }
        let name = node.text("metadata", "name")
        let seed = Self.hash(name)
        // The kubelet and the system use something themselves.
        var nanos = (120 + Int64(seed % 80) + wave(seed, of: 20)) * 1_000_000
        var bytes = (900 + Int64(seed % 300)) << 20
        nanos += used?.nanos ?? 0
        bytes += used?.bytes ?? 0
        if let capacity = Quantity(node.text("status", "capacity", "memory")) { bytes = min(bytes, capacity.value) }
        return .members([
            "metadata": metadata(of: node), "timestamp": .time(measured), "window": window,
            "usage": usage(nanos: nanos, bytes: bytes),
        ])
    }

    // MARK: Parts

    private var window: JSONValue { .string("\(Self.windowSeconds)s") }

    private func metadata(of object: JSONValue) -> JSONValue {
        let namespace = object.text("metadata", "namespace")
        return .members([
            "name": object.at("metadata", "name"), "namespace": namespace.isEmpty ? nil : .string(namespace),
            "creationTimestamp": .time(now), "labels": object.at("metadata", "labels"),
        ])
    }

    private func usage(nanos: Int64, bytes: Int64) -> JSONValue {
        .members(["cpu": .string("\(nanos)n"), "memory": .string("\(bytes >> 10)Ki")])
    }

    /// In thousandths, within reason; `nil` when the container does not say.
    private static func millis(_ container: JSONValue, _ bound: String, _ resource: String) -> Int64? {
        Quantity(container.text("resources", bound, resource)).map { max(0, min($0.milliValue, 1 << 50)) }
    }

    /// The same number for the same text (FNV-1a).
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
