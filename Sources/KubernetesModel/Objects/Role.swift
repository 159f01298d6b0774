/// What may be done to objects of a namespace (rbac.authorization.k8s.io/v1 Role).
public struct Role: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "rbac.authorization.k8s.io", resource: "roles", kind: "Role", versions: ["v1", "v1beta1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// What is allowed; any rule suffices (`rules`).
    public var rules: [PolicyRule] = []

    /// A Role with nothing set.
    public init() {}
}

/// What may be done, in all namespaces or where a binding says (rbac.authorization.k8s.io/v1 ClusterRole).
public struct ClusterRole: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "rbac.authorization.k8s.io", resource: "clusterroles", kind: "ClusterRole",
        versions: ["v1", "v1beta1"], isNamespaced: false)

    /// Name, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// What is allowed; any rule suffices (`rules`).
    public var rules: [PolicyRule] = []
    /// Whose rules it gathers; empty when its rules are its own (`aggregationRule.clusterRoleSelectors`).
    public var aggregated: [LabelSelector] = []

    /// A ClusterRole with nothing set.
    public init() {}
}

/// What is allowed on which resources or paths (rbac.authorization.k8s.io/v1 PolicyRule).
public struct PolicyRule: Sendable, Hashable {
    /// Such as `get`, or `*` (`verbs`).
    public var verbs: [String] = []
    /// Empty text for the core group, `*` for all (`apiGroups`).
    public var apiGroups: [String] = []
    /// Such as `pods` or `pods/log`, or `*` (`resources`).
    public var resources: [String] = []
    /// Empty for every object (`resourceNames`).
    public var resourceNames: [String] = []
    /// Paths of the server, such as `/healthz` (`nonResourceURLs`).
    public var nonResourceURLs: [String] = []

    /// A rule with nothing set.
    public init() {}
}
