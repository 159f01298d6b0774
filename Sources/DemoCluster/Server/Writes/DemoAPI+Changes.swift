import KubernetesModel

/// Objects that are there and are changed: PUT and PATCH, and what is posted to them.
extension DemoAPI {
    func change(_ write: DemoWrite, _ cluster: inout DemoClusterState) throws(DemoStatus) -> Answer {
        let target = write.target
        guard let entry = cluster.store.entry(of: target.resource, target.key) else {
            if Self.isApply(write.request), target.subresource.isEmpty { return try apply(write, nil, &cluster) }
            throw .noSuchObject(target.resource, target.name)
        }
        switch (write.request.method, target.subresource) {
        case ("POST", "eviction"): return try evict(entry, write, &cluster)
        case ("POST", "binding"): return try bind(entry, write, &cluster)
        case ("PUT", "scale"), ("PATCH", "scale"): return try scale(entry, write, &cluster)
        case ("PUT", "ephemeralcontainers"), ("PATCH", "ephemeralcontainers"):
            let (changed, warnings) = try changed(entry.document, write)
            let document = try debugged(entry.document, changed, target)
            return commit(document, from: entry.document, write, warnings: warnings, &cluster)
        case ("PUT", "status"), ("PATCH", "status"):
            let (changed, warnings) = try changed(entry.document, write)
            var document = entry.document
            document.set("status", to: changed["status"])
            if !write.isDryRun, document != entry.document {
                cluster.store.apply(target.resource, document, at: now)
            }
            return object(write, cluster, otherwise: document, warnings: warnings)
        case ("PUT", "approval"), ("PATCH", "approval"):
            let (changed, warnings) = try changed(entry.document, write)
            let conditions = (changed.at("status", "conditions")?.elements ?? []).map { condition in
                var dated = condition
                for key in ["lastUpdateTime", "lastTransitionTime"] { dated.fill(key, with: .time(now)) }
                return dated
            }
            var document = entry.document
            document.set("status", "conditions", to: conditions.isEmpty ? nil : .array(conditions))
            return commit(document, from: entry.document, write, warnings: warnings, &cluster)
        case ("PUT", "finalize"):
            let (changed, warnings) = try changed(entry.document, write)
            var document = entry.document
            document.set("spec", "finalizers", to: changed.at("spec", "finalizers"))
            return commit(document, from: entry.document, write, warnings: warnings, &cluster)
        case ("PUT", "resize"), ("PATCH", "resize"):
            let (changed, warnings) = try changed(entry.document, write)
            var document = entry.document
            let wanted = changed.at("spec", "containers")?.elements ?? []
            let containers = (document.at("spec", "containers")?.elements ?? []).map { container in
                var resized = container
                let match = wanted.first { $0["name"] == container["name"] }
                resized.set("resources", to: match?["resources"] ?? container["resources"])
                return resized
            }
            document.set("spec", "containers", to: .array(containers))
            try Self.check(document, from: entry.document, target)
            return commit(document, from: entry.document, write, warnings: warnings, &cluster)
        case ("PUT", ""), ("PATCH", ""):
            if Self.isApply(write.request) { return try apply(write, entry, &cluster) }
            let (changed, warnings) = try changed(entry.document, write)
            let document = try finished(changed, from: entry.document, write, by: "Update")
            return commit(document, from: entry.document, write, warnings: warnings, &cluster)
        default: throw .notAllowed
        }
    }

    /// Members of the metadata that no client sets.
    private static let ownedByServer = [
        "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation",
        "resourceVersion", "generateName",
    ]

    private static func isApply(_ request: DemoRequest) -> Bool {
        request.method == "PATCH" && request.contentType == "application/apply-patch+yaml"
    }

    /// Writes a changed object; nothing happens when it is the same.
    private func commit(
        _ document: JSONValue, from old: JSONValue, _ write: DemoWrite, warnings: [String],
        _ cluster: inout DemoClusterState
    ) -> Answer {
        let resource = write.target.resource
        guard !write.isDryRun, document != old else {
            return object(write, cluster, otherwise: document, warnings: warnings)
        }
        let isFree = (document.at("metadata", "finalizers")?.elements ?? []).isEmpty
        if document.at("metadata", "deletionTimestamp") != nil, isFree, ![.pods, .namespaces].contains(resource) {
            cluster.delete(resource, document, grace: nil, propagation: .background, at: now)
            return object(write, cluster, otherwise: document, warnings: warnings)
        }
        cluster.accept(resource, document, at: now)
        return object(write, cluster, otherwise: document, warnings: warnings)
    }

    // MARK: What a PUT or PATCH wants

    /// A document as a PUT or PATCH wants it.
    func changed(
        _ old: JSONValue, _ write: DemoWrite, apiVersion: String? = nil, kind: String? = nil
    ) throws(DemoStatus) -> (document: JSONValue, warnings: [String]) {
        let (target, request) = (write.target, write.request)
        let isObject = kind == nil
        let apiVersion = apiVersion ?? target.shown.apiVersion
        let kind = kind ?? target.shown.kind
        let old = isObject ? target.shown.shown(old) : old
        var warnings: [String] = []
        var new: JSONValue
        if request.method == "PATCH" {
            (new, warnings) = try patched(old, write, apiVersion: apiVersion, kind: kind)
        } else {
            let body = try DemoBody(request, apiVersion: apiVersion, kind: kind)
            if isObject { try Self.checkKind(body.document, target.shown) }
            warnings = try body.checked(request, kind: kind)
            new = body.document == .null ? .object([]) : body.document
        }
        new.set("kind", to: nil)
        new.set("apiVersion", to: nil)
        guard new.text("metadata", "name") == target.name else {
            throw .badRequest(
                "the name of the object (\(new.text("metadata", "name"))) does not match the name on the URL "
                    + "(\(target.name))")
        }
        let namespace = new.text("metadata", "namespace")
        guard namespace.isEmpty || namespace == target.namespace else {
            throw .badRequest(
                "the namespace of the provided object does not match the namespace sent on the request")
        }
        let version = new.text("metadata", "resourceVersion")
        guard version.isEmpty || version == old.text("metadata", "resourceVersion") else {
            throw .conflict(target.resource, target.name)
        }
        let uid = new.text("metadata", "uid")
        guard uid.isEmpty || uid == old.text("metadata", "uid") else {
            throw Self.uidConflict(target, wanted: uid, found: old.text("metadata", "uid"))
        }
        for key in ["namespace"] + Self.ownedByServer { new.set("metadata", key, to: old.at("metadata", key)) }
        return (isObject ? target.shown.storedForm(new) : new, warnings)
    }

    private static func uidConflict(_ target: DemoTarget, wanted: String, found: String) -> DemoStatus {
        var status = DemoStatus(
            409, "Conflict",
            "Operation cannot be fulfilled on \(target.resource.qualifiedName) \"\(target.name)\": Precondition "
                + "failed: UID in precondition: \(wanted), UID in object meta: \(found)")
        status.kind = target.resource.plural
        status.group = target.resource.group
        status.name = target.name
        return status
    }

    private func patched(
        _ old: JSONValue, _ write: DemoWrite, apiVersion: String, kind: String
    ) throws(DemoStatus) -> (document: JSONValue, warnings: [String]) {
        let (target, request) = (write.target, write.request)
        let body: JSONValue
        do {
            body = try DemoBody.json(request.body)
        } catch {
            throw .badRequest("error decoding patch: \(DemoBody.words(of: error, request.body))")
        }
        let isStrategic = request.contentType == "application/strategic-merge-patch+json"
        guard let patch = JSONPatch(contentType: request.contentType, body), !isStrategic || target.resource.isBuiltIn
        else { throw .unknownPatch }
        if case .operations = patch, body.elements.count > JSONPatch.mostOperations {
            throw DemoStatus(
                413, "RequestEntityTooLarge",
                "The allowed maximum operations in a JSON patch is \(JSONPatch.mostOperations), got "
                    + "\(body.elements.count)")
        }
        switch (patch, body) {
        case (.operations, .array), (.merge, .object), (.strategic, .object): break
        case (.operations, _):
            throw .badRequest(
                "error decoding patch: json: cannot unmarshal \(DemoBody.goType(body)) into Go value of type "
                    + "jsonpatch.Patch")
        default:
            throw .badRequest(
                "error decoding patch: json: cannot unmarshal \(DemoBody.goType(body)) into Go value of type "
                    + "map[string]interface {}")
        }
        var new: JSONValue
        do {
            new = try patch.applied(to: old)
        } catch {
            throw DemoStatus(422, "Invalid", "the server rejected our request due to an error in our request")
        }
        guard case .object = new else {
            throw DemoStatus(422, "Invalid", "the server rejected our request due to an error in our request")
        }
        new.set("kind", to: .string(kind))
        new.set("apiVersion", to: .string(apiVersion))
        let read = try DemoBody(new, apiVersion: apiVersion, kind: kind)
        let validation = try DemoBody.validation(of: request)
        if validation == "Strict", !read.findings.isEmpty {
            throw .invalid(
                kind: target.resource.kind, group: target.resource.group, name: "", field: "patch",
                "Invalid value: \"\(body.goText)\": strict decoding error: \(read.findings.joined(separator: ", "))")
        }
        return (read.document, validation == "Warn" ? read.findings : [])
    }

    /// A changed object with what the server adds.
    /// - Throws: `DemoStatus` for a change that is not allowed.
    private func finished(
        _ changed: JSONValue, from old: JSONValue, _ write: DemoWrite, by operation: String
    ) throws(DemoStatus) -> JSONValue {
        let resource = write.target.resource
        var new = changed
        if old["status"] != nil || resource.isBuiltIn { new.set("status", to: old["status"]) }
        if !write.target.namespace.isEmpty { new.set("metadata", "namespace", to: .string(write.target.namespace)) }
        if operation == "Update" {
            new.set("metadata", "managedFields", to: old.at("metadata", "managedFields"))
        }
        let kind = JSONValue.string(resource.kind)
        new.set("kind", to: kind)
        new = ServerDefaults.filled(new, resource)
        if resource == .services { Self.keepAddresses(&new, from: old) }
        new.set("kind", to: nil)
        // What says the same is the same, whatever its order.
        new = .object(
            new.members.map { member in
                guard let before = old[member.key], before.canonical == member.value.canonical else { return member }
                return JSONValue.Member(member.key, before)
            })
        try Self.check(new, from: old, write.target)
        guard new.canonical != old.canonical else { return old }
        guard operation == "Update" else { return new }
        return ManagedFields.updated(
            new, from: old,
            by: ManagedFields.Writer(manager: write.manager, apiVersion: resource.apiVersion, now: now))
    }

    /// A Service keeps the addresses and ports that it got when it was created, unless others are asked for.
    private static func keepAddresses(_ service: inout JSONValue, from old: JSONValue) {
        guard service.text("spec", "type") == "ClusterIP" else { return }
        for key in ["externalTrafficPolicy", "allocateLoadBalancerNodePorts"] { service.set("spec", key, to: nil) }
        guard old.text("spec", "type") != "ClusterIP" else { return }
        let ports = (service.at("spec", "ports")?.elements ?? []).map { port in
            var plain = port
            plain.set("nodePort", to: nil)
            return plain
        }
        service.set("spec", "ports", to: .array(ports))
    }

    /// Refuses what an object may not become; what was wrong with it before is let pass.
    private static func check(_ new: JSONValue, from old: JSONValue, _ target: DemoTarget) throws(DemoStatus) {
        let resource = target.resource
        let before = Validation.errors(in: old, of: resource)
        var errors = Validation.errors(in: new, of: resource).without(before)
        errors.add(UpdateValidation.errors(from: old, to: new, of: resource))
        if old.at("metadata", "deletionTimestamp") != nil {
            let known = old.at("metadata", "finalizers")?.elements ?? []
            let added = (new.at("metadata", "finalizers")?.elements ?? []).filter { !known.contains($0) }
            if !added.isEmpty {
                let names = added.compactMap(\.text).map { "\"\($0)\"" }.joined(separator: ", ")
                errors.forbidden(
                    "metadata.finalizers",
                    "no new finalizers can be added if the object is being deleted, found new finalizers "
                        + "[]string{\(names)}")
            }
        }
        if let status = errors.status(resource, name: target.name) { throw status }
    }

    // MARK: Apply

    private func apply(
        _ write: DemoWrite, _ entry: DemoObjectStore.Entry?, _ cluster: inout DemoClusterState
    ) throws(DemoStatus) -> Answer {
        let (target, resource) = (write.target, write.target.resource)
        guard write.request.query["fieldManager"]?.isEmpty == false else {
            throw .invalid(
                kind: "PatchOptions", group: "meta.k8s.io", name: "", field: "fieldManager",
                reason: "FieldValueRequired", "Required value: is required for apply patch")
        }
        var request = write.request
        request.contentType = "application/yaml"
        let body = try DemoBody(request, apiVersion: resource.apiVersion, kind: resource.kind)
        try Self.checkKind(body.document, resource)
        let warnings = try body.checked(write.request, kind: resource.kind)
        var wanted = body.document
        guard case .object = wanted else { throw .badRequest("error decoding YAML: the body is no object") }
        guard wanted.text("metadata", "name").isEmpty || wanted.text("metadata", "name") == target.name else {
            throw .badRequest(
                "the name of the object (\(wanted.text("metadata", "name"))) does not match the name on the URL "
                    + "(\(target.name))")
        }
        guard wanted.at("metadata", "managedFields") == nil else {
            throw .badRequest("metadata.managedFields must be nil")
        }
        if let live = entry?.document {
            let (uid, version) = (wanted.text("metadata", "uid"), wanted.text("metadata", "resourceVersion"))
            guard uid.isEmpty || uid == live.text("metadata", "uid") else {
                throw Self.uidConflict(target, wanted: uid, found: live.text("metadata", "uid"))
            }
            guard version.isEmpty || version == live.text("metadata", "resourceVersion") else {
                throw .conflict(target.resource, target.name)
            }
        }
        // What the server says is nobody's to apply.
        for key in Self.ownedByServer { wanted.set("metadata", key, to: nil) }
        wanted.set("metadata", "name", to: .string(target.name))
        wanted.set("status", to: nil)
        let writer = ManagedFields.Writer(manager: write.manager, apiVersion: resource.apiVersion, now: now)
        let applied: JSONValue
        do {
            applied = try ManagedFields.applied(
                wanted, to: entry?.document, by: writer, force: write.request.flag("force"))
        } catch {
            throw error.status
        }
        guard let entry else { return try insert(applied, write, warnings: warnings, by: "Apply", &cluster) }
        var new = applied
        new.set("kind", to: nil)
        new.set("apiVersion", to: nil)
        let document = try finished(new, from: entry.document, write, by: "Apply")
        return commit(document, from: entry.document, write, warnings: warnings, &cluster)
    }

    // MARK: Subresources

    private func scale(
        _ entry: DemoObjectStore.Entry, _ write: DemoWrite, _ cluster: inout DemoClusterState
    ) throws(DemoStatus) -> Answer {
        let target = write.target
        let scale = Self.scale(of: entry.document, target.resource)
        let (changed, warnings) = try changed(scale, write, apiVersion: "autoscaling/v1", kind: "Scale")
        let replicas = changed.integer("spec", "replicas")
        guard replicas >= 0 else {
            throw .invalid(
                kind: "Scale", group: "autoscaling", name: target.name, field: "spec.replicas",
                "Invalid value: \(replicas): must be greater than or equal to 0")
        }
        var document = entry.document
        document.set("spec", "replicas", to: .integer(replicas))
        if !write.isDryRun { cluster.accept(target.resource, document, at: now) }
        let after = write.isDryRun ? nil : cluster.store.entry(of: target.resource, target.key)?.document
        let body = Self.scale(of: after ?? document, target.resource).jsonBytes
        return .whole(
            status: 200, contentType: "application/json", body: body + [UInt8(ascii: "\n")], warnings: warnings)
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

    /// Gives a pod its node.
    private func bind(
        _ entry: DemoObjectStore.Entry, _ write: DemoWrite, _ cluster: inout DemoClusterState
    ) throws(DemoStatus) -> Answer {
        let body = try DemoBody(write.request, apiVersion: "v1", kind: "Binding")
        let node = body.document.text("target", "name")
        guard !node.isEmpty else {
            throw .invalid(
                kind: "Binding", name: write.target.name, field: "target.name", reason: "FieldValueRequired",
                "Required value")
        }
        let present = entry.document.text("spec", "nodeName")
        guard present.isEmpty else {
            var status = DemoStatus(
                409, "Conflict",
                "Operation cannot be fulfilled on pods/binding \"\(write.target.name)\": pod \(write.target.name) is "
                    + "already assigned to node \"\(present)\"")
            status.kind = "pods/binding"
            status.name = write.target.name
            throw status
        }
        var document = entry.document
        document.set("spec", "nodeName", to: .string(node))
        if !write.isDryRun { cluster.accept(.pods, document, at: now) }
        return Self.whole(Self.success, status: 201)
    }

    /// The `Status` of what went well.
    static let success = JSONValue.members([
        "kind": .string("Status"), "apiVersion": .string("v1"), "metadata": .object([]), "status": .string("Success"),
        "code": .integer(201),
    ])
}

extension JSONValue {
    /// As Go prints a map.
    fileprivate var goText: String {
        switch self {
        case .null: "<nil>"
        case .bool(let flag): flag ? "true" : "false"
        case .number(let text), .string(let text): text
        case .array(let elements): "[\(elements.map(\.goText).joined(separator: " "))]"
        case .object(let members):
            "map[" + members.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value.goText)" }.joined(separator: " ")
                + "]"
        }
    }
}
