/// What the containers of a pod use (metrics.k8s.io/v1beta1 PodMetrics).
///
/// It has neither UID nor version, and goes by the pod's namespace and name.
public struct PodMetrics: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "metrics.k8s.io", resource: "pods", kind: "PodMetrics", versions: ["v1beta1"])

    /// The pod's name and namespace.
    public var metadata = ObjectMeta()
    /// When it was measured (`timestamp`).
    public var timestamp: Timestamp?
    /// Those that run and have been measured, in no order that means anything (`containers`).
    public var containers: [ContainerUsage] = []

    /// Metrics with nothing set.
    public init() {}

    /// What all containers use together; a part is missing when no container has it.
    public var usage: ComputeUsage { containers.reduce(into: ComputeUsage()) { $0.add($1.usage) } }

    /// What one container uses; `nil` for one that was not measured.
    public subscript(container name: String) -> ComputeUsage? { containers.first { $0.name == name }?.usage }
}

/// What one container uses (metrics.k8s.io/v1beta1 ContainerMetrics).
public struct ContainerUsage: Sendable, Hashable {
    /// The container (`name`).
    public var name = ""
    /// Source: `usage`.
    public var usage = ComputeUsage()

    /// A container that was not measured.
    public init() {}
}

/// What a node uses (metrics.k8s.io/v1beta1 NodeMetrics).
public struct NodeMetrics: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "metrics.k8s.io", resource: "nodes", kind: "NodeMetrics", versions: ["v1beta1"], isNamespaced: false)

    /// The node's name.
    public var metadata = ObjectMeta()
    /// When it was measured (`timestamp`).
    public var timestamp: Timestamp?
    /// Source: `usage`.
    public var usage = ComputeUsage()

    /// Metrics with nothing set.
    public init() {}
}

/// Processor and memory that something uses; each is missing when it was not measured.
public struct ComputeUsage: Sendable, Hashable {
    /// In billionths of a core.
    public var cpuNanos: Int64?
    /// In bytes.
    public var memoryBytes: Int64?

    /// Nothing measured.
    public init() {}

    /// Adds what something else uses; sums are clamped.
    public mutating func add(_ other: ComputeUsage) {
        cpuNanos = Self.sum(cpuNanos, other.cpuNanos)
        memoryBytes = Self.sum(memoryBytes, other.memoryBytes)
    }

    private static func sum(_ left: Int64?, _ right: Int64?) -> Int64? {
        guard let left, let right else { return left ?? right }
        let (sum, isTooLarge) = left.addingReportingOverflow(right)
        return isTooLarge ? .max : sum
    }
}
