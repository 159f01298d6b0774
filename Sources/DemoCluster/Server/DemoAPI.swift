import KubernetesModel

/// What the server answers to a request, and what the request changes: a function of the request and the cluster.
struct DemoAPI: Sendable {
    /// An answer.
    enum Answer: Sendable {
        case whole(status: Int, contentType: String, body: [UInt8], warnings: [String] = [])
        case list(DemoPieces, warnings: [String] = [])
        case watch(DemoWatch)
        case log(DemoLogStream)
        case proxied(PlainResponse)
    }

    var options: DemoServer.Options
    /// Such as `127.0.0.1:40123`.
    var address: String
    var now: Timestamp

    func answer(_ request: DemoRequest, _ cluster: inout DemoClusterState) -> Answer {
        let answer = plainAnswer(request, &cluster)
        guard request.wantsPrettyJSON, case .whole(let status, let type, let body, let warnings) = answer,
            type.hasPrefix("application/json")
        else { return answer }
        return .whole(status: status, contentType: type, body: prettyJSON(body), warnings: warnings)
    }

    private func plainAnswer(_ request: DemoRequest, _ cluster: inout DemoClusterState) -> Answer {
        do throws(DemoStatus) {
            return try route(request, &cluster)
        } catch {
            if error.isPlain { return Self.text(error.message, status: error.code) }
            return Self.whole(error.document, status: error.code)
        }
    }

    static func whole(_ document: JSONValue, status: Int = 200) -> Answer {
        .whole(status: status, contentType: "application/json", body: document.jsonBytes + [UInt8(ascii: "\n")])
    }

    static func text(_ text: String, status: Int = 200) -> Answer {
        .whole(status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    // MARK: Routes

    private func route(_ request: DemoRequest, _ cluster: inout DemoClusterState) throws(DemoStatus) -> Answer {
        guard !request.isTooLarge else { throw .tooLarge }
        let segments = request.segments
        let user = try user(of: request, cluster.store)
        let isObject = segments.count > 2 && (segments[0] == "api" || segments[0] == "apis" && segments.count > 3)
        if !isObject {
            let verb = request.method.lowercased()
            guard user.may(verb, path: request.path) else {
                throw .forbidden(user: user.name, verb: verb, path: request.path)
            }
        }
        switch segments.first {
        case "version":
            guard request.method == "GET" else { throw .notAllowed }
            return Self.whole(DemoDiscovery.version)
        case "healthz", "readyz", "livez": return try health(segments[0], request)
        case "api":
            if segments.count == 1 { return try discoveryRoot(request, core: true, cluster.store) }
            return try groupVersion(
                request, group: "", version: segments[1], rest: segments.dropFirst(2), user: user, &cluster)
        case "apis":
            if segments.count == 1 { return try discoveryRoot(request, core: false, cluster.store) }
            if segments.count == 2 {
                guard let group = cluster.store.discovery.group(segments[1]) else {
                    return Self.text("404 page not found\n", status: 404)
                }
                return Self.whole(group)
            }
            return try groupVersion(
                request, group: segments[1], version: segments[2], rest: segments.dropFirst(3), user: user,
                &cluster)
        case "openapi": return try openAPI(request, store: cluster.store)
        case nil: return Self.whole(.members(["paths": .array(Self.paths.map { .string($0) })]))
        default:
            if let answer = Self.issuer(request) { return answer }
            throw .noSuchResource
        }
    }

    private func discoveryRoot(
        _ request: DemoRequest, core: Bool, _ store: DemoObjectStore
    ) throws(DemoStatus) -> Answer {
        guard request.method == "GET" else { throw .notAllowed }
        let isNew = options.offersAggregatedDiscovery
        let forms: [AnswerForm] = isNew ? [.aggregatedDiscovery, .aggregatedDiscoveryBeta, .json] : [.json]
        let discovery = store.discovery
        switch AnswerForm(accept: request.accept, among: forms) {
        case .aggregatedDiscovery?: return aggregated(discovery, "v2", core: core)
        case .aggregatedDiscoveryBeta?: return aggregated(discovery, "v2beta1", core: core)
        case nil: throw .notAcceptable
        default:
            return Self.whole(
                core
                    ? DemoDiscovery.apiVersions(address: address)
                    : discovery.groupList(broken: options.hasBrokenAPI))
        }
    }

    private func aggregated(_ discovery: DemoDiscovery, _ version: String, core: Bool) -> Answer {
        .whole(
            status: 200,
            contentType: "application/json;g=apidiscovery.k8s.io;v=\(version);as=APIGroupDiscoveryList",
            body: discovery.aggregated(core: core, version: version, broken: options.hasBrokenAPI).jsonBytes)
    }

    private func groupVersion(
        _ request: DemoRequest, group: String, version: String, rest: ArraySlice<String>, user: DemoUser,
        _ cluster: inout DemoClusterState
    ) throws(DemoStatus) -> Answer {
        if options.hasBrokenAPI, group == DemoResource.brokenGroup.name { throw .unavailable }
        guard let resources = cluster.store.discovery.resourceList(group: group, version: version) else {
            return Self.text("404 page not found\n", status: 404)
        }
        guard !rest.isEmpty else {
            guard request.method == "GET" else { throw .notAllowed }
            guard AnswerForm(accept: request.accept, among: [.json]) != nil else { throw .notAcceptable }
            return Self.whole(resources)
        }
        if group == DemoMetrics.group {
            return try metrics(request, path: Array(rest), user: user, store: cluster.store)
        }
        if let answer = try notStored(group, Array(rest), request, user: user, store: cluster.store) { return answer }
        guard let target = Self.target(group: group, version: version, Array(rest), in: cluster.store) else {
            throw .noSuchResource
        }
        if Self.streams.contains(target.subresource) {
            return try refuse(target, request, user: user, store: cluster.store)
        }
        if target.subresource == "token" { return try token(for: target, request, user: user, store: cluster.store) }
        guard request.method == "GET" else { return try write(target, request, user: user, &cluster) }
        return try read(target, request, user: user, store: cluster.store)
    }

    /// What is asked of kinds without objects; `nil` for another path.
    private func notStored(
        _ group: String, _ path: [String], _ request: DemoRequest, user: DemoUser, store: DemoObjectStore
    ) throws(DemoStatus) -> Answer? {
        let isWithin = path.count == 3 && path[0] == "namespaces"
        if let review = DemoResource.reviews.first(where: {
            $0.group == group && $0.isNamespaced == isWithin && [$0.plural] == path.suffix(1)
                && path.count == (isWithin ? 3 : 1)
        }) {
            return try self.review(
                review, namespace: isWithin ? path[1] : "", request, user: user, store: store)
        }
        guard group.isEmpty else { return nil }
        if path[0] == "componentstatuses", path.count <= 2 {
            return try componentStatuses(Array(path.dropFirst()), request, user: user)
        }
        return try proxied(path, request, user: user, store: store)
    }

    /// What a path is about.
    /// - Returns: `nil` for a path that nothing serves.
    static func target(
        group: String, version: String, _ path: [String], in store: DemoObjectStore
    ) -> DemoTarget? {
        var rest = path
        var namespace = ""
        let ofNamespace: Set<String> = ["status", "finalize"]
        if rest.first == "namespaces", rest.count > 2, !(rest.count == 3 && ofNamespace.contains(rest[2])) {
            namespace = rest[1]
            rest.removeFirst(2)
        }
        guard let plural = rest.first,
            let resource = store.resource(group: group, version: version, plural: plural),
            namespace.isEmpty || resource.isNamespaced, rest.count <= 3
        else { return nil }
        let subresource = rest.count == 3 ? rest[2] : ""
        guard subresource.isEmpty || resource.subresources.contains(where: { $0.name == subresource }) else {
            return nil
        }
        let stored = resource.stored
        return DemoTarget(
            resource: stored, namespace: namespace, name: rest.count > 1 ? rest[1] : "", subresource: subresource,
            view: stored == resource ? nil : resource)
    }

    private func read(
        _ target: DemoTarget, _ request: DemoRequest, user: DemoUser, store: DemoObjectStore
    ) throws(DemoStatus) -> Answer {
        switch target.subresource {
        case "" where target.name.isEmpty: return try collection(target, request, user: user, store: store)
        case "log": return try log(target, request, user: user, store: store)
        case "scale":
            try allow("get", target, user)
            guard let entry = store.entry(of: target.resource, target.key) else {
                throw .noSuchObject(target.resource, target.name)
            }
            return Self.whole(Self.scale(of: entry.document, target.resource))
        default:
            let verbs = target.shown.subresources.first { $0.name == target.subresource }?.verbs
            guard verbs?.contains("get") ?? true else { throw .notAllowed }
            return try get(target, request, user: user, store: store)
        }
    }

    // MARK: Objects

    private func get(
        _ target: DemoTarget, _ request: DemoRequest, user: DemoUser, store: DemoObjectStore
    ) throws(DemoStatus) -> Answer {
        guard let form = AnswerForm(accept: request.accept, among: [.json, .table, .metadata]) else {
            throw .notAcceptable
        }
        // A watch may name its object in the path.
        if request.flag("watch"), target.subresource.isEmpty {
            return try collection(target, request, user: user, store: store)
        }
        try allow("get", target, user)
        guard let entry = store.entry(of: target.resource, target.key) else {
            throw .noSuchObject(target.shown, target.name)
        }
        let renderer = DemoRenderer(resource: target.shown, form: form, request: request, now: now)
        return .whole(
            status: 200, contentType: "application/json", body: renderer.object(entry) + [UInt8(ascii: "\n")],
            warnings: target.resource.warnings)
    }

    private func log(
        _ target: DemoTarget, _ request: DemoRequest, user: DemoUser, store: DemoObjectStore
    ) throws(DemoStatus) -> Answer {
        try allow("get", target, user)
        let key = target.key
        guard let entry = store.entry(of: .pods, key) else { throw .noSuchObject(.pods, target.name) }
        let options = try DemoLogOptions(request, pod: target.name, at: now)
        let behaviour = store.behaviours[key] ?? DemoPodBehaviour()
        guard let stream = try DemoLogStream(of: entry.document, options, behaviour, at: now) else {
            return .whole(status: 204, contentType: "", body: [])
        }
        guard !stream.initial.isLast else {
            return .whole(status: 200, contentType: "text/plain; charset=utf-8", body: stream.initial.bytes)
        }
        return .log(stream)
    }

    private func collection(
        _ target: DemoTarget, _ request: DemoRequest, user: DemoUser, store: DemoObjectStore
    ) throws(DemoStatus) -> Answer {
        guard let form = AnswerForm(accept: request.accept, among: [.json, .table, .metadata]) else {
            throw .notAcceptable
        }
        try request.checkIncludedObject()
        let options = try DemoListOptions(request, of: target.shown)
        var target = target
        var fields = options.fields
        // Who may read one object may also list it by its name.
        if target.name.isEmpty { target.name = fields.name ?? "" } else { fields.add(name: target.name) }
        try allow(options.isWatch ? "watch" : "list", target, user)
        let scope = DemoObjectStore.Scope(
            resource: target.resource, namespace: target.namespace, labels: options.labels, fields: fields)
        guard options.version <= store.version else {
            throw .futureVersion(options.version, current: store.version)
        }
        let renderer = DemoRenderer(resource: target.shown, form: form, request: request, now: now)
        if options.isWatch { return try watch(scope, options, renderer, store: store) }
        let page = try store.page(
            of: scope, exactVersion: options.isExact ? options.version : nil,
            limit: options.hasVersion && options.version == 0 ? 0 : options.limit, token: options.token)
        return .list(DemoPieces(list: page, renderer), warnings: target.resource.warnings)
    }

    private func watch(
        _ scope: DemoObjectStore.Scope, _ list: DemoListOptions, _ renderer: DemoRenderer, store: DemoObjectStore
    ) throws(DemoStatus) -> Answer {
        var initial: [[UInt8]] = []
        var current: [DemoObjectStore.Entry] = []
        var isComplete = true
        var tail: [UInt8] = []
        if list.sendsInitialEvents {
            guard options.offersStreamingLists else {
                throw .invalid(
                    kind: "ListOptions", group: "meta.k8s.io", name: "", field: "sendInitialEvents",
                    reason: "FieldValueForbidden",
                    "Forbidden: sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled")
            }
            current = store.entries(in: scope)
            if list.sendsBookmarks { tail = renderer.bookmark(version: store.version, endsInitialEvents: true) }
        } else if list.version == 0 {
            current = store.entries(in: scope)
        } else {
            do throws(DemoStatus) {
                let changes = try store.changes(in: scope, after: list.version)
                isComplete = changes.count <= DemoWatch.mostAtOnce
                if isComplete { initial = changes.map { renderer.event($0.kind, $0.entry) } }
            } catch {
                let event = JSONValue.members(["type": .string("ERROR"), "object": error.document])
                return .whole(
                    status: 200, contentType: "application/json", body: event.jsonBytes + [UInt8(ascii: "\n")])
            }
        }
        var pieces: DemoPieces?
        if current.count > DemoWatch.mostAtOnce {
            pieces = DemoPieces(events: current, followedBy: tail, renderer)
        } else {
            initial += current.map { renderer.event(.added, $0) } + (tail.isEmpty ? [] : [tail])
        }
        return .watch(
            DemoWatch(
                scope: scope, renderer: renderer, sendsBookmarks: list.sendsBookmarks, initial: initial,
                pieces: pieces, missed: isComplete ? nil : list.version,
                timeoutSeconds: list.timeoutSeconds.map { min(max($0, 1), 86400) } ?? 1800))
    }
}

/// A watch that was accepted.
struct DemoWatch: Sendable {
    /// No more lines than this are made in one step.
    static let mostAtOnce = 500

    var scope: DemoObjectStore.Scope
    var renderer: DemoRenderer
    var sendsBookmarks: Bool
    /// The lines to send at once.
    var initial: [[UInt8]]
    /// What to send first when it is much.
    var pieces: DemoPieces?
    /// The version after which it gets the changes, when they are not among the lines to send at once.
    var missed: UInt64?
    /// After how many seconds the server ends the watch.
    var timeoutSeconds: Int
}
