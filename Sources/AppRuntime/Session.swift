import AppCore
import ClusterCache
import ClusterState
import KubernetesClient
import KubernetesModel
import Logging

/// One context in use: its client, its cache, and the tasks that turn their news into events.
package struct Session: Sendable {
    /// Where events go.
    package typealias Send = @MainActor @Sendable (AppEvent) -> Void

    package let client: KubernetesClient
    private let cache: ClusterCache
    private let send: Send
    private let logger: Logger

    /// - Parameter epoch: tells the snapshots of this session from those of the one before.
    package init(
        access: ClusterAccess, epoch: UInt64, logger: Logger, now: @escaping @Sendable () -> Timestamp,
        send: @escaping Send
    ) throws(KubeconfigFailure) {
        client = try KubernetesClient(access, logger: logger)
        let client = client
        cache = ClusterCache(
            source: KubernetesClientSource(client), epoch: epoch, logger: logger, now: now)
        self.send = send
        self.logger = logger
    }

    /// Keeps exactly these scopes current.
    package func setDemand(_ scopes: Set<KindScope>) async { await cache.setDemand(scopes) }

    /// Ends every backoff at once.
    package func retryNow() async { await cache.retryNow() }

    /// Reads and watches until cancelled, then closes the connections.
    package func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await cache.run() }
            group.addTask {
                for await snapshot in cache.snapshots { await send(.snapshot(snapshot)) }
            }
            group.addTask { await introduce() }
        }
        await client.shutdown()
    }

    /// Asks who is there and what it offers, until it answers.
    private func introduce() async {
        var policy = RetryPolicy.reconnect
        while !Task.isCancelled {
            do {
                let version = try await client.serverVersion()
                await send(.connection(.connected(serverVersion: version.gitVersion)))
                let discovery = try await client.discover()
                await send(.discovered(discovery.resources, failures: discovery.failures))
                return
            } catch let failure as APIFailure {
                logger.info("server not reached", metadata: ["failure": "\(failure)"])
            } catch {
                return
            }
        }
    }
}
