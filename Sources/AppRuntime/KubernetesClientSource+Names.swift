import AppCore
import ClusterCache
import KubernetesClient
import KubernetesModel

extension KubernetesClientSource {
    /// The resource that a name means, as after a colon: plural, singular, short name, with or without its group.
    ///
    /// - Throws: `SnapshotFailure` when the server has none of that name, with the nearest that it has.
    package func resource(named name: String) async throws -> APIResource {
        let offered = try await offered()
        if let resource = AppCore.resource(named: name.lowercased(), among: offered.resources) { return resource }
        let names = offered.resources.flatMap { [$0.groupResource.resource, $0.singularName] + $0.shortNames }
        let hint = nearestName(to: name, among: names.filter { !$0.isEmpty }).map { " Did you mean \($0)?" } ?? ""
        let gap = offered.failures.first.map { " Discovery is incomplete: \($0)" } ?? ""
        throw SnapshotFailure(description: "the server has no kind \(name).\(hint)\(gap)")
    }
}
