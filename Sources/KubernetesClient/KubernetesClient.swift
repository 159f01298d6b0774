import KubernetesModel
import Logging

/// Talks to one API server as one user.
///
/// Reads that take one request are tried again as its `RetryPolicy` says; lists and watches are not, because their
/// callers have a state to keep. Call `shutdown()` when done.
public final class KubernetesClient: Sendable {
    /// The access that the client was made with.
    public let access: ClusterAccess
    /// Certificates that have expired, in words for the user.
    public let warnings: [String]

    let transport: Transport
    let retryPolicy: RetryPolicy
    let logger: Logger

    /// A client that has not connected yet.
    ///
    /// - Parameters:
    ///   - access: Where and as whom to connect, and whether anything may be changed there.
    ///   - logger: Gets what was tried again; never a credential.
    ///   - userAgent: How to introduce oneself, such as `sextant/1.0`.
    ///   - pluginHost: Serves the exec plugin that gets the credential, if there is one.
    ///   - timeouts: How long to wait for what.
    ///   - retryPolicy: When to try one-shot reads again.
    ///   - readOnly: Whether to refuse everything that may change the cluster, even if the access allows changes.
    /// - Throws: When a certificate or key cannot be read or used.
    public init(
        _ access: ClusterAccess, logger: Logger, userAgent: String = "sextant",
        pluginHost: PluginHost = .none, timeouts: ClientTimeouts = ClientTimeouts(),
        retryPolicy: RetryPolicy = RetryPolicy(), readOnly: Bool = false
    ) throws(KubeconfigFailure) {
        var access = access
        if readOnly, access.readOnlyReason == nil { access.readOnlyReason = "this client only looks" }
        transport = try Transport(access, timeouts: timeouts, userAgent: userAgent, pluginHost: pluginHost)
        self.access = access
        self.retryPolicy = retryPolicy
        self.logger = logger
        warnings = transport.warnings
    }

    /// Gets a new credential from the exec plugin now, with the terminal if there is one.
    ///
    /// - Throws: `APIFailure` when there is no plugin or it fails, `CancellationError`.
    public func logIn() async throws {
        try await transport.credentials.renew()
    }

    /// Lets an exec plugin that failed a moment ago run again with the next request.
    public func retryCredential() async {
        await transport.credentials.forgetPauses()
    }

    /// Closes every connection; requests under way fail.
    public func shutdown() async {
        await transport.shutdown()
    }

    /// The server's clock minus this machine's, from the answers seen; zero until known.
    ///
    /// Exact to about a second.
    public var serverClockOffset: Duration { transport.serverClockOffset }

    /// Requests started since the client was made.
    public var requestCount: Int { transport.requestCount }
}
