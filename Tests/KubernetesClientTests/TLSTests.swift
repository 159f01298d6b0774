import KubernetesModel
import Logging
import NIOSSL
import Testing

@testable import KubernetesClient

struct TLSTests {
    private static let version: [(target: String, reply: Reply)] = [
        ("/version", .json(#"{"gitVersion":"v1.36.2"}"#))
    ]

    private func serverConfiguration(_ name: String, wantsClient: Bool = false) throws -> TLSConfiguration {
        let chain = try NIOSSLCertificate.fromPEMBytes(try Fixture.bytes("tls/\(name).crt"))
        let key = try NIOSSLPrivateKey(bytes: try Fixture.bytes("tls/\(name).key"), format: .pem)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        if wantsClient {
            configuration.trustRoots = .certificates(
                try NIOSSLCertificate.fromPEMBytes(try Fixture.bytes("tls/ca.crt")))
            configuration.certificateVerification = .noHostnameVerification
        }
        return configuration
    }

    /// Reads the version from a TLS server.
    private func connect(
        _ certificate: String, wantsClient: Bool = false, host: String = "127.0.0.1",
        authority: String? = "ca", configure: (inout ClusterAccess) throws -> Void = { _ in }
    ) async throws -> (failure: APIFailure?, seen: [SeenRequest]) {
        let tls = try serverConfiguration(certificate, wantsClient: wantsClient)
        return try await ScriptedServer.run(Self.version, tls: tls) { server in
            var access = ClusterAccess(
                contextName: "test", clusterName: "c", userName: "dev", server: server.address(tls: true, host: host))
            access.certificateAuthority = try authority.map { .file(try Fixture.path("tls/\($0).crt")) }
            try configure(&access)
            return try await withClient(access) { client in
                do {
                    _ = try await client.serverVersion()
                    return (nil, server.seen)
                } catch let failure as APIFailure {
                    return (failure, server.seen)
                }
            }
        }
    }

    @Test(arguments: ["127.0.0.1", "localhost"])
    func aCertificateOfTheAuthorityIsAccepted(host: String) async throws {
        let end = try await connect("server", host: host)
        #expect(end.failure == nil)
    }

    @Test func anUnknownAuthorityIsNamed() async throws {
        let failure = try #require(try await connect("server", authority: "other-ca").failure)
        #expect(failure.reason == .tls)
        #expect(
            failure.detail.hasSuffix(
                #"the server's certificate is not signed by the certificate-authority of cluster "c"; check that the server is the right one and the authority is current"#
            ))
        let untrusted = try #require(try await connect("server", authority: nil).failure)
        #expect(untrusted.detail.contains("not signed by an authority that this system trusts"))
    }

    @Test func anExpiredCertificateIsNamedWithItsDate() async throws {
        let failure = try #require(try await connect("server-expired").failure)
        #expect(failure.reason == .tls)
        #expect(failure.detail.contains("the server's certificate expired on 2021-01-01T00:00:00Z"))
    }

    @Test(arguments: ["127.0.0.1", "localhost"])
    func aCertificateForAnotherNameIsRefused(host: String) async throws {
        let failure = try #require(try await connect("server-other-name", host: host).failure)
        #expect(failure.reason == .tls)
        #expect(failure.detail.contains(#"the server's certificate is for another name than "\#(host)""#))
    }

    @Test func tlsServerNameIsTheNameThatCounts() async throws {
        let end = try await connect("server-other-name") { $0.tlsServerName = "elsewhere.example" }
        #expect(end.failure == nil)
        #expect(end.seen.first?.header("Host").first?.hasPrefix("127.0.0.1:") == true)
    }

    @Test func aWrongTLSServerNameIsRefusedThoughTheAddressWouldDo() async throws {
        let end = try await connect("server") { $0.tlsServerName = "elsewhere.example" }
        #expect(end.failure?.reason == .tls)
        #expect(
            end.failure?.detail.hasSuffix(
                #"the server's certificate is for another name than "elsewhere.example" (it is for localhost, 127.0.0.1); correct the server, or set tls-server-name"#
            ) == true)
        #expect(end.seen.isEmpty)
    }

    @Test(arguments: [
        ("server", "localhost", true), ("server", "LOCALHOST.", true), ("server", "127.0.0.1", true),
        ("server", "127.0.0.2", false), ("server", "localhost.localdomain", false), ("server", "", false),
        ("server-elsewhere", "10.1.2.3", true), ("server-elsewhere", "fd00:0::1", true),
        ("server-elsewhere", "fd00::2", false), ("server-elsewhere", "a.clusters.example", true),
        ("server-elsewhere", "a.b.clusters.example", false), ("server-elsewhere", "clusters.example", false),
        ("server-elsewhere", ".clusters.example", false), ("server-elsewhere", "cluster", false),
        ("client", "alice", false),
    ])
    func aCertificateIsForItsAlternativeNames(certificate: String, name: String, isFor: Bool) throws {
        let leaf = try #require(NIOSSLCertificate.fromPEMBytes(try Fixture.bytes("tls/\(certificate).crt")).first)
        #expect(ServerIdentity.matches(leaf, name: name) == isFor)
    }

    @Test(arguments: ["server-expired", "server-other-name"])
    func verificationIsLeftOutOnlyWhenAsked(certificate: String) async throws {
        let end = try await connect(certificate, authority: nil) { $0.insecureSkipTLSVerify = true }
        #expect(end.failure == nil)
    }

    @Test func theClientCertificateIsSent() async throws {
        let end = try await connect("server", wantsClient: true) {
            $0.clientCertificate = .data(Secret(try Fixture.bytes("tls/client.crt")))
            $0.clientKey = .file(try Fixture.path("tls/client.key"))
        }
        #expect(end.failure == nil)
        let expected = try NIOSSLCertificate.fromPEMBytes(try Fixture.bytes("tls/client.crt"))
        #expect(end.seen.map(\.clientCertificate) == [expected.first])
    }

    @Test func certificatesThatAreRenewedInTheirFilesAreUsedAfterA401() async throws {
        let folder = try withTemporaryDirectory { $0 }
        defer { try? remove(folder) }
        func put(_ name: String, as file: String) throws {
            try write(String(decoding: try Fixture.bytes("tls/\(name)"), as: UTF8.self), to: "\(folder)/\(file)")
        }
        try put("client.crt", as: "tls.crt")
        try put("client.key", as: "tls.key")
        let script: [(target: String, reply: Reply)] =
            Array(repeating: ("/version", .json("{}", status: 401)), count: 3) + Self.version
        try await ScriptedServer.run(script, tls: try serverConfiguration("server", wantsClient: true)) { server in
            var access = ClusterAccess(
                contextName: "test", clusterName: "c", userName: "dev", server: server.address(tls: true))
            access.certificateAuthority = .file(try Fixture.path("tls/ca.crt"))
            access.clientCertificate = .file("\(folder)/tls.crt")
            access.clientKey = .file("\(folder)/tls.key")
            try await withClient(access) { client in
                await #expect(throws: APIFailure.self) { _ = try await client.serverVersion() }
                // Half renewed: the key is not that of the certificate yet.
                try put("client-renewed.crt", as: "tls.crt")
                await #expect(throws: APIFailure.self) { _ = try await client.serverVersion() }
                try put("client-renewed.key", as: "tls.key")
                _ = try await client.serverVersion()
            }
            func certificate(_ name: String) throws -> NIOSSLCertificate? {
                try NIOSSLCertificate.fromPEMBytes(try Fixture.bytes("tls/\(name).crt")).first
            }
            #expect(
                try server.seen.map(\.clientCertificate) == [
                    certificate("client"), certificate("client"), certificate("client"), certificate("client-renewed"),
                ])
        }
    }

    @Test func aServerThatWantsAClientCertificateSaysSo() async throws {
        let failure = try #require(try await connect("server", wantsClient: true).failure)
        #expect(failure.reason == .tls)
        #expect(failure.detail.contains("wants a client certificate"))
    }

    @Test func aServerWithoutTLSIsNamed() async throws {
        try await ScriptedServer.run([]) { server in
            let access = ClusterAccess(
                contextName: "test", clusterName: "c", userName: "", server: server.address(tls: true))
            try await withClient(access) { client in
                let failure = await #expect(throws: APIFailure.self) { _ = try await client.serverVersion() }
                #expect(failure?.reason == .tls)
                #expect(failure?.detail.contains("does not speak TLS") == true)
            }
        }
    }

    /// How making a client fails.
    private func refusal(_ configure: (inout ClusterAccess) throws -> Void) throws -> String? {
        var access = ClusterAccess(
            contextName: "test", clusterName: "c", userName: "dev", server: ServerAddress(host: "127.0.0.1", port: 1))
        access.file = "/config"
        try configure(&access)
        let failure = #expect(throws: KubeconfigFailure.self) {
            _ = try KubernetesClient(access, logger: Logger(label: "test"))
        }
        return failure?.description
    }

    @Test func filesThatAreNoCertificatesAreNamed() throws {
        #expect(
            try refusal { $0.certificateAuthority = .file("/nowhere/ca.crt") }
                == #"/config: cluster "c": its certificate-authority /nowhere/ca.crt cannot be read: no such file; correct the path or its permissions"#
        )
        #expect(
            try refusal { $0.certificateAuthority = .data(Secret("nonsense")) }
                == #"/config: cluster "c": its certificate-authority-data holds no PEM certificate; it must hold a -----BEGIN CERTIFICATE----- block"#
        )
        #expect(
            try refusal {
                $0.clientCertificate = .data(Secret(try Fixture.bytes("tls/client.crt")))
                $0.clientKey = .data(Secret("nonsense"))
            }
                == #"/config: user "dev": its client-key-data holds no PEM private key; it must hold a -----BEGIN PRIVATE KEY----- block"#
        )
    }

    @Test func aKeyOfAnotherCertificateIsNamed() throws {
        #expect(
            try refusal {
                $0.clientCertificate = .data(Secret(try Fixture.bytes("tls/client.crt")))
                $0.clientKey = .data(Secret(try Fixture.bytes("tls/server.key")))
            }
                == #"/config: user "dev": its client-key-data does not belong to the client certificate; give the key that the certificate was made for"#
        )
    }

    @Test func aRefusedClientCertificateThatHasExpiredIsNamedWithItsDate() async throws {
        let path = try Fixture.path("tls/client-expired.crt")
        try await ScriptedServer.run([("/version", .json("{}", status: 401))], tls: try serverConfiguration("server")) {
            server in
            var access = ClusterAccess(
                contextName: "test", clusterName: "c", userName: "dev", server: server.address(tls: true))
            access.certificateAuthority = .file(try Fixture.path("tls/ca.crt"))
            access.clientCertificate = .file(path)
            access.clientKey = .file(try Fixture.path("tls/client-expired.key"))
            try await withClient(access) { client in
                let failure = await #expect(throws: APIFailure.self) { _ = try await client.serverVersion() }
                #expect(
                    failure?.detail.hasSuffix(
                        #"(the client certificate \#(path) of user "dev" expired on 2021-01-01T00:00:00Z; get a new one)"#
                    )
                        == true)
            }
        }
    }

    @Test func anExpiredClientCertificateIsAWarning() async throws {
        var access = ClusterAccess(
            contextName: "test", clusterName: "c", userName: "dev", server: ServerAddress(host: "127.0.0.1", port: 1))
        access.clientCertificate = .data(Secret(try Fixture.bytes("tls/client-expired.crt")))
        access.clientKey = .data(Secret(try Fixture.bytes("tls/client-expired.key")))
        try await withClient(access) { client in
            #expect(
                client.warnings == [
                    #"user "dev": its client-certificate-data expired on 2021-01-01T00:00:00Z; get a new one"#
                ])
        }
    }
}
