import KubernetesModel

/// Somebody whom bindings give roles to.
public struct RoleHolder: Sendable, Hashable, Comparable {
    /// What a binding may name (rbac.authorization.k8s.io/v1 Subject).
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// By name, as the authentication says it.
        case user = "User"
        /// Everybody in it.
        case group = "Group"
        /// The account of pods.
        case serviceAccount = "ServiceAccount"
    }

    /// What it is.
    public let kind: Kind
    /// Of a ServiceAccount; empty for others.
    public let namespace: String
    /// Its name.
    public let name: String

    private static let accountPrefix = "system:serviceaccount:"
    private static let accountsGroup = "system:serviceaccounts"
    private static let authenticated = "system:authenticated"
    private static let unauthenticated = "system:unauthenticated"

    /// Somebody by name; a user whose name is that of a ServiceAccount is the account.
    public init(_ kind: Kind, _ name: String, namespace: String = "") {
        if kind == .user, name.hasPrefix(Self.accountPrefix) {
            let parts = name.dropFirst(Self.accountPrefix.count).split(
                separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty {
                self.kind = .serviceAccount
                self.namespace = String(parts[0])
                self.name = String(parts[1])
                return
            }
        }
        self.kind = kind
        self.namespace = kind == .serviceAccount ? namespace : ""
        self.name = name
    }

    /// The subject of a binding, which may leave out its own namespace; `nil` for a subject that stands for nobody: of
    /// another kind, or an account in no namespace.
    ///
    /// - Parameters:
    ///   - subject: Of the binding.
    ///   - namespace: The binding's; empty for a ClusterRoleBinding.
    public init?(_ subject: RoleSubject, in namespace: String) {
        guard let kind = Kind(rawValue: subject.kind), !subject.name.isEmpty else { return nil }
        let own = subject.namespace.isEmpty ? namespace : subject.namespace
        if kind == .serviceAccount, own.isEmpty { return nil }
        self.init(kind, subject.name, namespace: own)
    }

    /// The groups that come with it, whoever authenticates it.
    public var groups: [String] {
        switch kind {
        case .serviceAccount: [Self.accountsGroup, "\(Self.accountsGroup):\(namespace)", Self.authenticated]
        case .user: [name == "system:anonymous" ? Self.unauthenticated : Self.authenticated]
        case .group:
            switch name {
            case Self.authenticated, Self.unauthenticated: []
            case _ where name.hasPrefix(Self.accountsGroup + ":"): [Self.accountsGroup, Self.authenticated]
            default: [Self.authenticated]
            }
        }
    }

    /// Whether every check is passed before any role is asked.
    public var isSuperUser: Bool { kind == .group && name == "system:masters" }

    /// What `--as` takes for it; `nil` for a group.
    public var username: String? {
        switch kind {
        case .user: name
        case .group: nil
        case .serviceAccount: "\(Self.accountPrefix)\(namespace):\(name)"
        }
    }

    /// Such as `ServiceAccount shop/deployer`.
    public var words: String { "\(kind.rawValue) \(namespace.isEmpty ? name : "\(namespace)/\(name)")" }

    /// Users, then groups, then accounts; by namespace and name.
    public static func < (left: RoleHolder, right: RoleHolder) -> Bool {
        (left.rank, left.namespace, left.name) < (right.rank, right.namespace, right.name)
    }

    private var rank: Int { Kind.allCases.firstIndex(of: kind) ?? 0 }
}
