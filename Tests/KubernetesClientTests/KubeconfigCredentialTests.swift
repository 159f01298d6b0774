import Foundation
import KubernetesModel
import Testing

@testable import KubernetesClient

struct KubeconfigCredentialTests {
    /// What a user shows to the server.
    private func credentials(_ user: String) throws -> ClusterAccess {
        try resolved(kubeconfigText(user: user))
    }

    /// What is said of a user that cannot be used.
    private func problem(_ user: String) throws -> String? {
        let words = try refusal(kubeconfigText(user: user))
        let prefix = #"/k/config:8: user "u": "#
        return words.map { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : $0 }
    }

    private let exec = "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: aws}"

    @Test func everyFieldFindsItsPlace() throws {
        let tokenFile = try credentials("tokenFile: token, client-certificate-data: Q0VSVA==, client-key: /keys/u.key")
        #expect(tokenFile.bearerToken == .file("/k/token"))
        #expect(tokenFile.clientCertificate == .data(Secret("CERT")))
        #expect(tokenFile.clientKey == .file("/keys/u.key"))
        let basic = try credentials("username: 7, password: 1e3, client-certificate: a.crt, client-key-data: S0VZ")
        #expect(basic.basicCredential == .init(username: "7", password: Secret("1e3")))
        #expect(basic.clientCertificate == .file("/k/a.crt"))
        #expect(basic.clientKey == .data(Secret("KEY")))
        #expect(try credentials(#"token: " hush\n""#).bearerToken == .value(Secret("hush")))
        #expect(try credentials("username: me").basicCredential == .init(username: "me", password: Secret("")))
        #expect(try credentials("extensions: [{name: x, extension: 1}], unknown: 1").bearerToken == nil)
    }

    @Test func aTokenFileGoesBeforeATokenAsLongAsItCanBeRead() throws {
        try withTemporaryDirectory { directory in
            try write("from the file", to: "\(directory)/token")
            #expect(
                try credentials("token: hush, tokenFile: '\(directory)/token'").bearerToken
                    == .file("\(directory)/token"))
        }
        #expect(try credentials("token: hush, tokenFile: /nowhere/token").bearerToken == .value(Secret("hush")))
    }

    @Test func aTokenOrPasswordGoesBeforeAProgramAndACertificateToo() throws {
        #expect(try credentials("token: hush, \(exec)").execPlugin == nil)
        #expect(try credentials("tokenFile: hush, \(exec)").execPlugin == nil)
        #expect(try credentials("username: me, \(exec)").execPlugin == nil)
        #expect(
            try credentials("client-certificate-data: QQ==, client-key-data: QQ==, \(exec)").execPlugin == nil)
        #expect(try credentials(exec).execPlugin == ExecPlugin(apiVersion: .v1beta1, command: "aws"))
        #expect(try credentials("client-key-data: QQ==, \(exec)").execPlugin?.name == "aws")
        #expect(try credentials("password: hush, \(exec)").execPlugin?.name == "aws")
    }

    @Test func nothingIsShownToAServerWithoutTLS() throws {
        let text = kubeconfigText(
            cluster: "server: 'http://h'",
            user: "token: hush, client-certificate: a, client-key: b, as: bob")
        let access = try resolved(text)
        #expect(access.bearerToken == nil)
        #expect(access.clientCertificate == nil)
        #expect(access.impersonation == .init(user: "bob"))
        #expect(try credentials("token: hush").bearerToken == .value(Secret("hush")))
    }

    @Test(arguments: [
        ("client-certificate: a.crt", "has a client certificate but no key; set client-key or client-key-data"),
        (
            "client-key: a.key",
            "has a client key but no certificate; set client-certificate or client-certificate-data"
        ),
        (
            "client-certificate: a.crt, client-certificate-data: QQ==, client-key: a.key",
            "has both client-certificate and client-certificate-data; remove one of them"
        ),
        (
            "client-certificate: a.crt, client-key-data: QQ==, client-key: a.key",
            "has both client-key and client-key-data; remove one of them"
        ),
        (
            "client-certificate: a.crt, client-key-data: '*'",
            "its client-key-data is not base64; encode it again, such as with base64 -w0"
        ),
        ("password: hush", "has a password but no user name; set username"),
        ("token: hush, username: me", "has both a token and a user name or password; remove one of them"),
        ("tokenFile: t, password: hush", "has both a token and a user name or password; remove one of them"),
        (#"token: "a\nb""#, "its token holds characters that no token has; copy the token again"),
        (
            "exec: {command: a}, auth-provider: {name: oidc}",
            "has both exec and auth-provider; remove the auth-provider"
        ),
        ("exec: {args: [eks]}", "its exec names no command; set exec.command to the program that gets the credential"),
        (
            "exec: {command: aws, args: [eks]}",
            "its exec has no apiVersion; set it to client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1"
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
            "exec: {command: aws, apiVersion: client.authentication.k8s.io/v1beta1, args: hush}",
            "its exec has args that are not a list of texts; write them as `- text`"
        ),
    ])
    func aWrongUserIsNamed(user: String, words: String) throws {
        #expect(try problem(user) == words)
    }

    @Test(arguments: [
        ("token: {a: b}", "its `token` is not text; correct it"),
        ("as: a, as-groups: b", "its `as-groups` is not a list of texts; correct it"),
        ("as: a, as-groups: [[b]]", "its `as-groups` is not a list of texts; correct it"),
        ("as: a, as-user-extra: b", "its `as-user-extra` is not lists by key; correct it"),
        ("as: a, as-user-extra: {b: c}", "its `as-user-extra` is not lists of texts by key; correct it"),
    ])
    func aFieldOfAnotherFormIsNamed(user: String, words: String) throws {
        #expect(try problem(user) == #"/k/config:9: user "u": "# + words)
    }

    // MARK: - Programs

    @Test func aCredentialProgramIsReadWhole() throws {
        let user = """
            exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: bin/../aws, args: [eks, get-token, 7],
              env: [{name: AWS_PROFILE, value: prod}, {name: EMPTY}], provideClusterInfo: true,
              installHint: "line one\\nline two", interactiveMode: Never}
            """
        let cluster = """
            server: "https://h", extensions: [{name: other, extension: 1},
              {name: client.authentication.k8s.io/exec, extension: {audience: x, n: 1.5, b: true, s: "1", l: [~]}}]
            """
        #expect(
            try resolved(kubeconfigText(cluster: cluster, user: user)).execPlugin
                == ExecPlugin(
                    apiVersion: .v1beta1, command: "/k/aws",
                    arguments: ["eks", "get-token", "7"].map { Secret($0) },
                    environment: [
                        .init(name: "AWS_PROFILE", value: Secret("prod")), .init(name: "EMPTY", value: Secret("")),
                    ], installHint: "line one\nline two", provideClusterInfo: true, interactiveMode: .never,
                    clusterConfiguration: Secret(#"{"audience":"x","n":1.5,"b":true,"s":"1","l":[null]}"#)))
    }

    @Test(arguments: ["aws", "/opt/../aws"])
    func aCommandWithoutAFolderIsLookedForInPATH(command: String) throws {
        let user = "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: \(command)}"
        #expect(try credentials(user).execPlugin == ExecPlugin(apiVersion: .v1beta1, command: command))
    }

    // MARK: - auth-provider

    @Test(arguments: [
        (
            "gcp",
            "uses the auth-provider gcp, which Kubernetes removed in 1.26; install gke-gcloud-auth-plugin and run gcloud container clusters get-credentials CLUSTER"
        ),
        (
            "azure",
            "uses the auth-provider azure, which Kubernetes removed in 1.26; install kubelogin and run kubelogin convert-kubeconfig"
        ),
        (
            "openstack",
            #"uses the auth-provider "openstack", which does not exist; use exec, a token or a client certificate, such as from kubectl create token"#
        ),
    ])
    func anAuthProviderOfThePastIsExplained(name: String, words: String) throws {
        #expect(try problem("auth-provider: {name: \(name), config: {access-token: hush}}") == words)
    }

    @Test func theIDTokenOfOIDCIsUsedUntilItExpires() throws {
        func user(_ token: String) -> String {
            "auth-provider: {name: oidc, config: {idp-issuer-url: 'https://i', client-id: c, id-token: '\(token)'}}"
        }
        let remedy = "sign in again with the program that wrote it, or let exec run kubectl oidc-login get-token"
        let good = webToken(#"{"sub":"ö","exp":1795219211}"#)
        #expect(try credentials(user(good)).bearerToken == .value(Secret(good)))
        #expect(try credentials("\(user(good)), client-key: k, client-certificate: c").bearerToken != nil)
        #expect(
            try problem(user(webToken(#"{"exp":1795219210.5}"#)))
                == "its auth-provider oidc holds an id-token that expired on 2026-11-21T00:00:10Z; \(remedy)")
        #expect(try problem(user("")) == "its auth-provider oidc holds no id-token; \(remedy)")
        for token in ["a.b.c", "a.b", webToken("[]"), webToken(#"{"exp":"soon"}"#), webToken(#"{"exp":1e99}"#)] {
            #expect(
                try problem(user(token))
                    == "its auth-provider oidc holds an id-token that is no JWT with an expiry; \(remedy)")
        }
    }

    // MARK: - Impersonation and overrides

    @Test func theUserToActAsIsRead() throws {
        let user = "as: bob, as-uid: '42', as-groups: [a, b], as-user-extra: {scopes/x: [y, z]}"
        #expect(
            try credentials(user).impersonation
                == .init(user: "bob", uid: "42", groups: ["a", "b"], extra: ["scopes/x": ["y", "z"]]))
    }

    @Test(arguments: ["as-groups: [a]", "as-uid: x", "as-user-extra: {a: [b]}"])
    func groupsOfNobodyAreRefused(user: String) throws {
        #expect(
            try problem(user)
                == "acts with a UID, groups or extra values of nobody; say as whom with `as` or --as")
    }

    @Test func overridesTakeThePlaceOfEachFieldAlone() throws {
        let text = kubeconfigText(user: "as: bob, as-uid: '42', as-groups: [a, b], as-user-extra: {x: [y]}")
        func actingUser(_ overrides: AccessOverrides) throws -> ClusterAccess.Impersonation? {
            try resolved(text, overrides: overrides).impersonation
        }
        #expect(
            try actingUser(.init(asUser: "eve"))
                == .init(user: "eve", uid: "42", groups: ["a", "b"], extra: ["x": ["y"]]))
        #expect(
            try actingUser(.init(asUID: "7", asGroups: ["c"]))
                == .init(user: "bob", uid: "7", groups: ["c"], extra: ["x": ["y"]]))
        #expect(
            try refusal(kubeconfigText(), overrides: .init(asGroups: ["c"]))
                == #"/k/config:8: user "u": acts with a UID, groups or extra values of nobody; say as whom with `as` or --as"#
        )
    }

    @Test func overridesNameAnotherClusterAndUser() throws {
        let text = """
            clusters: [{name: one, cluster: {server: "https://one"}}, {name: two, cluster: {server: "https://two"}}]
            users: [{name: red, user: {token: a}}, {name: blue, user: {token: b}}]
            contexts: [{name: dev, context: {cluster: one, user: red, namespace: shop}}]
            """
        let both = AccessOverrides(cluster: "two", user: "blue")
        let other = try resolved(text, context: "dev", overrides: both)
        #expect(other.server.host == "two")
        #expect(other.bearerToken == .value(Secret("b")))
        #expect(other.contextName == "dev")
        #expect(other.clusterName == "two")
        #expect(other.userName == "blue")
        #expect(other.namespace == "shop")
        // As with kubectl, they do without a context.
        let alone = try resolved(text, overrides: both)
        #expect("\(alone.contextName) \(alone.clusterName) \(alone.userName)" == " two blue")
        #expect(try resolved(text, overrides: AccessOverrides(cluster: "one")).bearerToken == nil)
        #expect(
            try refusal(text, context: "dev", overrides: AccessOverrides(cluster: "tow"))
                == #"/k/config: cluster "tow": does not exist; did you mean "two"? there are: one, two"#)
        #expect(
            try refusal(text, context: "dev", overrides: AccessOverrides(user: "green"))
                == #"/k/config: user "green": does not exist; correct --user; there are: red, blue"#)
    }
}

struct AccessOverridesTests {
    /// Each was tried with kubectl 1.32, which takes the same.
    @Test(arguments: [
        ("0", Duration.zero), ("5", .seconds(5)), ("+5", .seconds(5)), ("5s", .seconds(5)), ("2m", .seconds(120)),
        ("1h", .seconds(3600)), ("1m30s", .seconds(90)), ("500ms", .milliseconds(500)), ("1.5s", .milliseconds(1500)),
        (".5s", .milliseconds(500)), ("1.s", .seconds(1)), ("0s", .zero), ("3us", .microseconds(3)),
    ])
    func timesAreThoseOfKubectl(text: String, time: Duration) {
        #expect(AccessOverrides.requestTimeout(text) == time)
    }

    @Test(arguments: [
        "", "-5", "-5s", "5x", "1d", "s", ".", ".s", "1.2.3s", "1.5", "5 s", "1m30", "999999999999", "9e99s",
    ])
    func otherTextIsNoTime(text: String) {
        #expect(AccessOverrides.requestTimeout(text) == nil)
    }

    @Test func aTimeBoundsTheAnswerAndZeroDoesNot() {
        let usual = ClientTimeouts()
        #expect(ClientTimeouts(requestTimeout: nil) == usual)
        #expect(
            ClientTimeouts(requestTimeout: .seconds(2))
                == ClientTimeouts(connect: .seconds(2), answer: .seconds(2), silence: usual.silence))
        #expect(
            ClientTimeouts(requestTimeout: .zero)
                == ClientTimeouts(connect: usual.connect, answer: .zero, silence: usual.silence))
    }
}
