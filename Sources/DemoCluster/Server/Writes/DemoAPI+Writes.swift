import KubernetesModel

/// What is in the cluster, and what makes it move.
struct DemoClusterState: Sendable {
    var store: DemoObjectStore
    /// `nil` for objects that nothing but a client changes.
    var simulation: DemoSimulation?
    /// Generated pods, if there are any.
    var crowd: DemoCrowd?

    /// Takes an object that was changed.
    mutating func accept(_ resource: DemoResource, _ document: JSONValue, at now: Timestamp) {
        if simulation == nil { store.apply(resource, document, at: now) }
        simulation?.accept(resource, document, in: &store, at: now)
    }

    /// Deletes an object.
    mutating func delete(
        _ resource: DemoResource, _ document: JSONValue, grace: Int?, propagation: Propagation, at now: Timestamp
    ) {
        if simulation == nil {
            store.delete(
                resource, namespace: document.text("metadata", "namespace"), name: document.text("metadata", "name"))
        }
        simulation?.delete(
            resource, document, grace: grace, propagation: propagation, in: &store, at: now)
    }
}

/// What becomes of the objects that belong to one that is deleted.
enum Propagation: Sendable {
    /// They go after it.
    case background
    /// They go before it.
    case foreground
    /// They stay.
    case orphan
}

/// What a request is about.
struct DemoTarget: Sendable {
    var resource: DemoResource
    var namespace: String
    /// Empty for all of them.
    var name: String
    /// Such as `scale`; empty for the object itself.
    var subresource: String
    /// The version of the kind that is asked for, where it is another than the stored one.
    var view: DemoResource?

    /// The kind as it is asked for.
    var shown: DemoResource { view ?? resource }
    var key: DemoObjectStore.Key { DemoObjectStore.Key(namespace: namespace, name: name) }
    /// The namespace that decides who may do what: a namespace is its own.
    var accessNamespace: String { resource == .namespaces ? name : namespace }
}

extension DemoResource {
    /// Whether it is part of Kubernetes itself, so that its fields are known.
    var isBuiltIn: Bool { APISchema.current.message(apiVersion: apiVersion, kind: kind) != nil }
}

/// A write that was allowed, with what its query says.
struct DemoWrite: Sendable {
    var target: DemoTarget
    var request: DemoRequest
    var isDryRun = false
    /// Who sends it.
    var user: DemoUser?

    /// Who manages the fields that it sets.
    var manager: String {
        if let manager = request.query["fieldManager"], !manager.isEmpty { return manager }
        let agent = request.headers.first { $0.name.lowercased() == "user-agent" }?.value ?? ""
        return agent.split(separator: "/").first.map(String.init) ?? "unknown"
    }
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
        guard let verb = verbs[request.method], Self.mayBe(verb, target) else { throw .notAllowed }
        try allow(verb, target, user)
        if request.contentType == "application/apply-patch+yaml", target.subresource.isEmpty,
            cluster.store.entry(of: target.resource, target.key) == nil
        {
            // What is not there yet, it creates.
            try allow("create", target, user)
        }
        let isCollection = target.name.isEmpty
        guard isCollection == (request.method == "POST" && target.subresource.isEmpty) || request.method == "DELETE",
            !target.resource.isNamespaced || !target.namespace.isEmpty
        else { throw .notAllowed }
        var write = DemoWrite(target: target, request: request, user: user)
        write.isDryRun = try Self.isDryRun(request.query["dryRun"], request)
        if request.method == "POST", isCollection { return try create(write, &cluster) }
        if request.method == "DELETE" {
            let options = try DemoBody(request, apiVersion: "meta.k8s.io/v1", kind: "DeleteOptions").document
            let asked = options["dryRun"]?.elements.first?.text
            if try Self.isDryRun(asked, request) { write.isDryRun = true }
            if isCollection { return try deleteAll(write, options, &cluster) }
            guard let entry = cluster.store.entry(of: target.resource, target.key) else {
                throw .noSuchObject(target.resource, target.name)
            }
            guard target.subresource.isEmpty else { throw .notAllowed }
            return try delete(entry, write, options, &cluster)
        }
        return try change(write, &cluster)
    }

    /// Whether objects or subresources of a kind can be asked to do something.
    private static func mayBe(_ verb: String, _ target: DemoTarget) -> Bool {
        guard !target.subresource.isEmpty else { return target.shown.verbs.contains(verb) }
        let subresource = target.shown.subresources.first { $0.name == target.subresource }
        return subresource?.verbs.contains(verb) ?? false
    }

    static func isDryRun(_ value: String?, _ request: DemoRequest) throws(DemoStatus) -> Bool {
        guard let value, !value.isEmpty else { return false }
        guard value == "All" else {
            let kinds = ["POST": "Create", "PUT": "Update", "PATCH": "Patch", "DELETE": "Delete"]
            throw .invalid(
                kind: "\(kinds[request.method] ?? "")Options", group: "meta.k8s.io", name: "", field: "dryRun",
                reason: "FieldValueNotSupported",
                "Unsupported value: []string{\"\(value)\"}: supported values: \"All\"")
        }
        return true
    }

    /// An object after a change, in the form that the client asked for.
    ///
    /// - Parameters:
    ///   - write: the request.
    ///   - cluster: where the object is now.
    ///   - otherwise: what to answer when it is not there, or was not changed.
    ///   - status: the HTTP status.
    ///   - warnings: what to warn of.
    /// - Returns: the answer.
    func object(
        _ write: DemoWrite, _ cluster: DemoClusterState, otherwise: JSONValue, status: Int = 200,
        warnings: [String] = []
    ) -> Answer {
        let stored = write.isDryRun ? nil : cluster.store.entry(of: write.target.resource, write.target.key)
        let entry = stored ?? DemoObjectStore.Entry(otherwise, version: cluster.store.version)
        let form = AnswerForm(accept: write.request.accept, among: [.json, .table, .metadata]) ?? .json
        let renderer = DemoRenderer(resource: write.target.shown, form: form, request: write.request, now: now)
        return .whole(
            status: status, contentType: "application/json", body: renderer.object(entry) + [UInt8(ascii: "\n")],
            warnings: warnings)
    }

    // MARK: Creating

    private func create(_ write: DemoWrite, _ cluster: inout DemoClusterState) throws(DemoStatus) -> Answer {
        let resource = write.target.shown
        let body = try DemoBody(write.request, apiVersion: resource.apiVersion, kind: resource.kind)
        try Self.checkKind(body.document, resource)
        let warnings = try body.checked(write.request, kind: resource.kind)
        var document = body.document
        if document == .null { document = .object([]) }
        let namespace = document.text("metadata", "namespace")
        guard namespace.isEmpty || namespace == write.target.namespace else {
            throw .badRequest(
                "the namespace of the provided object does not match the namespace sent on the request")
        }
        guard ["", "0"].contains(document.text("metadata", "resourceVersion")) else {
            throw DemoStatus(500, "", "resourceVersion should not be set on objects to be created")
        }
        return try insert(
            resource.storedForm(document), write, warnings: warnings + resource.warnings, by: "Update", &cluster)
    }

    /// Refuses a document of another kind.
    static func checkKind(_ document: JSONValue, _ resource: DemoResource) throws(DemoStatus) {
        guard document != .null else { return }
        let (version, kind) = (document.text("apiVersion"), document.text("kind"))
        guard version == resource.apiVersion else {
            throw .badRequest(
                "the API version in the data (\(version)) does not match the expected API version "
                    + "(\(resource.apiVersion))")
        }
        guard kind == resource.kind else {
            throw .badRequest(
                "\(kind) in version \"\(resource.version)\" cannot be handled as a \(resource.kind): converting "
                    + "(\(resource.version).\(kind)) to (\(resource.group.isEmpty ? "core" : resource.group)."
                    + "\(resource.kind)): unknown conversion")
        }
    }

    /// Creates an object.
    /// - Parameters:
    ///   - given: the object as the client wants it.
    ///   - write: the request.
    ///   - warnings: what to warn of.
    ///   - operation: how its fields are managed: `Apply` or `Update`.
    ///   - cluster: where to create it.
    /// - Returns: the answer, with the object as it was created.
    /// - Throws: `DemoStatus`, in the API server's words.
    func insert(
        _ given: JSONValue, _ write: DemoWrite, warnings: [String], by operation: String,
        _ cluster: inout DemoClusterState
    ) throws(DemoStatus) -> Answer {
        let resource = write.target.resource
        var write = write
        var document = given
        var random = DemoRandom(seed: cluster.store.version &* 31 &+ 7)
        if document.text("metadata", "name").isEmpty, !document.text("metadata", "generateName").isEmpty {
            document.set(
                "metadata", "name", to: .string(document.text("metadata", "generateName") + random.suffix(5)))
        }
        write.target.name = document.text("metadata", "name")
        for key in ["resourceVersion", "creationTimestamp", "deletionTimestamp", "generation", "selfLink"] {
            document.set("metadata", key, to: nil)
        }
        if resource.isNamespaced {
            document.set("metadata", "namespace", to: .string(write.target.namespace))
        } else {
            document.set("metadata", "namespace", to: nil)
        }
        // Nothing here keeps the store: what is shared would be copied when it changes.
        try Admission(store: cluster.store).checkNamespace(
            write.target.namespace, resource, name: write.target.name)
        document.set("metadata", "uid", to: .string(random.uid()))
        if resource.isBuiltIn { document.set("status", to: nil) }
        if resource == .signingRequests, let user = write.user { document.set("spec", to: user.signing(document)) }
        document = ServerDefaults.filled(document, resource)
        if resource == .customResourceDefinitions {
            document.set("status", to: CustomKinds.established(document, at: now))
        }
        if let status = Validation.errors(in: document, of: resource).status(resource, name: write.target.name) {
            throw status
        }
        guard cluster.store.entry(of: resource, write.target.key) == nil else {
            throw .alreadyExists(resource, write.target.name)
        }
        document = try Admission(store: cluster.store).admit(
            document, of: resource, namespace: write.target.namespace)
        let writer = ManagedFields.Writer(manager: write.manager, apiVersion: resource.apiVersion, now: now)
        if operation == "Update" {
            document.set("metadata", "managedFields", to: nil)
            document = ManagedFields.updated(document, from: nil, by: writer)
        }
        guard !write.isDryRun else {
            document.set("metadata", "creationTimestamp", to: .time(now))
            document.set("kind", to: nil)
            document.set("apiVersion", to: nil)
            return object(write, cluster, otherwise: document, status: 201, warnings: warnings)
        }
        cluster.store.apply(resource, document, at: now)
        guard let entry = cluster.store.entry(of: resource, write.target.key) else { throw .noSuchResource }
        cluster.simulation?.adopt(resource, entry.document, in: &cluster.store, at: now)
        return object(write, cluster, otherwise: entry.document, status: 201, warnings: warnings)
    }
}
