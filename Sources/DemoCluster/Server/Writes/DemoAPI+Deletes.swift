import KubernetesModel

/// Objects that are deleted.
extension DemoAPI {
    private static let protected = ["default", "kube-system", "kube-public"]

    func delete(
        _ entry: DemoObjectStore.Entry, _ write: DemoWrite, _ options: JSONValue, _ cluster: inout DemoClusterState
    ) throws(DemoStatus) -> Answer {
        let target = write.target
        let metadata = entry.document["metadata"] ?? .null
        try Self.checkPreconditions(options, metadata, target)
        if target.resource == .namespaces, Self.protected.contains(target.name) {
            var status = DemoStatus(
                403, "Forbidden", "namespaces \"\(target.name)\" is forbidden: this namespace may not be deleted")
            status.kind = "namespaces"
            status.name = target.name
            throw status
        }
        let graceText = write.request.query["gracePeriodSeconds"]
        let grace = graceText.flatMap { Int($0) } ?? options["gracePeriodSeconds"]?.integer
        let propagation = try Self.propagation(write.request, options)
        let success = Self.whole(
            .members([
                "kind": .string("Status"), "apiVersion": .string("v1"), "metadata": .object([]),
                "status": .string("Success"),
                "details": .members([
                    "name": .string(target.name),
                    "group": target.resource.group.isEmpty ? nil : .string(target.resource.group),
                    "kind": .string(target.resource.plural), "uid": metadata["uid"],
                ]),
            ]))
        guard !write.isDryRun else {
            return target.resource == .pods ? object(write, cluster, otherwise: entry.document) : success
        }
        if target.resource == .customResourceDefinitions {
            for kind in CustomKinds.kinds(of: entry.document, in: cluster.store) {
                for item in Array(cluster.store.items(of: kind)) {
                    cluster.delete(kind, item.entry.document, grace: nil, propagation: .background, at: now)
                }
            }
        }
        cluster.delete(
            target.resource, entry.document, grace: grace.map { max(0, $0) }, propagation: propagation, at: now)
        if let after = cluster.store.entry(of: target.resource, target.key),
            after.document.at("metadata", "uid") == metadata["uid"],
            after.document.at("metadata", "deletionTimestamp") != nil
        {
            return object(write, cluster, otherwise: entry.document)
        }
        return success
    }

    private static func propagation(
        _ request: DemoRequest, _ options: JSONValue
    ) throws(DemoStatus) -> Propagation {
        let policy = request.query["propagationPolicy"] ?? options.text("propagationPolicy")
        let orphans = request.query["orphanDependents"] ?? (options["orphanDependents"] == .bool(true) ? "true" : "")
        guard policy.isEmpty || options["orphanDependents"] == nil else {
            throw .invalid(
                kind: "DeleteOptions", group: "meta.k8s.io", name: "", field: "propagationPolicy",
                "Invalid value: \"\(policy)\": orphanDependents and deletionPropagation cannot be both set")
        }
        switch policy {
        case "": return orphans == "true" ? .orphan : .background
        case "Background": return .background
        case "Foreground": return .foreground
        case "Orphan": return .orphan
        default:
            throw .invalid(
                kind: "DeleteOptions", group: "meta.k8s.io", name: "", field: "propagationPolicy",
                reason: "FieldValueNotSupported",
                "Unsupported value: \"\(policy)\": supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\""
            )
        }
    }

    private static func checkPreconditions(
        _ options: JSONValue, _ metadata: JSONValue, _ target: DemoTarget
    ) throws(DemoStatus) {
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
    }

    func deleteAll(
        _ write: DemoWrite, _ options: JSONValue, _ cluster: inout DemoClusterState
    ) throws(DemoStatus) -> Answer {
        let (target, request) = (write.target, write.request)
        let scope = DemoObjectStore.Scope(
            resource: target.resource, namespace: target.namespace,
            labels: try Self.labels(request.query["labelSelector"] ?? ""),
            fields: try FieldSelector(parsing: request.query["fieldSelector"] ?? "", of: target.resource))
        let entries = cluster.store.entries(in: scope)
        for entry in entries {
            var one = write
            one.target.name = entry.document.text("metadata", "name")
            one.target.namespace = entry.document.text("metadata", "namespace")
            _ = try delete(entry, one, options, &cluster)
        }
        let renderer = DemoRenderer(resource: target.resource, form: .json, request: request, now: now)
        let page = DemoObjectStore.Page(entries: entries, version: cluster.store.version)
        return .whole(status: 200, contentType: "application/json", body: renderer.list(page) + [UInt8(ascii: "\n")])
    }

    /// Whether a pod may go whatever the budgets say: it does not run, or goes already.
    private static func goesUnasked(_ pod: JSONValue) -> Bool {
        ["Pending", "Succeeded", "Failed"].contains(pod.text("status", "phase"))
            || pod.at("metadata", "deletionTimestamp") != nil
    }

    /// Whether a budget lets a pod go: one that is not ready goes when the others are as many as are wanted.
    private static func lets(_ budget: JSONValue, go pod: JSONValue) -> Bool {
        let isReady = (pod.at("status", "conditions")?.elements ?? []).contains {
            $0.text("type") == "Ready" && $0.text("status") == "True"
        }
        if !isReady {
            let wanted = budget.integer("status", "desiredHealthy")
            let isHealthy = wanted > 0 && budget.integer("status", "currentHealthy") >= wanted
            if isHealthy || budget.text("spec", "unhealthyPodEvictionPolicy") == "AlwaysAllow" { return true }
        }
        return budget.integer("status", "disruptionsAllowed") > 0
    }

    /// Deletes a pod unless a disruption budget forbids it.
    func evict(
        _ entry: DemoObjectStore.Entry, _ write: DemoWrite, _ cluster: inout DemoClusterState
    ) throws(DemoStatus) -> Answer {
        let target = write.target
        let body = try DemoBody(write.request, apiVersion: "policy/v1", kind: "Eviction").document
        let name = body.text("metadata", "name")
        guard name.isEmpty || name == target.name else {
            throw .badRequest("name in URL does not match name in Eviction object")
        }
        let labels = entry.document.at("metadata", "labels")?.textMembers ?? [:]
        let budgets =
            DemoResource.of(apiVersion: "policy/v1", kind: "PodDisruptionBudget")
            .map { cluster.store.documents(of: $0, namespace: target.namespace) } ?? []
        let guarding = budgets.filter { budget in
            guard let selector = budget.at("spec", "selector"), !selector.members.isEmpty else { return false }
            return Selector(selector).matches(labels)
        }
        let isGuarded = !Self.goesUnasked(entry.document)
        guard guarding.count < 2 || !isGuarded else {
            throw DemoStatus(
                500, "InternalError",
                "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.")
        }
        if let guarding = guarding.first, isGuarded, !Self.lets(guarding, go: entry.document) {
            var status = DemoStatus(
                429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.")
            status.cause = DemoStatus.Cause(
                field: "", reason: "DisruptionBudget",
                message: "The disruption budget \(guarding.text("metadata", "name")) needs "
                    + "\(guarding.integer("status", "desiredHealthy")) healthy pods and has "
                    + "\(guarding.integer("status", "currentHealthy")) currently")
            throw status
        }
        let options = body["deleteOptions"] ?? .null
        var write = write
        if try Self.isDryRun(options["dryRun"]?.elements.first?.text, write.request) { write.isDryRun = true }
        _ = try delete(entry, write, options, &cluster)
        return Self.whole(Self.success, status: 201)
    }
}
