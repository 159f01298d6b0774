import KubernetesModel

/// What is in the cluster, and what makes it move.
struct DemoClusterState: Sendable {
    var store: DemoObjectStore
    /// `nil` for objects that nothing but a client changes.
    var simulation: DemoSimulation?

    /// Takes an object that was changed.
    mutating func accept(_ resource: DemoResource, _ document: JSONValue, at now: Timestamp) {
        if simulation == nil { store.apply(resource, document, at: now) }
        simulation?.accept(resource, document, in: &store, at: now)
    }

    /// Deletes an object.
    mutating func delete(
        _ resource: DemoResource, _ document: JSONValue, grace: Int?, orphans: Bool, at now: Timestamp
    ) {
        if simulation == nil {
            store.delete(
                resource, namespace: document.text("metadata", "namespace"), name: document.text("metadata", "name"))
        }
        simulation?.delete(resource, document, grace: grace, orphans: orphans, in: &store, at: now)
    }
}

/// What a request is about.
struct DemoTarget: Sendable {
    var resource: DemoResource
    var namespace: String
    /// Empty for all of them.
    var name: String
    /// Such as `scale`; empty for the object itself.
    var subresource: String

    var key: DemoObjectStore.Key { DemoObjectStore.Key(namespace: namespace, name: name) }
    /// The namespace that decides who may do what: a namespace is its own.
    var accessNamespace: String { resource == .namespaces ? name : namespace }
}

extension DemoAPI {
    /// Carries out what changes the cluster.
    func write(
        _ target: DemoTarget, _ request: DemoRequest, user: DemoUser, _ cluster: inout DemoClusterState
    ) throws(DemoStatus) -> Answer {
        let verbs = [
            "POST": "create", "PUT": "update", "PATCH": "patch",
            "DELETE": target.name.isEmpty ? "deletecollection" : "delete",
        ]
        guard let verb = verbs[request.method] else { throw .notAllowed }
        try allow(verb, target, user)
        var body = JSONValue.null
        guard !request.contentType.hasSuffix("protobuf") else { throw .unknownBody }
        if !request.body.isEmpty {
            guard let parsed = request.body.withUnsafeBytes({ try? JSONValue(parsing: $0) }) else {
                throw .badRequest("error decoding the body: it is no JSON")
            }
            body = parsed
        }
        let isDry = try isDryRun(request, body)
        // A dry run happens to a copy.
        var changed = cluster
        let answer = try perform(target, request, body, &changed)
        if !isDry { cluster = changed }
        return answer
    }

    /// Refuses what a user may not do.
    func allow(_ verb: String, _ target: DemoTarget, _ user: DemoUser) throws(DemoStatus) {
        let isRead = ["get", "list", "watch"].contains(verb)
        guard user.mayRead(target.resource, namespace: target.accessNamespace), isRead || !user.isReadOnly else {
            throw .forbidden(
                user: user.name, verb: verb, target.resource, subresource: target.subresource,
                namespace: target.accessNamespace, name: target.name)
        }
    }

    private func isDryRun(_ request: DemoRequest, _ body: JSONValue) throws(DemoStatus) -> Bool {
        let kinds = ["POST": "Create", "PUT": "Update", "PATCH": "Patch", "DELETE": "Delete"]
        let isOptions = body.text("kind") == "DeleteOptions"
        let value = request.query["dryRun"] ?? (isOptions ? body["dryRun"]?.elements.first?.text : nil)
        guard let value else { return false }
        guard value == "All" else {
            throw .invalid(
                kind: "\(kinds[request.method] ?? "")Options", group: "meta.k8s.io", name: "", field: "dryRun",
                reason: "FieldValueNotSupported",
                "Unsupported value: []string{\"\(value)\"}: supported values: \"All\"")
        }
        return true
    }

    private func perform(
        _ target: DemoTarget, _ request: DemoRequest, _ body: JSONValue, _ cluster: inout DemoClusterState
    ) throws(DemoStatus) -> Answer {
        if request.method == "POST", target.name.isEmpty { return try create(target, request, body, &cluster) }
        if request.method == "DELETE", target.name.isEmpty { return try deleteAll(target, request, body, &cluster) }
        guard let entry = cluster.store.entry(of: target.resource, target.key) else {
            throw .noSuchObject(target.resource, target.name)
        }
        switch (request.method, target.subresource) {
        case ("DELETE", ""): return try delete(entry, target, request, body, &cluster)
        case ("POST", "eviction"): return try evict(entry, target, request, body, &cluster)
        case ("PUT", "scale"), ("PATCH", "scale"):
            let scale = Self.scale(of: entry.document, target.resource)
            let changed = try self.changed(scale, target, request, body)
            let replicas = try Self.replicas(changed, kind: "Scale", group: "autoscaling", target.name)
            var document = entry.document
            document.set("spec", "replicas", to: .integer(replicas))
            cluster.accept(target.resource, document, at: now)
            let after = cluster.store.entry(of: target.resource, target.key)?.document ?? document
            return Self.whole(Self.scale(of: after, target.resource))
        case ("PUT", ""), ("PATCH", ""):
            let document = try changed(entry.document, target, request, body)
            if document.at("spec", "replicas") != nil {
                _ = try Self.replicas(document, kind: target.resource.kind, group: target.resource.group, target.name)
            }
            if document != entry.document { cluster.accept(target.resource, document, at: now) }
            return object(target, request, cluster, otherwise: document)
        default: throw .notAllowed
        }
    }

    /// The object after the change, in the form that the client asked for.
    private func object(
        _ target: DemoTarget, _ request: DemoRequest, _ cluster: DemoClusterState, otherwise: JSONValue,
        status: Int = 200
    ) -> Answer {
        let entry =
            cluster.store.entry(of: target.resource, target.key)
            ?? DemoObjectStore.Entry(otherwise, version: cluster.store.version)
        let form = AnswerForm(accept: request.accept, among: [.json, .table, .metadata]) ?? .json
        let renderer = DemoRenderer(resource: target.resource, form: form, request: request, now: now)
        return .whole(
            status: status, contentType: "application/json", body: renderer.object(entry) + [UInt8(ascii: "\n")])
    }

    // MARK: Changing

    /// A document as a PUT or PATCH wants it.
    private func changed(
        _ old: JSONValue, _ target: DemoTarget, _ request: DemoRequest, _ body: JSONValue
    ) throws(DemoStatus) -> JSONValue {
        var new = body
        if request.method == "PATCH" {
            guard let patch = JSONPatch(contentType: request.contentType, body) else { throw .unknownPatch }
            do {
                new = try patch.applied(to: old)
            } catch {
                throw DemoStatus(
                    422, "Invalid", "the server rejected our request due to an error in our request")
            }
        }
        guard case .object = new, new.text("metadata", "name") == target.name else {
            throw .badRequest(
                "the name of the object (\(new.text("metadata", "name"))) does not match the name on the URL "
                    + "(\(target.name))")
        }
        let version = new.text("metadata", "resourceVersion")
        guard version.isEmpty || version == old.text("metadata", "resourceVersion"),
            new.text("metadata", "uid").isEmpty || new.at("metadata", "uid") == old.at("metadata", "uid")
        else { throw .conflict(target.resource, target.name) }
        for key in ["uid", "creationTimestamp", "deletionTimestamp", "namespace", "generation"] {
            new.set("metadata", key, to: old.at("metadata", key))
        }
        if old["status"] != nil { new.set("status", to: old["status"]) }
        if !target.namespace.isEmpty { new.set("metadata", "namespace", to: .string(target.namespace)) }
        return new
    }

    private static func replicas(
        _ document: JSONValue, kind: String, group: String, _ name: String
    ) throws(DemoStatus) -> Int {
        guard let replicas = (document.at("spec", "replicas") ?? .integer(0)).integer, replicas <= Int(Int32.max) else {
            throw .badRequest("json: cannot unmarshal into Go struct field .spec.replicas of type int32")
        }
        guard replicas >= 0 else {
            throw .invalid(
                kind: kind, group: group, name: name, field: "spec.replicas",
                "Invalid value: \(replicas): must be greater than or equal to 0")
        }
        return replicas
    }

    /// The `Scale` of a workload.
    static func scale(of document: JSONValue, _ resource: DemoResource) -> JSONValue {
        let labels = document.at("spec", "selector", "matchLabels")?.textMembers ?? [:]
        let metadata = ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"].compactMap { key in
            document.at("metadata", key).map { JSONValue.Member(key, $0) }
        }
        return .members([
            "kind": .string("Scale"), "apiVersion": .string("autoscaling/v1"), "metadata": .object(metadata),
            "spec": .members(["replicas": .integer(document.integer("spec", "replicas"))]),
            "status": .members([
                "replicas": .integer(document.integer("status", "replicas")),
                "selector": .string(
                    labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")),
            ]),
        ])
    }

    // MARK: Creating

    private func create(
        _ target: DemoTarget, _ request: DemoRequest, _ body: JSONValue, _ cluster: inout DemoClusterState
    ) throws(DemoStatus) -> Answer {
        let resource = target.resource
        guard body.text("kind") == resource.kind, body.text("apiVersion") == resource.apiVersion else {
            throw .badRequest(
                "the object provided is unrecognized (must be of type \(resource.kind)): \(body.text("apiVersion")) "
                    + body.text("kind"))
        }
        var document = body
        var target = target
        if document.text("metadata", "name").isEmpty, !document.text("metadata", "generateName").isEmpty {
            var random = DemoRandom(seed: cluster.store.version)
            document.set(
                "metadata", "name", to: .string(document.text("metadata", "generateName") + random.suffix(5)))
        }
        target.name = document.text("metadata", "name")
        guard !target.name.isEmpty else {
            throw .invalid(
                kind: resource.kind, group: resource.group, name: "", field: "metadata.name",
                reason: "FieldValueRequired", "Required value: name or generateName is required")
        }
        guard cluster.store.entry(of: resource, target.key) == nil else { throw .alreadyExists(resource, target.name) }
        if resource.isNamespaced {
            document.set("metadata", "namespace", to: .string(target.namespace))
            guard cluster.store.document(of: .namespaces, name: target.namespace) != nil else {
                throw .noSuchObject(.namespaces, target.namespace)
            }
        }
        document.set("metadata", "uid", to: nil)
        document.set("metadata", "resourceVersion", to: nil)
        document.set("metadata", "creationTimestamp", to: nil)
        cluster.store.apply(resource, ManifestDefaults.filled(document, resource), at: now)
        guard let entry = cluster.store.entry(of: resource, target.key) else { throw .noSuchResource }
        cluster.simulation?.adopt(resource, entry.document, in: &cluster.store, at: now)
        return object(target, request, cluster, otherwise: entry.document, status: 201)
    }

    // MARK: Deleting

    private func delete(
        _ entry: DemoObjectStore.Entry, _ target: DemoTarget, _ request: DemoRequest, _ options: JSONValue,
        _ cluster: inout DemoClusterState
    ) throws(DemoStatus) -> Answer {
        let metadata = entry.document["metadata"] ?? .null
        let identity =
            target.resource.group.isEmpty ? target.resource.kind : "\(target.resource.kind).\(target.resource.group)"
        for (key, title, words) in [
            ("uid", "UID", "deleted and then recreated"), ("resourceVersion", "ResourceVersion", "modified"),
        ] {
            guard let wanted = options.at("preconditions", key)?.text, wanted != metadata.text(key) else { continue }
            var status = DemoStatus(
                409, "Conflict",
                "Operation cannot be fulfilled on \(identity) \"\(target.name)\": the \(title) in the precondition "
                    + "(\(wanted)) does not match the \(title) in record (\(metadata.text(key))). "
                    + "The object might have been \(words)")
            status.name = target.name
            status.kind = target.resource.kind
            status.group = target.resource.group
            throw status
        }
        let grace = request.query["gracePeriodSeconds"].flatMap { Int($0) } ?? options["gracePeriodSeconds"]?.integer
        let policy = request.query["propagationPolicy"] ?? options.text("propagationPolicy")
        guard ["", "Background", "Foreground", "Orphan"].contains(policy) else {
            throw .invalid(
                kind: "DeleteOptions", group: "meta.k8s.io", name: "", field: "propagationPolicy",
                reason: "FieldValueNotSupported",
                "Unsupported value: \"\(policy)\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\""
            )
        }
        cluster.delete(
            target.resource, entry.document, grace: grace.map { max(0, $0) }, orphans: policy == "Orphan", at: now)
        if let after = cluster.store.entry(of: target.resource, target.key),
            after.document.at("metadata", "uid") == metadata["uid"],
            after.document.at("metadata", "deletionTimestamp") != nil
        {
            return object(target, request, cluster, otherwise: entry.document)
        }
        return Self.whole(
            .members([
                "kind": .string("Status"), "apiVersion": .string("v1"), "metadata": .object([]),
                "status": .string("Success"),
                "details": .members([
                    "name": .string(target.name),
                    "group": target.resource.group.isEmpty ? nil : .string(target.resource.group),
                    "kind": .string(target.resource.plural), "uid": metadata["uid"],
                ]),
            ]))
    }

    private func deleteAll(
        _ target: DemoTarget, _ request: DemoRequest, _ options: JSONValue, _ cluster: inout DemoClusterState
    ) throws(DemoStatus) -> Answer {
        let scope = DemoObjectStore.Scope(
            resource: target.resource, namespace: target.namespace,
            labels: try Self.labels(request.query["labelSelector"] ?? ""),
            fields: try FieldSelector(parsing: request.query["fieldSelector"] ?? "", of: target.resource))
        let entries = cluster.store.entries(in: scope)
        for entry in entries {
            var one = target
            one.name = entry.document.text("metadata", "name")
            one.namespace = entry.document.text("metadata", "namespace")
            _ = try delete(entry, one, request, options, &cluster)
        }
        let renderer = DemoRenderer(resource: target.resource, form: .json, request: request, now: now)
        let page = DemoObjectStore.Page(entries: entries, version: cluster.store.version)
        return .whole(status: 200, contentType: "application/json", body: renderer.list(page) + [UInt8(ascii: "\n")])
    }

    /// Deletes a pod unless a disruption budget forbids it.
    private func evict(
        _ entry: DemoObjectStore.Entry, _ target: DemoTarget, _ request: DemoRequest, _ body: JSONValue,
        _ cluster: inout DemoClusterState
    ) throws(DemoStatus) -> Answer {
        let labels = entry.document.at("metadata", "labels")?.textMembers ?? [:]
        let budgets =
            DemoResource.of(apiVersion: "policy/v1", kind: "PodDisruptionBudget")
            .map { cluster.store.documents(of: $0) } ?? []
        let guarding = budgets.first { budget in
            let selector = budget.at("spec", "selector", "matchLabels")?.textMembers ?? [:]
            return budget.text("metadata", "namespace") == target.namespace && !selector.isEmpty
                && selector.allSatisfy { labels[$0.key] == $0.value }
        }
        if let guarding, guarding.integer("status", "disruptionsAllowed") < 1 {
            let name = guarding.text("metadata", "name")
            throw DemoStatus(
                429, "TooManyRequests",
                "Cannot evict pod as it would violate the pod's disruption budget. The disruption budget \(name) needs "
                    + "\(guarding.integer("status", "desiredHealthy")) healthy pods and has "
                    + "\(guarding.integer("status", "currentHealthy")) currently")
        }
        _ = try delete(entry, target, request, body["deleteOptions"] ?? .null, &cluster)
        return Self.whole(
            .members([
                "kind": .string("Status"), "apiVersion": .string("v1"), "metadata": .object([]),
                "status": .string("Success"),
            ]), status: 201)
    }

    // MARK: Questions about oneself

    /// What a user asks about themselves: who they are, and what they may do.
    func review(_ resource: DemoResource, _ request: DemoRequest, user: DemoUser) throws(DemoStatus) -> Answer {
        guard request.method == "POST" else { throw .notAllowed }
        let body = request.body.withUnsafeBytes { try? JSONValue(parsing: $0) } ?? .null
        let status: JSONValue
        switch resource.kind {
        case "SelfSubjectReview":
            status = .members([
                "userInfo": .members([
                    "username": .string(user.name), "groups": .array(user.groups.map { .string($0) }),
                ])
            ])
        case "SelfSubjectRulesReview":
            let namespace = body.text("spec", "namespace")
            let verbs = user.isReadOnly ? ["get", "list", "watch"] : ["*"]
            let rule = JSONValue.members([
                "verbs": .array(verbs.map { .string($0) }), "apiGroups": .array([.string("*")]),
                "resources": .array([.string("*")]),
            ])
            let sees = user.namespaces?.contains(namespace) ?? true
            status = .members([
                "resourceRules": .array(sees ? [rule] : []), "nonResourceRules": .array([]), "incomplete": .bool(false),
            ])
        default:
            let asked = body.at("spec", "resourceAttributes") ?? .null
            let resource = DemoResource.all.first {
                $0.plural == asked.text("resource") && $0.group == asked.text("group")
            }
            let isRead = ["get", "list", "watch"].contains(asked.text("verb"))
            let reads =
                resource.map { user.mayRead($0, namespace: asked.text("namespace")) } ?? (user.namespaces == nil)
            let isAllowed = reads && (isRead || !user.isReadOnly)
            status = .members(["allowed": .bool(isAllowed), "reason": isAllowed ? nil : .string("")])
        }
        return Self.whole(
            .members([
                "kind": .string(resource.kind), "apiVersion": .string(resource.apiVersion), "metadata": .object([]),
                "spec": body["spec"] ?? .object([]), "status": status,
            ]), status: 201)
    }
}
