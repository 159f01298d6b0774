import KubernetesModel
import NIOSSL
import Synchronization

/// The TLS configuration of each request: the client certificate may come from a credential program, and change.
final class TLSConfigurations: Sendable {
    private struct FromPlugin {
        var generation: Int
        var configuration: TLSConfiguration
    }

    private let access: ClusterAccess
    private let setup: TLSSetup
    private let last = Mutex<FromPlugin?>(nil)

    init(_ access: ClusterAccess, _ setup: TLSSetup) {
        self.access = access
        self.setup = setup
    }

    /// The configuration to connect with.
    ///
    /// Connections are shared by requests whose configurations are equal.
    func configuration(for credential: Credential) throws(KubeconfigFailure) -> TLSConfiguration {
        guard let certificate = credential.certificate else { return setup.configuration }
        if let known = last.withLock({ $0 }), known.generation == credential.generation { return known.configuration }
        var access = access
        access.clientCertificate = .data(certificate.chain)
        access.clientKey = .data(certificate.key)
        let configuration = try TLSSetup(access, now: .now).configuration
        last.withLock { $0 = FromPlugin(generation: credential.generation, configuration: configuration) }
        return configuration
    }
}
