import KubernetesClient
import KubernetesModel

/// Asks a server for its version, once.
///
/// - Throws: `KubeconfigFailure`, `APIFailure`.
package func serverVersion(_ access: ClusterAccess, _ surroundings: Application.Surroundings) async throws -> String {
    let report = surroundings.pluginReport
    let client = try KubernetesClient(
        access, logger: surroundings.logger, userAgent: surroundings.userAgent,
        pluginHost: PluginHost(
            report: { report($0) }, withTerminal: surroundings.lendTerminal,
            isTerminalFree: surroundings.isTerminalFree))
    let result: Result<String, any Error>
    do {
        result = .success(try await client.serverVersion().gitVersion)
    } catch {
        result = .failure(error)
    }
    await client.shutdown()
    return try result.get()
}
