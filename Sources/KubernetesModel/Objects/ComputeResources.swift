/// Processor and memory that are asked for or allowed; what is not said counts 0.
public struct ComputeResources: Sendable, Hashable {
    /// In billionths of a core.
    public var cpuNanos: Int64 = 0
    /// In bytes.
    public var memoryBytes: Int64 = 0

    /// Nothing.
    public init() {}

    /// What quantities by resource say; what is no quantity counts 0.
    public init(_ quantities: Labels) {
        self.init()
        if let cpu = Self.quantity("cpu", quantities) { cpuNanos = cpu.nanoValue }
        if let memory = Self.quantity("memory", quantities) { memoryBytes = memory.value }
    }

    /// Adds other amounts; sums are clamped.
    public mutating func add(_ other: ComputeResources) {
        cpuNanos = Self.clampedSum(cpuNanos, other.cpuNanos)
        memoryBytes = Self.clampedSum(memoryBytes, other.memoryBytes)
    }

    /// Raises each amount to at least another.
    mutating func raise(to other: ComputeResources) {
        cpuNanos = max(cpuNanos, other.cpuNanos)
        memoryBytes = max(memoryBytes, other.memoryBytes)
    }

    /// Takes the place of what quantities name.
    mutating func override(by quantities: Labels) {
        guard !quantities.isEmpty else { return }
        if let cpu = Self.quantity("cpu", quantities) { cpuNanos = cpu.nanoValue }
        if let memory = Self.quantity("memory", quantities) { memoryBytes = memory.value }
    }

    private static func quantity(_ name: String, _ quantities: Labels) -> Quantity? {
        guard let text = quantities[name], let quantity = Quantity(text), quantity > Quantity(0) else { return nil }
        return quantity
    }

    private static func clampedSum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, isTooLarge) = left.addingReportingOverflow(right)
        return isTooLarge ? .max : sum
    }
}

extension PodSpec {
    /// What a node sets aside for the pod: its containers together, or an init container if that asks for more, or what the
    /// pod as a whole asks for, and the overhead.
    ///
    /// Source: `PodRequests` of kubectl's resource helpers, which `kubectl describe node` adds up.
    public var effectiveRequests: ComputeResources {
        var total = together { $0.requests }
        total.override(by: requests)
        total.add(ComputeResources(overhead))
        return total
    }

    /// What the pod may use at most, as far as its containers have limits: the same with limits.
    ///
    /// Source: `PodLimits` of kubectl's resource helpers. Overhead counts where there is a limit.
    public var effectiveLimits: ComputeResources {
        var total = together { $0.limits }
        total.override(by: limits)
        var extra = ComputeResources(overhead)
        if total.cpuNanos == 0 { extra.cpuNanos = 0 }
        if total.memoryBytes == 0 { extra.memoryBytes = 0 }
        total.add(extra)
        return total
    }

    private func together(_ amounts: (Container) -> Labels) -> ComputeResources {
        var running = ComputeResources()
        var peak = ComputeResources()
        for container in initContainers {
            var alone = running
            alone.add(ComputeResources(amounts(container)))
            if container.isSidecar { running = alone }
            peak.raise(to: alone)
        }
        for container in containers { running.add(ComputeResources(amounts(container))) }
        running.raise(to: peak)
        return running
    }
}
