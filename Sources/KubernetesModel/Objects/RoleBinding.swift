/// Gives a role to subjects, in one namespace (rbac.authorization.k8s.io/v1 RoleBinding).
public struct RoleBinding: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "rbac.authorization.k8s.io", resource: "rolebindings", kind: "RoleBinding", versions: ["v1", "v1beta1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Who gets the role (`subjects`).
    public var subjects: [RoleSubject] = []
    /// A Role of this namespace, or a ClusterRole (`roleRef`).
    public var role = RoleReference()

    /// A RoleBinding with nothing set.
    public init() {}
}

/// Gives a role to subjects, in every namespace (rbac.authorization.k8s.io/v1 ClusterRoleBinding).
public struct ClusterRoleBinding: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "rbac.authorization.k8s.io", resource: "clusterrolebindings", kind: "ClusterRoleBinding",
        versions: ["v1", "v1beta1"], isNamespaced: false)

    /// Name, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Who gets the role (`subjects`).
    public var subjects: [RoleSubject] = []
    /// A ClusterRole (`roleRef`).
    public var role = RoleReference()

    /// A ClusterRoleBinding with nothing set.
    public init() {}
}

/// Who gets a role (rbac.authorization.k8s.io/v1 Subject).
public struct RoleSubject: Sendable, Hashable {
    /// `User`, `Group` or `ServiceAccount` (`kind`).
    public var kind = ""
    /// Source: `name`.
    public var name = ""
    /// Of a ServiceAccount (`namespace`).
    public var namespace = ""

    /// A subject with nothing set.
    public init() {}
}

/// The role that a binding gives (rbac.authorization.k8s.io/v1 RoleRef).
public struct RoleReference: Sendable, Hashable {
    /// `Role` or `ClusterRole` (`kind`).
    public var kind = ""
    /// Source: `name`.
    public var name = ""

    /// A reference with nothing set.
    public init() {}
}

extension [RoleSubject] {
    /// The users.
    public var users: [String] { filter { $0.kind == "User" }.map(\.name) }

    /// The groups.
    public var groups: [String] { filter { $0.kind == "Group" }.map(\.name) }

    /// The service accounts, such as `shop/deployer`.
    public var serviceAccounts: [String] { filter { $0.kind == "ServiceAccount" }.map { "\($0.namespace)/\($0.name)" } }
}
