import Foundation
import Glibc
import Testing

@testable import KubernetesClient

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

    private func words(
        _ directory: String, explicit: String? = nil, _ environment: [String: String] = [:]
    ) -> String? {
        #expect(throws: KubeconfigFailure.self) { try load(directory, explicit: explicit, environment) }?.description
    }

    // MARK: - Which files

    @Test func severalFilesAreMergedAndTheFirstWins() throws {
        try withTemporaryDirectory { directory in
            try write(file("a", server: "https://one"), to: "\(directory)/x/1")
            try write(file("a", server: "https://two", current: "b"), to: "\(directory)/y/2")
            try write(file("b", server: "https://three", current: "a"), to: "\(directory)/z/3")
            let files = ["x/1", "gone", "y/2", "z/3", "x/1"].map { "\(directory)/\($0)" }
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

    @Test func aWholeEntryWinsNotItsFields() throws {
        try withTemporaryDirectory { directory in
            try write("users: [{name: u, user: {username: me, password: a}}]", to: "\(directory)/1")
            try write("users: [{name: u, user: {token: b}}]\n" + file("c", server: "https://h"), to: "\(directory)/2")
            let config = try load(directory, ["KUBECONFIG": "\(directory)/1:\(directory)/2"])
            let access = try config.resolve(context: "c", overrides: AccessOverrides(user: "u"))
            #expect(access.basicCredential == .init(username: "me", password: Secret("a")))
            #expect(access.bearerToken == nil)
            #expect(access.file == "\(directory)/1")
        }
    }

    @Test func theExplicitPathWinsThenTheEnvironmentThenHome() throws {
        try withTemporaryDirectory { directory in
            try write(file("explicit", server: "https://h"), to: "\(directory)/1")
            try write(file("environment", server: "https://h"), to: "\(directory)/2")
            try write(file("home", server: "https://h"), to: "\(directory)/home/.kube/config")
            let environment = ["KUBECONFIG": "\(directory)/2"]
            func names(_ explicit: String?, _ environment: [String: String]) throws -> [String] {
                try load(directory, explicit: explicit, environment).contexts.map(\.name)
            }
            #expect(try names("\(directory)/1", environment) == ["explicit"])
            #expect(try names("", environment) == ["environment"])
            #expect(try names(nil, environment) == ["environment"])
            #expect(try names(nil, ["KUBECONFIG": ""]) == ["home"])
            #expect(try names(nil, ["KUBECONFIG": "~/.kube/config"]) == ["home"])
        }
    }

    @Test func pathsAreRelativeToTheirFileAlsoWhenThatIsRelative() throws {
        #expect(LocalFile.absolute("ca.crt", in: "/k") == "/k/ca.crt")
        #expect(LocalFile.absolute("./../pki//ca.crt", in: "/home/me/.kube/") == "/home/me/pki/ca.crt")
        #expect(LocalFile.absolute("../../../ca.crt", in: "/k") == "/ca.crt")
        #expect(LocalFile.absolute("/a/../ca.crt", in: "/k") == "/a/../ca.crt")
        #expect(LocalFile.directory(of: "/config") == "")
        #expect(LocalFile.directory(of: "/k/config") == "/k")
        #expect(LocalFile.directory(of: "k/config") == FileManager.default.currentDirectoryPath + "/k")
    }

    @Test func noKubeconfigAtAllIsNamed() throws {
        try withTemporaryDirectory { directory in
            #expect(
                words(directory)
                    == "no kubeconfig found: \(directory)/home/.kube/config does not exist; set KUBECONFIG or give --kubeconfig FILE"
            )
            #expect(
                words(directory, explicit: "/nowhere/config")
                    == "/nowhere/config: cannot be read: no such file; check the path given to --kubeconfig")
            #expect(
                words(directory, ["KUBECONFIG": "/nowhere/1:/nowhere/2"])
                    == "no file of KUBECONFIG exists: /nowhere/1, /nowhere/2; correct KUBECONFIG or give --kubeconfig FILE"
            )
            #expect(
                words(directory, ["KUBECONFIG": ":"])
                    == "KUBECONFIG names no file; correct KUBECONFIG or give --kubeconfig FILE")
        }
    }

    // MARK: - Files that cannot be read

    @Test func aFileThatCannotBeReadIsNamed() throws {
        try withTemporaryDirectory { directory in
            #expect(
                words(directory, explicit: directory)
                    == "\(directory): cannot be read: is a directory; name a file in it")
            let large = "\(directory)/large"
            try write("", to: large)
            try #require(truncate(large, 10_000_000) == 0)
            #expect(
                words(directory, explicit: large)
                    == "\(large): cannot be read: larger than 8 MiB; a kubeconfig is smaller: check that this is the right file, or split it and list the parts in KUBECONFIG"
            )
            let zeros = words(directory, explicit: "/dev/zero")
            #expect(zeros?.hasPrefix("/dev/zero: cannot be read: larger than 8 MiB; ") == true)
        }
    }

    @Test(.enabled(if: geteuid() != 0, "root may read everything"))
    func aFileOfSomebodyElseIsNamed() throws {
        try withTemporaryDirectory { directory in
            try write("", to: "\(directory)/1")
            try #require(chmod("\(directory)/1", 0) == 0)
            #expect(
                words(directory, explicit: "\(directory)/1")
                    == "\(directory)/1: cannot be read: permission denied; make it readable for this user")
        }
    }

    @Test func permissionDeniedHasItsWayOut() {
        let failure = LocalFile.Failure(code: EACCES)
        #expect("\(failure.words); \(failure.kubeconfigRemedy)" == "permission denied; make it readable for this user")
    }

    @Test func aPipeIsReadOnceAndNeverWaitedForWithoutEnd() throws {
        try withTemporaryDirectory { directory in
            let path = "\(directory)/pipe"
            try #require(mkfifo(path, 0o600) == 0)
            let started = ContinuousClock.now
            let failure = #expect(throws: LocalFile.Failure.self) {
                try LocalFile.content(path, patience: .milliseconds(20))
            }
            #expect(failure?.words == "nothing comes out of this pipe")
            #expect(ContinuousClock.now - started < .seconds(60))

            // Reading and writing, so that neither end waits for the other to be opened.
            let writer = open(path, O_RDWR)
            try #require(writer >= 0)
            let text = Array(file("piped", server: "https://h").utf8)
            #expect(Glibc.write(writer, text, text.count) == text.count)
            #expect(throws: LocalFile.Failure.self) { try LocalFile.content(path, patience: .milliseconds(20)) }
            #expect(Glibc.write(writer, text, text.count) == text.count)
            let reader = open(path, O_RDONLY | O_NONBLOCK)
            close(writer)
            // All writers are gone and the bytes wait in the pipe, as with a shell's `<(command)`.
            let config = try load(directory, explicit: "/dev/fd/\(reader)")
            close(reader)
            #expect(config.contexts.map(\.name) == ["piped"])
            #expect(!config.canBeReadAgain)
            try write(file("a", server: "https://h"), to: "\(directory)/1")
            #expect(try load(directory, explicit: "\(directory)/1").canBeReadAgain)
        }
    }

    @Test func aBadFileAmongGoodOnesStandsInTheWayOnlyWhereItMatters() throws {
        try withTemporaryDirectory { directory in
            try write(file("first", server: "https://one"), to: "\(directory)/1")
            try write("a: [", to: "\(directory)/bad")
            try write(file("last", server: "https://three", current: "last"), to: "\(directory)/3")
            try write(file("current", server: "https://two", current: "current"), to: "\(directory)/4")
            func loaded(_ names: String...) throws -> Kubeconfig {
                try load(
                    directory, ["KUBECONFIG": names.map { "\(directory)/\($0)" }.joined(separator: ":")])
            }
            func refusal(_ config: Kubeconfig, _ context: String?) -> String? {
                #expect(throws: KubeconfigFailure.self) { try config.resolve(context: context) }?.description
            }
            let words =
                "\(directory)/bad:1: is not valid YAML: did not find expected node content; correct it, or point --kubeconfig to another file"
            let config = try loaded("1", "bad", "3")
            #expect(config.problems.map(\.description) == [words])
            #expect(config.files == ["\(directory)/1", "\(directory)/3"])
            #expect(try config.resolve(context: "first").server.host == "one")
            #expect(try config.resolve(context: "last").server.host == "three")
            // The bad file may name another current context, or have the one that is asked for.
            #expect(refusal(config, nil) == words)
            #expect(refusal(config, "elsewhere") == words)
            #expect(try loaded("4", "bad", "3").resolve(context: nil).server.host == "two")
            #expect(
                #expect(throws: KubeconfigFailure.self) { try loaded("bad", "gone") }?.description == words)
        }
    }

    @Test func aListThatIsNoneIsAProblemOfItsFile() throws {
        try withTemporaryDirectory { directory in
            try write("clusters: {a: 1}\ncontexts: [{name: a, context: {cluster: a}}]", to: "\(directory)/1")
            let config = try load(directory, explicit: "\(directory)/1")
            let words = "\(directory)/1:1: its `clusters` is not a list; write it as `- name: ...`"
            #expect(config.problems.map(\.description) == [words])
            #expect(
                #expect(throws: KubeconfigFailure.self) { try config.resolve(context: "a") }?.description == words)
        }
    }

    // MARK: - Inside a pod

    private let podEnvironment = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"]

    @Test func aPodUsesItsServiceAccount() throws {
        try withTemporaryDirectory { directory in
            try write("hush", to: "\(directory)/account/token")
            try write("shop\n", to: "\(directory)/account/namespace")
            try write("", to: "\(directory)/account/ca.crt")
            let config = try load(directory, podEnvironment)
            var expected = ClusterAccess(
                contextName: "in-cluster", clusterName: "in-cluster", userName: "service account", namespace: "shop",
                server: ServerAddress(host: "fd00::1", port: 443))
            expected.certificateAuthority = .file("\(directory)/account/ca.crt")
            expected.bearerToken = .file("\(directory)/account/token")
            expected.file = "\(directory)/account"
            #expect(try config.resolve(context: nil) == expected)
            #expect(config.warnings == [])

            expected.namespace = "other"
            let named = podEnvironment.merging(["POD_NAMESPACE": "other"]) { $1 }
            #expect(try load(directory, named).resolve(context: nil) == expected)

            try remove("\(directory)/account/ca.crt")
            expected.namespace = "shop"
            expected.certificateAuthority = nil
            let bare = try load(directory, podEnvironment)
            #expect(try bare.resolve(context: nil) == expected)
            #expect(
                bare.warnings == [
                    "\(directory)/account/ca.crt cannot be read; only what this system trusts is accepted"
                ])
        }
    }

    @Test func aKubeconfigInAPodGoesBeforeTheServiceAccountOnceItNamesAContext() throws {
        try withTemporaryDirectory { directory in
            try write("hush", to: "\(directory)/account/token")
            try write("shop", to: "\(directory)/account/namespace")
            try write("", to: "\(directory)/account/ca.crt")
            let path = "\(directory)/1"
            try write(file("mine", server: "https://h", current: "mine"), to: path)
            let named = try load(directory, explicit: path, podEnvironment)
            #expect(named.contexts.map(\.name) == ["mine"])
            // The pod's namespace is the usual one, as for kubectl.
            #expect(try named.resolve(context: nil).namespace == "shop")
            try write(file("mine", server: "https://h"), to: path)
            let unnamed = try load(directory, explicit: path, podEnvironment)
            #expect(unnamed.contexts.map(\.name) == ["mine", "in-cluster"])
            #expect(try unnamed.resolve(context: nil).contextName == "in-cluster")
            #expect(try load(directory, explicit: "/dev/null", podEnvironment).currentContext == "in-cluster")
            let nowhere = podEnvironment.merging(["KUBECONFIG": "/nowhere"]) { $1 }
            #expect(try load(directory, nowhere).currentContext == "in-cluster")
        }
    }

    @Test func halfAServiceAccountIsNone() throws {
        try withTemporaryDirectory { directory in
            try write("", to: "\(directory)/account/token")
            #expect(words(directory, podEnvironment)?.hasPrefix("no kubeconfig found") == true)
            try write("hush", to: "\(directory)/account/token")
            #expect(words(directory, ["KUBERNETES_SERVICE_HOST": "h"])?.hasPrefix("no kubeconfig found") == true)
        }
    }

    // MARK: - Proxies

    @Test func theEnvironmentsProxyIsUsedUnlessTheClusterNamesOne() throws {
        try withTemporaryDirectory { directory in
            try write(file("a", server: "https://api.corp.example:6443", current: "a"), to: "\(directory)/1")
            func proxy(_ environment: [String: String]) throws -> ProxyAddress? {
                try load(directory, explicit: "\(directory)/1", environment).resolve(context: nil).proxy
            }
            #expect(try proxy(["HTTPS_PROXY": "http://me:hush@proxy:3128"])?.description == "http://proxy:3128")
            #expect(try proxy(["HTTP_PROXY": "proxy:3128"]) == nil)
            #expect(try proxy(["HTTPS_PROXY": "proxy:3128", "NO_PROXY": "x, .corp.example"]) == nil)
            #expect(
                #expect(throws: KubeconfigFailure.self) { try proxy(["HTTPS_PROXY": "ftp://hush@proxy"]) }?.description
                    == "the proxy that the environment names is no http, https or socks5 URL; set HTTPS_PROXY to http://HOST:PORT, or NO_PROXY to api.corp.example"
            )
            try write(
                "current-context: a\ncontexts: [{name: a, context: {cluster: a}}]\n"
                    + #"clusters: [{name: a, cluster: {server: "https://127.0.0.1", proxy-url: "socks5://own"}}]"#,
                to: "\(directory)/1")
            let environment = ["HTTPS_PROXY": "proxy:3128", "NO_PROXY": "*"]
            #expect(try proxy(environment) == ProxyAddress(url: "socks5://own"))
        }
    }
}
