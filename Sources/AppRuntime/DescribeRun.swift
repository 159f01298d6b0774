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

    /// The resource that a name means, as after a colon: plural, singular, short name, with or without its group.
    ///
    /// - Throws: `SnapshotFailure` when the server has none of that name, with the nearest that it has.
    package func resource(named name: String) async throws -> APIResource {
        let offered = try await source.offered()
        if let resource = AppCore.resource(named: name.lowercased(), among: offered.resources) { return resource }
        let names = offered.resources.flatMap { [$0.groupResource.resource, $0.singularName] + $0.shortNames }
        let hint = nearestName(to: name, among: names.filter { !$0.isEmpty }).map { " Did you mean \($0)?" } ?? ""
        let gap = offered.failures.first.map { " Discovery is incomplete: \($0)" } ?? ""
        throw SnapshotFailure(description: "the server has no kind \(name).\(hint)\(gap)")
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
