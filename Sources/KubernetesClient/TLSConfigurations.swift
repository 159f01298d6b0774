import KubernetesModel
import NIOSSL
import Synchronization

/// The TLS configuration of each request: certificates are renewed in their files, or come from a credential program.
final class TLSConfigurations: Sendable {
    private struct State {
        var configuration: TLSConfiguration
        /// Counts configurations, so that a refusal says which one it means.
        var generation = 0
        /// What the files were like when they were read.
        var stamps: [LocalFile.Stamp?]
        var lookedAt: ContinuousClock.Instant
        var fromPlugin: (generation: Int, configuration: TLSConfiguration)?
    }

    /// Files are looked at no more often than this.
    private static let interval = Duration.seconds(5)

    /// Certificates that have expired, in words for the user.
    let warnings: [String]

    private let access: ClusterAccess
    private let files: [String]
    private let state: Mutex<State>

    /// Reads the certificates and keys of an access.
    ///
    /// - Throws: When one is missing or cannot be used.
    init(_ access: ClusterAccess) throws(KubeconfigFailure) {
        self.access = access
        files = [access.certificateAuthority, access.clientCertificate, access.clientKey].compactMap {
            if case .file(let path)? = $0 { path } else { nil }
        }
        let stamps = files.map { LocalFile.Stamp($0) }
        let setup = try TLSSetup(access, now: .now)
        warnings = setup.warnings
        state = Mutex(State(configuration: setup.configuration, stamps: stamps, lookedAt: .now))
    }

    /// What was read last.
    var current: TLSConfiguration { state.withLock(\.configuration) }
    /// Which one that is.
    var generation: Int { state.withLock(\.generation) }

    /// Whether the files hold others than those that were refused.
    func hasOther(than refused: Int) -> Bool {
        reread(after: .zero)
        return generation != refused
    }

    /// When the first client certificate that is shown with a credential stops being valid; `nil` for none.
    func certificateExpiry(with credential: Credential) -> Timestamp? {
        guard let shown = try? configuration(for: credential).certificateChain.first,
            case .certificate(let certificate) = shown
        else { return nil }
        return certificate.expiry
    }

    /// The configuration to connect with.
    ///
    /// Connections are shared by requests whose configurations are equal: one that is changed makes new ones.
    func configuration(for credential: Credential) throws(KubeconfigFailure) -> TLSConfiguration {
        reread(after: Self.interval)
        let (current, known) = state.withLock { ($0.configuration, $0.fromPlugin) }
        guard let certificate = credential.certificate else { return current }
        if let known, known.generation == credential.generation { return known.configuration }
        var access = access
        access.clientCertificate = .data(certificate.chain)
        access.clientKey = .data(certificate.key)
        let configuration = try TLSSetup(access, now: .now).configuration
        state.withLock { $0.fromPlugin = (credential.generation, configuration) }
        return configuration
    }

    /// Reads the certificates again if their files have changed.
    ///
    /// Files that cannot be used, such as a key that is not yet that of its certificate, leave the last ones in use, and are
    /// looked at again.
    ///
    /// - Parameter interval: How long ago the last look must be.
    private func reread(after interval: Duration) {
        guard !files.isEmpty else { return }
        state.withLock { state in
            guard ContinuousClock.now - state.lookedAt >= interval else { return }
            state.lookedAt = .now
            let stamps = files.map { LocalFile.Stamp($0) }
            guard stamps != state.stamps, let setup = try? TLSSetup(access, now: .now) else { return }
            state.stamps = stamps
            state.configuration = setup.configuration
            state.generation += 1
            state.fromPlugin = nil
        }
    }
}
