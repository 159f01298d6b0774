extension EndpointSlice: FieldReadable {
    /// Versions v1 and v1beta1 number these fields alike; v1beta1 has the node in `topology`.
    static let fields = FieldTable<EndpointSlice>(
        "EndpointSlice",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("addressType", 4) { $0.addressType = $1.interned() },
            Field("endpoints", 2) { $1.append(&$0.endpoints) },
            Field("ports", 3) { $1.append(&$0.ports) },
        ])
}

extension Endpoint: FieldReadable {
    static let fields = FieldTable<Endpoint>(
        "Endpoint",
        [
            Field("addresses", 1) { $1.append(&$0.addresses) },
            Field("conditions", 2) { $1.message(&$0, conditions) },
            Field("targetRef", 4) { $1.message(&$0.targetRef) },
            Field("topology", 5) { endpoint, reader in
                var topology = Labels()
                reader.map(&topology)
                if endpoint.nodeName.isEmpty { endpoint.nodeName = topology["kubernetes.io/hostname"] ?? "" }
            },
            Field("nodeName", 6) { $0.nodeName = $1.interned() },
        ])

    private static let conditions = FieldTable<Endpoint>(
        "EndpointConditions",
        [
            Field("ready", 1) { $0.ready = $1.optionalBool() },
            Field("serving", 2) { $0.serving = $1.optionalBool() },
            Field("terminating", 3) { $0.terminating = $1.optionalBool() },
        ])
}

extension EndpointPort: FieldReadable {
    static let fields = FieldTable<EndpointPort>(
        "EndpointPort",
        [
            Field("name", 1) { $0.name = $1.interned() },
            Field("protocol", 2) { $0.protocol = $1.interned() },
            Field("port", 3) { $0.port = $1.optionalInt32() },
        ])
}
