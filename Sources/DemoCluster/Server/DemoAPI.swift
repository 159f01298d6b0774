import KubernetesModel

/// What the server answers to a request, and what the request changes: a function of the request and the cluster.
struct DemoAPI: Sendable {
    /// An answer.
    enum Answer: Sendable {
        case whole(status: Int, contentType: String, body: [UInt8])
        case watch(DemoWatch)
        case log(DemoLogStream)
        case proxied(PlainResponse)
    }

    var options: DemoServer.Options
    /// Such as `127.0.0.1:40123`.
    var address: String
    var now: Timestamp

    func answer(_ request: DemoRequest, _ cluster: inout DemoClusterState) -> Answer {
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
        let segments = request.segments
        switch segments.first {
        case "version": return Self.whole(DemoDiscovery.version)
        case "healthz", "readyz", "livez": return Self.text("ok")
        default: break
        }
        let user = try user(of: request)
        guard let user else { throw .forbidden(user: "system:anonymous", path: request.path) }
        switch segments.first {
        case "api":
            if segments.count == 1 { return try discoveryRoot(request, core: true) }
            return try groupVersion(
                request, group: "", version: segments[1], rest: segments.dropFirst(2), user: user, &cluster)
        case "apis":
            if segments.count == 1 { return try discoveryRoot(request, core: false) }
            if segments.count == 2 {
                guard let group = DemoDiscovery.group(segments[1]) else {
                    return Self.text("404 page not found\n", status: 404)
                }
                return Self.whole(group)
            }
            return try groupVersion(
                request, group: segments[1], version: segments[2], rest: segments.dropFirst(3), user: user,
                &cluster)
        case nil:
            return Self.whole(
                .members(["paths": .array(["/api", "/apis", "/healthz", "/version"].map { .string($0) })]))
        default:
            throw .noSuchResource
        }
    }

    /// - Returns: `nil` for one who sends no token to a server that has tokens.
    func user(of request: DemoRequest) throws(DemoStatus) -> DemoUser? {
        if options.users.isEmpty { return .admin }
        guard let token = request.token else { return nil }
        guard let user = options.users[token] else { throw .unauthorized }
        return user
    }

    private func discoveryRoot(_ request: DemoRequest, core: Bool) throws(DemoStatus) -> Answer {
        guard request.method == "GET" else { throw .notAllowed }
        let forms: [AnswerForm] = options.offersAggregatedDiscovery ? [.aggregatedDiscovery, .json] : [.json]
        switch AnswerForm(accept: request.accept, among: forms) {
        case .aggregatedDiscovery:
            return .whole(
                status: 200, contentType: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
                body: DemoDiscovery.aggregated(core: core, broken: options.hasBrokenAPI).jsonBytes)
        case nil: throw .notAcceptable
        default:
            return Self.whole(
                core
                    ? DemoDiscovery.apiVersions(address: address)
                    : DemoDiscovery.groupList(broken: options.hasBrokenAPI))
        }
    }

    private func groupVersion(
        _ request: DemoRequest, group: String, version: String, rest: ArraySlice<String>, user: DemoUser,
        _ cluster: inout DemoClusterState
    ) throws(DemoStatus) -> Answer {
        if options.hasBrokenAPI, group == DemoResource.brokenGroup.name { throw .unavailable }
        guard let resources = DemoDiscovery.resourceList(group: group, version: version) else {
            return Self.text("404 page not found\n", status: 404)
        }
        guard !rest.isEmpty else {
            guard AnswerForm(accept: request.accept, among: [.json]) != nil else { throw .notAcceptable }
            return Self.whole(resources)
        }
        if group == DemoMetrics.group {
            return try metrics(request, path: Array(rest), user: user, store: cluster.store)
        }
        if let review = DemoDiscovery.reviews.first(where: { $0.group == group && [$0.plural] == rest }) {
            return try self.review(review, request, user: user)
        }
        if group.isEmpty, let answer = try proxied(Array(rest), request, user: user, store: cluster.store) {
            return answer
        }
        guard let target = Self.target(group: group, version: version, Array(rest)) else { throw .noSuchResource }
        if Self.streams.contains(target.subresource) {
            return try refuse(target, request, user: user, store: cluster.store)
        }
        guard request.method == "GET" else { return try write(target, request, user: user, &cluster) }
        return try read(target, request, user: user, store: cluster.store)
    }

    /// What a path is about.
    /// - Returns: `nil` for a path that nothing serves.
    static func target(group: String, version: String, _ path: [String]) -> DemoTarget? {
        var rest = path
        var namespace = ""
        if rest.first == "namespaces", rest.count > 2 {
            namespace = rest[1]
            rest.removeFirst(2)
        }
        guard
            let resource = DemoResource.all.first(where: {
                $0.group == group && $0.version == version && $0.plural == rest.first
            }), namespace.isEmpty || resource.isNamespaced, rest.count <= 3
        else { return nil }
        let subresource = rest.count == 3 ? rest[2] : ""
        guard subresource.isEmpty || resource.subresources.contains(where: { $0.name == subresource }) else {
            return nil
        }
        return DemoTarget(
            resource: resource, namespace: namespace, name: rest.count > 1 ? rest[1] : "", subresource: subresource)
    }

    private func read(
        _ target: DemoTarget, _ request: DemoRequest, user: DemoUser, store: DemoObjectStore
    ) throws(DemoStatus) -> Answer {
        switch target.subresource {
        case "" where target.name.isEmpty:
            return try collection(target.resource, namespace: target.namespace, request, user: user, store: store)
        case "":
            return try get(
                target.resource, namespace: target.namespace, name: target.name, request, user: user, store: store)
        case "log": return try log(target, request, user: user, store: store)
        case "scale":
            try allow("get", target, user)
            guard let entry = store.entry(of: target.resource, target.key) else {
                throw .noSuchObject(target.resource, target.name)
            }
            return Self.whole(Self.scale(of: entry.document, target.resource))
        default: throw .notAllowed
        }
    }

    // MARK: Objects

    private func get(
        _ resource: DemoResource, namespace: String, name: String, _ request: DemoRequest, user: DemoUser,
        store: DemoObjectStore
    ) throws(DemoStatus) -> Answer {
        guard let form = AnswerForm(accept: request.accept, among: [.json, .table, .metadata]) else {
            throw .notAcceptable
        }
        let accessNamespace = resource.plural == "namespaces" ? name : namespace
        guard user.mayRead(resource, namespace: accessNamespace) else {
            throw .forbidden(user: user.name, verb: "get", resource, namespace: accessNamespace, name: name)
        }
        guard let entry = store.entry(of: resource, DemoObjectStore.Key(namespace: namespace, name: name)) else {
            throw .noSuchObject(resource, name)
        }
        let renderer = DemoRenderer(resource: resource, form: form, request: request, now: now)
        return .whole(status: 200, contentType: "application/json", body: renderer.object(entry) + [UInt8(ascii: "\n")])
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
        _ resource: DemoResource, namespace: String, _ request: DemoRequest, user: DemoUser, store: DemoObjectStore
    ) throws(DemoStatus) -> Answer {
        guard let form = AnswerForm(accept: request.accept, among: [.json, .table, .metadata]) else {
            throw .notAcceptable
        }
        let isWatch = request.flag("watch")
        guard user.mayRead(resource, namespace: namespace) else {
            throw .forbidden(
                user: user.name, verb: isWatch ? "watch" : "list", resource, namespace: namespace, name: "")
        }
        let scope = DemoObjectStore.Scope(
            resource: resource, namespace: namespace,
            labels: try Self.labels(request.query["labelSelector"] ?? ""),
            fields: try FieldSelector(parsing: request.query["fieldSelector"] ?? "", of: resource))
        let versionText = request.query["resourceVersion"] ?? ""
        guard let version = versionText.isEmpty ? 0 : UInt64(versionText) else {
            throw .badRequest(
                "Invalid value: \"\(versionText)\": strconv.ParseUint: parsing \"\(versionText)\": invalid syntax")
        }
        guard version <= store.version else {
            throw DemoStatus(504, "Timeout", "Too large resource version: \(version), current: \(store.version)")
        }
        let renderer = DemoRenderer(resource: resource, form: form, request: request, now: now)
        if isWatch { return try watch(scope, from: version, renderer, request, store: store) }
        let isExact = request.query["resourceVersionMatch"] == "Exact"
        guard let limit = Int(request.query["limit"] ?? "0") else {
            throw .badRequest("limit: Invalid value: \"\(request.query["limit"] ?? "")\"")
        }
        let page = try store.page(
            of: scope, exactVersion: isExact ? version : nil, limit: versionText == "0" ? 0 : limit,
            token: request.query["continue"] ?? "")
        return .whole(status: 200, contentType: "application/json", body: renderer.list(page) + [UInt8(ascii: "\n")])
    }

    static func labels(_ text: String) throws(DemoStatus) -> LabelSelector {
        do {
            return try LabelSelector(parsing: text)
        } catch {
            throw .badRequest("unable to parse requirement: \(error)")
        }
    }

    private func watch(
        _ scope: DemoObjectStore.Scope, from version: UInt64, _ renderer: DemoRenderer, _ request: DemoRequest,
        store: DemoObjectStore
    ) throws(DemoStatus) -> Answer {
        let sendsBookmarks = request.flag("allowWatchBookmarks")
        var initial: [[UInt8]] = []
        if request.flag("sendInitialEvents") {
            guard options.offersStreamingLists else {
                throw DemoStatus(
                    422, "Invalid",
                    "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: "
                        + "sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled")
            }
            guard request.query["resourceVersionMatch"] == "NotOlderThan" else {
                throw DemoStatus(
                    422, "Invalid",
                    "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: "
                        + "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")
            }
            initial = store.entries(in: scope).map { renderer.event(.added, $0) }
            if sendsBookmarks { initial.append(renderer.bookmark(version: store.version, endsInitialEvents: true)) }
        } else if version == 0 {
            initial = store.entries(in: scope).map { renderer.event(.added, $0) }
        } else {
            do throws(DemoStatus) {
                initial = try store.changes(in: scope, after: version).map { renderer.event($0.kind, $0.entry) }
            } catch {
                let event = JSONValue.members(["type": .string("ERROR"), "object": error.document])
                return .whole(
                    status: 200, contentType: "application/json", body: event.jsonBytes + [UInt8(ascii: "\n")])
            }
        }
        return .watch(
            DemoWatch(
                scope: scope, renderer: renderer, sendsBookmarks: sendsBookmarks, initial: initial,
                timeoutSeconds: Int(request.query["timeoutSeconds"] ?? "").map { min(max($0, 1), 86400) } ?? 1800))
    }
}

/// A watch that was accepted.
struct DemoWatch: Sendable {
    var scope: DemoObjectStore.Scope
    var renderer: DemoRenderer
    var sendsBookmarks: Bool
    /// The lines to send at once.
    var initial: [[UInt8]]
    /// After how many seconds the server ends the watch.
    var timeoutSeconds: Int
}
