extension Service: FieldReadable {
    static let fields = FieldTable<Service>(
        "Service",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("spec", 2) { $1.message(&$0.spec) },
            Field("status", 3) { $1.message(&$0, status) },
        ])

    private static let status = FieldTable<Service>(
        "ServiceStatus", [Field("loadBalancer", 1) { $1.message(&$0, loadBalancer) }])

    private static let loadBalancer = FieldTable<Service>(
        "LoadBalancerStatus", [Field("ingress", 1) { $1.append(&$0.loadBalancerIngress) }])
}

extension ServiceSpec: FieldReadable {
    static let fields = FieldTable<ServiceSpec>(
        "ServiceSpec",
        [
            Field("ports", 1) { $1.append(&$0.ports) },
            Field("selector", 2) { $1.map(&$0.selector) },
            Field("clusterIP", 3) { $0.clusterIP = $1.string() },
            Field("clusterIPs", 18) { $1.append(&$0.clusterIPs) },
            Field("type", 4) { $0.type = $1.interned() },
            Field("externalIPs", 5) { $1.append(&$0.externalIPs) },
            Field("externalName", 10) { $0.externalName = $1.string() },
            Field("externalTrafficPolicy", 11) { $0.externalTrafficPolicy = $1.interned() },
            Field("publishNotReadyAddresses", 13) { $0.publishNotReadyAddresses = $1.bool() },
            Field("ipFamilies", 19) { $1.append(&$0.ipFamilies) },
            Field("loadBalancerClass", 21) { $0.loadBalancerClass = $1.interned() },
            Field("internalTrafficPolicy", 22) { $0.internalTrafficPolicy = $1.interned() },
        ])
}

extension ServicePort: FieldReadable {
    static let fields = FieldTable<ServicePort>(
        "ServicePort",
        [
            Field("name", 1) { $0.name = $1.interned() },
            Field("protocol", 2) { $0.protocol = $1.interned() },
            Field("port", 3) { $0.port = $1.int32() },
            Field("targetPort", 4) { $0.targetPort = $1.intOrString() },
            Field("nodePort", 5) { $0.nodePort = $1.int32() },
        ])
}

extension LoadBalancerIngress: FieldReadable {
    static let fields = FieldTable<LoadBalancerIngress>(
        "LoadBalancerIngress",
        [
            Field("ip", 1) { $0.ip = $1.string() },
            Field("hostname", 2) { $0.hostname = $1.string() },
        ])
}
