import Foundation
import Testing

/// `docs/kubeconfig.md` lists every field of client-go's `Config` with the test that shows it.
struct KubeconfigDocumentationTests {
    /// Every field, by its path.
    ///
    /// Source: k8s.io/client-go/tools/clientcmd/api/v1, types.go.
    private static let fields: [String] = {
        let cluster = [
            "server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority",
            "certificate-authority-data", "proxy-url", "disable-compression", "extensions",
        ]
        let exec = [
            "command", "args", "env", "env[].name", "env[].value", "apiVersion", "installHint", "provideClusterInfo",
            "interactiveMode",
        ]
        let user =
            [
                "client-certificate", "client-certificate-data", "client-key", "client-key-data", "token", "tokenFile",
                "as", "as-uid", "as-groups", "as-user-extra", "username", "password", "auth-provider",
                "auth-provider.name", "auth-provider.config", "exec", "extensions",
            ] + exec.map { "exec.\($0)" }
        let context = ["cluster", "user", "namespace", "extensions"]
        return [
            "kind", "apiVersion", "preferences", "preferences.colors", "preferences.extensions", "clusters",
            "clusters[].name", "users", "users[].name", "contexts", "contexts[].name", "current-context", "extensions",
        ] + cluster.map { "clusters[].cluster.\($0)" } + user.map { "users[].user.\($0)" }
            + context.map { "contexts[].context.\($0)" }
    }()

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The rows of all tables, as their cells.
    private func rows() throws -> [[String]] {
        let text = try String(contentsOf: Self.root.appending(path: "docs/kubeconfig.md"), encoding: .utf8)
        return text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    @Test func everyFieldIsListed() throws {
        let listed = Set(try rows().compactMap(\.first))
        #expect(Self.fields.filter { !listed.contains("`\($0)`") } == [])
        #expect(Self.fields.count == 51)
    }

    @Test func everyNamedTestIsThere() throws {
        let tests = Self.root.appending(path: "Tests")
        let files = try #require(FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil))
        var sources: [String: String] = [:]
        for case let file as URL in files where file.pathExtension == "swift" {
            sources[file.lastPathComponent] = try String(contentsOf: file, encoding: .utf8)
        }
        let rows = try rows()
        #expect(rows.count > Self.fields.count)
        for row in rows {
            let words = try #require(row.last).trimmingCharacters(in: ["`"]).components(separatedBy: ": ")
            try #require(words.count == 2, "no test in the row of \(row[0])")
            let source = try #require(sources[words[0]], "no file \(words[0])")
            #expect(source.contains("func \(words[1])("), "no test \(words[1]) in \(words[0])")
        }
    }
}
