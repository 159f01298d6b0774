import KubernetesModel

/// Whose access is asked about.
package struct AccessIdentity: Sendable, Hashable {
    /// A context of the kubeconfig; `nil` for the one in use.
    package var context: String?
    /// Whom one acts as; `nil` for nobody but oneself, or whom the session acts as.
    package var user: String?
    /// The groups that one acts with; none without a user.
    package var groups: [String]

    package init(context: String? = nil, user: String? = nil, groups: [String] = []) {
        self.context = context
        self.user = user
        self.groups = groups
    }

    /// Who the session is.
    package static let own = AccessIdentity()

    /// Such as `prod-east as alice`; empty for oneself.
    package var words: String {
        let parts = [context, user.map { "as \($0)" }, groups.isEmpty ? nil : "in \(groups.joined(separator: ", "))"]
        return parts.compactMap(\.self).joined(separator: " ")
    }
}

/// What a page about access is about.
package enum AccessOrder: Sendable, Hashable {
    /// What somebody may do in a namespace; in the whole cluster when it is empty.
    case mine(AccessIdentity, namespace: String)
    /// Two of them side by side.
    case compared(AccessIdentity, AccessIdentity, namespace: String)

    /// The namespace that it is about; empty for the whole cluster.
    package var namespace: String {
        switch self {
        case .mine(_, let namespace), .compared(_, _, let namespace): namespace
        }
    }

    /// Whom it is about.
    package var identities: [AccessIdentity] {
        switch self {
        case .mine(let identity, _): [identity]
        case .compared(let one, let other, _): [one, other]
        }
    }

    /// The same for another namespace.
    package func with(namespace: String) -> AccessOrder {
        switch self {
        case .mine(let identity, _): .mine(identity, namespace: namespace)
        case .compared(let one, let other, _): .compared(one, other, namespace: namespace)
        }
    }

    /// Whether the server is asked for it; otherwise it is made of what is watched.
    package var isAsked: Bool {
        switch self {
        case .mine, .compared: true
        }
    }

    /// One word for the path of places.
    package var name: String {
        switch self {
        case .mine: "access"
        case .compared: "compare"
        }
    }

    /// For the title line: what it is, and of what.
    package var title: (String, String) {
        let place = namespace.isEmpty ? "in the whole cluster" : "in \(namespace)"
        switch self {
        case .mine(let identity, _):
            return ("Access", identity == .own ? place : "\(place), \(identity.words)")
        case .compared(let one, let other, _):
            let own = one == .own ? "you" : one.words
            return ("Compare", "A \(own)  with  B \(other == .own ? "you" : other.words)  \(place)")
        }
    }
}
