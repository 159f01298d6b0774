import KubernetesModel

extension DemoAPI {
    /// Who sends a request, and what the roles let them do; who impersonates another is that one.
    /// - Throws: `DemoStatus` for an unknown token, and for who may not impersonate.
    func user(of request: DemoRequest, _ store: DemoObjectStore) throws(DemoStatus) -> DemoUser {
        let sender = known(try sender(of: request, store), store)
        guard let other = try impersonated(in: request, by: sender, store) else { return sender }
        return known(other, store)
    }

    /// A user with what the roles let them do.
    func known(_ user: DemoUser, _ store: DemoObjectStore) -> DemoUser {
        guard user.followsRoles, !user.groups.contains("system:masters") else { return user }
        var known = user
        known.rules = RoleRules(store, user: user.name, groups: user.groups)
        return known
    }

    private func sender(of request: DemoRequest, _ store: DemoObjectStore) throws(DemoStatus) -> DemoUser {
        guard let token = request.token else { return options.users.isEmpty ? .admin : .anonymous }
        if let user = options.users[token] { return user }
        if let account = ServiceAccountToken(parsing: token)?.user(in: store, at: now) { return account }
        guard options.users.isEmpty, !token.hasPrefix(ServiceAccountToken.beginning) else { throw .unauthorized }
        return .admin
    }

    private func impersonated(
        in request: DemoRequest, by sender: DemoUser, _ store: DemoObjectStore
    ) throws(DemoStatus) -> DemoUser? {
        var name = ""
        var user = DemoUser(name: "", groups: [], followsRoles: true)
        for header in request.headers {
            switch header.name.lowercased() {
            case "impersonate-user": name = header.value
            case "impersonate-group": user.groups.append(header.value)
            case "impersonate-uid": user.uid = header.value
            case let key where key.hasPrefix("impersonate-extra-"):
                user.extra[String(key.dropFirst(18)), default: []].append(header.value)
            default: break
            }
        }
        guard !name.isEmpty else {
            guard user.groups.isEmpty, user.extra.isEmpty, user.uid.isEmpty else {
                throw DemoStatus(
                    500, "InternalError",
                    "Internal Server Error: \"\(request.target)\": requested \(user.groups) without impersonating a user"
                )
            }
            return nil
        }
        user.name = name
        let account = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if account.count == 4, account[0] == "system", account[1] == "serviceaccount" {
            try mayImpersonate(sender, "", "serviceaccounts", namespace: account[2], account[3])
            if user.groups.isEmpty { user.groups = ServiceAccountToken.groups(namespace: account[2]) }
        } else {
            try mayImpersonate(sender, "", "users", namespace: "", name)
        }
        for group in user.groups where account.count != 4 {
            try mayImpersonate(sender, "", "groups", namespace: "", group)
        }
        for (key, values) in user.extra.sorted(by: { $0.key < $1.key }) {
            for value in values {
                try mayImpersonate(
                    sender, "authentication.k8s.io", "userextras", subresource: key, namespace: "", value)
            }
        }
        let isAnonymous = name == "system:anonymous"
        let general = isAnonymous ? "system:unauthenticated" : "system:authenticated"
        if !user.groups.contains(general) { user.groups.append(general) }
        return user
    }

    private func mayImpersonate(
        _ sender: DemoUser, _ group: String, _ resource: String, subresource: String = "", namespace: String,
        _ name: String
    ) throws(DemoStatus) {
        let object = RoleRules.Object(
            group: group, resource: resource, subresource: subresource, namespace: namespace, name: name)
        guard !sender.may("impersonate", object) else { return }
        throw .forbidden(
            user: sender.name, verb: "impersonate",
            DemoResource(group, "v1", resource, "", isNamespaced: !namespace.isEmpty), subresource: subresource,
            namespace: namespace, name: name)
    }

    /// Refuses what a user may not do.
    /// - Throws: `DemoStatus` with code 403, in the API server's words.
    func allow(_ verb: String, _ target: DemoTarget, _ user: DemoUser) throws(DemoStatus) {
        let namespace = target.accessNamespace
        guard
            user.may(
                verb, target.shown, subresource: target.subresource, namespace: namespace, name: target.name)
        else {
            throw .forbidden(
                user: user.name, verb: verb, target.shown, subresource: target.subresource, namespace: namespace,
                name: target.name)
        }
    }
}
