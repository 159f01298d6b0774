import Foundation
import KubernetesClient
import KubernetesModel
import Logging
import Testing

/// Runs against a real cluster: `SEXTANT_E2E_KUBECONFIG` names a kubeconfig that may read everything.
private let liveKubeconfig = ProcessInfo.processInfo.environment["SEXTANT_E2E_KUBECONFIG"]

@Suite(.enabled(if: liveKubeconfig != nil), .timeLimit(.minutes(20)))
struct LiveClusterTests {
    private func withClient<Result>(
        _ body: (KubernetesClient) async throws -> Result
    ) async throws -> Result {
        let config = try Kubeconfig.load(explicitPath: liveKubeconfig, environment: [:], homeDirectory: nil)
        let client = try KubernetesClient(
            config.resolve(context: nil), logger: Logger(label: "test"), userAgent: "sextant-test")
        do {
            let result = try await body(client)
            await client.shutdown()
            return result
        } catch {
            await client.shutdown()
            throw error
        }
    }

    private var pods: KindDecoder {
        get throws { try #require(KindDecoder.all.first { $0.kind.kind == "Pod" }) }
    }

    @Test func servesEveryBuiltInKindInSomeVersion() async throws {
        try await withClient { client in
            let version = try await client.serverVersion()
            #expect(version.gitVersion.hasPrefix("v1."))
            let discovery = try await client.discover()
            #expect(discovery.failures == [])
            for decoder in KindDecoder.all {
                let resource = try #require(discovery.resource(for: decoder.kind))
                let meta = try await client.list(
                    decoder, resource, namespace: nil, options: ListOptions(limit: 500)
                ) { _ in }
                #expect(!meta.resourceVersion.isEmpty, "\(decoder.kind.kind)")
            }
        }
    }

    @Test func pagesHoldTheSameObjectsAsOneList() async throws {
        try await withClient { client in
            // Nobody changes those between two readings.
            let roles = try #require(KindDecoder.all.first { $0.kind.kind == "ClusterRole" })
            let resource = try #require(try await client.discover().resource(for: roles.kind))
            var whole: Set<String> = []
            _ = try await client.list(roles, resource, namespace: nil, options: ListOptions()) { objects in
                whole.formUnion(objects.map(\.metadata.name))
            }
            var paged: Set<String> = []
            var options = ListOptions(limit: 20)
            repeat {
                let meta = try await client.list(roles, resource, namespace: nil, options: options) { objects in
                    paged.formUnion(objects.map(\.metadata.name))
                }
                options.continueToken = meta.continueToken
            } while options.continueToken?.isEmpty == false
            #expect(paged == whole)
            #expect(whole.contains("cluster-admin"))
        }
    }

    @Test func aWatchEndsWhenTheServerEndsIt() async throws {
        try await withClient { client in
            let pods = try pods
            let resource = try #require(try await client.discover().resource(for: pods.kind))
            let meta = try await client.list(pods, resource, namespace: nil, options: ListOptions(limit: 1)) { _ in }
            var batches = 0
            try await client.watch(
                pods, resource, namespace: nil,
                options: WatchOptions(resourceVersion: meta.resourceVersion, timeoutSeconds: 1)
            ) { _ in batches += 1 }
            #expect(batches >= 1)
        }
    }

    /// A cluster that was made a minute ago still has every version; one that has not answers with 410.
    @Test func anOldVersionIsServedOrGone() async throws {
        try await withClient { client in
            let pods = try pods
            let resource = try #require(try await client.discover().resource(for: pods.kind))
            var batches = 0
            do {
                try await client.watch(
                    pods, resource, namespace: nil, options: WatchOptions(resourceVersion: "1", timeoutSeconds: 1)
                ) { _ in batches += 1 }
                #expect(batches >= 1)
            } catch let failure as APIFailure {
                #expect(failure.reason == .gone)
            }
        }
    }
}
