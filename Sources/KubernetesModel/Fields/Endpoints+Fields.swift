extension Endpoints: FieldReadable {
    static let fields = FieldTable<Endpoints>(
        "Endpoints",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("subsets", 2) { $1.append(&$0.subsets) },
        ])
}

extension EndpointSubset: FieldReadable {
    static let fields = FieldTable<EndpointSubset>(
        "EndpointSubset",
        [
            Field("addresses", 1) { $1.append(&$0.addresses) },
            Field("notReadyAddresses", 2) { $1.append(&$0.notReadyAddresses) },
            Field("ports", 3) { $1.append(&$0.ports, EndpointPort(), EndpointPort.subsetFields) },
        ])
}

extension EndpointAddress: FieldReadable {
    static let fields = FieldTable<EndpointAddress>(
        "EndpointAddress",
        [
            Field("ip", 1) { $0.ip = $1.string() },
            Field("nodeName", 4) { $0.nodeName = $1.interned() },
            Field("targetRef", 2) { $1.message(&$0.targetRef) },
        ])
}

extension EndpointPort {
    /// Of Endpoints, which number them otherwise than EndpointSlices.
    static let subsetFields = FieldTable<EndpointPort>(
        "EndpointSubset.ports",
        [
            Field("name", 1) { $0.name = $1.interned() },
            Field("port", 2) { $0.port = $1.optionalInt32() },
            Field("protocol", 3) { $0.protocol = $1.interned() },
        ])
}

extension Lease: FieldReadable {
    static let fields = FieldTable<Lease>(
        "Lease",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("spec", 2) { $1.message(&$0, spec) },
        ])

    private static let spec = FieldTable<Lease>(
        "LeaseSpec",
        [
            Field("holderIdentity", 1) { $0.holder = $1.interned() },
            Field("leaseDurationSeconds", 2) { $0.durationSeconds = $1.optionalInt32() },
            Field("acquireTime", 3) { $0.acquireTime = $1.timestamp() },
            Field("renewTime", 4) { $0.renewTime = $1.timestamp() },
            Field("leaseTransitions", 5) { $0.transitions = $1.int32() },
        ])
}

extension PriorityClass: FieldReadable {
    static let fields = FieldTable<PriorityClass>(
        "PriorityClass",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("value", 2) { $0.value = $1.int32() },
            Field("globalDefault", 3) { $0.globalDefault = $1.bool() },
            Field("description", 4) { $0.text = $1.string() },
            Field("preemptionPolicy", 5) { $0.preemptionPolicy = $1.interned() },
        ])
}
