import Foundation
import KubernetesModel
import Logging
import NIOSSL
import Testing

@testable import KubernetesClient

/// The same kubeconfigs, read by kubectl and by us.
@Suite(.enabled(if: Kubectl.path != nil, "kubectl is not on PATH"))
struct KubectlComparisonTests {
    /// A list of named entries as a JSON object by name, with what both of us keep.
    ///
    /// kubectl prints the paths of token files and programs as they are written; where those lead is seen by using them.
    private func entries(_ list: Any?, _ what: String) throws -> [String: [String: Any]] {
        var result: [String: [String: Any]] = [:]
        for item in list as? [[String: Any]] ?? [] {
            var fields = try #require(item[what] as? [String: Any])
            fields["extensions"] = nil
            fields["tokenFile"] = nil
            if var exec = fields["exec"] as? [String: Any] {
                for (key, value) in exec where value is NSNull { exec[key] = nil }
                exec["command"] = (exec["command"] as? String)?.split(separator: "/").last.map(String.init)
                fields["exec"] = exec
            }
            result[try #require(item["name"] as? String)] = fields
        }
        return result
    }

    private func text(_ object: [String: Any]) throws -> String {
        String(
            decoding: try JSONSerialization.data(
                withJSONObject: object, options: [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]),
            as: UTF8.self)
    }

    /// What kubectl makes of the files, with the content of the certificates and keys that they name.
    private func kubectlView(_ folder: String, kubeconfig: String) async throws -> String {
        let result = try await Kubectl.run(
            ["config", "view", "--raw", "--flatten", "-o", "json"], in: folder,
            environment: ["KUBECONFIG": kubeconfig])
        try #require(result.status == 0)
        let view = try #require(try JSONSerialization.jsonObject(with: result.output) as? [String: Any])
        return try text([
            "current-context": try #require(view["current-context"]),
            "clusters": try entries(view["clusters"], "cluster"), "users": try entries(view["users"], "user"),
            "contexts": try entries(view["contexts"], "context"),
        ])
    }

    /// What we make of them, in the same form.
    private func ourView(_ config: Kubeconfig) throws -> String {
        func secret(_ secret: Secret?) -> String? { secret?.text }
        func flag(_ flag: Bool) -> Bool? { flag ? true : nil }
        func content(_ data: String?, _ file: String?) throws -> String? {
            if let data { return data.replacing("\n", with: "") }
            return try file.map { Data(try LocalFile.read($0)).base64EncodedString() }
        }
        var clusters: [String: Any] = [:]
        for entry in config.clusters {
            let cluster = try entry.value.get()
            let fields: [String: Any?] = [
                "server": cluster.server,
                "certificate-authority-data": try content(
                    cluster.certificateAuthorityData, cluster.certificateAuthority),
                "insecure-skip-tls-verify": flag(cluster.insecureSkipTLSVerify),
                "tls-server-name": cluster.tlsServerName, "proxy-url": cluster.proxyURL,
                "disable-compression": flag(cluster.disableCompression),
            ]
            clusters[entry.name] = fields.compactMapValues(\.self)
        }
        var users: [String: Any] = [:]
        for entry in config.users {
            let user = try entry.value.get()
            let exec: [String: Any]? = try user.exec.map { exec in
                let plugin = try exec.get()
                let fields: [String: Any?] = [
                    "apiVersion": plugin.apiVersion.rawValue, "command": plugin.name,
                    "args": plugin.arguments.isEmpty ? nil : plugin.arguments.map(\.text),
                    "env": plugin.environment.isEmpty
                        ? nil : plugin.environment.map { ["name": $0.name, "value": $0.value.text] },
                    "installHint": plugin.installHint.isEmpty ? nil : plugin.installHint,
                    "provideClusterInfo": plugin.provideClusterInfo, "interactiveMode": plugin.interactiveMode.rawValue,
                ]
                return fields.compactMapValues(\.self)
            }
            let acting = user.impersonation
            let fields: [String: Any?] = [
                "client-certificate-data": try content(user.clientCertificateData, user.clientCertificate),
                "client-key-data": try content(secret(user.clientKeyData), user.clientKey),
                "token": secret(user.token), "username": user.username,
                "password": secret(user.password), "as": acting.user, "as-uid": acting.uid,
                "as-groups": acting.groups.isEmpty ? nil : acting.groups,
                "as-user-extra": acting.extra.isEmpty ? nil : acting.extra, "exec": exec,
            ]
            users[entry.name] = fields.compactMapValues(\.self)
        }
        var contexts: [String: Any] = [:]
        for context in config.contexts {
            let fields: [String: Any?] = [
                "cluster": context.cluster, "user": context.user, "namespace": context.namespace,
            ]
            contexts[context.name] = fields.compactMapValues(\.self)
        }
        return try text([
            "current-context": config.currentContext ?? "", "clusters": clusters, "users": users, "contexts": contexts,
        ])
    }

    private static let first = """
        apiVersion: v1
        kind: Config
        preferences: {colors: true}
        clusters:
        - name: both
          cluster: {server: "https://one", certificate-authority: pki/../ca.crt, tls-server-name: kube}
        - name: data
          cluster: {server: "https://two:6443/prefix", certificate-authority-data: QUJD, proxy-url: "socks5://p:1"}
        users:
        - name: both
          user: {username: me, password: pw}
        - name: files
          user: {client-certificate: ./u.crt, client-key: ../u.key, tokenFile: token, as: bob, as-uid: "7"}
        contexts:
        - name: both
          context: {cluster: both, user: both, namespace: shop}
        """
    private static let second = """
        current-context: second
        clusters:
        - name: both
          cluster: {server: "https://never", insecure-skip-tls-verify: true, disable-compression: true}
        - name: other
          cluster: {server: "http://three", insecure-skip-tls-verify: true, disable-compression: true}
        users:
        - name: both
          user: {token: never}
        - name: acting
          user: {token: t, as: bob, as-groups: [a, b], as-user-extra: {x/Y: [z]}}
        - name: v1
          user:
            exec:
              apiVersion: client.authentication.k8s.io/v1
              command: bin/aws
              args: [eks, get-token]
              env: [{name: A, value: b}]
              installHint: brew install aws
              provideClusterInfo: true
              interactiveMode: Never
        - name: v1beta1
          user: {exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: aws, args: null}}
        contexts:
        - name: second
          context: {cluster: other, user: acting}
        - name: both
          context: {cluster: never, user: never}
        """
    private static let third = """
        {"current-context": "never", "clusters": [{"name": "json", "cluster": {"server": "https://json"}}],
         "users": [{"name": "json", "user": {"client-certificate-data": "QQ==", "client-key-data": "Qg=="}}]}
        """

    @Test(arguments: [
        ["a/1"], ["b/2"], ["a/1", "b/2"], ["b/2", "a/1"], ["a/1", "gone", "b/2", "c/d/3", "a/1"], ["c/d/3", "b/2"],
        ["", "a/1", ""], ["./a/1", "a/../b/2"],
    ])
    func filesMergeAlike(files: [String]) async throws {
        try await inTemporaryDirectory { folder in
            try write(Self.first, to: "\(folder)/a/1")
            try write(Self.second, to: "\(folder)/b/2")
            try write(Self.third, to: "\(folder)/c/d/3")
            for name in ["a/ca.crt", "a/u.crt", "u.key"] { try write("the bytes of \(name)", to: "\(folder)/\(name)") }
            try FileManager.default.createDirectory(atPath: "\(folder)/a/pki", withIntermediateDirectories: true)
            let paths = files.map { $0.isEmpty ? "" : "\(folder)/\($0)" }.joined(separator: ":")
            let config = try Kubeconfig.load(
                explicitPath: nil, environment: ["KUBECONFIG": paths], homeDirectory: folder)
            let ours = try ourView(config)
            let theirs = try await kubectlView(folder, kubeconfig: paths)
            #expect(ours == theirs)
        }
    }

    // MARK: - What is taken

    /// Who takes a text, and, where only one does, why.
    struct Taking: Sendable, CustomTestStringConvertible {
        enum Who: Sendable { case both, neither, weAlone }

        var text: String
        var who: Who

        init(_ who: Who, _ text: String) {
            self.who = who
            self.text = text
        }

        var testDescription: String { "\(who): \(text)" }
    }

    @Test(arguments: [
        // Other forms.
        Taking(.both, #"{"current-context":"x","clusters":[{"name":"c","cluster":{"server":"http://h"}}]}"#),
        Taking(.both, "{\n\t\"current-context\":\t\"a\"\n}\n"), Taking(.both, "\u{FEFF}current-context: a\n"),
        Taking(.both, "current-context: a\r\nclusters:\r\n- name: c\r\n  cluster:\r\n    server: h\r\n"),
        Taking(.both, "clusters: [{name: c,\tcluster: {server: h}}]\n"), Taking(.neither, "clusters:\n\t- name: c\n"),
        Taking(.both, "---\ncurrent-context: a\n"), Taking(.both, "current-context: a\n---\ncurrent-context: b\n"),
        Taking(.both, "current-context: a\n---\n[bad\n"), Taking(.both, "---\n---\ncurrent-context: a\n"),
        Taking(.both, ""), Taking(.both, " \n"), Taking(.both, "# nothing\n"), Taking(.both, "null\n"),
        Taking(.neither, "hello\n"), Taking(.neither, "- a\n"), Taking(.neither, "a: [1\n"),
        Taking(.neither, "a: \u{1}\n"), Taking(.neither, "a: \"\\ud83d\"\n"),
        // Kind and version.
        Taking(.neither, "kind: Pod\n"), Taking(.neither, "kind: Config\napiVersion: v2\n"),
        Taking(.both, "apiVersion: v1\n"), Taking(.both, "kind: \"\"\napiVersion: null\n"),
        // Unknown, absent, null.
        Taking(.both, "foo: 1\nclusters: [{name: c, cluster: {server: h, zap: 1}, other: 3}]\n"),
        Taking(.both, "clusters: null\nusers: ~\ncontexts:\ncurrent-context: null\n"),
        Taking(.both, "clusters: [{name: c}]\n"), Taking(.both, "users: [{name: u, user: null}]\n"),
        Taking(.both, "users: [{name: u, user: {as: null, as-groups: null, exec: null, token: ~}}]\n"),
        Taking(.both, "7: 1\ncurrent-context: a\n"),
        // Twice, aliased, merged.
        Taking(.both, "current-context: a\ncurrent-context: b\n"),
        Taking(.both, "clusters: [{name: c, name: d}]\n"),
        Taking(.both, "clusters: [{name: c, cluster: &x {server: a}}, {name: d, cluster: *x}]\n"),
        Taking(.both, "b: &b {server: z}\nclusters: [{name: c, cluster: {<<: *b}}]\n"),
        Taking(.neither, "clusters: [{name: c}, {name: c}]\n"), Taking(.neither, "a: *b\n"),
        Taking(
            .neither,
            "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
                + (1...8).map {
                    "a\($0): &a\($0) [\(Array(repeating: "*a\($0 - 1)", count: 9).joined(separator: ","))]\n"
                }
                .joined()),
        // Values of another form.
        Taking(.neither, "clusters: [{name: c, cluster: s}]\n"), Taking(.neither, "clusters: {a: 1}\n"),
        Taking(.neither, "clusters: s\n"), Taking(.neither, "users: [{name: u, user: {as: a, as-groups: g}}]\n"),
        Taking(.neither, "users: [{name: u, user: {as: a, as-user-extra: {k: v}}}]\n"),
        Taking(.neither, "users: [{name: u, user: {token: {a: b}}}]\n"),
        Taking(.neither, "users: [{name: u, user: {exec: {command: a, args: b}}}]\n"),
        Taking(.both, "clusters: [{name: c, cluster: {server: a, insecure-skip-tls-verify: yes}}]\n"),
        Taking(.neither, "clusters: [{name: c, cluster: {server: a, insecure-skip-tls-verify: \"true\"}}]\n"),
        Taking(.neither, "clusters: [{name: c, cluster: {server: a, insecure-skip-tls-verify: 1}}]\n"),
        Taking(.both, "users: [{name: u, user: {token: 2020-01-01}}]\n"),
        Taking(.both, "clusters: [{name: c, cluster: {server: a, certificate-authority-data: \"QUJD\\nREVG\"}}]\n"),
        // Numbers and truths as text are what they look like.
        Taking(.weAlone, "clusters: [{name: 7, cluster: {server: h}}]\n"),
        Taking(.weAlone, "clusters: [{name: true, cluster: {server: h}}]\n"),
        Taking(.weAlone, "users: [{name: u, user: {token: 123, password: 1e3}}]\n"),
        Taking(.weAlone, "users: [{name: u, user: {as: a, as-groups: [1]}}]\n"),
        // What is not read cannot be wrong.
        Taking(.weAlone, "preferences: {colors: x}\n"),
        Taking(.weAlone, "extensions: [{name: a, extension: {b: 1}}, {name: a, extension: {b: 1}}]\n"),
        // Wrong base64 matters once the entry is used.
        Taking(.weAlone, "clusters: [{name: c, cluster: {server: a, certificate-authority-data: \"***\"}}]\n"),
        // An entry that is no mapping cannot have a name.
        Taking(.weAlone, "clusters: [7]\n"),
    ])
    func whatKubectlTakesWeTake(taking: Taking) async throws {
        try await inTemporaryDirectory { folder in
            let path = "\(folder)/config"
            try write(taking.text, to: path)
            let kubectl = try await Kubectl.run(
                ["config", "view", "--raw", "-o", "json"], in: folder, environment: ["KUBECONFIG": path])
            #expect((kubectl.status == 0) == (taking.who == .both))
            let config = try? Kubeconfig.load(explicitPath: path, environment: [:], homeDirectory: nil)
            let isWhole =
                config.map { config in
                    config.problems.isEmpty && config.contextFailures.isEmpty
                        && config.clusters.allSatisfy { (try? $0.value.get()) != nil }
                        && config.users.allSatisfy { entry in
                            guard let user = try? entry.value.get() else { return false }
                            return user.exec.map { (try? $0.get()) != nil } ?? true
                        }
                } ?? false
            #expect(isWhole == (taking.who != .neither))
            guard taking.who == .both, let config else { return }
            let ours = try ourView(config)
            let theirs = try await kubectlView(folder, kubeconfig: path)
            #expect(ours == theirs)
        }
    }

    // MARK: - What is shown to the server

    /// A request's credential and whom it acts as.
    private struct Shown: Equatable, CustomStringConvertible {
        var headers: [String]
        var hasCertificate: Bool

        init(_ request: SeenRequest) {
            headers = request.headers
                .filter { $0.name.lowercased().hasPrefix("impersonate-") || $0.name.lowercased() == "authorization" }
                // Header names and the digits of percent-encoding count alike in either case.
                .map { "\($0.name.lowercased()): \($0.value)" }.sorted()
            hasCertificate = request.clientCertificate != nil
        }

        var description: String { "\(headers), \(hasCertificate ? "with" : "without") a certificate" }
    }

    /// Asks a server for its version, with kubectl and with our client.
    private func shown(user: String, flags: [String], _ overrides: AccessOverrides) async throws -> [Shown?] {
        let chain = try NIOSSLCertificate.fromPEMBytes(try Fixture.bytes("tls/server.crt"))
        let key = try NIOSSLPrivateKey(bytes: try Fixture.bytes("tls/server.key"), format: .pem)
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(try Fixture.bytes("tls/ca.crt")))
        tls.certificateVerification = .optionalVerification
        let version = Reply.json(#"{"major":"1","minor":"36","gitVersion":"v1.36.2"}"#)
        let folder = try withTemporaryDirectory { $0 }
        defer { try? remove(folder) }
        return try await ScriptedServer.run(Array(repeating: ("/version", version), count: 8), tls: tls) { server in
            let text = """
                current-context: x
                clusters: [{name: c, cluster: {server: "https://127.0.0.1:\(server.port)", certificate-authority: ca.crt}}]
                users: [{name: u, user: {\(user)}}]
                contexts: [{name: x, context: {cluster: c, user: u}}]
                """
            try write(text, to: "\(folder)/config")
            try write("from-the-file\n", to: "\(folder)/token")
            for name in ["ca.crt", "client.crt", "client.key"] {
                try write(String(decoding: try Fixture.bytes("tls/\(name)"), as: UTF8.self), to: "\(folder)/\(name)")
            }
            let answer =
                #"{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"from-exec"}}"#
            try write("#!/bin/sh\necho '\(answer)'\n", to: "\(folder)/plugin")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/plugin")

            // From elsewhere: paths start at the folder of the file.
            _ = try await Kubectl.run(
                ["--kubeconfig", "\(folder)/config"] + flags + ["get", "--raw", "/version"], in: "/",
                environment: ["HOME": folder])
            let theirs = server.seen.last.map(Shown.init)
            let count = server.seen.count
            do {
                let config = try Kubeconfig.load(
                    explicitPath: "\(folder)/config", environment: [:], homeDirectory: nil)
                try await withClient(try config.resolve(context: nil, overrides: overrides)) {
                    _ = try await $0.serverVersion()
                }
            } catch is KubeconfigFailure {
                // Then nothing was shown.
            }
            return [theirs, server.seen.count > count ? server.seen.last.map(Shown.init) : nil]
        }
    }

    private static let certificate = "client-certificate: client.crt, client-key: client.key"
    private static let plugin =
        "exec: {command: ./plugin, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}"

    @Test(arguments: [
        "", "token: hush", "token: hush, tokenFile: token", "token: hush, tokenFile: nowhere", "tokenFile: token",
        "username: me, password: pw", "username: me", "password: pw, token: hush", "username: me, token: hush",
        "username: me, tokenFile: token", certificate, "\(certificate), token: hush", "\(certificate), username: me",
        "client-key: client.key, token: hush", "client-certificate: client.crt, token: hush", plugin,
        "\(plugin), token: hush", "\(plugin), tokenFile: token", "\(plugin), username: me", "\(plugin), \(certificate)",
        "auth-provider: {name: gcp}", "auth-provider: {name: nobody}", "\(plugin), auth-provider: {name: oidc}",
        "auth-provider: {name: oidc, config: {idp-issuer-url: 'https://i', client-id: c, id-token: \(webToken(#"{"exp":4e9}"#))}}",
        "auth-provider: {name: oidc, config: {idp-issuer-url: 'https://i', client-id: c, id-token: a.b.c}}",
        "auth-provider: {name: oidc, config: {idp-issuer-url: 'https://i', client-id: c}}",
        "token: hush, as: bob, as-uid: '7', as-groups: [a, b], as-user-extra: {scopes: [v, w], a/b: [z]}",
        "token: hush, as-groups: [a]",
    ])
    func theSameCredentialIsShown(user: String) async throws {
        let shown = try await shown(user: user, flags: [], AccessOverrides())
        #expect(shown[0] == shown[1])
    }

    @Test(arguments: [
        (["--as", "eve"], AccessOverrides(asUser: "eve")),
        (["--as", "eve", "--as-group", "q", "--as-group", "r"], AccessOverrides(asUser: "eve", asGroups: ["q", "r"])),
        (["--as-uid", "9"], AccessOverrides(asUID: "9")), (["--user", "gone"], AccessOverrides(user: "gone")),
        (["--cluster", "gone"], AccessOverrides(cluster: "gone")),
    ])
    func flagsDoTheSame(flags: [String], overrides: AccessOverrides) async throws {
        for user in ["token: hush", "token: hush, as: bob, as-uid: '7', as-groups: [a, b]"] {
            let shown = try await shown(user: user, flags: flags, overrides)
            #expect(shown[0] == shown[1])
        }
    }
}
