import ClusterState
import KubernetesModel

/// What cells show that is not in their row's own object: what pods and nodes use, and what nodes have set aside.
package struct Usage: Sendable, Equatable {
    /// Where a column's numbers come from.
    package enum Source: Sendable, Hashable {
        /// What the containers of pods use (`pods.metrics.k8s.io`).
        case podMetrics
        /// What nodes use (`nodes.metrics.k8s.io`).
        case nodeMetrics
        /// The pods on each node.
        case nodePods
    }

    /// `PodMetrics`, as far as they are read; `nil` when there are none to be had.
    package var podMetrics: KindSnapshot?
    /// `NodeMetrics`, as far as they are read; `nil` when there are none to be had.
    package var nodeMetrics: KindSnapshot?
    /// `nil` when the pods of all namespaces are not to be had.
    package var nodeLoads: NodeLoads?
    /// Why something is not to be had or old, in words for the user; missing while that is not known.
    package var reasons: [Source: String] = [:]

    /// Nothing is known.
    package init() {}

    /// Whether columns of this source are shown.
    package func has(_ source: Source) -> Bool {
        switch source {
        case .podMetrics: podMetrics != nil
        case .nodeMetrics: nodeMetrics != nil
        case .nodePods: nodeLoads != nil
        }
    }

    /// Whether the numbers of a source are the same in both.
    func isSame(_ source: Source, as other: Usage) -> Bool {
        switch source {
        case .podMetrics: podMetrics == other.podMetrics
        case .nodeMetrics: nodeMetrics == other.nodeMetrics
        case .nodePods: nodeLoads == other.nodeLoads
        }
    }

    /// What stands in the cell of an object without a number, which is never zero.
    func absence(of source: Source) -> String {
        let state: LoadState? =
            switch source {
            case .podMetrics: podMetrics?.state
            case .nodeMetrics: nodeMetrics?.state
            case .nodePods: nodeLoads?.state
            }
        if case .loading? = state { return "…" }
        return "n/a"
    }

    // MARK: - Numbers

    /// What was measured of a pod; `nil` for one that was not measured since it was made.
    package func metrics(ofPod key: ObjectKey, createdAt: Timestamp?) -> PodMetrics? {
        guard let metrics = (podMetrics?[key] as? Stored<PodMetrics>)?.value else { return nil }
        if let measured = metrics.timestamp, let createdAt, measured < createdAt { return nil }
        return metrics
    }

    /// The same of a pod as it is.
    func metrics(of pod: Pod) -> PodMetrics? {
        metrics(ofPod: ObjectKey(pod.metadata), createdAt: pod.metadata.creationTimestamp)
    }

    /// What was measured of a node.
    func metrics(of node: Node) -> ComputeUsage? {
        (nodeMetrics?[ObjectKey(node.metadata)] as? Stored<NodeMetrics>)?.value.usage
    }
}

/// Processor or memory.
enum ComputeKind: Sendable {
    case cpu, memory

    /// In billionths of a core, or bytes.
    func amount(of usage: ComputeUsage) -> Int64? { self == .cpu ? usage.cpuNanos : usage.memoryBytes }

    /// The same of what is asked for or allowed; `nil` when nothing is.
    func amount(of resources: ComputeResources) -> Int64? {
        let amount = self == .cpu ? resources.cpuNanos : resources.memoryBytes
        return amount > 0 ? amount : nil
    }

    /// In cores or bytes, as filters write them.
    func units(_ amount: Int64) -> Double { self == .cpu ? Double(amount) / 1e9 : Double(amount) }

    /// As `kubectl top` prints it: `250m`, `48Mi`.
    func text(_ amount: Int64) -> String {
        switch self {
        case .cpu: "\(amount / 1_000_000 + (amount % 1_000_000 > 0 ? 1 : 0))m"
        case .memory: "\(amount >> 20)Mi"
        }
    }
}

/// What usage is compared with.
enum ComputeBound: Sendable {
    case requests, limits

    func quantities(of container: Container) -> Labels { self == .requests ? container.requests : container.limits }
    func quantities(of spec: PodSpec) -> Labels { self == .requests ? spec.requests : spec.limits }
}

extension Pod {
    /// What its containers use, in percent of what they ask for or may use at most.
    ///
    /// - Returns: `nil` when nothing was measured, or nothing is asked for or limited. Of limits only those containers
    ///   count that have one.
    func share(_ kind: ComputeKind, of bound: ComputeBound, _ metrics: PodMetrics) -> Double? {
        if let whole = kind.amount(of: ComputeResources(bound.quantities(of: spec))) {
            return kind.amount(of: metrics.usage).map { percent($0, of: whole) }
        }
        var used: Int64?
        var whole: Int64 = 0
        for container in spec.initContainers + spec.containers where container.isSidecar || isMain(container) {
            let amount = kind.amount(of: ComputeResources(bound.quantities(of: container)))
            if let amount { whole = whole.addingReportingOverflow(amount).overflow ? .max : whole + amount }
            guard amount != nil || bound == .requests,
                let measured = metrics[container: container.name].flatMap(kind.amount)
            else { continue }
            let sum = (used ?? 0).addingReportingOverflow(measured)
            used = sum.overflow ? .max : sum.partialValue
        }
        guard whole > 0, let used else { return nil }
        return percent(used, of: whole)
    }

    private func isMain(_ container: Container) -> Bool { spec.containers.contains { $0.name == container.name } }
}

/// How much one number is of another, in percent.
func percent(_ part: Int64, of whole: Int64) -> Double {
    min(Double(part) / Double(max(1, whole)) * 100, 999_999)
}

/// Such as `93%`; rounded down, as kubectl does.
func percentText(_ percent: Double) -> String { "\(Int(percent.isFinite ? max(0, min(percent, 999_999)) : 0))%" }

/// From which share on something is near its limit, in percent.
enum UsageThreshold {
    static let warning = 70.0
    static let critical = 90.0

    /// How a share of a limit is drawn.
    static func health(_ percent: Double) -> Health {
        percent >= critical ? .broken : percent >= warning ? .degraded : .fine
    }
}
