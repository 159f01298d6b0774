import AppCore
import ClusterCache
import ClusterState
import Describe
import KubernetesClient
import KubernetesModel
import Logging

/// Describes objects without a screen.
package struct DescribeRun: Sendable {
    private let client: KubernetesClient
    private let source: KubernetesClientSource
    private let reading: ClusterReading
    private let localNow: @Sendable () -> Timestamp

    /// Prepares to read through a client, which stays the caller's.
    ///
    /// - Parameters:
    ///   - client: reaches the cluster.
    ///   - timeout: how long to wait for what is related.
    ///   - logger: gets failures.
    ///   - localNow: the time by this machine's clock.
    package init(
        _ client: KubernetesClient, timeout: Duration, logger: Logger, localNow: @escaping @Sendable () -> Timestamp
    ) {
        self.client = client
        source = KubernetesClientSource(client, now: localNow)
        reading = ClusterReading(client: client, timeout: timeout, logger: logger, localNow: localNow)
        self.localNow = localNow
    }

    /// The resource that a name means.
    ///
    /// - Throws: as of the source.
    package func resource(named name: String) async throws -> APIResource {
        try await source.resource(named: name)
    }

    /// What there is to say about an object.
    ///
    /// - Throws: `APIFailure` when it cannot be read.
    package func lines(
        of name: String, _ resource: APIResource, namespace: String, revealsSecrets: Bool = false
    ) async throws -> [DescribedLine] {
        let namespace = resource.isNamespaced ? namespace : ""
        let scopes = describedScopes(of: resource.groupResource, namespace: namespace, name: name)
        async let snapshot = reading.load(scopes)
        let document = try await client.get(resource, namespace: namespace, name: name)
        return describedLines(
            of: document, resource: resource.groupResource, snapshot: await snapshot,
            now: Timestamp(microseconds: localNow().microseconds &+ client.serverClockOffset.microseconds),
            revealsSecrets: revealsSecrets)
    }
}
