import KubernetesClient
import KubernetesModel

/// Asks a server for its version, once.
///
/// - Throws: `KubeconfigFailure`, `APIFailure`.
package func serverVersion(_ access: ClusterAccess, _ surroundings: Application.Surroundings) async throws -> String {
    let client = try surroundings.client(access)
    let result: Result<String, any Error>
    do {
        result = .success(try await client.serverVersion().gitVersion)
    } catch {
        result = .failure(error)
    }
    await client.shutdown()
    return try result.get()
}
