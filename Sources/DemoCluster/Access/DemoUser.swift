import KubernetesModel

/// Who a bearer token belongs to, and what of the cluster they may read and change.
///
/// What they may do follows from the roles in the cluster when `followsRoles` is set, and otherwise from what is said
/// here, so that a test need not have roles.
package struct DemoUser: Sendable, Hashable {
    /// Such as `system:serviceaccount:shop:viewer`.
    package var name: String
    /// Groups, as a review of oneself shows them.
    package var groups: [String]
    /// The namespaces they may read; `nil` for everything, cluster-scoped kinds too.
    package var namespaces: Set<String>?
    /// Resources, by plural name, they may not read anywhere.
    package var deniedResources: Set<String>
    /// Whether they may change nothing, and run nothing in containers.
    package var isReadOnly: Bool
    /// Whether Roles, ClusterRoles and their bindings decide.
    package var followsRoles: Bool
    /// UID of a service account; empty for people.
    var uid = ""
    /// What else is known of them, as a review of oneself shows it.
    var extra: [String: [String]] = [:]
    /// What the roles let them do, when those decide; found out anew for each request.
    var rules = RoleRules()

    /// A user; one who may do everything unless told otherwise.
    package init(
        name: String, groups: [String] = ["system:authenticated"], namespaces: Set<String>? = nil,
        deniedResources: Set<String> = [], isReadOnly: Bool = false, followsRoles: Bool = false
    ) {
        self.name = name
        self.groups = groups
        self.namespaces = namespaces
        self.deniedResources = deniedResources
        self.isReadOnly = isReadOnly
        self.followsRoles = followsRoles
    }

    /// Who everybody is on a server without tokens.
    package static let admin = DemoUser(name: "demo-admin", groups: ["system:masters", "system:authenticated"])

    /// One of the developers of the shop: the roles let them edit in that namespace.
    package static let developer = DemoUser(
        name: "demo-developer", groups: ["storefront", "system:authenticated"], followsRoles: true)

    /// One who is known, and whom no role gives anything but what everybody has.
    package static let nobody = DemoUser(name: "demo-nobody", followsRoles: true)

    /// One who sent no token.
    static let anonymous = DemoUser(
        name: "system:anonymous", groups: ["system:unauthenticated"], followsRoles: true)

    /// One who may read everything and change nothing.
    package static let viewer = DemoUser(name: "system:serviceaccount:shop:viewer", isReadOnly: true)

    /// Whether they may do something to objects.
    func may(_ verb: String, _ object: RoleRules.Object) -> Bool {
        if groups.contains("system:masters") { return true }
        if followsRoles { return rules.reason(for: verb, object) != nil }
        guard !deniedResources.contains(object.resource) else { return false }
        if object.group.hasSuffix(".k8s.io"), object.resource.hasSuffix("reviews") { return true }
        if let namespaces, !namespaces.contains(object.namespace) { return false }
        return !isReadOnly || ["get", "list", "watch"].contains(verb)
    }

    /// Whether they may do something to objects of a kind.
    func may(
        _ verb: String, _ resource: DemoResource, subresource: String = "", namespace: String, name: String = ""
    ) -> Bool {
        may(
            verb,
            RoleRules.Object(
                group: resource.group, resource: resource.plural, subresource: subresource, namespace: namespace,
                name: name))
    }

    /// The `spec` of a request for a certificate that they made: it says who asks.
    func signing(_ request: JSONValue) -> JSONValue {
        var spec = request["spec"] ?? .object([])
        spec.set("username", to: .string(name))
        spec.set("uid", to: uid.isEmpty ? nil : .string(uid))
        spec.set("groups", to: .array(groups.map { .string($0) }))
        let others = extra.sorted { $0.key < $1.key }.map { key, values in
            JSONValue.Member(key, .array(values.map { .string($0) }))
        }
        spec.set("extra", to: others.isEmpty ? nil : .object(others))
        return spec
    }

    /// Whether they may ask a path that is about no object, with a method in lower case.
    func may(_ verb: String, path: String) -> Bool {
        groups.contains("system:masters") || !followsRoles || rules.reason(for: verb, path: path) != nil
    }
}
