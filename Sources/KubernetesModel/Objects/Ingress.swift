/// Rules that bring HTTP traffic to Services (networking.k8s.io/v1 Ingress).
public struct Ingress: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "networking.k8s.io", resource: "ingresses", kind: "Ingress", versions: ["v1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// `nil` when no class is named (`spec.ingressClassName`).
    public var ingressClassName: String?
    /// Where requests go that no rule matches (`spec.defaultBackend`).
    public var defaultBackend: IngressBackend?
    /// Source: `spec.tls`.
    public var tls: [IngressTLS] = []
    /// Source: `spec.rules`.
    public var rules: [IngressRule] = []
    /// Addresses under which it is served (`status.loadBalancer.ingress`).
    public var loadBalancerIngress: [LoadBalancerIngress] = []

    /// An Ingress with nothing set.
    public init() {}
}

/// Source: networking.k8s.io/v1 IngressTLS.
public struct IngressTLS: Sendable, Equatable {
    /// Source: `hosts`.
    public var hosts: [String] = []
    /// Source: `secretName`.
    public var secretName = ""

    /// An entry with nothing set.
    public init() {}
}

/// Source: networking.k8s.io/v1 IngressRule.
public struct IngressRule: Sendable, Equatable {
    /// Empty for every host (`host`).
    public var host = ""
    /// Source: `http.paths`.
    public var paths: [HTTPIngressPath] = []

    /// A rule with nothing set.
    public init() {}
}

/// Source: networking.k8s.io/v1 HTTPIngressPath.
public struct HTTPIngressPath: Sendable, Equatable {
    /// Source: `path`.
    public var path = ""
    /// `Exact`, `Prefix` or `ImplementationSpecific` (`pathType`).
    public var pathType = ""
    /// Source: `backend`.
    public var backend = IngressBackend()

    /// A path with nothing set.
    public init() {}
}

/// A Service port, or another object that serves (networking.k8s.io/v1 IngressBackend).
public struct IngressBackend: Sendable, Equatable {
    /// Source: `service.name`.
    public var serviceName = ""
    /// Empty when the port is a number (`service.port.name`).
    public var servicePortName = ""
    /// 0 when the port is a name (`service.port.number`).
    public var servicePortNumber: Int32 = 0
    /// Source: `resource.apiGroup`.
    public var resourceAPIGroup = ""
    /// Empty for a Service backend (`resource.kind`).
    public var resourceKind = ""
    /// Source: `resource.name`.
    public var resourceName = ""

    /// A backend with nothing set.
    public init() {}
}

/// Which controller serves an Ingress (networking.k8s.io/v1 IngressClass).
public struct IngressClass: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "networking.k8s.io", resource: "ingressclasses", kind: "IngressClass", versions: ["v1"],
        isNamespaced: false)

    /// Name, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Such as `k8s.io/ingress-nginx` (`spec.controller`).
    public var controller = ""
    /// An object that configures the controller further (`spec.parameters`).
    public var parameters: IngressClassParameters?

    /// An IngressClass with nothing set.
    public init() {}
}

/// Names an object with the settings of an IngressClass (networking.k8s.io/v1 IngressClassParametersReference).
public struct IngressClassParameters: Sendable, Hashable {
    /// `nil` for the core group (`apiGroup`).
    public var apiGroup: String?
    /// Source: `kind`.
    public var kind = ""
    /// Source: `name`.
    public var name = ""
    /// Empty for an object without one (`namespace`).
    public var namespace = ""

    /// A reference with nothing set.
    public init() {}
}

extension IngressClass {
    /// Whether Ingresses that name no class get this one.
    public var isDefault: Bool { metadata.annotations["ingressclass.kubernetes.io/is-default-class"] == "true" }
}
