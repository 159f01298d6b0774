import Testing

@testable import KubernetesClient

struct KubeconfigTests {
    /// Reads one text as if it were the file `/k/config`.
    private func config(_ text: String) throws -> Kubeconfig {
        var config = Kubeconfig()
        try config.merge(file: "/k/config", bytes: Array(text.utf8))
        return config
    }

    /// A whole kubeconfig around the fields of one cluster and one user.
    private func text(cluster: String = "server: https://10.0.0.1:6443", user: String = "token: hush") -> String {
        """
        apiVersion: v1
        kind: Config
        current-context: dev
        clusters:
        - name: c
          cluster: {\(cluster)}
        users:
        - name: u
          user: {\(user)}
        contexts:
        - name: dev
          context: {cluster: c, user: u, namespace: shop}
        """
    }

    /// What is said when a context cannot be used.
    private func refusal(_ text: String, context: String? = nil) throws -> String? {
        #expect(throws: KubeconfigFailure.self) { try config(text).resolve(context: context) }?.description
    }

    @Test func everyFieldFindsItsPlace() throws {
        let access = try config(
            """
            current-context: dev
            clusters:
            - name: c
              cluster:
                server: https://me:hush@api.example:6443/k8s/clusters/c-1/
                certificate-authority: pki/ca.crt
                tls-server-name: kubernetes
                proxy-url: socks5://localhost:1080
                disable-compression: true
            users:
            - name: u
              user:
                client-certificate-data: Q0VSVA==
                client-key: /keys/u.key
                tokenFile: token
                username: me
                password: pw
                as: bob
                as-groups: [a, b]
                as-user-extra: {scopes: [x]}
            contexts:
            - {name: dev, context: {cluster: c, user: u, namespace: shop}}
            """
        ).resolve(context: nil)
        var expected = ClusterAccess(
            contextName: "dev", clusterName: "c", userName: "u", namespace: "shop",
            server: ServerAddress(host: "api.example", port: 6443, pathPrefix: "/k8s/clusters/c-1"))
        expected.certificateAuthority = .file("/k/pki/ca.crt")
        expected.tlsServerName = "kubernetes"
        expected.proxy = ProxyAddress(url: "socks5://localhost:1080")
        expected.disableCompression = true
        expected.clientCertificate = .data(Secret("CERT"))
        expected.clientKey = .file("/keys/u.key")
        expected.bearerToken = .file("/k/token")
        expected.basicCredential = .init(username: "me", password: Secret("pw"))
        expected.impersonation = .init(user: "bob", groups: ["a", "b"], extra: ["scopes": ["x"]])
        expected.file = "/k/config"
        #expect(access == expected)
    }

    @Test func aJSONKubeconfigIsReadToo() throws {
        let access = try config(
            #"{"current-context":"x","clusters":[{"name":"c","cluster":{"server":"http://127.0.0.1:8001"}}],"contexts":[{"name":"x","context":{"cluster":"c"}}]}"#
        ).resolve(context: nil)
        #expect(
            access
                == {
                    var access = ClusterAccess(
                        contextName: "x", clusterName: "c", userName: "",
                        server: ServerAddress(usesTLS: false, host: "127.0.0.1", port: 8001))
                    access.file = "/k/config"
                    return access
                }())
    }

    @Test(arguments: [
        (#"server: """#, "token: t", #"cluster "c": has no server; set its `server`, such as https://10.0.0.1:6443"#),
        (
            "server: 'ftp://x'", "token: t",
            #"cluster "c": its server is not an http or https URL; write it as https://HOST:PORT"#
        ),
        (
            "server: https://h, certificate-authority-data: '***'", "token: t",
            #"cluster "c": its certificate-authority-data is not base64; encode it again, such as with base64 -w0"#
        ),
        (
            "server: https://h, proxy-url: 'ftp://proxy:3128'", "token: t",
            #"cluster "c": its proxy-url is no http, https or socks5 URL; use http://HOST:PORT or socks5://HOST:PORT"#
        ),
    ])
    func aWrongClusterIsNamed(cluster: String, user: String, words: String) throws {
        #expect(try refusal(text(cluster: cluster, user: user)) == "/k/config:5: \(words)")
    }

    @Test(arguments: [
        (
            "client-certificate: a.crt",
            #"has a client certificate but no key; set client-key or client-key-data"#
        ),
        (
            "client-key: a.key",
            #"has a client key but no certificate; set client-certificate or client-certificate-data"#
        ),
        ("client-key-data: '*'", #"its client-key-data is not base64; encode it again, such as with base64 -w0"#),
        (#"token: "a\nb""#, "its token holds characters that no token has; copy the token again"),
        (
            "exec: {command: aws, args: [eks]}",
            "its exec has no apiVersion; set it to client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1"
        ),
        (
            "exec: {args: [eks]}",
            "its exec names no command; set exec.command to the program that gets the credential"
        ),
        (
            "exec: {command: aws, apiVersion: client.authentication.k8s.io/v1alpha1}",
            "its exec has the apiVersion client.authentication.k8s.io/v1alpha1, which is not supported; update aws and set it to client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1"
        ),
        (
            "exec: {command: aws, apiVersion: client.authentication.k8s.io/v1}",
            "its exec has no interactiveMode, which client.authentication.k8s.io/v1 requires; set it to IfAvailable, or to Never or Always"
        ),
        (
            "exec: {command: aws, apiVersion: client.authentication.k8s.io/v1beta1, interactiveMode: Maybe}",
            "its exec has the interactiveMode Maybe, which does not exist; set it to Never, IfAvailable or Always"
        ),
        (
            "exec: {command: aws, apiVersion: client.authentication.k8s.io/v1beta1, env: [{value: hush}]}",
            "its exec has an environment variable without a name; name it or remove it"
        ),
        (
            "auth-provider: {name: gcp}",
            #"gets its credential from the auth-provider "gcp", which is not supported; use a token, a tokenFile or a client certificate, such as from kubectl create token"#
        ),
    ])
    func aWrongUserIsNamed(user: String, words: String) throws {
        #expect(try refusal(text(user: user)) == "/k/config:8: user \"u\": \(words)")
    }

    @Test func aCredentialProgramIsReadWhole() throws {
        let user = """
            exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: bin/aws, args: [eks, get-token, 7],
              env: [{name: AWS_PROFILE, value: prod}, {name: EMPTY}], provideClusterInfo: true,
              installHint: "line one\\nline two", interactiveMode: Never}
            """
        let cluster = """
            server: "https://h", extensions: [{name: other, extension: 1},
              {name: client.authentication.k8s.io/exec, extension: {audience: x, n: 1.5, b: true, s: "1", l: [~]}}]
            """
        let access = try config(text(cluster: cluster, user: user)).resolve(context: nil)
        #expect(
            access.execPlugin
                == ExecPlugin(
                    apiVersion: .v1beta1, command: "/k/bin/aws",
                    arguments: ["eks", "get-token", "7"].map { Secret($0) },
                    environment: [
                        .init(name: "AWS_PROFILE", value: Secret("prod")), .init(name: "EMPTY", value: Secret("")),
                    ], installHint: "line one\nline two", provideClusterInfo: true, interactiveMode: .never,
                    clusterConfiguration: Secret(#"{"audience":"x","n":1.5,"b":true,"s":"1","l":[null]}"#)))
        #expect(access.execPlugin?.name == "aws")
    }

    @Test(arguments: ["aws", "/opt/aws"])
    func aCommandWithoutAFolderIsLookedForInPATH(command: String) throws {
        let user = "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: \(command)}"
        let plugin = try config(text(user: user)).resolve(context: nil).execPlugin
        #expect(plugin == ExecPlugin(apiVersion: .v1beta1, command: command))
    }

    @Test func aTokenGoesBeforeACredentialProgram() throws {
        let user = "{token: hush, exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: aws}}"
        #expect(try config(text(user: user)).resolve(context: nil).execPlugin == nil)
    }

    @Test func whatIsMissingIsNamed() throws {
        let rest = """
            clusters: [{name: c, cluster: {server: "https://h"}}]
            contexts:
            - {name: a, context: {cluster: gone, user: u}}
            - {name: b, context: {cluster: c, user: gone}}
            - {name: d, context: {user: u}}
            - {name: e}
            - {name: f, context: {cluster: c, user: u}}
            users: [{name: u, user: }]
            """
        #expect(
            try refusal(rest)
                == "/k/config: no current-context is set; choose one with --context or kubectl config use-context; there are: a, b, d, e, f"
        )
        #expect(
            try refusal(rest, context: "z")
                == #"/k/config: context "z": does not exist; choose another context; there are: a, b, d, e, f"#)
        #expect(
            try refusal("current-context: z\n")
                == #"/k/config: context "z": is the current-context but does not exist; choose another context; there are none"#
        )
        #expect(
            try refusal(rest, context: "a")
                == #"/k/config: context "a": names the cluster "gone", which does not exist; add that cluster or correct the context"#
        )
        #expect(
            try refusal(rest, context: "b")
                == #"/k/config: context "b": names the user "gone", which does not exist; add that user or correct the context"#
        )
        #expect(
            try refusal(rest, context: "e") == #"/k/config: context "e": names no cluster; set its `cluster`"#)
        #expect(
            try refusal(rest, context: "f")
                == #"/k/config:8: user "u": has no fields under `user`; fill it in or remove the entry"#)
    }

    @Test(arguments: [
        ("a: [1", "/k/config:2: is not valid YAML: "), ("a: b\n c: d: e", "/k/config:2: is not valid YAML: "),
        ("a: 1\na: 2", "/k/config:"), ("- just\n- a list", "/k/config: is not a kubeconfig"),
        ("hello", "/k/config: is not a kubeconfig"), ("kind: Pod", "/k/config:1: is of kind Pod, not Config"),
        ("\u{1}\u{2}", "/k/config: is not "),
    ])
    func aFileThatIsNoKubeconfigIsNamedWithItsLine(text: String, words: String) throws {
        let failure = #expect(throws: KubeconfigFailure.self) { try config(text) }
        let description = try #require(failure?.description)
        #expect(description.hasPrefix(words))
        #expect(!description.contains("\n"))
    }

    @Test func wrongEntriesElsewhereDoNotStandInTheWay() throws {
        let config = try config(
            text() + """

                - context: {cluster: c}
                - 7
                preferences: {}
                extensions: null
                """)
        #expect(config.contexts.map(\.name) == ["dev"])
        #expect(
            config.warnings == [
                "/k/config:13: an entry of `contexts` has no name; passed over",
                "/k/config:14: an entry of `contexts` has no name; passed over",
            ])
        #expect(try config.resolve(context: nil).bearerToken == .value(Secret("hush")))
    }

    @Test func aSummaryHidesCredentialsAndNamesTheProblem() throws {
        let config = try config(text(cluster: "server: 'https://me:hush@h:1/p?token=hush'", user: "exec: {command: x}"))
        let summary = config.summary(of: try #require(config.contexts.first))
        #expect(summary.server == "https://h:1/p")
        #expect(summary.problem?.contains("its exec has no apiVersion") == true)
        #expect(!String(reflecting: config).contains("hush,"))
    }

    @Test func hostileYAMLDoesNoHarm() throws {
        #expect(throws: KubeconfigFailure.self) { try config(String(repeating: "[", count: 100_000)) }
        let bomb =
            "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
            + (1...30).map {
                "a\($0): &a\($0) [\(Array(repeating: "*a\($0 - 1)", count: 9).joined(separator: ", "))]\n"
            }
            .joined()
        #expect(try config(bomb + text()).resolve(context: nil).userName == "u")
    }

    @Test func anEmptyFileIsAWarning() throws {
        let config = try config("")
        #expect(config.warnings == ["/k/config is empty"])
        #expect(config.contexts == [])
    }
}

struct KubeconfigLoadingTests {
    private func file(_ name: String, server: String, current: String? = nil, certificate: String = "ca.crt") -> String
    {
        """
        \(current.map { "current-context: \($0)" } ?? "")
        clusters: [{name: \(name), cluster: {server: "\(server)", certificate-authority: \(certificate)}}]
        contexts: [{name: \(name), context: {cluster: \(name)}}]
        """
    }

    private func load(
        _ directory: String, explicit: String? = nil, _ environment: [String: String] = [:], home: String? = nil
    ) throws -> Kubeconfig {
        try Kubeconfig.load(
            explicitPath: explicit, environment: environment, homeDirectory: home ?? "\(directory)/home",
            serviceAccountDirectory: "\(directory)/account")
    }

    @Test func severalFilesAreMergedAndTheFirstWins() throws {
        try withTemporaryDirectory { directory in
            try write(file("a", server: "https://one"), to: "\(directory)/x/1")
            try write(file("a", server: "https://two", current: "b"), to: "\(directory)/y/2")
            try write(file("b", server: "https://three", current: "a"), to: "\(directory)/z/3")
            let files = ["x/1", "gone", "y/2", "z/3"].map { "\(directory)/\($0)" }
            let config = try load(directory, ["KUBECONFIG": files.joined(separator: ":") + ":"])
            #expect(config.contexts.map(\.name) == ["a", "b"])
            #expect(config.currentContext == "b")
            #expect(config.warnings == ["\(directory)/gone does not exist; passed over"])
            let first = try config.resolve(context: "a")
            #expect(first.server.host == "one")
            #expect(first.certificateAuthority == .file("\(directory)/x/ca.crt"))
            #expect(try config.resolve(context: nil).certificateAuthority == .file("\(directory)/z/ca.crt"))
        }
    }

    @Test func theExplicitPathWinsThenTheEnvironmentThenHome() throws {
        try withTemporaryDirectory { directory in
            try write(file("explicit", server: "https://h"), to: "\(directory)/1")
            try write(file("environment", server: "https://h"), to: "\(directory)/2")
            try write(file("home", server: "https://h"), to: "\(directory)/home/.kube/config")
            let environment = ["KUBECONFIG": "\(directory)/2"]
            #expect(
                try load(directory, explicit: "\(directory)/1", environment).contexts.map(\.name) == ["explicit"])
            #expect(try load(directory, environment).contexts.map(\.name) == ["environment"])
            #expect(try load(directory, ["KUBECONFIG": ""]).contexts.map(\.name) == ["home"])
            #expect(try load(directory, ["KUBECONFIG": "~/.kube/config"]).contexts.map(\.name) == ["home"])
        }
    }

    @Test func noKubeconfigAtAllIsNamed() throws {
        try withTemporaryDirectory { directory in
            func words(_ explicit: String? = nil, _ environment: [String: String] = [:]) -> String? {
                #expect(throws: KubeconfigFailure.self) {
                    try load(directory, explicit: explicit, environment)
                }?.description
            }
            #expect(
                words()
                    == "no kubeconfig found: \(directory)/home/.kube/config does not exist; set KUBECONFIG or give --kubeconfig FILE"
            )
            #expect(
                words("/nowhere/config")
                    == "/nowhere/config: cannot be read: no such file; check the path given to --kubeconfig")
            #expect(
                words(nil, ["KUBECONFIG": "/nowhere/1:/nowhere/2"])
                    == "no file of KUBECONFIG exists: /nowhere/1, /nowhere/2; correct KUBECONFIG or give --kubeconfig FILE"
            )
            #expect(
                words(nil, ["KUBECONFIG": directory])
                    == "\(directory): cannot be read: is a directory; make it readable for this user")
        }
    }

    @Test func aPodUsesItsServiceAccount() throws {
        try withTemporaryDirectory { directory in
            try write("hush", to: "\(directory)/account/token")
            try write("shop\n", to: "\(directory)/account/namespace")
            let config = try load(directory, ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"])
            var expected = ClusterAccess(
                contextName: "in-cluster", clusterName: "in-cluster", userName: "service account", namespace: "shop",
                server: ServerAddress(host: "fd00::1", port: 443))
            expected.certificateAuthority = .file("\(directory)/account/ca.crt")
            expected.bearerToken = .file("\(directory)/account/token")
            expected.file = "\(directory)/account"
            #expect(try config.resolve(context: nil) == expected)
            #expect(config.warnings == [])
        }
    }

    @Test func theEnvironmentsProxyIsUsedButForExceptions() throws {
        try withTemporaryDirectory { directory in
            try write(file("a", server: "https://api.corp.example:6443", current: "a"), to: "\(directory)/1")
            func proxy(_ environment: [String: String]) throws -> String? {
                try load(directory, explicit: "\(directory)/1", environment).resolve(context: nil).proxy?.description
            }
            #expect(try proxy(["HTTPS_PROXY": "http://me:hush@proxy:3128"]) == "http://proxy:3128")
            #expect(try proxy(["https_proxy": "proxy:3128"]) == "http://proxy:3128")
            #expect(try proxy(["HTTP_PROXY": "proxy:3128"]) == nil)
            #expect(try proxy(["HTTPS_PROXY": "proxy:3128", "NO_PROXY": "x, .corp.example"]) == nil)
        }
    }
}
