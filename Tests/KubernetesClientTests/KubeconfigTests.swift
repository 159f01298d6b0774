import Foundation
import KubernetesModel
import Testing

@testable import KubernetesClient

struct KubeconfigTests {
    @Test func everyFieldOfAClusterFindsItsPlace() throws {
        let cluster = """
            server: "https://me:hush@api.example:6443/k8s/clusters/c-1/", certificate-authority: pki/ca.crt,
              tls-server-name: kubernetes, proxy-url: "socks5://localhost:1080", disable-compression: true
            """
        var expected = ClusterAccess(
            contextName: "dev", clusterName: "c", userName: "u", namespace: "shop",
            server: ServerAddress(host: "api.example", port: 6443, pathPrefix: "/k8s/clusters/c-1"))
        expected.certificateAuthority = .file("/k/pki/ca.crt")
        expected.tlsServerName = "kubernetes"
        expected.proxy = ProxyAddress(url: "socks5://localhost:1080")
        expected.disableCompression = true
        expected.file = "/k/config"
        #expect(try resolved(kubeconfigText(cluster: cluster, user: "")) == expected)

        expected.certificateAuthority = .data(Secret("CA"))
        expected.tlsServerName = nil
        expected.proxy = nil
        expected.disableCompression = false
        let data = #"server: "https://api.example:6443/k8s/clusters/c-1", certificate-authority-data: "Q0\nE=""#
        #expect(try resolved(kubeconfigText(cluster: data, user: "")) == expected)

        expected.certificateAuthority = nil
        expected.insecureSkipTLSVerify = true
        let insecure = #"server: "https://api.example:6443/k8s/clusters/c-1", insecure-skip-tls-verify: yes"#
        #expect(try resolved(kubeconfigText(cluster: insecure, user: "")) == expected)
    }

    @Test func aContextNamesClusterUserAndNamespace() throws {
        let text = """
            clusters: [{name: c, cluster: {server: "https://h"}}]
            users: [{name: u, user: {token: hush}}, {name: nobody, user: }]
            contexts:
            - {name: all, context: {cluster: c, user: u, namespace: shop, extensions: [{name: x, extension: 1}]}}
            - {name: anonymous, context: {cluster: c}}
            - {name: empty, context: {cluster: c, user: nobody}}
            """
        let config = try kubeconfig(text)
        #expect(
            config.contexts == [
                .init(name: "all", cluster: "c", user: "u", namespace: "shop"),
                .init(name: "anonymous", cluster: "c", user: "", namespace: nil),
                .init(name: "empty", cluster: "c", user: "nobody", namespace: nil),
            ])
        #expect(config.currentContext == nil)
        #expect(try config.resolve(context: "all").bearerToken == .value(Secret("hush")))
        #expect(try config.resolve(context: "anonymous").bearerToken == nil)
        #expect(try config.resolve(context: "empty").bearerToken == nil)
    }

    @Test func withoutASchemeAServerSpeaksHTTPAsForKubectl() throws {
        let text = kubeconfigText(cluster: "server: '127.0.0.1:8001', certificate-authority: ca.crt")
        #expect(try resolved(text).server == ServerAddress(usesTLS: false, host: "127.0.0.1", port: 8001))
    }

    @Test(arguments: [
        (#"server: """#, #"has no server; set its `server`, such as https://10.0.0.1:6443"#),
        ("", #"has no server; set its `server`, such as https://10.0.0.1:6443"#),
        ("server: 'ftp://x'", #"its server is not an http or https URL; write it as https://HOST:PORT"#),
        ("server: 'https://h:99999'", #"its server is not an http or https URL; write it as https://HOST:PORT"#),
        ("server: [x]", #"its `server` is not text; correct it"#),
        (
            "server: 'https://h', certificate-authority-data: '***'",
            "its certificate-authority-data is not base64; encode it again, such as with base64 -w0"
        ),
        (
            "server: 'https://h', certificate-authority-data: QUI=, certificate-authority: ca.crt",
            "has both certificate-authority and certificate-authority-data; remove one of them"
        ),
        (
            "server: 'https://h', certificate-authority-data: QUI=, insecure-skip-tls-verify: true",
            "has both insecure-skip-tls-verify and a certificate-authority; remove one of them"
        ),
        (
            #"server: 'https://h', insecure-skip-tls-verify: "true""#,
            "its `insecure-skip-tls-verify` is not true or false; correct it"
        ),
        (
            "server: 'https://h', proxy-url: 'ftp://proxy:3128'",
            "its proxy-url is no http, https or socks5 URL; use http://HOST:PORT or socks5://HOST:PORT"
        ),
    ])
    func aWrongClusterIsNamed(cluster: String, words: String) throws {
        let line = words.hasPrefix("its `") ? 6 : 5
        #expect(try refusal(kubeconfigText(cluster: cluster)) == "/k/config:\(line): cluster \"c\": \(words)")
    }

    private let dangling = """
        clusters: [{name: main, cluster: {server: "https://h"}}]
        contexts:
        - {name: alpha, context: {cluster: mian, user: admin}}
        - {name: beta, context: {cluster: main, user: gone}}
        - {name: gamma, context: {user: admin}}
        - {name: delta}
        - {name: eta, context: {cluster: main, namespace: [a]}}
        users: [{name: admin, user: {}}]
        """

    @Test(arguments: [
        (
            "gone",
            #"/k/config: context "gone": does not exist; choose another context; there are: alpha, beta, gamma, delta, eta"#
        ),
        (
            "aplha",
            #"/k/config: context "aplha": does not exist; did you mean "alpha"? there are: alpha, beta, gamma, delta, eta"#
        ),
        (
            "alpha",
            #"/k/config:3: context "alpha": names the cluster "mian", which does not exist; did you mean "main"? correct the context or add that cluster"#
        ),
        (
            "beta",
            #"/k/config:4: context "beta": names the user "gone", which does not exist; correct the context or add that user"#
        ),
        ("gamma", #"/k/config:5: context "gamma": names no cluster; set its `cluster`"#),
        ("delta", #"/k/config:6: context "delta": names no cluster; set its `cluster`"#),
        ("eta", #"/k/config:7: context "eta": its `namespace` is not text; correct it"#),
    ])
    func whatIsMissingIsNamed(context: String, words: String) throws {
        #expect(try refusal(dangling, context: context) == words)
    }

    @Test func aMissingCurrentContextIsNamed() throws {
        let known = "there are: alpha, beta, gamma, delta, eta"
        #expect(
            try refusal(dangling)
                == "/k/config: no current-context is set; choose one with --context or kubectl config use-context; \(known)"
        )
        #expect(
            try refusal("current-context: bta\n" + dangling)
                == #"/k/config: context "bta": is the current-context but does not exist; did you mean "beta"? "#
                + known
        )
        #expect(
            try refusal("current-context: z\n")
                == #"/k/config: context "z": is the current-context but does not exist; choose another context; there are none"#
        )
        let many = (1...240).map { "{name: prod-\($0), context: {}}" }.joined(separator: ", ")
        #expect(
            try refusal("contexts: [\(many)]", context: "nowhere")
                == #"/k/config: context "nowhere": does not exist; choose another context; there are 240, such as prod-1, prod-2, prod-3, prod-4, prod-5"#
        )
    }

    @Test func wrongEntriesElsewhereDoNotStandInTheWay() throws {
        let config = try kubeconfig(
            kubeconfigText() + """

                - context: {cluster: c}
                - 7
                - {name: wrong, context: 7}
                preferences: {colors: true, extensions: [{name: x, extension: 1}]}
                extensions: null
                """)
        #expect(config.contexts.map(\.name) == ["dev", "wrong"])
        #expect(
            config.warnings == [
                "/k/config:13: an entry of `contexts` has no name; passed over",
                "/k/config:14: an entry of `contexts` has no name; passed over",
            ])
        #expect(try config.resolve(context: nil).bearerToken == .value(Secret("hush")))
        #expect(
            #expect(throws: KubeconfigFailure.self) { try config.resolve(context: "wrong") }?.description
                == #"/k/config:15: context "wrong": its `context` holds no fields; write them as `key: value`"#)
    }

    @Test func aNameThatIsThereTwiceIsNamedWithBothLines() throws {
        let config = try kubeconfig(
            """
            clusters:
            - {name: c, cluster: {server: "https://one"}}
            - {name: d, cluster: {server: "https://two"}}
            - {name: c, cluster: {server: "https://three"}}
            users:
            - {name: u, user: {token: a}}
            - {name: u, user: {token: b}}
            contexts:
            - {name: one, context: {cluster: c}}
            - {name: two, context: {cluster: d}}
            - {name: three, context: {cluster: d, user: u}}
            - {name: four, context: {cluster: d}}
            - {name: four, context: {cluster: c}}
            """)
        func words(_ context: String) -> String? {
            #expect(throws: KubeconfigFailure.self) { try config.resolve(context: context) }?.description
        }
        #expect(config.contexts.map(\.name) == ["one", "two", "three", "four"])
        #expect(
            words("one")
                == #"/k/config:2: cluster "c": is there twice, in lines 2 and 4; rename or remove one of them"#)
        #expect(try config.resolve(context: "two").server.host == "two")
        #expect(
            words("three") == #"/k/config:6: user "u": is there twice, in lines 6 and 7; rename or remove one of them"#)
        #expect(
            words("four")
                == #"/k/config:12: context "four": is there twice, in lines 12 and 13; rename or remove one of them"#)
    }

    @Test func aSummaryHidesCredentialsAndNamesTheProblem() throws {
        let text = kubeconfigText(cluster: "server: 'https://me:hush@h:1/p?token=hush'", user: "exec: {command: x}")
        let config = try kubeconfig(text)
        let summary = config.summary(of: try #require(config.contexts.first))
        #expect(summary.server == "https://h:1/p")
        #expect(summary.problem?.contains("its exec has no apiVersion") == true)
        #expect(!String(reflecting: config).contains("hush,"))
    }

    @Test func aSummarySaysWhatHasExpired() throws {
        func problem(_ user: String) throws -> String? {
            let config = try kubeconfig(kubeconfigText(user: user))
            return config.summary(of: try #require(config.contexts.first), now: testTime).problem
        }
        #expect(try problem("token: hush") == nil)
        #expect(try problem("token: \(webToken(#"{"exp":1795219201}"#))") == nil)
        #expect(
            try problem("token: \(webToken(#"{"exp":1795132800}"#))")
                == #"/k/config: user "u": its token expired on 2026-11-20T00:00:00Z; get a new one"#)
        func pair(_ name: String) throws -> String {
            let chain = Data(try Fixture.bytes("tls/\(name).crt")).base64EncodedString()
            let key = Data(try Fixture.bytes("tls/\(name).key")).base64EncodedString()
            return "client-certificate-data: \(chain), client-key-data: \(key)"
        }
        #expect(try problem(try pair("client")) == nil)
        #expect(
            try problem(try pair("client-expired"))
                == #"/k/config: user "u": its client certificate expired on 2021-01-01T00:00:00Z; get a new one"#)
    }
}
