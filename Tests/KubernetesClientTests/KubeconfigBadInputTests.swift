import Foundation
import Glibc
import Testing

@testable import KubernetesClient

/// What stands in a file may be anything.
struct KubeconfigBadInputTests {
    private func words(_ bytes: [UInt8]) -> String? {
        #expect(throws: KubeconfigFailure.self) {
            var config = Kubeconfig()
            try config.merge(file: "/k/config", bytes: bytes)
        }?.description
    }

    private static let correct = "correct it, or point --kubeconfig to another file"

    @Test(arguments: [
        ("a: [1", "/k/config:1: is not valid YAML: did not find expected ',' or ']'; \(correct)"),
        (
            "a: b\n c: d: e",
            "/k/config:2: is not valid YAML: mapping values are not allowed in this context; \(correct)"
        ),
        (
            "clusters:\n\t- name: c",
            "/k/config:2: is not valid YAML: found character that cannot start any token; \(correct)"
        ),
        ("a: *b", "/k/config:1: is not valid YAML: found undefined alias; \(correct)"),
        (
            "a: \"\\ud83d\"",
            "/k/config:1: is not valid YAML: found invalid Unicode character escape code; \(correct)"
        ),
        ("\u{1}\u{2}", "/k/config: is not a text file: control characters are not allowed; \(correct)"),
        ("a: \0", "/k/config: is not a text file: control characters are not allowed; \(correct)"),
        (
            "- just\n- a list",
            "/k/config: is not a kubeconfig: expected keys such as clusters, users and contexts; check that this is the right file"
        ),
        (
            "hello",
            "/k/config: is not a kubeconfig: expected keys such as clusters, users and contexts; check that this is the right file"
        ),
        ("kind: Pod", "/k/config:1: is of kind Pod, not Config; check that this is the right file"),
        (
            "kind: Config\napiVersion: v2",
            "/k/config:2: is of apiVersion v2, not v1; check that this is the right file"
        ),
    ])
    func aFileThatIsNoKubeconfigIsNamedWithItsLine(text: String, expected: String) {
        #expect(words(Array(text.utf8)) == expected)
    }

    @Test(arguments: [[0xFF, 0xFE, 0x63, 0], [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0, 0x80], [0x63, 0x61, 0x66, 0xE9]])
    func aBinaryFileIsNamed(bytes: [UInt8]) {
        #expect(words(bytes) == "/k/config: is not a text file; check that this is the right file")
    }

    // MARK: - What kubectl takes too

    @Test(arguments: ["", " \n", "# nothing\n", "---\n", "null"])
    func anEmptyFileIsAWarning(text: String) throws {
        let config = try kubeconfig(text)
        #expect(config.warnings == ["/k/config is empty"])
        #expect(config.contexts == [])
        #expect(
            #expect(throws: KubeconfigFailure.self) { try config.resolve(context: nil) }?.description
                == "/k/config: no current-context is set; choose one with --context or kubectl config use-context; there are none"
        )
    }

    @Test(arguments: [
        #"{"current-context":"dev","clusters":[{"name":"c","cluster":{"server":"https:\/\/h"}}],"contexts":[{"name":"dev","context":{"cluster":"c"}}]}"#,
        "\u{FEFF}{\"current-context\":\t\"dev\",\"clusters\":[{\"name\":\"c\",\"cluster\":{\"server\":\"https://h\"}}],\n\t\"contexts\":[{\"name\":\"dev\",\"context\":{\"cluster\":\"c\"}}]}",
        "current-context: dev\r\nclusters:\r\n- name: c\r\n  cluster:\r\n    server: https://h\r\ncontexts:\r\n- name: dev\r\n  context:\r\n    cluster: c\r\n",
        "future: [1, {a: b}]\ncurrent-context: dev\nusers: ~\nclusters: [{name: c, more: 1, cluster: {server: 'https://h', future: 1}}]\ncontexts: [{name: dev, context: {cluster: c}}]",
        "7: 1\nx: &x {server: 'https://h'}\ncurrent-context: dev\nclusters: [{name: c, cluster: *x}]\ncontexts: [{name: dev, context: {cluster: c}}]",
        "x: &x {server: 'https://h', tls-server-name: no}\ny: &y {tls-server-name: nn}\ncurrent-context: dev\nclusters: [{name: c, cluster: {<<: [*y, *x], tls-server-name: }}]\ncontexts: [{name: dev, context: {cluster: c}}]",
    ])
    func otherFormsOfTheSameAreRead(text: String) throws {
        var expected = ClusterAccess(
            contextName: "dev", clusterName: "c", userName: "", server: ServerAddress(host: "h", port: 443))
        expected.file = "/k/config"
        #expect(try resolved(text) == expected)
    }

    @Test func ofSeveralDocumentsTheFirstCounts() throws {
        let config = try kubeconfig("current-context: a\n---\ncurrent-context: b\n")
        #expect(config.currentContext == "a")
        #expect(config.warnings == ["/k/config: only the first of its documents counts"])
        let broken = try kubeconfig("current-context: a\n---\n[broken")
        #expect(broken.currentContext == "a")
        #expect(broken.warnings == ["/k/config: only the first of its documents counts"])
        #expect(try kubeconfig("---\ncurrent-context: a\n...\n").warnings == [])
    }

    @Test func ofAKeyThatIsThereTwiceTheLastCounts() throws {
        let config = try kubeconfig(
            """
            current-context: a
            "current-context": "é"
            clusters: [{name: a, 'name': c, cluster: {server: "https://one", server: "https://two", server: "https://three"}}]
            users: [{name: u, user: {as: x, as-user-extra: {a: [b], a: [c]}}}]
            contexts: [{name: é, context: {cluster: c, user: u}}]
            """)
        let access = try config.resolve(context: nil)
        #expect(access.server.host == "three")
        #expect(access.impersonation?.extra == ["a": ["c"]])
        #expect(
            config.warnings == [
                "/k/config:3: the key `server` is there twice; the last one counts",
                "/k/config:3: the key `server` is there twice; the last one counts",
                "/k/config:3: the key `name` is there twice; the last one counts",
                "/k/config:4: the key `a` is there twice; the last one counts",
                "/k/config:1: the key `current-context` is there twice; the last one counts",
            ])
        let many = String(repeating: "a: 1\n", count: 100)
        #expect(throws: KubeconfigFailure.self) { try kubeconfig(many) }
    }

    // MARK: - Hostile files

    /// Runs a body and says how much processor time it took, which others on the machine do not change.
    private func time(_ body: () throws -> Void) rethrows -> Duration {
        func spent() -> Duration {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
        }
        let start = spent()
        try body()
        return spent() - start
    }

    private func bomb(levels: Int = 30) -> String {
        "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
            + (1...levels).map {
                "a\($0): &a\($0) [\(Array(repeating: "*a\($0 - 1)", count: 9).joined(separator: ", "))]\n"
            }
            .joined()
    }

    @Test func anAliasBombIsRefusedAtOnce() {
        let taken = time {
            #expect(
                words(Array((bomb() + kubeconfigText()).utf8))
                    == "/k/config: its aliases stand for far more than is written in it; write the values out")
        }
        #expect(taken < .seconds(5))
    }

    /// Comparing keys would expand their aliases before anything can count them.
    @Test(arguments: [
        "*a30 : x", "? *a30\n: x", "? [*a30]\n: x", "[*a30]: x", "k: {[*a30] : x}", "k: [*a30 : x]", "k: {? *a30 : x}",
        "k: {?*a30 : x}", "k: {x: y,? *a30 : x}",
    ])
    func anAliasBombInAKeyIsRefusedAtOnce(key: String) {
        let taken = time {
            let words = words(Array((bomb() + key + "\n").utf8))
            #expect(
                words == "/k/config: uses an alias or a list as a key; write such keys as plain text"
                    || words?.contains("is not valid YAML") == true)
        }
        #expect(taken < .seconds(5))
    }

    @Test func aliasesOfHonestSizeAreRead() throws {
        let shared = "x: &x {server: 'https://h', certificate-authority-data: QUI=}\n"
        let clusters = (1...500).map { "{name: c\($0), cluster: *x}" }.joined(separator: ", ")
        let contexts = (1...500).map { "{name: c\($0), context: {cluster: c\($0)}}" }.joined(separator: ", ")
        let text = "\(shared)clusters: [\(clusters)]\ncontexts: [\(contexts)]"
        #expect(try resolved(text, context: "c500").certificateAuthority == .data(Secret("AB")))
        // Such text has the characters of an alias, an anchor and a list as a key.
        let value = #"users: [{name: u, user: {token: "& see [a]: *.corp"}}]"#
        #expect(throws: Never.self) { try kubeconfig(value) }
    }

    @Test(arguments: ["[", "{a: ", "- "])
    func deepNestingIsRefused(unit: String) throws {
        let taken = time {
            #expect(throws: KubeconfigFailure.self) {
                try kubeconfig(String(repeating: unit, count: 100_000))
            }
        }
        #expect(taken < .seconds(10))
    }

    @Test func nestingThatIsJustAllowedDoesNoHarm() throws {
        let deep = "x: " + String(repeating: "[", count: 900) + String(repeating: "]", count: 900) + "\n"
        #expect(try resolved(deep + kubeconfigText()).userName == "u")
    }

    @Test func thousandsOfContextsAreReadInTime() throws {
        let data = String(repeating: "QUJD", count: 400)
        var text = "contexts:\n"
        for index in 0..<2000 { text += "- {name: c\(index), context: {cluster: c\(index), user: u\(index)}}\n" }
        text += "clusters:\n"
        for index in 0..<2000 {
            text += "- {name: c\(index), cluster: {server: 'https://h', certificate-authority-data: \(data)}}\n"
        }
        text += "users:\n"
        for index in 0..<2000 { text += "- {name: u\(index), user: {token: t}}\n" }
        let taken = try time {
            let userName = try resolved(text, context: "c1999").userName
            #expect(userName == "u1999")
        }
        #expect(taken < .seconds(10))
    }

    // MARK: - Secrets

    /// Every way to fail, with a secret in each place that can hold one.
    @Test func noFailureShowsASecret() throws {
        let secret = "hush-hush"
        let plugin = "apiVersion: client.authentication.k8s.io/v1beta1, command: c"
        let users = [
            "token: \(secret), username: \(secret)", "token: \(secret), password: \(secret)", "token: [\(secret)]",
            "token: {a: \(secret)}", #"token: "\#(secret)\n\#(secret)""#, "token: \"\(secret)", "token: \(secret): b",
            "password: \(secret)", "tokenFile: t, password: \(secret)",
            "client-key-data: \(secret)", "client-certificate-data: QQ==, client-key-data: '\(secret)!'",
            "client-certificate-data: '\(secret)!'", "exec: {command: a, args: [\(secret)]}",
            "exec: {\(plugin), args: {a: \(secret)}}", "exec: {\(plugin), args: \(secret)}",
            "exec: {\(plugin), env: [{value: \(secret)}]}", "exec: \(secret)",
            "auth-provider: {name: gcp, config: {access-token: \(secret)}}",
            "auth-provider: {name: oidc, config: {id-token: \(secret), client-secret: \(secret)}}",
            "auth-provider: {name: oidc, config: {id-token: \(secret).\(secret).\(secret)}}",
            "auth-provider: {name: oidc, config: {refresh-token: \(secret)}}", "token: \(secret), token: [\(secret)]",
            "token: \(secret)\u{1}", "token: *\(secret)", "as-groups: \(secret), token: \(secret)",
        ]
        let clusters = [
            "server: 'ftp://me:\(secret)@h'", "server: 'https://me:\(secret)@h:99999'", "server: ''",
            "server: 'https://h', proxy-url: 'ftp://me:\(secret)@proxy'",
            "server: 'https://h', proxy-url: 'http://me:\(secret)@proxy:99999'",
        ]
        var words: [String] = []
        for text in users.map({ kubeconfigText(user: $0) }) + clusters.map({ kubeconfigText(cluster: $0) }) {
            do {
                let config = try kubeconfig(text)
                words += config.warnings + config.problems.map(\.description)
                words += config.contexts.compactMap { config.summary(of: $0, now: testTime).problem }
                _ = try config.resolve(context: nil, now: testTime)
                Issue.record("read: \(text)")
            } catch let failure as KubeconfigFailure {
                words.append(failure.description)
            }
        }
        #expect(words.count >= users.count + clusters.count)
        #expect(words.filter { $0.contains("hush") } == [])
        #expect(words.filter { $0.contains("\n") } == [])
    }
}
