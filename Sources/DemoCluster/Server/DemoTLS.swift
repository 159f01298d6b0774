import NIOSSL

/// The certificate of the demo's server, and who vouches for it.
///
/// They are the same in every copy of the program, with the server's key: they stand for those of a real cluster, since
/// kubectl shows tokens to no server without TLS. What protects a demo is that it listens on loopback only, and that its
/// tokens are made anew each time.
enum DemoTLS {
    /// The certificate that vouches for the server's, as PEM.
    static var authority: [UInt8] { PackageResources.ca_crt }

    /// What the server needs.
    /// - Throws: an error of the TLS library, never for the files of a build that passed its tests.
    static func context() throws -> NIOSSLContext {
        let certificates = try NIOSSLCertificate.fromPEMBytes(PackageResources.server_crt)
        let key = try NIOSSLPrivateKey(bytes: PackageResources.server_key, format: .pem)
        return try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key)))
    }
}
