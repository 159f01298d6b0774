import AppRuntime
import Foundation
import KubernetesClient
import KubernetesModel
import Logging

extension ClusterOptions {
    /// Runs what needs one cluster, without a screen.
    ///
    /// - Parameters:
    ///   - namespace: what `-n` says; otherwise the context's own counts, or `default`.
    ///   - body: gets the client, the namespace, and the log.
    /// - Returns: what `body` returns.
    /// - Throws: when the kubeconfig cannot be used, and what `body` throws.
    func withClient<Value>(
        _ namespace: String?, _ body: (KubernetesClient, String, Logger) async throws -> Value
    ) async throws -> Value {
        let environment = ProcessInfo.processInfo.environment
        let setup = Setup(environment: environment)
        let kubeconfig = try loadKubeconfig(self.kubeconfig, environment: environment)
        printWarnings(of: kubeconfig)
        let access = try kubeconfig.resolve(context: context, overrides: overrides)
        var surroundings = setup.surroundings(kubeconfig, context: context, overrides: overrides)
        surroundings.servePluginsOnTheTerminal()
        let client = try surroundings.client(access)
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(client, namespace ?? access.namespace ?? "default", setup.logger))
        } catch {
            result = .failure(error)
        }
        await client.shutdown()
        return try result.get()
    }
}
