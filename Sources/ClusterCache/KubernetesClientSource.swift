import ClusterState
import KubernetesClient
import KubernetesModel
import Synchronization

/// Reads from an API server.
///
/// The versions of kinds come from discovery, which is asked once and again when the server says it lacks a kind. Kinds
/// without a type of their own are read as the server prints them.
package final class KubernetesClientSource: ClusterSource {
    /// How a kind is read.
    private enum Reading {
        case typed(KindDecoder, APIResource)
        case printed(APIResource)

        var resource: APIResource {
            switch self {
            case .typed(_, let resource), .printed(let resource): resource
            }
        }
    }

    private let client: KubernetesClient
    private let discovery: DiscoveryCache
    /// The time by this machine's clock.
    private let now: @Sendable () -> Timestamp
    /// In which columns kinds were printed last, so that equal ones are one.
    private let columns = Mutex<[GroupResource: PrintedColumns]>([:])

    /// A source that reads through `client`.
    ///
    /// - Parameters:
    ///   - client: stays open as long as the source is used.
    ///   - now: the time by this machine's clock.
    ///   - instant: a clock that only goes on.
    ///   - discover: asks the server what it offers; by default through `client`.
    package init(
        _ client: KubernetesClient, now: @escaping @Sendable () -> Timestamp,
        instant: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        discover: (@Sendable () async throws -> Discovery)? = nil
    ) {
        self.client = client
        self.now = now
        discovery = DiscoveryCache(now: instant, discover ?? { try await client.discover() })
    }

    package func list(
        _ scope: KindScope, _ part: ListPart, receive: ([any StoredObject]) async -> Void
    ) async throws -> ListedPage {
        let reading = try await reading(of: scope)
        let options =
            switch part {
            case .first(let limit): ListOptions(limit: limit)
            case .next(let token, let limit): ListOptions(limit: limit, continueToken: token)
            case .allCached: ListOptions(resourceVersion: "0")
            }
        return try await doubting(scope) {
            let meta: ListMeta
            switch reading {
            case .typed(let decoder, let resource):
                meta = try await client.list(
                    decoder, resource, namespace: scope.namespace, options: options, receive: receive)
            case .printed(let resource):
                let page = try await client.listPrinted(
                    resource, namespace: scope.namespace, options: options, columns: knownColumns(of: scope.kind),
                    printedAt: serverTime, receive: receive)
                keep(page.columns, of: scope.kind)
                meta = page.meta
            }
            return ListedPage(
                continueToken: meta.continueToken, version: meta.resourceVersion,
                pollAfter: Self.pollInterval(reading.resource))
        }
    }

    package func newestVersion(of scope: KindScope) async throws -> String {
        try await list(scope, .first(limit: 1)) { _ in }.version
    }

    package func watch(
        _ scope: KindScope, from version: String, timeoutSeconds: Int, receive: ([WatchMessage]) async -> Void
    ) async throws {
        let options = WatchOptions(resourceVersion: version, timeoutSeconds: timeoutSeconds)
        switch try await reading(of: scope) {
        case .typed(let decoder, let resource):
            try await doubting(scope) {
                try await client.watch(decoder, resource, namespace: scope.namespace, options: options) { events in
                    await receive(Self.messages(of: events))
                }
            }
        case .printed(let resource):
            let before = knownColumns(of: scope.kind)
            try await doubting(scope) {
                try await client.watchPrinted(
                    resource, namespace: scope.namespace, options: options, columns: before,
                    printedAt: { serverTime }
                ) { events, columns in
                    // What was listed lacks the new columns: it is listed once more.
                    if columns !== before {
                        keep(columns, of: scope.kind)
                        throw APIFailure(
                            .gone, attempt: "watch \(scope.kind)", detail: "the columns of \(scope.kind) have changed")
                    }
                    await receive(Self.messages(of: events))
                }
            }
        }
    }

    private static func messages(of events: [WatchEvent]) -> [WatchMessage] {
        var messages: [WatchMessage] = events.isEmpty ? [.opened] : []
        for event in events {
            switch event {
            case .added(let object), .modified(let object): messages.append(.upserted(object))
            case .deleted(let object): messages.append(.deleted(object))
            case .bookmark(let version, _): messages.append(.bookmark(version: version))
            case .error: break  // The client throws these.
            }
        }
        return messages
    }

    // MARK: - What the server offers

    /// What the server offers, asked once for everybody.
    package func offered() async throws -> Discovery { try await discovery.value() }

    /// What the server offers now; asked again unless that was a moment ago.
    package func offeredNow() async throws -> Discovery {
        await discovery.doubt()
        return try await discovery.value()
    }

    /// Every new answer to what the server offers.
    package var offers: AsyncStream<Discovery> { discovery.answers }

    /// Runs a request; a server that does not know the kind is asked anew what it offers, by whoever needs that next.
    private func doubting<Answer>(_ scope: KindScope, _ body: () async throws -> Answer) async throws -> Answer {
        do {
            return try await body()
        } catch let failure as APIFailure where failure.reason == .notFound {
            await discovery.doubt()
            throw failure
        }
    }

    /// How to read a kind, and where the server offers it.
    private func reading(of scope: KindScope) async throws -> Reading {
        let decoder = KindDecoder.named(scope.kind)
        // The core group has one version on every server, so that first rows need not wait for discovery.
        if let decoder, decoder.kind.groupResource.group.isEmpty, let version = decoder.kind.versions.first {
            let kind = decoder.kind
            let resource = APIResource(
                groupResource: kind.groupResource, version: version, kind: kind.kind, isNamespaced: kind.isNamespaced)
            return .typed(decoder, resource)
        }
        let offered = try await discovery.value()
        if let decoder, let resource = offered.resource(for: decoder.kind) { return .typed(decoder, resource) }
        if let resource = offered.resources.first(where: { $0.groupResource == scope.kind }) {
            guard resource.verbs.isEmpty || resource.verbs.contains("list") else {
                throw APIFailure(
                    .configuration, attempt: attempt("list", scope),
                    detail: "the server offers \(scope.kind) only for: \(resource.verbs.joined(separator: ", "))")
            }
            return .printed(resource)
        }
        await discovery.doubt()
        let group = scope.kind.group
        // What cannot be read is not missing.
        if let failure = offered.failures.first(where: { $0.hasPrefix(group + "/") || $0.hasPrefix(group + ":") }) {
            throw APIFailure(.configuration, attempt: attempt("read", scope), detail: failure)
        }
        let versions = decoder.map { $0.kind.versions.map { "\(group)/\($0)" }.joined(separator: ", ") } ?? group
        throw APIFailure(
            .notFound, attempt: attempt("read", scope),
            detail: "the server does not offer \(scope.kind.resource) (\(versions))")
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

    // MARK: - Columns

    /// Now, by the server's clock.
    private var serverTime: Timestamp {
        let offset = client.serverClockOffset.components
        let microseconds = offset.seconds &* 1_000_000 &+ offset.attoseconds / 1_000_000_000_000
        return Timestamp(microseconds: now().microseconds &+ microseconds)
    }

    private func knownColumns(of kind: GroupResource) -> PrintedColumns {
        columns.withLock { $0[kind] } ?? .none
    }

    private func keep(_ new: PrintedColumns, of kind: GroupResource) {
        columns.withLock { $0[kind] = new }
    }
}
