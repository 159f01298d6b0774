import KubernetesModel

/// Finds nodes for the pods of the simulated cluster, and says in the scheduler's words why there is none.
struct Scheduler: Sendable {
    private static let resources = ["cpu", "memory"]

    var nodes: [JSONValue] = []
    /// Whether a claim is bound, by `namespace/name`.
    var claims: [String: Bool] = [:]

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
            (ignoresCordons || !Self.isCordoned(nodes[$0])) && obstacles(nodes[$0], pod, others).isEmpty
        }
    }

    /// Why no node takes a pod, as the `PodScheduled` condition and the event say it.
    func message(for pod: SimulatedPod, among others: [SimulatedPod]) -> String {
        let none = "0/\(nodes.count) nodes are available: "
        func tail(_ reasons: [(count: Int, text: String)]) -> String {
            ". no new claims to deallocate, preemption: \(none)" + Self.histogram(reasons) + "."
        }
        let unhelpful = "Preemption is not helpful for scheduling"
        if let problem = claimProblem(of: pod) { return none + problem + tail([(nodes.count, unhelpful)]) }
        let obstacles = nodes.map {
            Self.isCordoned($0) ? ["node(s) were unschedulable"] : self.obstacles($0, pod, others)
        }
        let counts = Dictionary(obstacles.joined().map { ($0, 1) }, uniquingKeysWith: +)
        let lacking = obstacles.count { $0.allSatisfy { $0.hasPrefix("Insufficient") } }
        let preemption = [
            (nodes.count - lacking, unhelpful), (lacking, "No preemption victims found for incoming pod"),
        ]
        return none + Self.histogram(counts.map { ($0.value, $0.key) }) + tail(preemption)
    }

    private static func isCordoned(_ node: JSONValue) -> Bool { node.at("spec", "unschedulable")?.isTrue ?? false }

    private static func histogram(_ reasons: [(count: Int, text: String)]) -> String {
        reasons.filter { $0.count > 0 }.map { "\($0.count) \($0.text)" }.sorted().joined(separator: ", ")
    }

    private func claimProblem(of pod: SimulatedPod) -> String? {
        for volume in pod.spec["volumes"]?.elements ?? [] {
            let claim = volume.text("persistentVolumeClaim", "claimName")
            guard !claim.isEmpty else { continue }
            guard let isBound = claims["\(pod.namespace)/\(claim)"] else {
                return "persistentvolumeclaim \"\(claim)\" not found"
            }
            if !isBound { return "pod has unbound immediate PersistentVolumeClaims" }
        }
        return nil
    }

    /// Why a node does not take a pod, cordoned or not; empty when it does.
    private func obstacles(_ node: JSONValue, _ pod: SimulatedPod, _ others: [SimulatedPod]) -> [String] {
        let labels = node.at("metadata", "labels")?.textMembers ?? [:]
        let selector = pod.spec["nodeSelector"]?.textMembers ?? [:]
        guard selector.allSatisfy({ labels[$0.key] == $0.value }) else {
            return ["node(s) didn't match Pod's node affinity/selector"]
        }
        let name = node.text("metadata", "name")
        let here = others.filter { $0.node == name && !$0.hasEnded }
        if let most = Int(node.text("status", "allocatable", "pods")), here.count >= most {
            return ["Too many pods"]
        }
        return Self.resources.compactMap { resource in
            let wanted = Self.request(pod, resource)
            guard wanted > 0 else { return nil }
            let used = here.reduce(0) { $0 + Self.request($1, resource) }
            let all = Quantity(node.text("status", "allocatable", resource))?.milliValue ?? 0
            return used + wanted > all ? "Insufficient \(resource)" : nil
        }
    }

    /// What the containers of a pod ask for, in thousandths.
    private static func request(_ pod: SimulatedPod, _ resource: String) -> Int64 {
        (pod.spec["containers"]?.elements ?? []).reduce(0) { sum, container in
            sum + (Quantity(container.text("resources", "requests", resource))?.milliValue ?? 0)
        }
    }
}
