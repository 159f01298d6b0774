import FoundationEssentials
import KubernetesModel
import NIOSSL

/// The TLS configuration of an access, with every certificate and key read and checked.
struct TLSSetup {
    /// What NIO needs.
    var configuration: TLSConfiguration
    /// Certificates that have expired, in words for the user.
    var warnings: [String] = []

    /// Reads the certificates and keys that `access` names.
    ///
    /// - Throws: When one is missing, is no certificate or key, or the two do not belong together.
    init(_ access: ClusterAccess, now: Timestamp) throws(KubeconfigFailure) {
        configuration = .makeClientConfiguration()
        let source = Source(access: access)
        if let material = access.certificateAuthority {
            let item = source.item(.cluster, "certificate-authority", material)
            let authorities = try item.certificates()
            configuration.trustRoots = .certificates(authorities)
            if let latest = authorities.map(\.expiry).max(), latest < now {
                warnings.append(item.expired(latest))
            }
        }
        // NIO compares with the address that it is connected to: a bridge's, or one that tls-server-name stands for.
        // `ServerIdentity` looks at the name then, and in every other case as well.
        if access.proxy != nil || access.tlsServerName != nil {
            configuration.certificateVerification = .noHostnameVerification
        }
        if access.insecureSkipTLSVerify { configuration.certificateVerification = .none }
        guard let certificate = access.clientCertificate, let key = access.clientKey else { return }

        let certificateItem = source.item(.user, "client-certificate", certificate)
        let keyItem = source.item(.user, "client-key", key)
        let chain = try certificateItem.certificates()
        configuration.certificateChain = chain.map { .certificate($0) }
        configuration.privateKey = .privateKey(try keyItem.privateKey())
        try keyItem.check(belongsTo: configuration)
        if let expiry = chain.first?.expiry, expiry < now { warnings.append(certificateItem.expired(expiry)) }
    }

    /// Checks whether a client key can be used with a certificate.
    ///
    /// - Throws: When one of them is none, the key is encrypted, or they do not belong together; the failure names no
    ///   entry.
    static func check(
        key: ClusterAccess.Material, ofCertificate certificate: ClusterAccess.Material
    ) throws(KubeconfigFailure) {
        func item(_ field: String, _ material: ClusterAccess.Material) -> Source.Item {
            Source.Item(file: nil, entry: "", field: field, material: material)
        }
        let keyItem = item("client-key", key)
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateChain = try item("client-certificate", certificate).certificates()
            .map { .certificate($0) }
        configuration.privateKey = .privateKey(try keyItem.privateKey())
        try keyItem.check(belongsTo: configuration)
    }
}

extension NIOSSLCertificate {
    /// When the certificate stops being valid.
    var expiry: Timestamp { Timestamp(seconds: Int64(notValidAfter)) }
}

/// Names the kubeconfig entries that certificates come from.
private struct Source {
    enum Section { case cluster, user }

    let access: ClusterAccess

    func item(_ section: Section, _ field: String, _ material: ClusterAccess.Material) -> Item {
        let entry =
            switch section {
            case .cluster: "cluster \"\(access.clusterName)\""
            case .user: "user \"\(access.userName)\""
            }
        return Item(file: access.file, entry: entry, field: field, material: material)
    }

    struct Item {
        let file: String?
        let entry: String
        let field: String
        let material: ClusterAccess.Material

        /// The field, and the file that it names.
        private var label: String {
            switch material {
            case .data: "its \(field)-data"
            case .file(let path): "its \(field) \(path)"
            }
        }

        func failure(_ problem: String, _ remedy: String) -> KubeconfigFailure {
            KubeconfigFailure(file: file, entry: entry, problem: "\(label) \(problem)", remedy: remedy)
        }

        func expired(_ expiry: Timestamp) -> String {
            failure("expired on \(expiry.rfc3339)", "get a new one").description
        }

        private func bytes() throws(KubeconfigFailure) -> [UInt8] {
            switch material {
            case .data(let secret): return secret.bytes
            case .file(let path):
                do throws(LocalFile.Failure) {
                    return try LocalFile.read(path)
                } catch {
                    throw failure("cannot be read: \(error.words)", "correct the path or its permissions")
                }
            }
        }

        func certificates() throws(KubeconfigFailure) -> [NIOSSLCertificate] {
            let pem = try bytes()
            if let certificates = try? NIOSSLCertificate.fromPEMBytes(pem), !certificates.isEmpty {
                return certificates
            }
            throw failure("holds no PEM certificate", "it must hold a -----BEGIN CERTIFICATE----- block")
        }

        /// Throws when this is not the key of the configuration's certificate.
        func check(belongsTo configuration: TLSConfiguration) throws(KubeconfigFailure) {
            var probe = TLSConfiguration.makeClientConfiguration()
            probe.trustRoots = .certificates([])
            probe.certificateChain = configuration.certificateChain
            probe.privateKey = configuration.privateKey
            do {
                _ = try NIOSSLContext(configuration: probe)
            } catch {
                throw failure(
                    "does not belong to the client certificate", "give the key that the certificate was made for")
            }
        }

        func privateKey() throws(KubeconfigFailure) -> NIOSSLPrivateKey {
            let pem = try bytes()
            if let key = try? NIOSSLPrivateKey(bytes: pem, format: .pem) { return key }
            let text = String(decoding: pem, as: UTF8.self)
            if text.contains("ENCRYPTED") {
                throw failure("is encrypted", "decrypt it, such as with openssl pkey")
            }
            throw failure("holds no PEM private key", "it must hold a -----BEGIN PRIVATE KEY----- block")
        }
    }
}
