import KubernetesClient
import KubernetesModel

/// The pods whose logs are read, kept current.
struct LogPods: Sendable {
    private static let pods = APIResource(
        groupResource: Pod.kind.groupResource, version: "v1", kind: Pod.kind.kind)
    /// How often a pod is asked for where it may not be watched.
    private static let pollInterval = Duration.seconds(2)
    private static let waits: [Duration] = [.milliseconds(500), .seconds(1), .seconds(2), .seconds(5), .seconds(10)]

    let client: KubernetesClient
    /// Empty for all.
    let namespace: String
    /// What is listed and watched.
    var labelSelector: String?
    /// Only this pod.
    var name: String?
    /// Which of them count.
    var includes: @Sendable (Pod) -> Bool = { _ in true }

    /// As requests name it.
    private var place: String? { namespace.isEmpty ? nil : namespace }

    /// The pods of a target as they are asked for.
    ///
    /// - Throws: `APIFailure` when the target is not there, `LogFailure` when it has no pods, `CancellationError`.
    static func of(_ target: LogTarget, in namespace: String, _ client: KubernetesClient) async throws -> LogPods {
        var pods = LogPods(client: client, namespace: namespace)
        switch target {
        case .pod(let name): pods.name = name
        case .selector(let text): pods.labelSelector = text
        case .workload(let kind, let name):
            let object = try await Self.object(kind, name, in: namespace, client)
            if kind == .cronJob {
                // Its Jobs are named after it and the minute.
                pods.labelSelector = "job-name"
                pods.includes = { pod in
                    guard let job = pod.metadata.controller?.name, let dash = job.lastIndex(of: "-") else {
                        return false
                    }
                    return job[..<dash] == name && job[job.index(after: dash)...].allSatisfy(\.isWholeNumber)
                }
                break
            }
            let selector = Self.selector(object["spec"]?["selector"])
            guard !selector.matchLabels.isEmpty || !selector.matchExpressions.isEmpty else {
                throw LogFailure("\(kind.names.last ?? "")/\(name) selects no pods: it has no selector")
            }
            pods.labelSelector = selector.text
        }
        return pods
    }

    private static func object(
        _ kind: LogWorkload, _ name: String, in namespace: String, _ client: KubernetesClient
    ) async throws -> JSONValue {
        var failure: APIFailure?
        for resource in kind.resources {
            do {
                return try await client.get(resource, namespace: namespace, name: name)
            } catch let refusal as APIFailure where refusal.reason == .notFound {
                failure = failure ?? refusal
            }
        }
        throw failure ?? APIFailure(.notFound, attempt: "get \(name)", detail: "there is no such object")
    }

    /// Whether a workload is no longer there, or is a Job that has ended; a pod has no other than itself.
    static func isOver(_ target: LogTarget, in namespace: String, _ client: KubernetesClient) async -> Bool {
        guard case .workload(let kind, let name) = target else {
            if case .pod = target { return true }
            return false
        }
        do {
            let object = try await Self.object(kind, name, in: namespace, client)
            guard kind == .job else { return false }
            return (object["status"]?["conditions"]?.items ?? []).contains { condition in
                ["Complete", "Failed"].contains(condition["type"]?.string ?? "")
                    && condition["status"]?.string == "True"
            }
        } catch let failure as APIFailure {
            return failure.reason == .notFound
        } catch {
            return false
        }
    }

    /// A selector as workloads have it, or as Services do.
    private static func selector(_ value: JSONValue?) -> LabelSelector {
        var selector = LabelSelector()
        guard let value, case .object(let members) = value else { return selector }
        if value["matchLabels"] == nil && value["matchExpressions"] == nil {
            for member in members { selector.matchLabels[member.key] = member.value.string }
            return selector
        }
        if case .object(let labels)? = value["matchLabels"] {
            for label in labels { selector.matchLabels[label.key] = label.value.string }
        }
        for item in value["matchExpressions"]?.items ?? [] {
            var requirement = LabelSelectorRequirement()
            requirement.key = item["key"]?.string ?? ""
            requirement.operator = item["operator"]?.string ?? ""
            requirement.values = (item["values"]?.items ?? []).compactMap(\.string)
            selector.matchExpressions.append(requirement)
        }
        return selector
    }

    /// The pods now, by name.
    ///
    /// - Throws: `APIFailure`, also when the one pod that is asked for is not there; `CancellationError`.
    func list() async throws -> [Pod] {
        if let name { return [try await get(name)] }
        var found: [Pod] = []
        _ = try await read { found.append($0) }
        return found.sorted { $0.metadata.name < $1.metadata.name }
    }

    /// The pods now and whenever they change, until the task is cancelled.
    ///
    /// - Parameters:
    ///   - tell: is told after failures in a row why and how long it waits, and `nil` when it is over.
    ///   - receive: gets all of them.
    /// - Throws: `APIFailure` when they may not be read, `CancellationError`.
    func follow(
        _ tell: (APIFailure?, Duration) -> Void, receive: ([Pod]) async throws -> Void
    ) async throws {
        var failures = 0
        func opened() {
            failures = 0
            tell(nil, .zero)
        }
        var mayWatch = true
        while true {
            do {
                var pods: [Pod] = []
                guard mayWatch else {
                    try await poll(opened: opened, receive)
                    return
                }
                let version = try await read { pods.append($0) }
                opened()
                try await receive(pods)
                try await watch(from: version, &pods, opened: opened, receive)
            } catch let failure as APIFailure {
                try Task.checkCancellation()
                switch failure.reason {
                // Whoever may read pods may not always watch them.
                case .forbidden where mayWatch: mayWatch = false
                case .forbidden, .unauthorized, .configuration, .tls: throw failure
                default:
                    let wait = Self.waits[min(failures, Self.waits.count - 1)]
                    failures += 1
                    if failures > 1 { tell(failure, wait) }
                    try await Task.sleep(for: wait)
                }
            }
        }
    }

    /// Watches on from version to version, until that fails.
    private func watch(
        from version: String, _ pods: inout [Pod], opened: () -> Void, _ receive: ([Pod]) async throws -> Void
    ) async throws {
        guard let decoder = KindDecoder.named(Pod.kind.groupResource) else { return }
        var version = version
        while true {
            let began = ContinuousClock.now
            let options = WatchOptions(
                resourceVersion: version, labelSelector: labelSelector,
                fieldSelector: name.map { "metadata.name=\($0)" }, timeoutSeconds: 290)
            try await client.watch(decoder, Self.pods, namespace: place, options: options) { events in
                opened()
                var hasChanged = false
                for event in events {
                    switch event {
                    case .added(let object), .modified(let object):
                        guard let pod = (object as? Stored<Pod>)?.value else { continue }
                        version = pod.metadata.resourceVersion
                        pods.removeAll { $0.metadata.uid == pod.metadata.uid }
                        if includes(pod) { pods.append(pod) }
                        hasChanged = true
                    case .deleted(let object):
                        version = object.metadata.resourceVersion
                        pods.removeAll { $0.metadata.uid == object.metadata.uid }
                        hasChanged = true
                    case .bookmark(let newest, _): version = newest
                    case .error: break
                    }
                }
                if hasChanged { try await receive(pods) }
            }
            // A server that ends watches at once is not asked in a loop.
            if ContinuousClock.now - began < .seconds(1) { try await Task.sleep(for: .seconds(1)) }
        }
    }

    /// Asks again and again.
    private func poll(opened: () -> Void, _ receive: ([Pod]) async throws -> Void) async throws {
        while true {
            do {
                let pods = try await list()
                opened()
                try await receive(pods)
            } catch let failure as APIFailure where failure.reason == .notFound && name != nil {
                // Another one may come by that name.
                try await receive([])
            }
            try await Task.sleep(for: Self.pollInterval)
        }
    }

    private func get(_ name: String) async throws -> Pod {
        let object = try await client.object(Pod.kind, namespace: namespace, name: name)
        guard let pod = (object as? Stored<Pod>)?.value else {
            throw APIFailure(
                .malformedAnswer, attempt: "get pods/\(name) in \(namespace)", detail: "the answer is no pod")
        }
        return pod
    }

    /// Reads all pages.
    ///
    /// - Returns: the version of the list.
    private func read(_ add: (Pod) -> Void) async throws -> String {
        guard let decoder = KindDecoder.named(Pod.kind.groupResource) else { return "" }
        var options = ListOptions(
            limit: 500, labelSelector: labelSelector, fieldSelector: name.map { "metadata.name=\($0)" })
        while true {
            let meta = try await client.list(decoder, Self.pods, namespace: place, options: options) { objects in
                for case let object as Stored<Pod> in objects where includes(object.value) { add(object.value) }
            }
            guard !meta.continueToken.isEmpty else { return meta.resourceVersion }
            options.continueToken = meta.continueToken
        }
    }
}

extension JSONValue {
    fileprivate var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    fileprivate var items: [JSONValue]? {
        if case .array(let items) = self { items } else { nil }
    }
}
