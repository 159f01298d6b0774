extension PodMetrics: FieldReadable {
    static let fields = FieldTable<PodMetrics>(
        "PodMetrics",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("timestamp", 2) { $0.timestamp = $1.timestamp() },
            Field("containers", 4) { $1.append(&$0.containers) },
        ])
}

extension ContainerUsage: FieldReadable {
    static let fields = FieldTable<ContainerUsage>(
        "ContainerMetrics",
        [
            Field("name", 1) { $0.name = $1.interned() },
            Field("usage", 2) { $1.usage(&$0.usage) },
        ])
}

extension NodeMetrics: FieldReadable {
    static let fields = FieldTable<NodeMetrics>(
        "NodeMetrics",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("timestamp", 2) { $0.timestamp = $1.timestamp() },
            Field("usage", 4) { $1.usage(&$0.usage) },
        ])
}

extension FieldReader {
    /// Reads quantities by resource, of which processor and memory are kept; below nothing is nothing.
    fileprivate mutating func usage(_ usage: inout ComputeUsage) {
        var quantities = Labels()
        self.quantities(&quantities)
        if let cpu = quantities["cpu"].flatMap({ Quantity($0) }) { usage.cpuNanos = max(0, cpu.nanoValue) }
        if let memory = quantities["memory"].flatMap({ Quantity($0) }) { usage.memoryBytes = max(0, memory.value) }
    }
}
