import KubernetesClient
import KubernetesModel

/// Keeps a few objects current: lists, watches, and asks again and again where watching or listing is not allowed.
struct ObjectFollower: Sendable {
    /// Between two questions where watching is not allowed.
    private static let pollInterval = Duration.seconds(3)
    /// Shorter than the silence after which a server counts as gone: old ones send no bookmarks before the end.
    private static let watchSeconds = 120
    private static let firstDelay = Duration.milliseconds(250)
    private static let longestDelay = Duration.seconds(20)

    private let client: KubernetesClient
    private let followed: Followed

    init(_ client: KubernetesClient, _ followed: Followed) {
        self.client = client
        self.followed = followed
    }

    /// Follows until cancelled.
    func run(_ receive: @Sendable (Result<[any StoredObject], APIFailure>) async -> Void) async {
        guard let decoder else { return }
        var delay = Self.firstDelay
        while !Task.isCancelled {
            let start = ContinuousClock.now
            do {
                var objects: [String: any StoredObject] = [:]
                let version: String
                do {
                    version = try await list(decoder, into: &objects)
                } catch let failure as APIFailure where failure.reason == .forbidden {
                    guard case .name(let name) = followed.selection else { throw failure }
                    try await poll(name, receive)
                    return
                }
                await receive(.success(sorted(objects)))
                try await watch(decoder, &objects, from: version, receive)
            } catch let failure as APIFailure {
                if Task.isCancelled { return }
                await receive(.failure(failure))
            } catch {
                return
            }
            if ContinuousClock.now - start > Self.longestDelay { delay = Self.firstDelay }
            // A little early or late, so that many who lost one server do not come back at once.
            try? await Task.sleep(for: delay * Double.random(in: 0.7...1))
            delay = min(delay * 2, Self.longestDelay)
        }
    }

    private var decoder: KindDecoder? { KindDecoder.named(followed.kind.groupResource) }

    private var resource: APIResource { APIResource(followed.kind) }

    private var selectors: (label: String?, field: String?) {
        switch followed.selection {
        case .name(let name): (nil, "metadata.name=\(name)")
        case .labels(let selector): (selector.text, nil)
        }
    }

    /// Watches until that fails, which a new list makes good.
    private func watch(
        _ decoder: KindDecoder, _ objects: inout [String: any StoredObject], from version: String,
        _ receive: @Sendable (Result<[any StoredObject], APIFailure>) async -> Void
    ) async throws {
        var version = version
        do {
            while true {
                let start = ContinuousClock.now
                let options = WatchOptions(
                    resourceVersion: version, labelSelector: selectors.label, fieldSelector: selectors.field,
                    timeoutSeconds: Self.watchSeconds)
                try await client.watch(decoder, resource, namespace: followed.namespace, options: options) { events in
                    guard !events.isEmpty else { return }
                    for event in events {
                        switch event {
                        case .added(let object), .modified(let object):
                            objects[object.metadata.name] = object
                            version = object.metadata.resourceVersion
                        case .deleted(let object):
                            objects[object.metadata.name] = nil
                            version = object.metadata.resourceVersion
                        case .bookmark(let newest, _): version = newest
                        case .error: break  // The client throws these.
                        }
                    }
                    await receive(.success(sorted(objects)))
                }
                // A server that ends watches at once is not asked in a tight loop.
                if ContinuousClock.now - start < .seconds(1) { try await Task.sleep(for: .seconds(1)) }
            }
        } catch let failure as APIFailure {
            if failure.reason == .forbidden { try await Task.sleep(for: Self.pollInterval) }
        }
    }

    private func list(_ decoder: KindDecoder, into objects: inout [String: any StoredObject]) async throws -> String {
        var token: String?
        var version = ""
        var listed: [String: any StoredObject] = [:]
        repeat {
            let options = ListOptions(
                limit: 500, continueToken: token, labelSelector: selectors.label, fieldSelector: selectors.field)
            let meta = try await client.list(decoder, resource, namespace: followed.namespace, options: options) {
                page in
                for object in page { listed[object.metadata.name] = object }
            }
            token = meta.continueToken.isEmpty ? nil : meta.continueToken
            version = meta.resourceVersion
        } while token != nil
        objects = listed
        return version
    }

    /// Reads one object again and again: who may only `get` can do no better.
    private func poll(
        _ name: String, _ receive: @Sendable (Result<[any StoredObject], APIFailure>) async -> Void
    ) async throws {
        while true {
            do {
                let object = try await client.object(followed.kind, namespace: followed.namespace, name: name)
                await receive(.success([object].compactMap { $0 }))
            } catch let failure as APIFailure where failure.reason == .notFound {
                await receive(.success([]))
            }
            try await Task.sleep(for: Self.pollInterval)
        }
    }

    private func sorted(_ objects: [String: any StoredObject]) -> [any StoredObject] {
        objects.values.sorted { $0.metadata.name < $1.metadata.name }
    }
}
