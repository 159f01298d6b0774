extension Ingress: FieldReadable {
    static let fields = FieldTable<Ingress>(
        "Ingress",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("spec", 2) { $1.message(&$0, spec) },
            Field("status", 3) { $1.message(&$0, status) },
        ])

    private static let spec = FieldTable<Ingress>(
        "IngressSpec",
        [
            Field("ingressClassName", 4) { $0.ingressClassName = $1.optionalString() },
            Field("defaultBackend", 1) { $1.message(&$0.defaultBackend) },
            Field("tls", 2) { $1.append(&$0.tls) },
            Field("rules", 3) { $1.append(&$0.rules) },
        ])

    private static let status = FieldTable<Ingress>(
        "IngressStatus", [Field("loadBalancer", 1) { $1.message(&$0, loadBalancer) }])

    private static let loadBalancer = FieldTable<Ingress>(
        "IngressLoadBalancerStatus", [Field("ingress", 1) { $1.append(&$0.loadBalancerIngress) }])
}

extension IngressTLS: FieldReadable {
    static let fields = FieldTable<IngressTLS>(
        "IngressTLS",
        [
            Field("hosts", 1) { $1.append(&$0.hosts) },
            Field("secretName", 2) { $0.secretName = $1.interned() },
        ])
}

extension IngressRule: FieldReadable {
    /// JSON has `http` in the rule; protobuf has it one message deeper, in a field that JSON does not show.
    static let fields = FieldTable<IngressRule>(
        "IngressRule",
        [
            Field("host", 1) { $0.host = $1.interned() },
            Field("http", 2) { $1.message(&$0, $1.format == .protobuf ? ruleValue : http) },
        ])

    private static let ruleValue = FieldTable<IngressRule>(
        "IngressRuleValue", [Field("http", 1) { $1.message(&$0, http) }])

    private static let http = FieldTable<IngressRule>(
        "HTTPIngressRuleValue", [Field("paths", 1) { $1.append(&$0.paths) }])
}

extension HTTPIngressPath: FieldReadable {
    static let fields = FieldTable<HTTPIngressPath>(
        "HTTPIngressPath",
        [
            Field("path", 1) { $0.path = $1.interned() },
            Field("pathType", 3) { $0.pathType = $1.interned() },
            Field("backend", 2) { $1.message(&$0.backend) },
        ])
}

extension IngressBackend: FieldReadable {
    static let fields = FieldTable<IngressBackend>(
        "IngressBackend",
        [
            Field("service", 4) { $1.message(&$0, service) },
            Field("resource", 3) { $1.message(&$0, resource) },
        ])

    private static let service = FieldTable<IngressBackend>(
        "IngressServiceBackend",
        [
            Field("name", 1) { $0.serviceName = $1.interned() },
            Field("port", 2) { $1.message(&$0, port) },
        ])

    private static let port = FieldTable<IngressBackend>(
        "ServiceBackendPort",
        [
            Field("name", 1) { $0.servicePortName = $1.interned() },
            Field("number", 2) { $0.servicePortNumber = $1.int32() },
        ])

    private static let resource = FieldTable<IngressBackend>(
        "TypedLocalObjectReference",
        [
            Field("apiGroup", 1) { $0.resourceAPIGroup = $1.interned() },
            Field("kind", 2) { $0.resourceKind = $1.interned() },
            Field("name", 3) { $0.resourceName = $1.interned() },
        ])
}

extension IngressClass: FieldReadable {
    static let fields = FieldTable<IngressClass>(
        "IngressClass",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("spec", 2) { $1.message(&$0, spec) },
        ])

    private static let spec = FieldTable<IngressClass>(
        "IngressClassSpec",
        [
            Field("controller", 1) { $0.controller = $1.interned() },
            Field("parameters", 2) { $1.message(&$0.parameters) },
        ])
}

extension IngressClassParameters: FieldReadable {
    static let fields = FieldTable<IngressClassParameters>(
        "IngressClassParametersReference",
        [
            Field("apiGroup", 1) { $0.apiGroup = $1.optionalInterned() },
            Field("kind", 2) { $0.kind = $1.interned() },
            Field("name", 3) { $0.name = $1.interned() },
            Field("namespace", 5) { $0.namespace = $1.interned() },
        ])
}
