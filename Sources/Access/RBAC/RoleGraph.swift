import KubernetesModel

/// The roles and bindings of a cluster, found by role and by holder.
///
/// RBAC alone: webhooks and a cloud provider's own rules are not in it, and members of `system:masters` pass every check.
public struct RoleGraph: Sendable {
    /// A RoleBinding or ClusterRoleBinding.
    public struct Binding: Sendable, Hashable {
        /// Empty for a ClusterRoleBinding.
        public var namespace: String
        /// Its name.
        public var name: String
        /// What it gives.
        public var role: RoleReference
        /// Whom it gives it to.
        public var subjects: [RoleSubject]
        /// Whether every API server makes it by itself.
        public var isBuiltIn: Bool

        /// Of one namespace.
        public init(_ binding: RoleBinding) {
            namespace = binding.metadata.namespace
            name = binding.metadata.name
            role = binding.role
            subjects = binding.subjects
            isBuiltIn = binding.metadata.isBuiltInBinding(of: binding.role)
        }

        /// Of the whole cluster.
        public init(_ binding: ClusterRoleBinding) {
            namespace = ""
            name = binding.metadata.name
            role = binding.role
            subjects = binding.subjects
            isBuiltIn = binding.metadata.isBuiltInBinding(of: binding.role)
        }

        /// Whether it is made by every API server, and names this holder there.
        public func isBuiltIn(for holder: RoleHolder) -> Bool {
            guard isBuiltIn else { return false }
            // Whoever is added to such a binding stays in it.
            if name == Self.clusterAdmin { return holder.isSuperUser }
            return holder.kind == .serviceAccount
                ? holder.namespace == "kube-system" : holder.name.hasPrefix(Self.systemPrefix)
        }

        static let clusterAdmin = "cluster-admin"
        static let systemPrefix = "system:"

        /// `RoleBinding` or `ClusterRoleBinding`.
        public var kind: String { namespace.isEmpty ? "ClusterRoleBinding" : "RoleBinding" }

        /// Those of its subjects that stand for somebody.
        public var holders: [RoleHolder] { subjects.compactMap { RoleHolder($0, in: namespace) } }
    }

    /// What a role allows, if that is known.
    public enum Rules: Sendable, Hashable {
        case known([PolicyRule])
        /// There is no such role.
        case missing
        /// The roles could not be read.
        case unknown

        /// The rules, as far as they are known.
        public var list: [PolicyRule] { if case .known(let rules) = self { rules } else { [] } }
    }

    /// In no order.
    public private(set) var bindings: [Binding] = []
    private var rules: [RoleKey: [PolicyRule]] = [:]
    private var byRole: [RoleKey: [Int]] = [:]
    private(set) var byHolder: [RoleHolder: [Int]] = [:]
    private let knowsRoles: Bool
    private let knowsClusterRoles: Bool
    private let rolesNamespace: String?

    /// Arranges what could be read of a cluster, or of one of its namespaces.
    ///
    /// - Parameters:
    ///   - roles: `nil` when they could not be read.
    ///   - rolesNamespace: The namespace whose roles these are; `nil` for those of all that bindings are of.
    ///   - clusterRoles: `nil` when they could not be read.
    ///   - roleBindings: Of the same namespaces as the roles; none when they could not be read.
    ///   - clusterRoleBindings: None when they could not be read.
    public init(
        roles: [Role]? = nil, in rolesNamespace: String? = nil, clusterRoles: [ClusterRole]? = nil,
        roleBindings: [RoleBinding] = [], clusterRoleBindings: [ClusterRoleBinding] = []
    ) {
        self.rolesNamespace = rolesNamespace
        knowsRoles = roles != nil
        knowsClusterRoles = clusterRoles != nil
        for role in roles ?? [] { rules[RoleKey(role.metadata.namespace, role.metadata.name)] = role.rules }
        for role in clusterRoles ?? [] { rules[RoleKey("", role.metadata.name)] = role.rules }
        bindings.reserveCapacity(roleBindings.count + clusterRoleBindings.count)
        bindings += clusterRoleBindings.map { Binding($0) }
        bindings += roleBindings.map { Binding($0) }
        for (index, binding) in bindings.enumerated() {
            byRole[key(of: binding.role, in: binding.namespace), default: []].append(index)
            for holder in binding.holders where byHolder[holder]?.last != index {
                byHolder[holder, default: []].append(index)
            }
        }
    }

    /// Everybody whom a binding names, in order.
    public var holders: [RoleHolder] { byHolder.keys.sorted() }

    /// What a binding of a namespace gives with this role.
    ///
    /// - Parameters:
    ///   - role: As the binding names it.
    ///   - namespace: The binding's; empty for a ClusterRoleBinding.
    /// - Returns: `missing` only when the roles of its kind could be read.
    public func rules(of role: RoleReference, in namespace: String) -> Rules {
        if let found = rules[key(of: role, in: namespace)] { return .known(found) }
        guard role.kind == "Role" else { return knowsClusterRoles ? .missing : .unknown }
        return knowsRoles && (rolesNamespace == nil || rolesNamespace == namespace) ? .missing : .unknown
    }

    /// What a binding gives.
    public func rules(of binding: Binding) -> Rules { rules(of: binding.role, in: binding.namespace) }

    /// The bindings that give a role, those of the whole cluster first.
    ///
    /// - Parameters:
    ///   - role: A Role or ClusterRole.
    ///   - namespace: Of a Role.
    /// - Returns: Each once.
    public func bindings(giving role: RoleReference, in namespace: String) -> [Binding] {
        (byRole[key(of: role, in: namespace)] ?? []).map { bindings[$0] }.sorted(by: Self.precedes)
    }

    /// The bindings that name somebody, those of the whole cluster first; groups it is in are not looked at.
    public func bindings(naming holder: RoleHolder) -> [Binding] {
        (byHolder[holder] ?? []).map { bindings[$0] }.sorted(by: Self.precedes)
    }

    static func precedes(_ left: Binding, _ right: Binding) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }

    private func key(of role: RoleReference, in namespace: String) -> RoleKey {
        RoleKey(role.kind == "Role" ? namespace : "", role.name)
    }

    private struct RoleKey: Hashable {
        /// Empty for a ClusterRole.
        var namespace: String
        var name: String

        init(_ namespace: String, _ name: String) {
            self.namespace = namespace
            self.name = name
        }
    }
}

extension ObjectMeta {
    /// Whether every API server makes a binding of a role by itself, and repairs it; anybody may set the label alone.
    public func isBuiltInBinding(of role: RoleReference) -> Bool {
        typealias Binding = RoleGraph.Binding
        guard labels["kubernetes.io/bootstrapping"] == "rbac-defaults" else { return false }
        if name == Binding.clusterAdmin { return role.name == Binding.clusterAdmin }
        return name.hasPrefix(Binding.systemPrefix)
            && (role.name.hasPrefix(Binding.systemPrefix) || role.name == "extension-apiserver-authentication-reader")
    }
}
