import KubernetesModel

/// What is said to anybody who asks how the server is.
extension DemoAPI {
    private static let hooks = [
        "start-apiserver-admission-initializer", "generic-apiserver-start-informers",
        "priority-and-fairness-config-consumer", "priority-and-fairness-filter", "storage-object-count-tracker-hook",
        "start-apiextensions-informers", "start-apiextensions-controllers", "crd-informer-synced",
        "start-system-namespaces-controller", "start-cluster-authentication-info-controller",
        "start-kube-apiserver-identity-lease-controller", "start-kube-apiserver-identity-lease-garbage-collector",
        "start-legacy-token-tracking-controller", "start-service-ip-repair-controllers", "rbac/bootstrap-roles",
        "scheduling/bootstrap-system-priority-classes", "priority-and-fairness-config-producer",
        "bootstrap-controller", "start-kubernetes-service-cidr-controller", "aggregator-reload-proxy-client-cert",
        "start-kube-aggregator-informers", "apiservice-status-local-available-controller",
        "apiservice-status-remote-available-controller", "apiservice-registration-controller",
        "apiservice-discovery-controller", "kube-apiserver-autoregister-completion", "apiservice-openapi-controller",
        "apiservice-openapiv3-controller",
    ].map { "poststarthook/\($0)" }

    private static func checks(of endpoint: String) -> [String] {
        switch endpoint {
        case "readyz": ["ping", "log", "etcd", "etcd-readiness", "informer-sync"] + hooks + ["shutdown"]
        default: ["ping", "log", "etcd"] + hooks + ["autoregister-completion"]
        }
    }

    /// The answer of `/healthz`, `/livez`, `/readyz` and the single checks below them.
    /// - Throws: `DemoStatus` for a check that there is not.
    func health(_ endpoint: String, _ request: DemoRequest) throws(DemoStatus) -> Answer {
        guard request.method == "GET" || request.method == "HEAD" else { throw .notAllowed }
        let checks = Self.checks(of: endpoint)
        let check = request.segments.dropFirst().joined(separator: "/")
        guard check.isEmpty || checks.contains(check) else { throw .noSuchResource }
        guard check.isEmpty, request.query["verbose"] != nil else { return Self.text("ok") }
        let excluded = Set(request.values["exclude"] ?? [])
        let lines = checks.map { excluded.contains($0) ? "[+]\($0) excluded: ok\n" : "[+]\($0) ok\n" }
        return Self.text(lines.joined() + "\(endpoint) check passed\n")
    }

    /// The paths that the root lists.
    static let paths: [String] = {
        let discovery = DemoDiscovery()
        var paths = ["/.well-known/openid-configuration", "/api", "/api/v1", "/apis", "/apis/"]
        for group in discovery.groups {
            paths.append("/apis/\(group.name)")
            paths += group.versions.map { "/apis/\(group.name)/\($0)" }
        }
        for endpoint in ["healthz", "livez", "readyz"] {
            paths.append("/\(endpoint)")
            paths += checks(of: endpoint).map { "/\(endpoint)/\($0)" }
        }
        return (paths + ["/openapi/v2", "/openapi/v3", "/openapi/v3/", "/openid/v1/jwks", "/version"]).sorted()
    }()

    /// What a server tells about the tokens that it makes.
    static func issuer(_ request: DemoRequest) -> Answer? {
        switch request.path {
        case "/.well-known/openid-configuration":
            whole(
                .members([
                    "issuer": .string(ServiceAccountToken.audience),
                    "jwks_uri": .string("\(ServiceAccountToken.audience)/openid/v1/jwks"),
                    "response_types_supported": .array([.string("id_token")]),
                    "subject_types_supported": .array([.string("public")]),
                    "id_token_signing_alg_values_supported": .array([.string("RS256")]),
                ]))
        case "/openid/v1/jwks": whole(.members(["keys": .array([])]))
        default: nil
        }
    }
}
