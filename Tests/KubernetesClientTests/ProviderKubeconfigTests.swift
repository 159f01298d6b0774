import Access
import Foundation
import KubernetesModel
import Testing

@testable import KubernetesClient

/// What is said of contexts as the programs of the big providers write them; names, certificates and tokens are invented.
struct ProviderKubeconfigTests {
    /// What a list shows: kind, flags with their weight, and what is wrong.
    private struct Shown: Equatable, CustomTestStringConvertible {
        var kind: String
        var flags: [String]
        var credential = ""

        var testDescription: String { "\(kind) \(flags) \(credential)" }
    }

    private func shown(cluster: String, user: String, name: String = "x", userName: String = "u") throws -> Shown {
        let text = """
            clusters:
            - name: c
              cluster: {\(cluster)}
            users:
            - name: '\(userName)'
              user: \(user.contains("\n") ? "\n" + user : "{\(user)}")
            contexts:
            - name: '\(name)'
              context: {cluster: c, user: '\(userName)'}
            """
        let config = try kubeconfig(text)
        let summary = config.summary(of: try #require(config.contexts.first), now: testTime)
        #expect(!String(describing: summary).contains("hush"), "secrets are not shown")
        return Shown(
            kind: summary.kind, flags: summary.flags.map { "\($0.weight) \($0.label)" }, credential: summary.credential)
    }

    private func pair(_ name: String) throws -> String {
        let chain = Data(try Fixture.bytes("tls/\(name).crt")).base64EncodedString()
        let key = Data(try Fixture.bytes("tls/\(name).key")).base64EncodedString()
        return "client-certificate-data: \(chain), client-key-data: \(key)"
    }

    private let far = "server: 'https://203.0.113.7:6443'"

    @Test func EKS() throws {
        let user = """
                exec:
                  apiVersion: client.authentication.k8s.io/v1beta1
                  command: aws
                  args: [--region, eu-west-1, eks, get-token, --cluster-name, shop, --output, json, --role-arn, hush]
                  env: [{name: AWS_PROFILE, value: hush}]
            """
        let name = "arn:aws:eks:eu-west-1:123456789012:cluster/prod"
        #expect(
            try shown(
                cluster: "server: 'https://ABC.gr7.eu-west-1.eks.amazonaws.com'", user: user, name: name, userName: name
            )
                == Shown(
                    kind: "aws", flags: ["note production"],
                    credential:
                        "what `aws --region eu-west-1 eks get-token --cluster-name shop --output json --role-arn …` gives"
                ))
    }

    @Test func GKE() throws {
        let user = """
                exec:
                  apiVersion: client.authentication.k8s.io/v1beta1
                  command: gke-gcloud-auth-plugin
                  installHint: Install gke-gcloud-auth-plugin for use with kubectl
                  provideClusterInfo: true
            """
        #expect(
            try shown(cluster: far, user: user, name: "gke_my-project_europe-west1_main")
                == Shown(kind: "gke-gcloud-auth-plugin", flags: [], credential: "what `gke-gcloud-auth-plugin` gives"))
    }

    @Test func AKSAsAUserAndAsAdministrator() throws {
        let user = """
                exec:
                  apiVersion: client.authentication.k8s.io/v1beta1
                  command: kubelogin
                  args: [get-token, --environment, AzurePublicCloud, --server-id, 6dae42f8, --client-id, hush, --tenant-id, hush, --login, devicecode]
            """
        #expect(
            try shown(cluster: far, user: user, userName: "clusterUser_rg_main")
                == Shown(
                    kind: "kubelogin", flags: [],
                    credential: "what `kubelogin get-token --environment AzurePublicCloud --server-id 6dae42f8 "
                        + "--client-id … --tenant-id … --login devicecode` gives"))
        let admin = try shown(
            cluster: far, user: try pair("client-masters"), name: "main-admin", userName: "clusterAdmin_rg_main")
        #expect(admin.kind == "certificate")
        #expect(admin.flags == ["grave admin"])
    }

    /// As `az aks get-credentials --admin` writes it: servers look at the certificate first.
    @Test func aCertificateCountsBeforeTheTokenBesideIt() throws {
        let token = "token: hushhushhushhushxyz9"
        let masters = try shown(cluster: far, user: "\(try pair("client-masters")), \(token)")
        #expect(masters.kind == "certificate")
        #expect(masters.flags == ["grave admin"])
        #expect(masters.credential == "client certificate CN=admin, O=dev, O=system:masters")
        let expired = try shown(cluster: far, user: "\(try pair("client-expired")), \(token)")
        #expect(expired.flags == ["grave expired"])
        // What cannot be read says nothing.
        let broken = "client-certificate-data: aGVsbG8=, client-key-data: aGVsbG8=, \(token)"
        #expect(try shown(cluster: far, user: broken).kind == "opaque token")

        let config = try kubeconfig(
            kubeconfigText(cluster: far, user: "\(try pair("client-masters")), \(token)"))
        let credential = try config.resolve(context: nil, now: testTime).credential
        #expect(credential.identity?.isSuperUser == true)
        #expect(credential.expiry?.rfc3339 == "2120-01-01T00:00:00Z")
        #expect(credential.beside.map(\.words) == ["token …xyz9"])
        let summary = config.summary(of: try #require(config.contexts.first), now: testTime)
        #expect(
            summary.facts.first { $0.label == "Also" }?.text == "a token …xyz9: servers look at the certificate first")
    }

    @Test func anExpiredCertificateIsTheProblemOnlyWithoutATokenThatLasts() throws {
        func problem(_ user: String) throws -> String? {
            let config = try kubeconfig(kubeconfigText(cluster: far, user: user))
            return config.summary(of: try #require(config.contexts.first), now: testTime).problem
        }
        let ended = webToken(#"{"exp":1700000000}"#)
        let lasting = webToken(#"{"exp":1800000000}"#)
        let certificate = try pair("client-expired")
        #expect(try problem("\(certificate), token: \(ended)")?.contains("its client certificate expired") == true)
        #expect(try problem("\(certificate), token: \(lasting)") == nil)
        #expect(try problem("\(try pair("client")), token: \(ended)") == nil)
    }

    @Test func aProgramThatIsNotThereMakesAContextBroken() throws {
        let hint = "'\n kubelogin is not installed.\n\n See https://aka.ms/aks/kubelogin\n'"
            .replacing("\n", with: "\\n").replacing("'", with: "\"")
        let user =
            "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: kubelogin, installHint: \(hint)}"
        var config = try kubeconfig(kubeconfigText(cluster: far, user: user))
        let context = try #require(config.contexts.first)
        #expect(config.summary(of: context, now: testTime).flags == [])
        config.searchPath = "/nowhere:/nor/here"
        let flag = try #require(config.summary(of: context, now: testTime).flags.first)
        #expect(flag.label == "broken")
        #expect(flag.weight == .grave)
        #expect(flag.why == "its program kubelogin is not on the PATH")
        #expect(!flag.next.contains("\u{FFFD}") && flag.next.contains("is not installed. "))
        #expect(flag.next.hasSuffix("See https://aka.ms/aks/kubelogin"))
    }

    @Test(arguments: [
        ("client-expired.key", "does not belong to the client certificate"),
        ("client.crt", "holds no PEM private key"), ("encrypted", "is encrypted"),
    ])
    func aKeyThatCannotBeUsedMakesAContextBrokenInTheWordsOfLint(name: String, expected: String) throws {
        let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n"
        let key = name == "encrypted" ? Array(encrypted.utf8) : try Fixture.bytes("tls/\(name)")
        let certificate = Data(try Fixture.bytes("tls/client.crt")).base64EncodedString()
        let text = kubeconfigText(
            cluster: far,
            user: "client-certificate-data: \(certificate), client-key-data: \(Data(key).base64EncodedString())")
        let config = try kubeconfig(text)
        let summary = config.summary(of: try #require(config.contexts.first), now: testTime)
        let flag = try #require(summary.flags.first)
        #expect(flag.label == "broken" && flag.weight == .grave)
        #expect(flag.why == "its client-key-data \(expected)")
        #expect(summary.problem == "/k/config: user \"u\": \(flag.why); \(flag.next)")
        try withTemporaryDirectory { directory in
            try write(text, to: directory + "/config")
            let report = try KubeconfigLint.report(
                on: [directory + "/config"], environment: [:], homeDirectory: nil, now: testTime)
            let finding = try #require(report.findings.first { $0.rule == .badCertificate })
            #expect(finding.title == flag.why && finding.nextStep == flag.next)
        }
    }

    @Test func aKeyInAFileIsNamedByItsFile() throws {
        try withTemporaryDirectory { directory in
            for (name, file) in [("client.crt", "a.crt"), ("client-expired.key", "a.key")] {
                try Data(try Fixture.bytes("tls/\(name)")).write(to: URL(filePath: "\(directory)/\(file)"))
            }
            let config = try kubeconfig(
                kubeconfigText(
                    cluster: far, user: "client-certificate: \(directory)/a.crt, client-key: \(directory)/a.key"))
            let flags = config.summary(of: try #require(config.contexts.first), now: testTime).flags
            #expect(flags.map(\.why) == ["its client-key \(directory)/a.key does not belong to the client certificate"])
        }
    }

    @Test func tokensOfAmazonEndAfterAQuarterOfAnHour() throws {
        let ended = try shown(cluster: far, user: "token: \(amazonToken("20261120T234400Z"))")
        #expect(ended.flags == ["grave expired"])
        let good = try shown(cluster: far, user: "token: \(amazonToken("20261120T235900Z"))")
        #expect(good.flags == ["warning expires soon"])
        #expect(good.kind == "token")
        for text in ["k8s-aws-v1.", "k8s-aws-v1.hush", "k8s-aws-v1.WC1BbXotRGF0ZT0yMDI2"] {
            #expect(CredentialFacts(token: Secret(text)).expiry == nil)
        }
    }

    @Test func aTokenThatIsNotValidYetIsFlaggedAndShowsItsEmail() throws {
        let token = webToken(#"{"nbf":1795305600,"exp":1800000000,"email":"alice@example.com"}"#)
        let config = try kubeconfig(kubeconfigText(cluster: far, user: "token: \(token)"))
        let summary = config.summary(of: try #require(config.contexts.first), now: testTime)
        #expect(summary.flags.map(\.label) == ["not yet valid"])
        #expect(summary.facts.first { $0.label == "Email" }?.text == "alice@example.com")
    }

    @Test func wordsStayOnOneLineAndRunOneWay() {
        #expect(KubeconfigFailure.oneLine("\na\r\n\nb\n") == "a b")
        #expect(KubeconfigFailure.oneLine("a\u{202E}b\u{1B}\u{2066}\u{200F}é") == "a\u{FFFD}b\u{FFFD}\u{FFFD}\u{FFFD}é")
    }

    @Test func kubeadmAndItsLikesHaveCertificates() throws {
        let masters = try shown(cluster: far, user: try pair("client-masters"))
        #expect(masters.flags == ["grave admin"])
        // k3s, kind and minikube are mostly on this machine; or it is a tunnel.
        let local = try shown(cluster: "server: 'https://127.0.0.1:6443'", user: try pair("client-masters"))
        #expect(local.flags == ["warning admin"])
        let usual = try shown(cluster: far, user: try pair("client"))
        #expect(usual.kind == "certificate")
        let expired = try shown(cluster: far, user: try pair("client-expired"))
        #expect(expired.flags.first == "grave expired")
        // minikube names files.
        let files = try shown(
            cluster: "certificate-authority: /nowhere/ca.crt, server: 'https://192.168.49.2:8443'",
            user: "client-certificate: /nowhere/client.crt, client-key: /nowhere/client.key", name: "minikube")
        #expect(files.kind == "certificate")
        #expect(files.flags == ["grave broken"])
    }

    @Test func tokensOfRancherDigitalOceanAndOpenShiftDoNotSayUntilWhen() throws {
        for token in ["kubeconfig-u-abcdefgh:hushhushhushabcd", "sha256~hushhushhushhushabcd"] {
            let shown = try shown(cluster: far, user: "token: '\(token)'")
            #expect(shown.kind == "opaque token")
            #expect(shown.flags == [])
        }
        let administrator = try shown(
            cluster: far, user: "token: sha256~hushhushhushhushabcd", userName: "kube:admin/api-example-com:6443")
        #expect(administrator.flags == ["grave admin"])
        let user = """
                exec:
                  apiVersion: client.authentication.k8s.io/v1beta1
                  command: doctl
                  args: [kubernetes, cluster, kubeconfig, exec-credential, --version=v1beta1, --context=hush, 3f8d-hush]
            """
        #expect(
            try shown(cluster: far, user: user).credential
                == "what `doctl kubernetes cluster kubeconfig exec-credential --version=v1beta1 --context=… …` gives")
    }

    @Test func serviceAccountsHaveTokensThatEndOrDoNot() throws {
        let old = webToken(#"{"iss":"kubernetes/serviceaccount","sub":"system:serviceaccount:shop:ci"}"#)
        #expect(try shown(cluster: far, user: "token: \(old)").flags == ["warning no end"])
        let bound = webToken(#"{"exp":1795222000,"sub":"system:serviceaccount:shop:ci"}"#)
        #expect(try shown(cluster: far, user: "token: \(bound)").flags == ["warning expires soon"])
        let ended = webToken(#"{"exp":1795132800,"sub":"system:serviceaccount:shop:ci"}"#)
        #expect(try shown(cluster: far, user: "token: \(ended)").flags == ["grave expired"])
    }

    @Test func OIDCRunsAProgram() throws {
        let user = """
                exec:
                  apiVersion: client.authentication.k8s.io/v1
                  interactiveMode: IfAvailable
                  command: kubectl
                  args: [oidc-login, get-token, --oidc-issuer-url=https://id.example.com, --oidc-client-id=hush, --oidc-client-secret=hush]
            """
        #expect(
            try shown(cluster: far, user: user)
                == Shown(
                    kind: "kubectl", flags: [],
                    credential: "what `kubectl oidc-login get-token --oidc-issuer-url=https://id.example.com "
                        + "--oidc-client-id=… --oidc-client-secret=…` gives"))
    }

    @Test func argumentsThatMayBeSecretsAreNotShown() throws {
        func shown(_ arguments: String) throws -> String {
            let user = """
                    exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: tool, args: [\(arguments)]}
                """
            return try self.shown(cluster: far, user: user).credential
        }
        #expect(
            try shown("token, --password, -Xy12SECRETsecret, -pHunter2Secret, --proxy, 'http://u:PW@h'")
                == "what `tool token --password … … … …` gives")
        #expect(
            try shown("login, --oidc-issuer-url, 'https://u:PW@h', '--region=a?token=hush', --kEY=hush, token")
                == "what `tool … --oidc-issuer-url … --region=… … token` gives")
        #expect(
            try shown("--output, --secret, --region, hush, --, --profile, hush")
                == "what `tool --output --secret … … … … …` gives")
    }

    @Test func connectionsThatCannotBeTrustedAreFlagged() throws {
        #expect(
            try shown(cluster: "\(far), insecure-skip-tls-verify: true", user: "token: hushhushhushhushabcd").flags
                == ["warning insecure TLS"])
        #expect(try shown(cluster: "server: 'http://203.0.113.7'", user: "{}").flags == ["warning no TLS"])
        #expect(try shown(cluster: far, user: "username: me, password: hush").flags == ["warning password"])
        #expect(try shown(cluster: far, user: "token: hushhushhushhushabcd, as: root").flags == ["note acts as"])
    }

    /// Two files of kubeadm have the same names: the second context would go to the first cluster.
    @Test func entriesOfOtherFilesAreTold() throws {
        func text(_ address: String, _ name: String) -> String {
            """
            clusters: [{name: kubernetes, cluster: {server: 'https://\(address):6443'}}]
            users: [{name: kubernetes-admin, user: {token: hushhushhushhush-\(address)-abcd}}]
            contexts:
            - {name: \(name), context: {cluster: kubernetes, user: kubernetes-admin}}
            - {name: both, context: {cluster: kubernetes, user: kubernetes-admin}}
            """
        }
        var config = Kubeconfig()
        try config.merge(file: "/k/one", bytes: Array(text("10.0.0.1", "one").utf8))
        try config.merge(file: "/k/two", bytes: Array(text("10.0.0.2", "two").utf8))
        let listed = config.listedContexts(now: testTime)
        #expect(listed.map(\.context.name) == ["one", "both", "two", "both"])
        #expect(listed.map(\.hiddenBy) == [nil, nil, nil, "/k/one"])
        #expect(
            listed.map { $0.summary.flags.map(\.label) }
                == [[], [], ["other's cluster", "other's user"], ["hidden", "other's cluster", "other's user"]])
        #expect(listed.allSatisfy { $0.summary.unused.isEmpty })
        // The same entry in both is no trap.
        var same = Kubeconfig()
        try same.merge(file: "/k/one", bytes: Array(text("10.0.0.1", "one").utf8))
        try same.merge(file: "/k/two", bytes: Array(text("10.0.0.1", "two").utf8))
        #expect(same.listedContexts(now: testTime).filter { $0.context.name == "two" }.map(\.summary.flags) == [[]])
    }
}
