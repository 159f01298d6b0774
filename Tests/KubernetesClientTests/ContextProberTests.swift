import Access
import Foundation
import KubernetesModel
import Logging
import NIOSSL
import Testing

@testable import KubernetesClient

/// Servers are asked whether they are there, whatever they think of the credential.
struct ContextProberTests {
    private static let version = Reply.json(#"{"gitVersion":"v1.20.2"}"#)
    private static let refused = Reply.json(#"{"kind":"Status","code":401,"message":"Unauthorized"}"#, status: 401)

    private func serverConfiguration(_ name: String) throws -> TLSConfiguration {
        let chain = try NIOSSLCertificate.fromPEMBytes(try Fixture.bytes("tls/\(name).crt"))
        let key = try NIOSSLPrivateKey(bytes: try Fixture.bytes("tls/\(name).key"), format: .pem)
        return .makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    }

    private func probe(
        _ script: [Reply], certificate: String = "server", user: String = "token: hush", cluster: String? = nil
    ) async throws -> (probe: ContextProbe, seen: [SeenRequest], config: Kubeconfig) {
        let tls = try serverConfiguration(certificate)
        return try await ScriptedServer.run(script.map { ("/version", $0) }, tls: tls) { server in
            let authority = try cluster ?? "certificate-authority: '\(Fixture.path("tls/ca.crt"))'"
            let config = try kubeconfig(
                kubeconfigText(cluster: "\(authority), server: 'https://127.0.0.1:\(server.port)'", user: user))
            let prober = ContextProber(
                config, userAgent: "test", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                patience: .seconds(60))
            return (await prober.probe("dev"), server.seen, config)
        }
    }

    @Test func anAnswerSaysVersionAndTime() async throws {
        let (probe, seen, _) = try await probe([Self.version])
        #expect(probe.outcome == .reached(.accepted))
        #expect(probe.version == "v1.20.2")
        #expect(seen.map { $0.header("Authorization") } == [["Bearer hush"]])
        #expect(probe.versionWords(now: testTime)?.contains("2022-02") == true)
    }

    @Test func aRefusedCredentialStillSaysThatTheServerIsThere() async throws {
        let (probe, seen, _) = try await probe([Self.refused, Self.version])
        #expect(probe.outcome == .reached(.refused))
        #expect(probe.version == "v1.20.2")
        #expect(seen.map { $0.header("Authorization") } == [["Bearer hush"], []])
    }

    @Test func aForbiddenVersionIsAnAnswer() async throws {
        let forbidden = Reply.json(#"{"kind":"Status","code":403,"message":"forbidden"}"#, status: 403)
        let (probe, _, _) = try await probe([forbidden])
        #expect(probe.outcome == .reached(.accepted))
        #expect(probe.version == "")
    }

    @Test func noProgramRuns() async throws {
        let marker = FileManager.default.temporaryDirectory.path + "/ran-\(UUID().uuidString)"
        let user =
            "exec: {apiVersion: client.authentication.k8s.io/v1, command: touch, args: ['\(marker)'], interactiveMode: Never}"
        let (probe, seen, _) = try await probe([Self.refused], user: user)
        #expect(probe.outcome == .reached(.notShown("touch was not run")))
        #expect(seen.map { $0.header("Authorization") } == [[]])
        #expect(!FileManager.default.fileExists(atPath: marker))
    }

    @Test func aServerThatIsNotVerifiedSeesNoCredential() async throws {
        let (probe, seen, _) = try await probe([Self.version], cluster: "insecure-skip-tls-verify: true")
        #expect(probe.outcome == .reached(.notShown("its certificate is not verified")))
        #expect(seen.map { $0.header("Authorization") } == [[]])
    }

    @Test func aCertificateForAnotherNameIsAFinding() async throws {
        let (probe, seen, config) = try await probe([], certificate: "server-other-name")
        guard case .untrusted(let words, isForOtherName: true) = probe.outcome else {
            Issue.record("\(probe.outcome)")
            return
        }
        #expect(words.contains("is for another name than"))
        #expect(seen.isEmpty)
        let report = KubeconfigReport().adding(["dev": probe], of: config, now: testTime)
        #expect(report.findings.map(\.rule) == [.serverName])
        #expect(report.findings.map(\.line) == [5])
    }

    @Test func aClockThatIsOffIsAFinding() async throws {
        var off = Self.version
        off.headers.append(("Date", "Sat, 21 Nov 2020 08:49:37 GMT"))
        let (probe, _, config) = try await probe([off])
        #expect(probe.clockWords?.contains("ahead of the server's") == true)
        let report = KubeconfigReport(notEvaluated: [.skew: "x", .serverName: "x"])
            .adding(["dev": probe], of: config, now: testTime)
        // Its version is old too.
        #expect(report.findings.map(\.rule) == [.skew, .skew])
        #expect(report.findings.last?.title.hasPrefix("its server has Kubernetes v1.20.2: ") == true)
        #expect(report.notEvaluated == [:])
    }

    @Test func whoIsNotThereIsSaid() async throws {
        let config = try kubeconfig(kubeconfigText(cluster: "server: 'https://127.0.0.1:1'"))
        let prober = ContextProber(
            config, userAgent: "test", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            patience: .seconds(60))
        guard case .unreachable(let words) = await prober.probe("dev").outcome else {
            Issue.record("it is reached")
            return
        }
        #expect(words.contains("refused"))
        let report = KubeconfigReport().adding(["dev": await prober.probe("dev")], of: config, now: testTime)
        #expect(report.findings == [])
        #expect(report.notEvaluated.count == 2)
    }

    /// One file names the cluster, another has a token for the cluster of that name that it means itself.
    @Test func aTokenIsNotShownToTheServerOfAnotherFile() async throws {
        let tls = try serverConfiguration("server")
        let (probe, seen) = try await ScriptedServer.run([("/version", Self.version)], tls: tls) { server in
            let vendor = try """
            clusters:
            - name: kubernetes
              cluster: {certificate-authority: '\(Fixture.path("tls/ca.crt"))', server: 'https://127.0.0.1:\(server.port)'}
            """
            let mine = """
                clusters: [{name: kubernetes, cluster: {server: 'https://10.0.0.1:6443'}}]
                users: [{name: me, user: {token: hush}}]
                contexts: [{name: dev, context: {cluster: kubernetes, user: me}}]
                """
            var config = Kubeconfig()
            try config.merge(file: "/k/vendor", bytes: Array(vendor.utf8))
            try config.merge(file: "/k/mine", bytes: Array(mine.utf8))
            let prober = ContextProber(
                config, userAgent: "test", logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                patience: .seconds(60))
            return (await prober.probe("dev"), server.seen)
        }
        #expect(probe.outcome == .reached(.notShown("the server is from /k/vendor, the user from /k/mine")))
        #expect(seen.map { $0.header("Authorization") } == [[]])
    }

    @Test func anAnswerThatAnybodyGetsDoesNotSpeakForACredential() async throws {
        let (password, seen, _) = try await probe([Self.version], user: "username: me, password: hush")
        #expect(password.outcome == .reached(.notShown("a password would not be checked")))
        #expect(seen.map { $0.header("Authorization") } == [[]])
        let pair = try ["certificate", "key"].map {
            "client-\($0): '\(try Fixture.path("tls/client.\($0 == "key" ? "key" : "crt")"))'"
        }
        let (certificate, _, _) = try await probe([Self.version], user: pair.joined(separator: ", "))
        #expect(certificate.outcome == .reached(.notRefused))
        let anonymous = Reply.json(
            #"{"kind":"Status","code":403,"message":"forbidden: User \"system:anonymous\" cannot get path"}"#,
            status: 403)
        let (dropped, _, _) = try await probe([anonymous, anonymous])
        #expect(dropped.outcome == .reached(.refused))
    }

    @Test func endsOfSupportAreKnownForWhatIsOver() {
        #expect(endOfLife(ofVersion: "v1.20.2", now: testTime) == "2022-02")
        #expect(endOfLife(ofVersion: "v1.31.4-eks-abc", now: testTime) == "2025-10")
        #expect(endOfLife(ofVersion: "v1.9.1", now: testTime) == "2021 or before")
        #expect(endOfLife(ofVersion: "v1.34.9", now: testTime) == "2026-10")
        #expect(endOfLife(ofVersion: "v1.35.2", now: testTime) == nil)
        #expect(endOfLife(ofVersion: "v1.36.2", now: testTime) == nil)
        #expect(endOfLife(ofVersion: "", now: testTime) == nil)
        #expect(endOfLife(ofVersion: "v1.99999999999999999999.1", now: testTime) == nil)
    }
}
