import ClusterState
import KubernetesClient
import KubernetesModel

/// Reads from an API server.
///
/// The versions of kinds come from discovery, which is asked once and again when the server says it lacks a kind.
package struct KubernetesClientSource: ClusterSource {
    private let client: KubernetesClient
    private let discovery: DiscoveryOnce

    /// A source that reads through `client`.
    ///
    /// - Parameters:
    ///   - client: stays open as long as the source is used.
    ///   - discover: asks the server what it offers; by default through `client`.
    package init(_ client: KubernetesClient, discover: (@Sendable () async throws -> Discovery)? = nil) {
        self.client = client
        discovery = DiscoveryOnce(discover ?? { try await client.discover() })
    }

    package func list(
        _ scope: KindScope, _ part: ListPart, receive: ([any StoredObject]) async -> Void
    ) async throws -> ListedPage {
        let (decoder, resource) = try await resource(of: scope)
        let options =
            switch part {
            case .first(let limit): ListOptions(limit: limit)
            case .next(let token, let limit): ListOptions(limit: limit, continueToken: token)
            case .allCached: ListOptions(resourceVersion: "0")
            }
        do {
            let meta = try await client.list(
                decoder, resource, namespace: scope.namespace, options: options, receive: receive)
            return ListedPage(
                continueToken: meta.continueToken, version: meta.resourceVersion, pollAfter: Self.pollInterval(resource)
            )
        } catch let failure as APIFailure where failure.reason == .notFound {
            await discovery.forget()
            throw failure
        }
    }

    package func newestVersion(of scope: KindScope) async throws -> String {
        try await list(scope, .first(limit: 1)) { _ in }.version
    }

    package func verbs(of scope: KindScope) async throws -> [String] {
        let verbs = try await resource(of: scope).1.verbs
        return verbs.isEmpty ? ["list", "watch"] : verbs
    }

    package func watch(
        _ scope: KindScope, from version: String, timeoutSeconds: Int, receive: ([WatchMessage]) async -> Void
    ) async throws {
        let (decoder, resource) = try await resource(of: scope)
        let options = WatchOptions(resourceVersion: version, timeoutSeconds: timeoutSeconds)
        try await client.watch(decoder, resource, namespace: scope.namespace, options: options) { events in
            var messages: [WatchMessage] = events.isEmpty ? [.opened] : []
            for event in events {
                switch event {
                case .added(let object), .modified(let object): messages.append(.upserted(object))
                case .deleted(let object): messages.append(.deleted(object))
                case .bookmark(let version, _): messages.append(.bookmark(version: version))
                case .error: break  // The client throws these.
                }
            }
            await receive(messages)
        }
    }

    /// What the server offers, asked once for everybody.
    package func offered() async throws -> Discovery { try await discovery.value() }

    /// How to decode a kind, and where the server offers it.
    private func resource(of scope: KindScope) async throws -> (KindDecoder, APIResource) {
        guard let decoder = KindDecoder.named(scope.kind) else {
            throw APIFailure(
                .configuration, attempt: attempt("read", scope), detail: "this kind of resource cannot be read yet")
        }
        let kind = decoder.kind
        // The core group has one version on every server, so that first rows need not wait for discovery.
        if kind.groupResource.group.isEmpty, let version = kind.versions.first {
            let resource = APIResource(
                groupResource: kind.groupResource, version: version, kind: kind.kind, isNamespaced: kind.isNamespaced)
            return (decoder, resource)
        }
        let offered = try await discovery.value()
        guard let resource = offered.resource(for: kind) else {
            await discovery.forget()
            let group = kind.groupResource.group
            // What cannot be read is not missing.
            let others = offered.resources.filter { $0.groupResource == kind.groupResource }
            if !others.isEmpty {
                let versions = others.map { "\(group)/\($0.version)" }.joined(separator: ", ")
                throw APIFailure(
                    .configuration, attempt: attempt("read", scope),
                    detail: "the server offers it only as \(versions), which cannot be read yet")
            }
            if let failure = offered.failures.first(where: { $0.hasPrefix(group + "/") || $0.hasPrefix(group + ":") }) {
                throw APIFailure(.configuration, attempt: attempt("read", scope), detail: failure)
            }
            let versions = kind.versions.map { "\(group)/\($0)" }.joined(separator: ", ")
            throw APIFailure(
                .notFound, attempt: attempt("read", scope),
                detail: "the server does not offer \(kind.groupResource.resource) (\(versions))")
        }
        return (decoder, resource)
    }

    /// After how long a kind is listed again that cannot be watched; `nil` for one that can.
    private static func pollInterval(_ resource: APIResource) -> Duration? {
        if resource.verbs.isEmpty || resource.verbs.contains("watch") { return nil }
        // Metrics are measured every 15 seconds as a rule.
        return resource.groupResource.group == PodMetrics.kind.groupResource.group
            ? .seconds(15) : ReflectorMachine.pollInterval
    }

    private func attempt(_ verb: String, _ scope: KindScope) -> String {
        "\(verb) \(scope.kind.resource)" + (scope.namespace.map { " in \($0)" } ?? "")
    }
}

/// What a server offers, asked by whoever needs it first; the others wait for the same answer.
///
/// The question goes on when the one who asked is cancelled, since others wait; closing the client ends it.
private actor DiscoveryOnce {
    private let discover: @Sendable () async throws -> Discovery
    private var asked: Task<Discovery, any Error>?

    init(_ discover: @escaping @Sendable () async throws -> Discovery) {
        self.discover = discover
    }

    func value() async throws -> Discovery {
        if let asked { return try await asked.value }
        let task = Task { [discover] in try await discover() }
        asked = task
        do {
            return try await task.value
        } catch {
            if asked == task { asked = nil }
            throw error
        }
    }

    func forget() {
        asked = nil
    }
}
