import ClusterCache
import ClusterState
import KubernetesClient
import KubernetesModel
import Logging

/// Reads kinds of a cluster once, without a screen.
package struct ClusterReading: Sendable {
    /// Something that could not be read may yet be, for so long.
    private static let patience = Duration.seconds(5)

    let client: KubernetesClient
    /// How long to wait for everything.
    let timeout: Duration
    let logger: Logger
    let localNow: @Sendable () -> Timestamp

    /// Prepares to read through a client, which stays the caller's.
    package init(
        client: KubernetesClient, timeout: Duration, logger: Logger, localNow: @escaping @Sendable () -> Timestamp
    ) {
        self.client = client
        self.timeout = timeout
        self.logger = logger
        self.localNow = localNow
    }

    /// The cluster as soon as every scope is there or refused, or as far as it is when the time is over.
    package func load(_ scopes: Set<KindScope>) async -> ClusterSnapshot {
        guard !scopes.isEmpty else { return ClusterSnapshot(epoch: 1) }
        let cache = ClusterCache(
            source: KubernetesClientSource(client, now: localNow), epoch: 1, logger: logger, now: localNow)
        await cache.setDemand(scopes)
        let start = ContinuousClock.now
        return await withTaskGroup(of: ClusterSnapshot?.self) { group in
            group.addTask {
                await cache.run()
                return nil
            }
            group.addTask {
                var newest = ClusterSnapshot(epoch: 1)
                for await snapshot in cache.snapshots {
                    newest = snapshot
                    if Self.isSettled(snapshot, scopes, accepting: ContinuousClock.now - start > Self.patience) {
                        break
                    }
                }
                return newest
            }
            group.addTask {
                try? await Task.sleep(for: timeout)
                return nil
            }
            var result = ClusterSnapshot(epoch: 1)
            for await snapshot in group {
                if let snapshot { result = snapshot }
                group.cancelAll()
            }
            return result
        }
    }

    /// Whether nothing more is to be expected.
    private static func isSettled(
        _ snapshot: ClusterSnapshot, _ scopes: Set<KindScope>, accepting acceptsFailures: Bool
    ) -> Bool {
        scopes.allSatisfy { scope in
            switch snapshot.resolve(scope)?.state {
            case nil, .loading: false
            case .ready, .stale, .forbidden, .unavailable: true
            case .failed: acceptsFailures
            }
        }
    }
}
