import ConcurrencyTestSupport
import Foundation
import Testing

/// The program itself, on kubeconfigs that cannot be used.
@Suite(.timeLimit(.minutes(20)), .serialized)
struct BadKubeconfigTests {
    private struct Outcome {
        var status: Int32
        var output: String
        var errors: String
    }

    /// Runs the program that was built beside these tests.
    private func run(
        _ arguments: [String], environment: [String: String] = [:], in folder: String
    ) async throws -> Outcome {
        let here = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: here).deletingLastPathComponent().appending(path: "sextant")
        process.arguments = arguments
        process.environment = environment.merging(["HOME": folder]) { given, _ in given }
        process.standardInput = FileHandle.nullDevice
        let (output, errors) = (URL(fileURLWithPath: "\(folder)/out"), URL(fileURLWithPath: "\(folder)/err"))
        for file in [output, errors] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        let status = try await onOwnThread {
            try process.run()
            process.waitUntilExit()
            return process.terminationStatus
        }
        return Outcome(
            status: status, output: try String(contentsOf: output, encoding: .utf8),
            errors: try String(contentsOf: errors, encoding: .utf8))
    }

    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sextant-test-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    private static let secret = "hush-hush"

    private static func text(
        cluster: String = "server: 'https://127.0.0.1:1'", user: String = "token: \(secret)"
    ) -> String {
        """
        current-context: dev
        clusters: [{name: c, cluster: {\(cluster)}}]
        users: [{name: u, user: {\(user)}}]
        contexts: [{name: dev, context: {cluster: c, user: u}}]
        """
    }

    /// A text and the words that must be said of it; FILE is its path.
    static let cases: [(text: String, words: String)] = [
        ("", "FILE: no current-context is set; "),
        ("a: [", "FILE:1: is not valid YAML: "),
        ("token: \(secret)\n\tx", "FILE:2: is not valid YAML: "), ("\u{1}\(secret)", "FILE: is not a text file: "),
        ("- \(secret)", "FILE: is not a kubeconfig: "), ("kind: Pod", "FILE:1: is of kind Pod, not Config; "),
        ("current-context: dev", #"FILE: context "dev": is the current-context but does not exist; "#),
        (text(cluster: "server: ''"), #"FILE:2: cluster "c": has no server; "#),
        (
            text(cluster: "server: 'ftp://\(secret)@h'"),
            #"FILE:2: cluster "c": its server is not an http or https URL; "#
        ),
        (
            text(cluster: "server: 'https://h', proxy-url: 'ftp://\(secret)@h'"),
            #"FILE:2: cluster "c": its proxy-url is no http, https or socks5 URL; "#
        ),
        (
            text(cluster: "server: 'https://h', certificate-authority: /nowhere/ca.crt"),
            #"FILE: cluster "c": its certificate-authority /nowhere/ca.crt cannot be read: no such file; "#
        ),
        (
            text(cluster: "server: 'https://h', certificate-authority-data: aHVzaC1odXNo"),
            #"FILE: cluster "c": its certificate-authority-data holds no PEM certificate; "#
        ),
        (
            text(user: "client-certificate-data: aHVzaC1odXNo, client-key-data: aHVzaC1odXNo"),
            #"FILE: user "u": its client-certificate-data holds no PEM certificate; "#
        ),
        (text(user: "client-key-data: '*'"), #"FILE:3: user "u": has a client key but no certificate; "#),
        (text(user: #"token: "\#(secret)\n\#(secret)""#), #"FILE:3: user "u": its token holds characters "#),
        (text(user: "token: \(secret), username: \(secret)"), #"FILE:3: user "u": has both a token and a user name "#),
        (text(user: "tokenFile: /nowhere/\(secret.prefix(3))"), "cannot be read: no such file; "),
        (text(user: "exec: {command: x, args: [\(secret)]}"), #"FILE:3: user "u": its exec has no apiVersion; "#),
        (
            text(
                user: "exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, "
                    + "command: /nowhere/x, args: [\(secret)]}"),
            "/nowhere/x"
        ),
        (text(), "127.0.0.1:1 refused"),
    ]

    @Test(arguments: cases)
    func twoLinesAtMostAndStatusTwo(text: String, words: String) async throws {
        try await withFolder { folder in
            let path = "\(folder)/config"
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            for command in [["snapshot", "pods", "--timeout", "300"], ["info"]] {
                let outcome = try await run(command + ["--kubeconfig", path], in: folder)
                #expect(outcome.status == 2)
                let lines = outcome.errors.split(separator: "\n")
                #expect(lines.count <= 2)
                #expect(lines.last?.contains(words.replacing("FILE", with: path)) == true, "\(outcome.errors)")
                #expect(lines.allSatisfy { $0.hasPrefix("sextant: ") })
                #expect(!outcome.errors.contains(Self.secret) && !outcome.output.contains(Self.secret))
            }
        }
    }

    @Test func whatWasPassedOverTakesOneLine() async throws {
        try await withFolder { folder in
            try Data("a: [".utf8).write(to: URL(fileURLWithPath: "\(folder)/bad"))
            let text = Self.text().replacing("[{name: dev", with: "[{}, {name: dev")
            try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/good"))
            let outcome = try await run(
                ["snapshot", "pods", "--context", "gone"],
                environment: ["KUBECONFIG": "\(folder)/gone:\(folder)/good:\(folder)/bad"], in: folder)
            let bad = "\(folder)/bad:1: is not valid YAML: did not find expected node content; "
            let lines = outcome.errors.split(separator: "\n")
            #expect(outcome.status == 2)
            #expect(lines.count == 2)
            #expect(lines.first?.hasPrefix("sextant: warning: \(bad)") == true)
            #expect(lines.first?.hasSuffix(" (and 2 more: sextant info)") == true)
            #expect(lines.last?.contains(bad) == true, "\(outcome.errors)")
        }
    }

    @Test func filesThatCannotBeReadAreNamed() async throws {
        try await withFolder { folder in
            let none = try await run(["snapshot", "pods"], in: folder)
            #expect(none.status == 2)
            #expect(
                none.errors
                    == "sextant: no kubeconfig found: \(folder)/.kube/config does not exist; set KUBECONFIG or give --kubeconfig FILE\n"
            )
            let directory = try await run(["snapshot", "pods", "--kubeconfig", folder], in: folder)
            #expect(directory.status == 2)
            #expect(directory.errors == "sextant: \(folder): cannot be read: is a directory; name a file in it\n")
            let nothing = try await run(["snapshot", "pods", "--kubeconfig", "/dev/null"], in: folder)
            #expect(nothing.status == 2)
            #expect(nothing.errors.contains("/dev/null: no current-context is set; "))
        }
    }
}
