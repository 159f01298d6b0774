extension Namespace: FieldReadable {
    static let fields = FieldTable<Namespace>(
        "Namespace",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("status", 3) { $1.message(&$0, status) },
        ])

    private static let status = FieldTable<Namespace>(
        "NamespaceStatus",
        [
            Field("phase", 1) { $0.phase = $1.interned() },
            Field("conditions", 2) { $1.append(&$0.conditions) },
        ])
}

extension Node: FieldReadable {
    static let fields = FieldTable<Node>(
        "Node",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("spec", 2) { $1.message(&$0, spec) },
            Field("status", 3) { $1.message(&$0, status) },
        ])

    private static let spec = FieldTable<Node>(
        "NodeSpec",
        [
            Field("unschedulable", 4) { $0.unschedulable = $1.bool() },
            Field("taints", 5) { $1.append(&$0.taints) },
        ])

    private static let status = FieldTable<Node>(
        "NodeStatus",
        [
            Field("capacity", 1) { $1.quantities(&$0.capacity) },
            Field("allocatable", 2) { $1.quantities(&$0.allocatable) },
            Field("conditions", 4) { $1.append(&$0.conditions) },
            Field("addresses", 5) { $1.append(&$0.addresses) },
            Field("nodeInfo", 7) { $1.message(&$0.nodeInfo) },
        ])
}

extension Taint: FieldReadable {
    static let fields = FieldTable<Taint>(
        "Taint",
        [
            Field("key", 1) { $0.key = $1.interned() },
            Field("value", 2) { $0.value = $1.interned() },
            Field("effect", 3) { $0.effect = $1.interned() },
        ])
}

extension NodeAddress: FieldReadable {
    static let fields = FieldTable<NodeAddress>(
        "NodeAddress",
        [
            Field("type", 1) { $0.type = $1.interned() },
            Field("address", 2) { $0.address = $1.string() },
        ])
}

extension NodeSystemInfo: FieldReadable {
    static let fields = FieldTable<NodeSystemInfo>(
        "NodeSystemInfo",
        [
            Field("kernelVersion", 4) { $0.kernelVersion = $1.interned() },
            Field("osImage", 5) { $0.osImage = $1.interned() },
            Field("containerRuntimeVersion", 6) { $0.containerRuntimeVersion = $1.interned() },
            Field("kubeletVersion", 7) { $0.kubeletVersion = $1.interned() },
            Field("architecture", 10) { $0.architecture = $1.interned() },
        ])
}
