import ClusterState
import KubernetesModel

/// Amounts by resource, such as `cpu`, in thousandths of its unit.
typealias Amounts = [String: Int64]

extension PodSpec {
    /// What the scheduler reserves for a pod: its containers together, or an init container if that asks for more.
    ///
    /// Source: https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers
    var requested: Amounts {
        var running = Amounts()
        var peak = Amounts()
        for container in initContainers {
            if container.isSidecar {
                running.add(container.requests)
            } else {
                var alone = running
                alone.add(container.requests)
                peak.merge(alone) { max($0, $1) }
            }
        }
        for container in containers { running.add(container.requests) }
        var all = running.merging(peak) { max($0, $1) }
        all.add(overhead)
        return all
    }
}

extension Amounts {
    init(_ quantities: Labels) {
        self.init()
        add(quantities)
    }

    mutating func add(_ quantities: Labels) {
        for pair in quantities.pairs {
            guard let quantity = Quantity(pair.value) else { continue }
            add(quantity.milliValue, of: pair.key)
        }
    }

    mutating func add(_ others: Amounts) {
        for (resource, amount) in others { add(amount, of: resource) }
    }

    private mutating func add(_ amount: Int64, of resource: String) {
        let (sum, isTooLarge) = self[resource, default: 0].addingReportingOverflow(amount)
        self[resource] = isTooLarge ? .max : sum
    }
}

/// What of the nodes is taken by the pods on them.
struct NodeUsage {
    private(set) var requested: [String: Amounts] = [:]
    private(set) var pods: [String: Int64] = [:]

    init(_ objects: some Sequence<any StoredObject>) {
        var ofSpecs: [ObjectIdentifier: Amounts] = [:]
        for object in objects {
            guard let pod = (object as? Stored<Pod>)?.value, !pod.nodeName.isEmpty, !pod.isPhaseTerminal else {
                continue
            }
            let identity = pod.specIdentity
            let amounts = ofSpecs[identity] ?? pod.spec.requested
            ofSpecs[identity] = amounts
            requested[pod.nodeName, default: [:]].add(amounts)
            pods[pod.nodeName, default: 0] += 1
        }
    }
}

/// Why one node does not take a pod.
enum NodeObstacle: Hashable {
    case cordoned
    /// A taint that the pod does not tolerate.
    case taint(Taint)
    /// Labels of `spec.nodeSelector` that the node does not have.
    case selector
    case affinity
    /// A volume that cannot be reached from there.
    case volume(String)
    /// The room for pods is used up.
    case tooManyPods(limit: Int64)
    /// There is less left of a resource than is asked for; in thousandths.
    case lacks(resource: String, wanted: Int64, free: Int64, allocatable: Int64)

    /// The same for obstacles of one sort.
    var sort: String {
        switch self {
        case .cordoned: "cordoned"
        case .taint(let taint): "taint \(taint.key)"
        case .selector: "selector"
        case .affinity: "affinity"
        case .volume(let name): "volume \(name)"
        case .tooManyPods: "pods"
        case .lacks(let resource, _, _, _): resource
        }
    }

    /// For the end of a sentence that begins with the node.
    var text: String {
        switch self {
        case .cordoned: "is cordoned"
        case .taint(let taint): "has the taint \(taint.text), which the pod does not tolerate"
        case .selector: "does not have the labels of spec.nodeSelector"
        case .affinity: "is not among those that spec.affinity requires"
        case .volume(let name): "does not reach volume \(name)"
        case .tooManyPods(let limit): "has its \(limit) pods"
        case .lacks(let resource, let wanted, let free, let allocatable):
            wanted > allocatable
                ? "has \(Self.amount(allocatable, resource)) of \(resource) in all (\(Self.amount(wanted, resource)) asked for)"
                : "has \(Self.amount(free, resource)) of \(resource) left (\(Self.amount(wanted, resource)) asked for)"
        }
    }

    /// Such as `1.9` or `20Gi`.
    static func amount(_ thousandths: Int64, _ resource: String) -> String {
        guard resource == "memory" || resource.hasPrefix("hugepages-") || resource.hasSuffix("storage") else {
            return decimal(thousandths / 1000, thousandths % 1000 / 10, digits: 2)
        }
        let bytes = thousandths / 1000
        for (suffix, shift) in [("Gi", 30), ("Mi", 20), ("Ki", 10)] as [(String, Int64)] where bytes >= 1 << shift {
            let rest = bytes & ((1 << shift) - 1)
            return decimal(bytes >> shift, (rest * 10) >> shift, digits: 1) + suffix
        }
        return "\(bytes)"
    }

    /// A whole number and so many digits of a fraction, without zeros at its end.
    private static func decimal(_ whole: Int64, _ fraction: Int64, digits: Int) -> String {
        var text = String(fraction)
        while text.count < digits { text = "0" + text }
        while text.last == "0" { text.removeLast() }
        return text.isEmpty ? "\(whole)" : "\(whole).\(text)"
    }
}

extension Taint {
    /// As kubectl writes it, such as `dedicated=gpu:NoSchedule`.
    var text: String { value.isEmpty ? "\(key):\(effect)" : "\(key)=\(value):\(effect)" }
}

extension Toleration {
    func tolerates(_ taint: Taint) -> Bool {
        guard effect.isEmpty || effect == taint.effect, key.isEmpty || key == taint.key else { return false }
        if `operator` == "Exists" { return true }
        return !key.isEmpty && value == taint.value
    }
}

/// How a pod and the nodes of its cluster get on.
struct NodeFit {
    /// A node and what keeps the pod from it; nothing that is known when empty.
    struct Candidate {
        var node: Node
        var obstacles: [NodeObstacle]
    }

    /// The nearest first: those with the fewest obstacles, and among them the one that lacks least.
    let candidates: [Candidate]
    /// Whether the pod names the nodes, as that of a DaemonSet does, and the candidates are no others.
    let isNamed: Bool

    /// - Parameters:
    ///   - spec: of the pod.
    ///   - nodes: all nodes.
    ///   - allocatable: what each node has for pods, by its name.
    ///   - usage: `nil` when the pods of other namespaces are not known.
    ///   - volumes: those that it mounts, as far as they are bound.
    init(
        _ spec: PodSpec, nodes: [Node], allocatable: [String: Amounts], usage: NodeUsage?,
        volumes: [PersistentVolume] = []
    ) {
        let wanted = spec.requested.filter { $0.value > 0 }.sorted { $0.key < $1.key }
        // A DaemonSet's pod is meant for one node; what the others lack does not matter.
        let named = spec.affinity.nodeNames
        let own = nodes.filter { named?.contains($0.metadata.name) == true }
        isNamed = !own.isEmpty
        candidates = (own.isEmpty ? nodes : own).map { node in
            Candidate(
                node: node,
                obstacles: Self.obstacles(
                    of: node, allocatable[node.metadata.name] ?? [:], spec, wanted, usage, volumes))
        }.sorted { left, right in
            if left.obstacles.count != right.obstacles.count { return left.obstacles.count < right.obstacles.count }
            let (one, other) = (Self.lack(left), Self.lack(right))
            return one != other ? one < other : left.node.metadata.name < right.node.metadata.name
        }
    }

    /// How many times of what is left is asked for.
    private static func lack(_ candidate: Candidate) -> Double {
        candidate.obstacles.reduce(0) { sum, obstacle in
            guard case .lacks(_, let wanted, let free, _) = obstacle else { return sum }
            return sum + Double(wanted) / Double(max(free, 1))
        }
    }

    private static func obstacles(
        of node: Node, _ allocatable: Amounts, _ spec: PodSpec, _ wanted: [(key: String, value: Int64)],
        _ usage: NodeUsage?, _ volumes: [PersistentVolume]
    ) -> [NodeObstacle] {
        var obstacles: [NodeObstacle] = []
        if node.unschedulable { obstacles.append(.cordoned) }
        for taint in node.taints where taint.effect == "NoSchedule" || taint.effect == "NoExecute" {
            if taint.key == "node.kubernetes.io/unschedulable", node.unschedulable { continue }
            if !spec.tolerations.contains(where: { $0.tolerates(taint) }) { obstacles.append(.taint(taint)) }
        }
        var selector = LabelSelector()
        selector.matchLabels = spec.nodeSelector
        if !selector.matches(node.metadata.labels) { obstacles.append(.selector) }
        if !spec.affinity.nodeTerms.isEmpty, !spec.affinity.nodeTerms.contains(where: { $0.matches(node) }) {
            obstacles.append(.affinity)
        }
        for volume in volumes
        where !volume.nodeTerms.isEmpty && !volume.nodeTerms.contains(where: { $0.matches(node) }) {
            obstacles.append(.volume(volume.metadata.name))
        }
        let name = node.metadata.name
        if let usage, let limit = allocatable["pods"], usage.pods[name, default: 0] >= limit / 1000 {
            obstacles.append(.tooManyPods(limit: limit / 1000))
        }
        for (resource, amount) in wanted {
            let all = allocatable[resource] ?? 0
            let (rest, isTooLittle) = all.subtractingReportingOverflow(usage?.requested[name]?[resource] ?? 0)
            let free = isTooLittle ? 0 : max(0, rest)
            if amount > free {
                obstacles.append(.lacks(resource: resource, wanted: amount, free: free, allocatable: all))
            }
        }
        return obstacles
    }
}

extension Affinity {
    /// The nodes that it names, and no others would do; `nil` when it does not name any.
    fileprivate var nodeNames: Set<String>? {
        var names: Set<String> = []
        for term in nodeTerms {
            guard let field = term.matchFields.first(where: { $0.key == "metadata.name" && $0.operator == "In" }) else {
                return nil
            }
            names.formUnion(field.values)
        }
        return nodeTerms.isEmpty ? nil : names
    }
}

extension NodeSelectorTerm {
    /// Whether a node is meant; a term without requirements means none.
    func matches(_ node: Node) -> Bool {
        guard !matchExpressions.isEmpty || !matchFields.isEmpty else { return false }
        return matchExpressions.allSatisfy { $0.matches(node.metadata.labels) }
            && matchFields.allSatisfy { $0.matches(["metadata.name": node.metadata.name]) }
    }
}

extension RuleContext {
    /// How a pod and the nodes get on.
    mutating func nodeFit(_ spec: PodSpec, _ nodes: [Node], _ volumes: [PersistentVolume]) -> NodeFit {
        let allocatable = memo.value("allocatable") {
            Dictionary(nodes.map { ($0.metadata.name, Amounts($0.allocatable)) }) { first, _ in first }
        }
        return NodeFit(spec, nodes: nodes, allocatable: allocatable, usage: nodeUsage(), volumes: volumes)
    }

    /// What pods take of the nodes; `nil` when the pods of other namespaces are not known.
    ///
    /// Counted once an evaluation, and not followed when other pods change.
    func nodeUsage() -> NodeUsage? {
        guard let kind = world[Pod.self], kind.obstacle == nil, kind.hasAllNamespaces, let snapshot = kind.snapshot
        else { return nil }
        return memo.value("node usage") { NodeUsage(snapshot.objects) }
    }
}
