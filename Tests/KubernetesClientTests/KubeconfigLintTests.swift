import Foundation
import KubernetesModel
import Testing

@testable import KubernetesClient

/// What lint says of kubeconfigs.
struct KubeconfigLintTests {
    /// 2026-11-21T12:00:00Z, when the authority of the fixtures is valid already.
    private static let noon = Timestamp(seconds: testTime.seconds + 12 * 3600)

    /// What is found in one file that nobody else can read: its folder is left out of the words.
    private func found(
        _ text: String, environment: [String: String] = [:], mode: Int = 0o600,
        prepare: (String) throws -> Void = { _ in }
    ) throws -> [String] {
        try withTemporaryDirectory { directory in
            let path = directory + "/config"
            try write(text, to: path)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            try prepare(directory)
            let report = try KubeconfigLint.report(
                on: [path], environment: environment, homeDirectory: nil, now: Self.noon)
            #expect(report.files == [path])
            return report.findings.map { finding in
                let line = finding.line.map { "\($0)" } ?? "-"
                let title = finding.title.replacing(directory + "/", with: "")
                return "\(line) \(finding.severity.rawValue) \(finding.rule.rawValue): \(finding.entry) \(title)"
            }
        }
    }

    private func data(_ name: String) throws -> String {
        Data(try Fixture.bytes("tls/\(name)")).base64EncodedString()
    }

    private static let user =
        "exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/true, interactiveMode: Never}"

    @Test func nothingIsSaidOfAFileThatIsAsItShouldBe() throws {
        let authority = try data("ca.crt")
        let cluster = "server: https://10.0.0.1:6443, certificate-authority-data: \(authority)"
        #expect(try found(kubeconfigText(cluster: cluster, user: Self.user)) == [])
        let certificate =
            "client-certificate-data: \(try data("client.crt")), client-key-data: \(try data("client.key"))"
        #expect(try found(kubeconfigText(cluster: cluster, user: certificate)) == [])
    }

    @Test(arguments: [
        ("", "5 broken kc-no-server: cluster \"c\" has no server"),
        ("server: 'ftp://x'", "6 broken kc-no-server: cluster \"c\" its server is not an http or https URL"),
        (
            "server: https://a, proxy-url: 'ssh://p'",
            "6 broken kc-bad-proxy-url: cluster \"c\" its proxy-url is no http, https or socks5 URL"
        ),
        (
            "server: https://a, proxy-url: 'http://me:hush@p:3128'",
            "6 hygiene kc-proxy: cluster \"c\" is reached through the proxy http://p:3128"
        ),
        (
            "server: http://10.0.0.1:8080",
            "6 degraded kc-http-server: cluster \"c\" its server is reached without TLS: everybody on the way reads and changes what is sent"
        ),
        (
            "server: https://a, insecure-skip-tls-verify: true",
            "6 degraded kc-insecure-skip-tls: cluster \"c\" the server's certificate is not verified: whoever is on the way can take the credential"
        ),
        (
            "server: https://a, certificate-authority: gone/ca.crt",
            "6 broken kc-file-missing: cluster \"c\" its certificate-authority gone/ca.crt cannot be read: no such file"
        ),
        (
            "server: https://a, certificate-authority-data: '***'",
            "6 broken kc-bad-certificate: cluster \"c\" its certificate-authority-data is not base64"
        ),
        (
            "server: https://a, certificate-authority-data: aGVsbG8=",
            "6 broken kc-bad-certificate: cluster \"c\" its certificate-authority-data holds no certificate"
        ),
        ("server: [a]", "6 broken kc-bad-entry: cluster \"c\" its `server` is not text"),
    ])
    func clustersAreLookedAt(cluster: String, expected: String) throws {
        #expect(try found(kubeconfigText(cluster: cluster, user: Self.user)) == [expected])
    }

    @Test(arguments: [
        ("username: a, password: hush", ["kc-plaintext-password"]),
        ("token: hush", ["kc-static-token"]),
        ("token: hush, username: a", ["kc-many-auth", "kc-static-token"]),
        ("password: hush", ["kc-many-auth", "kc-plaintext-password"]),
        ("tokenFile: gone", ["kc-file-missing"]),
        ("client-key-data: aHVzaA==", ["kc-key-without-cert"]),
        ("client-certificate: gone, client-key: gone", ["kc-file-missing", "kc-file-missing"]),
        ("client-certificate: gone", ["kc-file-missing", "kc-key-without-cert"]),
        ("as-groups: [dev]", ["kc-impersonate-no-user"]),
        ("auth-provider: {name: gcp}", ["kc-exec"]),
        ("exec: {command: x}", ["kc-exec"]),
        ("exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}", ["kc-exec"]),
        ("exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/true}", ["kc-exec"]),
        ("exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: not-there}", ["kc-exec"]),
        ("exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: ./not-there}", ["kc-exec"]),
        (
            "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: /bin/true}, token: hush",
            ["kc-many-auth", "kc-static-token"]
        ),
        ("\(user), auth-provider: {name: oidc}", ["kc-exec"]),
        ("token: \"a\\nb\"", ["kc-bad-entry"]),
    ])
    func usersAreLookedAt(user: String, expected: [String]) throws {
        let lines = try found(kubeconfigText(user: user), environment: ["PATH": "/nowhere"])
        #expect(lines.map { $0.split(separator: " ")[2].dropLast() }.map(String.init) == expected)
        #expect(lines.allSatisfy { $0.hasPrefix("9 ") && !$0.contains("hush") })
    }

    @Test func aProgramThatIsNotThereComesWithItsHint() throws {
        let exec = "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: aws, installHint: get it}"
        try withTemporaryDirectory { directory in
            try write(kubeconfigText(user: exec), to: directory + "/config")
            let report = try KubeconfigLint.report(
                on: [directory + "/config"], environment: ["PATH": "/nowhere"], homeDirectory: nil, now: testTime)
            #expect(report.findings.map(\.title) == ["its program aws is not on the PATH"])
            #expect(report.findings.map(\.nextStep) == ["get it"])
        }
    }

    @Test(arguments: [
        ("client.crt", nil),
        (
            "client-expired.crt",
            "broken kc-cert-expiry: user \"u\" its client certificate expired on 2021-01-01T00:00:00Z"
        ),
        (
            "client-soon.crt",
            "degraded kc-cert-expiry: user \"u\" its client certificate expires on 2026-12-01T00:00:00Z"
        ),
        (
            "client-masters.crt",
            "degraded kc-masters: user \"u\" its certificate is of system:masters: it may do everything until 2120-01-01T00:00:00Z, and no rule can limit it or take it away"
        ),
    ])
    func clientCertificatesAreRead(name: String, expected: String?) throws {
        let user = "client-certificate-data: \(try data(name)), client-key-data: \(try data("client.key"))"
        // The key of most of these is not kept.
        let lines = try found(kubeconfigText(user: user)).filter { !$0.contains("its client-key-data") }
        #expect(lines == [expected.map { "9 \($0)" }].compactMap(\.self))
    }

    @Test(arguments: [
        ("client-expired.key", "does not belong to the client certificate"),
        ("client.crt", "holds no PEM private key"),
    ])
    func keysAreLookedAt(name: String, expected: String) throws {
        let user = "client-certificate-data: \(try data("client.crt")), client-key-data: \(try data(name))"
        #expect(
            try found(kubeconfigText(user: user)) == [
                "9 broken kc-bad-certificate: user \"u\" its client-key-data \(expected)"
            ])
    }

    @Test func aKeyInAFileIsLookedAtToo() throws {
        let lines = try found(kubeconfigText(user: "client-certificate: a.crt, client-key: a.key")) { directory in
            for (name, file) in [("client.crt", "a.crt"), ("client-expired.key", "a.key")] {
                try Data(try Fixture.bytes("tls/\(name)")).write(to: URL(filePath: "\(directory)/\(file)"))
            }
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: directory + "/a.key")
        }
        #expect(
            lines == [
                "9 broken kc-bad-certificate: user \"u\" its client-key a.key does not belong to the client certificate"
            ])
    }

    @Test func whatIsNotValidYetIsSaid() throws {
        let token = webToken(#"{"nbf":1795305600,"exp":1800000000}"#)
        #expect(
            try found(kubeconfigText(user: "token: \(token)")) == [
                "9 degraded kc-token-expiry: user \"u\" its token is valid only from 2026-11-22T00:00:00Z"
            ])
        // Clocks differ by some seconds.
        #expect(try found(kubeconfigText(user: "token: \(webToken(#"{"nbf":1795262430,"exp":1800000000}"#))")) == [])
        let cluster = "server: https://a, certificate-authority-data: \(try data("ca.crt"))"
        let text = kubeconfigText(cluster: cluster, user: Self.user)
        let report = KubeconfigLint.report(
            on: Array(text.utf8), at: "/k/config", now: Timestamp(seconds: 1_000_000_000))
        #expect(report.findings.map(\.rule) == [.certificateExpiry])
        #expect(report.findings[0].title.hasPrefix("its certificate authority is valid only from 20"))
    }

    @Test func theTokensOfOIDCAndEKSAreRead() throws {
        let expired = webToken(#"{"exp":1700000000}"#)
        #expect(
            try found(kubeconfigText(user: "auth-provider: {name: oidc, config: {id-token: \(expired)}}")) == [
                "9 broken kc-token-expiry: user \"u\" its id-token expired on 2023-11-14T22:13:20Z"
            ])
        #expect(
            try found(kubeconfigText(user: "token: \(amazonToken("20261121T114400Z"))")) == [
                "9 broken kc-token-expiry: user \"u\" its token expired on 2026-11-21T11:59:00Z"
            ])
        #expect(try found(kubeconfigText(user: "token: \(amazonToken("20261121T114600Z"))")) == [])
    }

    @Test func anAdministratorOfAzureIsToldTheWayOut() throws {
        let certificate =
            "client-certificate-data: \(try data("client-masters.crt")), client-key-data: \(try data("client.key"))"
        let text = kubeconfigText(user: certificate).replacing("name: u", with: "name: clusterAdmin_rg_aks")
            .replacing("user: u", with: "user: clusterAdmin_rg_aks")
        try withTemporaryDirectory { directory in
            try write(text, to: directory + "/config")
            let report = try KubeconfigLint.report(
                on: [directory + "/config"], environment: [:], homeDirectory: nil, now: testTime)
            let masters = try #require(report.findings.first { $0.rule == .masters })
            #expect(masters.nextStep.hasPrefix("run az aks get-credentials without --admin"))
        }
    }

    @Test func tokensAreRead() throws {
        let expired = webToken(#"{"exp":1700000000}"#)
        let endless = webToken(#"{"sub":"system:serviceaccount:shop:viewer"}"#)
        #expect(
            try found(kubeconfigText(user: "token: \(expired)")) == [
                "9 broken kc-token-expiry: user \"u\" its token expired on 2023-11-14T22:13:20Z"
            ])
        #expect(
            try found(kubeconfigText(user: "token: \(endless)")) == [
                "9 degraded kc-static-token: user \"u\" has a token in plain text that never ends"
            ])
        #expect(try found(kubeconfigText(user: "token: \(webToken(#"{"exp":1800000000}"#))")) == [])
        let lines = try found(kubeconfigText(user: "tokenFile: token")) { try write(expired, to: $0 + "/token") }
        #expect(lines.first == "9 broken kc-token-expiry: user \"u\" its token expired on 2023-11-14T22:13:20Z")
    }

    @Test func dataBesideAFileIsSaid() throws {
        let cluster =
            "server: https://a, certificate-authority: ca.crt, certificate-authority-data: \(try data("ca.crt"))"
        #expect(
            try found(kubeconfigText(cluster: cluster, user: Self.user)) == [
                "6 broken kc-both-data-and-file: cluster \"c\" has both certificate-authority and certificate-authority-data; kubectl takes the data, or refuses both"
            ])
        let both =
            "server: https://a, insecure-skip-tls-verify: true, certificate-authority-data: \(try data("ca.crt"))"
        #expect(
            try found(kubeconfigText(cluster: both, user: Self.user)) == [
                "6 broken kc-skip+ca: cluster \"c\" has both insecure-skip-tls-verify and a certificate authority, which kubectl refuses"
            ])
    }

    @Test func namesThatLeadNowhereAreSaidWithTheOneThatWasMeant() throws {
        let text = """
            current-context: devv
            clusters:
            - name: cluster
              cluster: {server: https://a}
            contexts:
            - name: dev
              context: {cluster: clutser, user: nobody, namespace: Shop_1}
            """
        #expect(
            try found(text) == [
                "1 broken kc-context-missing:  the current-context \"devv\" does not exist",
                "7 broken kc-bad-namespace: context \"dev\" its namespace \"Shop_1\" is no DNS label, so that no namespace has that name",
                "7 broken kc-dangling-cluster: context \"dev\" names the cluster \"clutser\", which does not exist",
                "7 broken kc-dangling-user: context \"dev\" names the user \"nobody\", which does not exist",
            ])
    }

    @Test func twinsAreSaidInOneFileAndAcrossFiles() throws {
        let text = """
            clusters:
            - name: a
              cluster: {server: https://a}
            - name: a
              cluster: {server: https://b}
            - name: b
              cluster: {server: "https://b:443/"}
            - name: c
              cluster: {server: https://b}
            """
        #expect(
            try found(text) == [
                "4 degraded kc-duplicate-name: cluster \"a\" is there twice, in lines 2 and 4",
                "9 hygiene kc-same-server-many-names: cluster \"c\" has the same server as the cluster \"b\": https://b:443",
            ])
        try withTemporaryDirectory { directory in
            let files = [directory + "/one", directory + "/two"]
            for file in files { try write(kubeconfigText(user: Self.user), to: file) }
            let report = try KubeconfigLint.report(on: files, environment: [:], homeDirectory: nil, now: testTime)
            #expect(report.files == files)
            #expect(report.findings.map(\.rule) == [.duplicateName, .duplicateName, .duplicateName])
            #expect(report.findings.allSatisfy { $0.file == files[1] && $0.title.contains(files[0]) })
            #expect(report.findings.map(\.line) == [5, 8, 11])
        }
    }

    @Test(arguments: [
        ("prod", true), ("eu-prod-1", true), ("gke_shop_production", true), ("PRD", true), ("live", true),
        ("nonprod", false), ("non-prod", false), ("pre-prod", false), ("products", false), ("delivery", false),
        ("", false), ("euprod1", true), ("k8sprod", true), ("myappprod", true), ("EuPrd-2", true), ("coreprod", true),
        ("preprod2", false), ("eunonprod", false), ("nonproduction", false), ("reproduction", false),
        ("devprod", false),
        ("prod-like-dev", false), ("staging-prod-copy", false), ("prod-qa1", false), ("olive", false),
    ])
    func aNameLooksLikeProductionOrNot(name: String, expected: Bool) {
        #expect(looksLikeProduction(name) == expected)
    }

    @Test func aUsualContextOfProductionIsSaid() throws {
        let text = kubeconfigText(user: Self.user).replacing("dev", with: "prod-eu")
        #expect(
            try found(text) == [
                "3 hygiene kc-prod-default:  the current-context \"prod-eu\" looks like production: a command without --context goes there"
            ])
    }

    @Test func theProxyOfTheEnvironmentIsSaidOnceWithoutItsPassword() throws {
        let text = """
            clusters:
            - name: a
              cluster: {server: https://a}
            - name: b
              cluster: {server: https://b}
            """
        #expect(
            try found(text, environment: ["HTTPS_PROXY": "http://me:hush@p:1"]) == [
                "3 hygiene kc-proxy: cluster \"a\" is reached through the proxy http://p:1 of the environment, and 1 more clusters"
            ])
    }

    @Test func secretsThatOthersCanReadAreSaid() throws {
        let token = webToken(#"{"exp":1800000000}"#)
        let words = "it holds secrets, and others can open it: its mode is 0644"
        #expect(try found(kubeconfigText(user: "token: \(token)"), mode: 0o644) == ["- degraded kc-perms:  \(words)"])
        #expect(try found(kubeconfigText(user: Self.user), mode: 0o644) == [])
        let lines = try found(kubeconfigText(user: "tokenFile: token")) { directory in
            try write(token, to: directory + "/token")
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: directory + "/token")
        }
        #expect(lines == ["9 degraded kc-perms: user \"u\" its tokenFile token: \(words)"])
        let open = try found(kubeconfigText(user: "token: \(token)")) { directory in
            try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: directory)
        }
        #expect(open.count == 1 && open[0].hasPrefix("- degraded kc-perms:  others can replace it: its folder"))
    }

    @Test(arguments: [
        ("auth-provider: {name: oidc, config: {refresh-token: hush}}", true),
        ("auth-provider: {name: oidc, config: {client-secret: hush, client-id: me}}", true),
        ("auth-provider: {name: oidc, config: {client-id: me, idp-issuer-url: 'https://a'}}", false),
        ("exec: {EXEC, env: [{name: AWS_SECRET_ACCESS_KEY, value: hush}]}", true),
        ("exec: {EXEC, env: [{name: HCLOUD_TOKEN, value: hush}]}", true),
        ("exec: {EXEC, env: [{name: HCLOUD_TOKEN, value: ''}]}", false),
        ("exec: {EXEC, env: [{name: AWS_PROFILE, value: a}, {name: AWS_WEB_IDENTITY_TOKEN_FILE, value: /a}]}", false),
        ("exec: {EXEC, args: [get-token, --token=hush]}", true),
        ("exec: {EXEC, args: [get-token, --client-secret, hush, --tenant-id, a]}", true),
        ("exec: {EXEC, args: [--oidc-client-secret=hush]}", true),
        ("exec: {EXEC, args: [-password, hush]}", true),
        ("exec: {EXEC, args: [-c, 'VAULT_TOKEN=hush vault read -field=token a']}", true),
        ("exec: {EXEC, args: [-c, 'curl --password \"hush\" https://a']}", true),
        ("exec: {EXEC, args: [login, --jwt, eyJhbGciOiJub25lIn0.eyJzdWIiOiJodXNoIn0.eA]}", true),
        ("exec: {EXEC, args: [login, --jwt=eyJhbGciOiJub25lIn0.eyJzdWIiOiJodXNoIn0.eA]}", true),
        ("exec: {EXEC, args: [login, '--token=', --client-secret, '', --password, --verbose]}", false),
        ("exec: {EXEC, args: [--region, eu-west-1, eks, get-token, --cluster-name, a, --output, json]}", false),
        ("exec: {EXEC, args: [get-token, --client-id, a, --token-cache-storage=keyring, --use-access-token]}", false),
        ("exec: {EXEC, args: [token, --token-file, /a, --client-key, ~/b.pem, --access-key-id=c]}", false),
        ("exec: {EXEC, args: [-c, 'app token --password \"$PASSWORD\" --use-token=false']}", false),
    ])
    func secretsOfProgramsAndProvidersAreOnes(user: String, expected: Bool) throws {
        let exec = "apiVersion: client.authentication.k8s.io/v1, command: /bin/true, interactiveMode: Never"
        let text = kubeconfigText(user: user.replacing("EXEC", with: exec))
        let lines = try found(text, mode: 0o644).filter { $0.contains("kc-perms") }
        #expect(lines.isEmpty != expected)
        #expect(lines.allSatisfy { !$0.contains("hush") && !$0.contains("eyJ") })
    }

    @Test func thePasswordOfAProxyIsASecret() throws {
        func lines(_ proxy: String) throws -> [String] {
            let cluster = "server: https://a, proxy-url: '\(proxy)'"
            return try found(kubeconfigText(cluster: cluster, user: Self.user), mode: 0o644)
                .filter { $0.contains("kc-perms") }
        }
        #expect(try lines("http://me:hush@p:3128").count == 1)
        #expect(try lines("http://me@p:3128") == [])
    }

    @Test func whatIsPassedOverIsSaid() throws {
        let second = kubeconfigText(user: Self.user) + "\n---\nusers: [{name: v, user: {token: hush}}]\n"
        #expect(
            try found(second, mode: 0o644) == [
                "- degraded kc-bad-entry:  only the first of its documents counts",
                "- degraded kc-perms:  it holds secrets, and others can open it: its mode is 0644",
            ])
        let nameless = kubeconfigText(user: Self.user).replacing(
            "contexts:", with: "- user: {token: hush}\ncontexts:")
        #expect(
            try found(nameless, mode: 0o644) == [
                "- degraded kc-perms:  it holds secrets, and others can open it: its mode is 0644",
                "10 degraded kc-bad-entry:  an entry of `users` has no name and is passed over",
            ])
    }

    @Test func whatIsNoKubeconfigIsAFindingAndTheOthersAreLookedAt() throws {
        try withTemporaryDirectory { directory in
            try write("\u{1}\u{2}", to: directory + "/binary")
            try write("a: [1\n", to: directory + "/broken")
            try write(kubeconfigText(user: "token: hush"), to: directory + "/good")
            try Data(count: 10 << 20).write(to: URL(filePath: directory + "/big"))
            let files = ["binary", "broken", "good", "big"].map { "\(directory)/\($0)" }
            let report = try KubeconfigLint.report(on: files, environment: [:], homeDirectory: nil, now: testTime)
            #expect(report.findings.filter { $0.rule == .unreadable }.map(\.file) == [files[0], files[1], files[3]])
            #expect(report.findings.first { $0.file == files[1] }?.line == 2)
            #expect(report.findings.contains { $0.rule == .staticToken && $0.file == files[2] })
            #expect(report.notEvaluated.keys.sorted { $0.rawValue < $1.rawValue } == [.skew, .serverName])
        }
    }

    @Test func filesThatAreNotThereAreAnErrorWhenNamedAndAFindingInTheEnvironment() throws {
        try withTemporaryDirectory { directory in
            #expect(throws: KubeconfigFailure.self) {
                try KubeconfigLint.report(
                    on: [directory + "/gone"], environment: [:], homeDirectory: nil, now: testTime)
            }
            #expect(throws: KubeconfigFailure.self) {
                try KubeconfigLint.report(on: [], environment: [:], homeDirectory: directory, now: testTime)
            }
            try write(kubeconfigText(user: Self.user), to: directory + "/config")
            let report = try KubeconfigLint.report(
                on: [], environment: ["KUBECONFIG": "~/gone:~/config"], homeDirectory: directory,
                now: testTime)
            #expect(report.findings.map(\.rule) == [.notFound])
            #expect(report.files == [directory + "/config"])
        }
    }

    @Test func everyRuleIsInTheDocumentation() throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/kubeconfig-lint.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        for rule in KubeconfigRule.allCases {
            #expect(text.contains("| `\(rule.rawValue)` | \(rule.title) |"))
        }
    }

    @Test func certificatesSayWhoseTheyAre() throws {
        let facts = try #require(CertificateFacts.read(pem: try Fixture.bytes("tls/client-masters.crt"))?.first)
        #expect(facts.subject.commonName == "admin")
        #expect(facts.subject.organizations == ["dev", "system:masters"])
        #expect(facts.issuer.commonName == "sextant test ca")
        #expect(facts.notBefore.rfc3339 == "2020-01-01T00:00:00Z")
        #expect(facts.notAfter.rfc3339 == "2120-01-01T00:00:00Z")
        #expect(CertificateFacts.read(pem: Array("hello".utf8)) == nil)
        #expect(CertificateFacts(der: [0x30, 0x80]) == nil)
    }
}
