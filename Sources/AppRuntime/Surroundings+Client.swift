import KubernetesClient

extension Application.Surroundings {
    /// A client for work without a screen.
    ///
    /// - Throws: when a certificate or key cannot be used.
    package func client(_ access: ClusterAccess) throws(KubeconfigFailure) -> KubernetesClient {
        let report = pluginReport
        return try KubernetesClient(
            access, logger: logger, userAgent: userAgent,
            pluginHost: PluginHost(
                report: { report($0) }, withTerminal: lendTerminal, isTerminalFree: isTerminalFree),
            timeouts: ClientTimeouts(requestTimeout: overrides.requestTimeout))
    }

    /// A client that reads beside the screen: a program that has to ask somebody fails instead.
    ///
    /// - Throws: when a certificate or key cannot be used.
    package func clientWithoutTerminal(_ access: ClusterAccess) throws(KubeconfigFailure) -> KubernetesClient {
        let report = pluginReport
        return try KubernetesClient(
            access, logger: logger, userAgent: userAgent, pluginHost: PluginHost(report: { report($0) }),
            timeouts: ClientTimeouts(requestTimeout: overrides.requestTimeout))
    }
}
