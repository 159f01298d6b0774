import KubernetesModel

/// What the roles of a cluster let one user do, as its authorizer finds out: rules of ClusterRoles that are bound for the
/// whole cluster, and those that are bound within a namespace.
struct RoleRules: Sendable, Hashable {
    /// What a request is about.
    struct Object: Sendable, Hashable {
        var group = ""
        /// Plural name.
        var resource = ""
        var subresource = ""
        /// Empty for what is in no namespace, and for all namespaces.
        var namespace = ""
        /// Empty for all of them.
        var name = ""

        var path: String { subresource.isEmpty ? resource : "\(resource)/\(subresource)" }
    }

    /// One rule of a role.
    struct Rule: Sendable, Hashable {
        var verbs: [String]
        var groups: [String] = []
        var resources: [String] = []
        var names: [String] = []
        var urls: [String] = []

        init(_ rule: JSONValue) {
            func texts(_ key: String) -> [String] { (rule[key]?.elements ?? []).compactMap(\.text) }
            verbs = texts("verbs")
            groups = texts("apiGroups")
            resources = texts("resources")
            names = texts("resourceNames")
            urls = texts("nonResourceURLs")
        }

        func allows(_ verb: String, _ object: Object) -> Bool {
            let isResource = resources.contains { resource in
                resource == "*" || resource == object.path
                    || !object.subresource.isEmpty && resource == "*/\(object.subresource)"
            }
            return allows(verb) && (groups.contains("*") || groups.contains(object.group)) && isResource
                && (names.isEmpty || names.contains(object.name))
        }

        func allows(_ verb: String, path: String) -> Bool {
            allows(verb)
                && urls.contains { url in
                    url == path || url.hasSuffix("*") && path.hasPrefix(url.dropLast())
                }
        }

        private func allows(_ verb: String) -> Bool { verbs.contains("*") || verbs.contains(verb) }

        /// As a review of rules lists it.
        var document: JSONValue {
            func texts(_ values: [String]) -> JSONValue? {
                values.isEmpty ? nil : .array(values.map { .string($0) })
            }
            return .members([
                "verbs": texts(verbs), "apiGroups": texts(groups), "resources": texts(resources),
                "resourceNames": texts(names), "nonResourceURLs": texts(urls),
            ])
        }
    }

    /// A role that is bound to the user.
    struct Grant: Sendable, Hashable {
        /// Such as `ClusterRoleBinding "x" of ClusterRole "y" to Group "z"`.
        var reason: String
        /// `nil` for the whole cluster.
        var namespace: String?
        var rules: [Rule]
    }

    var grants: [Grant] = []

    /// Nothing.
    init() {}

    /// What the roles in a cluster let a user do who is in these groups.
    init(_ store: DemoObjectStore, user: String, groups: [String]) {
        let roles = Roles(store: store)
        for binding in store.documents(of: .clusterRoleBindings) {
            add(binding, nil, roles, user: user, groups: groups)
        }
        for binding in store.documents(of: .roleBindings) {
            add(binding, binding.text("metadata", "namespace"), roles, user: user, groups: groups)
        }
    }

    private mutating func add(
        _ binding: JSONValue, _ namespace: String?, _ roles: Roles, user: String, groups: [String]
    ) {
        let subject = (binding["subjects"]?.elements ?? []).first { subject in
            switch subject.text("kind") {
            case "User": subject.text("name") == user
            case "Group": groups.contains(subject.text("name"))
            case "ServiceAccount":
                user == "system:serviceaccount:\(subject["namespace"]?.text ?? namespace ?? ""):\(subject.text("name"))"
            default: false
            }
        }
        guard let subject else { return }
        let (kind, name) = (binding.text("roleRef", "kind"), binding.text("roleRef", "name"))
        let rules =
            kind == "Role" ? roles.rules(of: name, in: namespace ?? "") : roles.rules(ofClusterRole: name)
        guard let rules else { return }
        let own = binding.text("metadata", "name")
        let bound = namespace.map { "RoleBinding \"\(own)/\($0)\"" } ?? "ClusterRoleBinding \"\(own)\""
        let account = subject.text("kind") == "ServiceAccount"
        let who =
            account
            ? "\"\(subject.text("name"))/\(subject["namespace"]?.text ?? namespace ?? "")\""
            : "\"\(subject.text("name"))\""
        grants.append(
            Grant(
                reason: "\(bound) of \(kind) \"\(name)\" to \(subject.text("kind")) \(who)", namespace: namespace,
                rules: rules))
    }

    /// Why something may be done to objects; `nil` when it may not.
    func reason(for verb: String, _ object: Object) -> String? {
        grants.first { grant in
            (grant.namespace == nil || grant.namespace == object.namespace)
                && grant.rules.contains { $0.allows(verb, object) }
        }?.reason
    }

    /// Why a path may be asked that is about no object; `nil` when it may not.
    func reason(for verb: String, path: String) -> String? {
        grants.first { $0.namespace == nil && $0.rules.contains { $0.allows(verb, path: path) } }?.reason
    }

    /// The rules that count in a namespace.
    func rules(in namespace: String) -> [Rule] {
        grants.filter { $0.namespace == nil || $0.namespace == namespace }.flatMap(\.rules)
    }
}

/// The roles of a cluster.
private struct Roles {
    let store: DemoObjectStore
    init(store: DemoObjectStore) { self.store = store }

    func rules(of role: String, in namespace: String) -> [RoleRules.Rule]? {
        store.document(of: .roles, namespace: namespace, name: role).map(Self.own)
    }

    /// The rules of a ClusterRole, or of those that it collects by their labels, each once.
    func rules(ofClusterRole name: String) -> [RoleRules.Rule]? {
        guard store.document(of: .clusterRoles, name: name) != nil else { return nil }
        var rules: [RoleRules.Rule] = []
        var seen: Set<String> = [name]
        var left = [name]
        while let next = left.popLast() {
            guard let role = store.document(of: .clusterRoles, name: next) else { continue }
            let wanted = (role.at("aggregationRule", "clusterRoleSelectors")?.elements ?? [])
                .compactMap { $0["matchLabels"]?.textMembers }
            // The first one's own rules are those that it collects.
            if wanted.isEmpty || next != name { rules += Self.own(role) }
            guard !wanted.isEmpty else { continue }
            for other in store.documents(of: .clusterRoles) {
                let labels = other.at("metadata", "labels")?.textMembers ?? [:]
                guard wanted.contains(where: { $0.allSatisfy { labels[$0.key] == $0.value } }),
                    seen.insert(other.text("metadata", "name")).inserted
                else { continue }
                left.append(other.text("metadata", "name"))
            }
        }
        return rules
    }

    private static func own(_ role: JSONValue) -> [RoleRules.Rule] {
        (role["rules"]?.elements ?? []).map { RoleRules.Rule($0) }
    }
}
