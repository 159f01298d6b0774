import KubernetesModel

/// Finds nodes for the pods of the simulated cluster, and says in the scheduler's words why there is none.
struct Scheduler: Sendable {
    /// What the scheduler knows of a claim.
    struct Claim: Sendable, Equatable {
        /// Whether it has a volume.
        var isBound = false
        /// Whether it gets one when a pod has a node.
        var waitsForConsumer = false
        /// Whether it is being deleted.
        var isDeleting = false
        /// Whether the volume that it names is there.
        var hasVolume = true
        /// Zones from which its volume can be reached; empty for all.
        var zones: [String] = []
        /// Whether only one pod may have it.
        var isExclusive = false
        /// Who attaches its volume.
        var driver = ""
        /// Why there can be no volume for it on any node; empty when there can.
        var obstacle = ""
    }

    /// How many volumes of a driver a node can have, as its `CSINode` says.
    static func volumeLimit(of driver: String) -> Int { driver == "disk.csi.example.com" ? 1 : 25 }

    /// The taints of nodes that are short of something, by the condition that says so.
    static let pressureTaints = [
        "MemoryPressure": "node.kubernetes.io/memory-pressure", "DiskPressure": "node.kubernetes.io/disk-pressure",
        "PIDPressure": "node.kubernetes.io/pid-pressure",
    ]
    static let zoneKey = "topology.kubernetes.io/zone"

    var nodes: [JSONValue] = []
    /// The claims by `namespace/name`.
    var claims: [String: Claim] = [:]

    /// The indexes of the nodes that have room for a pod and that it agrees with.
    ///
    /// - Parameters:
    ///   - pod: has no node yet.
    ///   - others: the pods there are.
    ///   - ignoresCordons: whether a cordoned node counts, as for a pod that was there before.
    /// - Returns: none when the pod has to wait.
    func candidates(for pod: SimulatedPod, among others: [SimulatedPod], ignoresCordons: Bool) -> [Int] {
        guard claimProblem(of: pod) == nil else { return [] }
        return nodes.indices.filter {
            (ignoresCordons || !Self.isCordoned(nodes[$0]) || Self.tolerates(pod.spec, Self.cordon))
                && obstacles(nodes[$0], pod, others, ignoresPressure: ignoresCordons).isEmpty
        }
    }

    /// Why no node takes a pod, as the `PodScheduled` condition and the event say it.
    func message(for pod: SimulatedPod, among others: [SimulatedPod]) -> String {
        let none = "0/\(nodes.count) nodes are available: "
        let isMeek = pod.spec.text("preemptionPolicy") == "Never" || pod.spec.text("priorityClassName") == "nightly"
        func tail(_ reasons: [(count: Int, text: String)]) -> String {
            ". no new claims to deallocate, preemption: "
                + (isMeek ? "not eligible due to preemptionPolicy=Never." : none + Self.histogram(reasons) + ".")
        }
        let unhelpful = "Preemption is not helpful for scheduling"
        if let problem = claimProblem(of: pod) { return none + problem + tail([(nodes.count, unhelpful)]) }
        let obstacles = nodes.map {
            Self.isCordoned($0) && !Self.tolerates(pod.spec, Self.cordon)
                ? ["node(s) were unschedulable"] : self.obstacles($0, pod, others)
        }
        let counts = Dictionary(obstacles.joined().map { ($0, 1) }, uniquingKeysWith: +)
        let curable = [
            "Insufficient", "Too many", "node(s) didn't have free ports", "node(s) didn't match pod anti",
            "node(s) unavailable due to", "node(s) exceed max volume count",
        ]
        let lacking = obstacles.count { reasons in
            reasons.allSatisfy { reason in curable.contains { reason.hasPrefix($0) } }
        }
        let preemption = [
            (nodes.count - lacking, unhelpful), (lacking, "No preemption victims found for incoming pod"),
        ]
        return none + Self.histogram(counts.map { ($0.value, $0.key) }) + tail(preemption)
    }

    static func isCordoned(_ node: JSONValue) -> Bool { node.at("spec", "unschedulable")?.isTrue ?? false }

    private static let cordon = JSONValue.texts(["key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"])

    private static func histogram(_ reasons: [(count: Int, text: String)]) -> String {
        reasons.filter { $0.count > 0 }.map { "\($0.count) \($0.text)" }.sorted().joined(separator: ", ")
    }

    // MARK: Claims

    private func claims(of pod: SimulatedPod) -> [(name: String, claim: Claim?)] {
        (pod.spec["volumes"]?.elements ?? []).compactMap { volume in
            let ephemeral = volume["ephemeral"] == nil ? "" : "\(pod.name)-\(volume.text("name"))"
            let name = ephemeral.isEmpty ? volume.text("persistentVolumeClaim", "claimName") : ephemeral
            return name.isEmpty ? nil : (name, claims["\(pod.namespace)/\(name)"])
        }
    }

    private func claimProblem(of pod: SimulatedPod) -> String? {
        for (name, claim) in claims(of: pod) {
            guard let claim else {
                let isEphemeral = (pod.spec["volumes"]?.elements ?? []).contains {
                    $0["ephemeral"] != nil && "\(pod.name)-\($0.text("name"))" == name
                }
                return isEphemeral
                    ? "waiting for ephemeral volume controller to create the persistentvolumeclaim \"\(name)\""
                    : "persistentvolumeclaim \"\(name)\" not found"
            }
            if claim.isDeleting { return "persistentvolumeclaim \"\(name)\" is being deleted" }
            if !claim.hasVolume {
                return "persistentvolumeclaim \"\(name)\" bound to non-existent persistentvolume \"pv-\(name)\""
            }
            if !claim.isBound, !claim.waitsForConsumer { return "pod has unbound immediate PersistentVolumeClaims" }
        }
        return nil
    }

    // MARK: Nodes

    /// Why a node does not take a pod, cordoned or not; empty when it does.
    private func obstacles(
        _ node: JSONValue, _ pod: SimulatedPod, _ others: [SimulatedPod], ignoresPressure: Bool = false
    ) -> [String] {
        let labels = node.at("metadata", "labels")?.textMembers ?? [:]
        let name = node.text("metadata", "name")
        if let wanted = pod.spec["nodeName"]?.text, wanted != name {
            return ["node(s) didn't match the requested node name"]
        }
        guard Self.toleratesTaints(of: node, pod.spec, ignoresPressure: ignoresPressure) else {
            return ["node(s) had untolerated taint(s)"]
        }
        guard Self.matches(labels, pod.spec) else { return ["node(s) didn't match Pod's node affinity/selector"] }
        let here = others.filter { $0.node == name && !$0.hasEnded }
        let ports = Self.hostPorts(pod.spec)
        if !ports.isEmpty, here.contains(where: { !Self.hostPorts($0.spec).isDisjoint(with: ports) }) {
            return ["node(s) didn't have free ports for the requested pod ports"]
        }
        if let most = Int(node.text("status", "allocatable", "pods")), here.count >= most {
            return ["Too many pods"]
        }
        let lacking = pod.requested.sorted { $0.key < $1.key }.compactMap { resource, wanted -> String? in
            guard wanted > 0 else { return nil }
            let used = here.reduce(0) { $0 &+ ($1.requested[resource] ?? 0) }
            let all = Quantity(node.text("status", "allocatable", resource))?.milliValue ?? 0
            return used &+ wanted > all ? "Insufficient \(resource)" : nil
        }
        guard lacking.isEmpty else { return lacking }
        if let problem = volumeProblem(of: pod, among: others, here: here) { return [problem] }
        for (_, claim) in claims(of: pod) {
            if let claim, !claim.zones.isEmpty, !claim.zones.contains(labels[Self.zoneKey] ?? "") {
                return ["node(s) didn't match PersistentVolume's node affinity"]
            }
        }
        return Self.placementProblem(labels, pod, others, nodes).map { [$0] } ?? []
    }

    /// Why a pod's claims keep it from a node that has room for it.
    private func volumeProblem(
        of pod: SimulatedPod, among others: [SimulatedPod], here: [SimulatedPod]
    ) -> String? {
        let wanted = claims(of: pod)
        guard !wanted.isEmpty else { return nil }
        let isTaken = wanted.contains { name, claim in
            guard claim?.isExclusive ?? false else { return false }
            return others.contains { other in
                other.namespace == pod.namespace && !other.node.isEmpty && !other.hasEnded
                    && claims(of: other).contains { $0.name == name }
            }
        }
        if isTaken {
            return "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use "
                + "by another pod"
        }
        for driver in Set(wanted.compactMap { $0.claim?.driver }) where !driver.isEmpty {
            func names(_ pod: SimulatedPod) -> [String] {
                claims(of: pod).filter { $0.claim?.driver == driver }.map { "\(pod.namespace)/\($0.name)" }
            }
            let attached = Set(here.flatMap(names))
            if attached.union(names(pod)).count > max(attached.count, Self.volumeLimit(of: driver)) {
                return "node(s) exceed max volume count"
            }
        }
        return wanted.compactMap { $0.claim?.obstacle }.first { !$0.isEmpty }
    }

    private static func hostPorts(_ spec: JSONValue) -> Set<Int> {
        var ports: Set<Int> = []
        for container in spec["containers"]?.elements ?? [] {
            for port in container["ports"]?.elements ?? [] {
                if let number = port["hostPort"]?.integer { ports.insert(number) }
            }
        }
        return ports
    }

    /// Whether a pod may be put on a node in spite of the node's taints; a cordon is not looked at here.
    ///
    /// A pod that asks for something can cope with little memory, one that was there before with any pressure.
    static func toleratesTaints(of node: JSONValue, _ spec: JSONValue, ignoresPressure: Bool = false) -> Bool {
        (node.at("spec", "taints")?.elements ?? []).allSatisfy { taint in
            let key = taint.text("key")
            let isCopedWith =
                pressureTaints.values.contains(key)
                && (ignoresPressure || (key == pressureTaints["MemoryPressure"] && !isBestEffort(spec)))
            return taint.text("effect") == "PreferNoSchedule" || key == "node.kubernetes.io/unschedulable"
                || isCopedWith || tolerates(spec, taint)
        }
    }

    private static func isBestEffort(_ spec: JSONValue) -> Bool {
        requests(spec).allSatisfy { $0.value == 0 || ($0.key != "cpu" && $0.key != "memory") }
    }

    static func tolerates(_ spec: JSONValue, _ taint: JSONValue) -> Bool {
        (spec["tolerations"]?.elements ?? []).contains { toleration in
            let key = toleration.text("key")
            let effect = toleration.text("effect")
            guard effect.isEmpty || effect == taint.text("effect") else { return false }
            if toleration.text("operator") == "Exists" { return key.isEmpty || key == taint.text("key") }
            return key == taint.text("key") && toleration.text("value") == taint.text("value")
        }
    }

    /// Whether a node has the labels that a pod wants.
    static func matches(_ labels: [String: String], _ spec: JSONValue) -> Bool {
        let selector = spec["nodeSelector"]?.textMembers ?? [:]
        guard selector.allSatisfy({ labels[$0.key] == $0.value }) else { return false }
        let required = spec.at(
            "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
        guard let terms = required?.elements, !terms.isEmpty else { return true }
        return terms.contains { term in
            (term["matchExpressions"]?.elements ?? []).allSatisfy { matches(labels, expression: $0) }
        }
    }

    private static func matches(_ labels: [String: String], expression: JSONValue) -> Bool {
        let value = labels[expression.text("key")]
        let values = (expression["values"]?.elements ?? []).compactMap(\.text)
        switch expression.text("operator") {
        case "In": return value.map(values.contains) ?? false
        case "NotIn": return !(value.map(values.contains) ?? false)
        case "Exists": return value != nil
        case "DoesNotExist": return value == nil
        case "Gt": return (value.flatMap { Int($0) } ?? .min) > (values.first.flatMap { Int($0) } ?? .max)
        case "Lt": return (value.flatMap { Int($0) } ?? .max) < (values.first.flatMap { Int($0) } ?? .min)
        default: return false
        }
    }

    // MARK: Beside other pods

    static func selects(_ term: JSONValue, _ labels: [String: String]) -> Bool {
        let selector = term["labelSelector"] ?? .null
        let pairs = selector["matchLabels"]?.textMembers ?? [:]
        return pairs.allSatisfy { labels[$0.key] == $0.value }
            && (selector["matchExpressions"]?.elements ?? []).allSatisfy { matches(labels, expression: $0) }
    }

    private static func terms(_ spec: JSONValue, _ kind: String) -> [JSONValue] {
        spec.at("affinity", kind, "requiredDuringSchedulingIgnoredDuringExecution")?.elements ?? []
    }

    private static func placementProblem(
        _ labels: [String: String], _ pod: SimulatedPod, _ others: [SimulatedPod], _ nodes: [JSONValue]
    ) -> String? {
        let constraints = (pod.spec["topologySpreadConstraints"]?.elements ?? [])
            .filter { $0.text("whenUnsatisfiable") == "DoNotSchedule" }
        let near = terms(pod.spec, "podAffinity")
        let far = terms(pod.spec, "podAntiAffinity")
        let beside = others.filter { $0.namespace == pod.namespace && !$0.hasEnded && !$0.node.isEmpty }
        let shunning = beside.filter { $0.spec["affinity"] != nil }
        guard !constraints.isEmpty || !near.isEmpty || !far.isEmpty || !shunning.isEmpty else { return nil }
        var domains: [String: [String: String]] = [:]
        for node in nodes {
            domains[node.text("metadata", "name")] = node.at("metadata", "labels")?.textMembers ?? [:]
        }
        func isHere(_ other: SimulatedPod, _ key: String) -> Bool {
            labels[key] != nil && domains[other.node]?[key] == labels[key]
        }
        for constraint in constraints {
            let key = constraint.text("topologyKey")
            guard labels[key] != nil else {
                return "node(s) didn't match pod topology spread constraints (missing required label)"
            }
            let alike = beside.filter { selects(constraint, $0.labels) }
            let values = Set(domains.values.compactMap { $0[key] })
            let least = values.map { value in alike.count { domains[$0.node]?[key] == value } }.min() ?? 0
            if alike.count(where: { isHere($0, key) }) + 1 - least > max(1, constraint.integer("maxSkew")) {
                return "node(s) didn't match pod topology spread constraints"
            }
        }
        for term in near {
            let chosen = beside.filter { selects(term, $0.labels) }
            // The first of pods that want to be together may be anywhere.
            if chosen.isEmpty, selects(term, pod.labels) { continue }
            if !chosen.contains(where: { isHere($0, term.text("topologyKey")) }) {
                return "node(s) didn't match pod affinity rules"
            }
        }
        for term in far {
            if beside.contains(where: { selects(term, $0.labels) && isHere($0, term.text("topologyKey")) }) {
                return "node(s) didn't match pod anti-affinity rules"
            }
        }
        for other in shunning {
            for term in terms(other.spec, "podAntiAffinity")
            where selects(term, pod.labels) && isHere(other, term.text("topologyKey")) {
                return "node(s) didn't satisfy existing pods anti-affinity rules"
            }
        }
        return nil
    }

    /// What the containers of a pod ask for together, in thousandths, by resource.
    static func requests(_ spec: JSONValue) -> [String: Int64] {
        var sums: [String: Int64] = [:]
        let sidecars = (spec["initContainers"]?.elements ?? []).filter { $0.text("restartPolicy") == "Always" }
        for container in (spec["containers"]?.elements ?? []) + sidecars {
            let limits = container.at("resources", "limits")?.textMembers ?? [:]
            // Who has only a limit asks for as much.
            let asked = limits.merging(container.at("resources", "requests")?.textMembers ?? [:]) { $1 }
            for (resource, text) in asked {
                let wanted = max(0, min(Quantity(text)?.milliValue ?? 0, 1 << 60))
                sums[resource] = min((sums[resource] ?? 0) &+ wanted, 1 << 60)
            }
        }
        return sums
    }
}
