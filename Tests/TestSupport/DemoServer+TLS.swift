import DemoCluster
import NIOSSL

extension DemoServer.Options {
    /// A server that serves HTTPS: credentials are shown to no other.
    package static func overTLS() throws -> DemoServer.Options {
        let certificates = try NIOSSLCertificate.fromPEMBytes(Array(certificate.utf8))
        var options = DemoServer.Options()
        options.tls = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: certificates.map { .certificate($0) },
                privateKey: .privateKey(NIOSSLPrivateKey(bytes: Array(key.utf8), format: .pem))))
        return options
    }

    /// Made for tests alone; it protects nothing.
    private static var certificate: String {
        """
        -----BEGIN CERTIFICATE-----
        MIIBkDCCATegAwIBAgIUBWHLu+UfKuAvFwDBOmZtQ3mHpDEwCgYIKoZIzj0EAwIw
        DzENMAsGA1UEAwwEZGVtbzAgFw0yNjExMjEwODMwMzBaGA8yMTI2MTAyODA4MzAz
        MFowDzENMAsGA1UEAwwEZGVtbzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABGP9
        PMiKC66KyXNFvmlELaBFTbCsiMhw/ed4XBTxcgg/FePEeKT79fd9ITLj7TlxpBBa
        kLmIE4+x1W3SXgbG/x2jbzBtMB0GA1UdDgQWBBSCepPqBadTxOZ3Djiq0kKWTZhv
        tzAfBgNVHSMEGDAWgBSCepPqBadTxOZ3Djiq0kKWTZhvtzAPBgNVHRMBAf8EBTAD
        AQH/MBoGA1UdEQQTMBGHBH8AAAGCCWxvY2FsaG9zdDAKBggqhkjOPQQDAgNHADBE
        AiAO23TnreVIHJF+o969HaosH5Tg/+cfg7lIOx+wuNKXgwIgSxFan6XMYtVU4hPs
        oQkf1+LqvPwSiDFIviAQ3uERoO0=
        -----END CERTIFICATE-----
        """
    }

    private static var key: String {
        """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5uqYVClQ5vnkCzsB
        3oDmG1VxE4Jd1W08Vfzw2R0cgCqhRANCAARj/TzIiguuislzRb5pRC2gRU2wrIjI
        cP3neFwU8XIIPxXjxHik+/X3fSEy4+05caQQWpC5iBOPsdVt0l4Gxv8d
        -----END PRIVATE KEY-----
        """
    }
}
