import KubernetesModel

/// Questions about who one is and what one may do, and tokens for service accounts.
extension DemoAPI {
    /// Answers a review: a question that is asked by creating it.
    /// - Throws: `DemoStatus` for what is no question.
    func review(
        _ resource: DemoResource, namespace: String, _ request: DemoRequest, user: DemoUser, store: DemoObjectStore
    ) throws(DemoStatus) -> Answer {
        guard request.method == "POST" else { throw .notAllowed }
        try allow("create", DemoTarget(resource: resource, namespace: namespace, name: "", subresource: ""), user)
        let body = try DemoBody(request, apiVersion: resource.apiVersion, kind: resource.kind).document
        guard body == .null || body.text("kind") == resource.kind else {
            throw .badRequest(
                "the API version in the data (\(body.text("apiVersion"))) does not match the expected API version "
                    + "(\(resource.apiVersion))")
        }
        var metadata = JSONValue.object([])
        var spec = body["spec"] ?? .object([])
        let status: JSONValue
        switch resource.kind {
        case "SelfSubjectReview":
            metadata.set("creationTimestamp", to: .time(now))
            status = .members(["userInfo": Self.document(of: user)])
            return answer(resource, metadata, nil, status)
        case "SelfSubjectRulesReview":
            let namespace = spec.text("namespace")
            guard !namespace.isEmpty else { throw .badRequest("no namespace on request") }
            status = rules(of: user, in: namespace)
            spec = .object([])
        case "TokenReview":
            status = try tokenReview(spec.text("token"), request, store)
        default:
            try check(spec, resource, namespace: namespace)
            var asked = user
            if !resource.kind.hasPrefix("Self") {
                asked = DemoUser(
                    name: spec.text("user"), groups: (spec["groups"]?.elements ?? []).compactMap(\.text),
                    followsRoles: true)
                asked = known(asked, store)
            }
            status = access(spec, of: asked)
        }
        return answer(resource, metadata, spec, status)
    }

    private func answer(
        _ resource: DemoResource, _ metadata: JSONValue, _ spec: JSONValue?, _ status: JSONValue
    ) -> Answer {
        Self.whole(
            .members([
                "kind": .string(resource.kind), "apiVersion": .string(resource.apiVersion), "metadata": metadata,
                "spec": spec, "status": status,
            ]), status: 201)
    }

    /// A user as a review shows them.
    private static func document(of user: DemoUser) -> JSONValue {
        .members([
            "username": .string(user.name), "uid": user.uid.isEmpty ? nil : .string(user.uid),
            "groups": .array(user.groups.map { .string($0) }),
            "extra": user.extra.isEmpty
                ? nil
                : .object(
                    user.extra.sorted { $0.key < $1.key }.map { key, values in
                        JSONValue.Member(key, .array(values.map { .string($0) }))
                    }),
        ])
    }

    // MARK: Access

    private func check(_ spec: JSONValue, _ resource: DemoResource, namespace: String) throws(DemoStatus) {
        func invalid(_ field: String, _ message: String) -> DemoStatus {
            .invalid(kind: resource.kind, group: resource.group, name: "", field: field, message)
        }
        let asked = [spec["resourceAttributes"], spec["nonResourceAttributes"]].compactMap { $0 }
        guard asked.count == 1 else {
            throw invalid(
                "spec.resourceAttributes",
                "Invalid value: \(asked.isEmpty ? "null" : "{}"): exactly one of nonResourceAttributes or "
                    + "resourceAttributes must be specified")
        }
        if resource.kind == "LocalSubjectAccessReview" {
            guard spec.text("resourceAttributes", "namespace") == namespace else {
                throw invalid(
                    "spec.resourceAttributes.namespace",
                    "Invalid value: \"\(spec.text("resourceAttributes", "namespace"))\": must match metadata.namespace")
            }
        }
        guard
            resource.kind.hasPrefix("Self") || !spec.text("user").isEmpty
                || !(spec["groups"]?.elements ?? []).isEmpty
        else {
            throw invalid("spec.user", "Invalid value: \"\": at least one of user or group must be specified")
        }
    }

    private func access(_ spec: JSONValue, of user: DemoUser) -> JSONValue {
        var isAllowed: Bool
        var reason: String?
        if let asked = spec["resourceAttributes"] {
            let object = RoleRules.Object(
                group: asked.text("group"), resource: asked.text("resource"),
                subresource: asked.text("subresource"), namespace: asked.text("namespace"), name: asked.text("name"))
            isAllowed = user.may(asked.text("verb"), object)
            reason = user.rules.reason(for: asked.text("verb"), object)
        } else {
            let (verb, path) = (spec.text("nonResourceAttributes", "verb"), spec.text("nonResourceAttributes", "path"))
            isAllowed = user.may(verb, path: path)
            reason = user.rules.reason(for: verb, path: path)
        }
        return .members([
            "allowed": .bool(isAllowed), "reason": reason.map { .string("RBAC: allowed by \($0)") },
        ])
    }

    private func rules(of user: DemoUser, in namespace: String) -> JSONValue {
        var resources: [JSONValue] = []
        var paths: [JSONValue] = []
        if user.followsRoles, !user.groups.contains("system:masters") {
            for rule in user.rules.rules(in: namespace) {
                if rule.urls.isEmpty { resources.append(rule.document) } else { paths.append(rule.document) }
            }
        } else {
            let sees = user.namespaces?.contains(namespace) ?? true
            let verbs = user.isReadOnly ? ["get", "list", "watch"] : ["*"]
            if sees {
                resources = [
                    .members([
                        "verbs": .array(verbs.map { .string($0) }), "apiGroups": .array([.string("*")]),
                        "resources": .array([.string("*")]),
                    ])
                ]
            }
            paths = [
                .members(["verbs": .array(verbs.map { .string($0) }), "nonResourceURLs": .array([.string("*")])])
            ]
        }
        return .members([
            "resourceRules": .array(resources), "nonResourceRules": .array(paths), "incomplete": .bool(false),
        ])
    }

    // MARK: Tokens

    private func tokenReview(
        _ token: String, _ request: DemoRequest, _ store: DemoObjectStore
    ) throws(DemoStatus) -> JSONValue {
        guard !token.isEmpty else { throw .badRequest("token is required for TokenReview in authentication") }
        let account = ServiceAccountToken(parsing: token)?.user(in: store, at: now)
        guard let user = options.users[token] ?? account else {
            return .members([
                "user": .object([]), "error": .string("[invalid bearer token, token lookup failed]"),
            ])
        }
        return .members([
            "authenticated": .bool(true), "user": Self.document(of: user),
            "audiences": .array([.string(ServiceAccountToken.audience)]),
        ])
    }

    private static let shortestLife = 600
    private static let longestLife = 1 << 32
    private static let usualLife = 3600

    /// Gives a service account a token.
    /// - Throws: `DemoStatus`, in the API server's words.
    func token(
        for target: DemoTarget, _ request: DemoRequest, user: DemoUser, store: DemoObjectStore
    ) throws(DemoStatus) -> Answer {
        guard request.method == "POST" else { throw .notAllowed }
        try allow("create", target, user)
        let body = try DemoBody(request, apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest").document
        guard let account = store.document(of: .serviceAccounts, namespace: target.namespace, name: target.name) else {
            throw .noSuchObject(.serviceAccounts, target.name)
        }
        let asked = (body.at("spec", "expirationSeconds") ?? .null).integer
        let seconds = asked ?? Self.usualLife
        func invalid(_ words: String) -> DemoStatus {
            .invalid(
                kind: "TokenRequest", group: "authentication.k8s.io", name: "", field: "spec.expirationSeconds",
                "Invalid value: \(seconds): \(words)")
        }
        if seconds < Self.shortestLife { throw invalid("may not specify a duration less than 10 minutes") }
        if seconds > Self.longestLife { throw invalid("may not specify a duration larger than 2^32 seconds") }
        var audiences = (body.at("spec", "audiences")?.elements ?? []).compactMap(\.text)
        if audiences.isEmpty { audiences = [ServiceAccountToken.audience] }
        var random = DemoRandom(seed: store.version ^ UInt64(bitPattern: now.seconds))
        let token = ServiceAccountToken(
            namespace: target.namespace, account: target.name, uid: account.text("metadata", "uid"),
            audiences: audiences, issued: now.wholeSeconds, expires: now.wholeSeconds.adding(seconds: seconds),
            id: random.uid())
        return Self.whole(
            .members([
                "kind": .string("TokenRequest"), "apiVersion": .string("authentication.k8s.io/v1"),
                "metadata": .members([
                    "name": .string(target.name), "namespace": .string(target.namespace),
                    "creationTimestamp": .time(now),
                ]),
                "spec": .members([
                    "audiences": .array(audiences.map { .string($0) }), "expirationSeconds": .integer(seconds),
                    "boundObjectRef": body.at("spec", "boundObjectRef") ?? .null,
                ]),
                "status": .members([
                    "token": .string(token.text), "expirationTimestamp": .time(token.expires),
                ]),
            ]), status: 201)
    }
}

extension DemoAPI {
    /// What the parts of the control plane say of themselves.
    /// - Throws: `DemoStatus` for a part that there is not.
    func componentStatuses(_ path: [String], _ request: DemoRequest, user: DemoUser) throws(DemoStatus) -> Answer {
        guard request.method == "GET", !request.flag("watch") else { throw .notAllowed }
        guard let form = AnswerForm(accept: request.accept, among: [.json, .table, .metadata]) else {
            throw .notAcceptable
        }
        let resource = DemoResource.componentStatuses
        let name = path.first ?? ""
        try allow(
            name.isEmpty ? "list" : "get",
            DemoTarget(resource: resource, namespace: "", name: name, subresource: ""), user)
        let entries = [("controller-manager", "ok"), ("etcd-0", "ok"), ("scheduler", "ok")].map { name, message in
            DemoObjectStore.Entry(
                .members([
                    "metadata": .members(["name": .string(name), "creationTimestamp": .null]),
                    "conditions": .array([
                        .texts(["type": "Healthy", "status": "True", "message": message])
                    ]),
                ]), version: 0)
        }
        let renderer = DemoRenderer(resource: resource, form: form, request: request, now: now)
        guard name.isEmpty else {
            guard let entry = entries.first(where: { $0.document.text("metadata", "name") == name }) else {
                throw .noSuchObject(resource, name)
            }
            return .whole(
                status: 200, contentType: "application/json", body: renderer.object(entry) + [UInt8(ascii: "\n")],
                warnings: resource.warnings)
        }
        let page = DemoObjectStore.Page(entries: entries, version: 0)
        return .whole(
            status: 200, contentType: "application/json", body: renderer.list(page) + [UInt8(ascii: "\n")],
            warnings: resource.warnings)
    }
}
