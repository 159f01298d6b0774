import AppCore
import AppRuntime
import DemoCluster
import Foundation
import KubernetesClient
import Screen
import TestSupport
import Testing

/// Credential programs and contexts as a person meets them.
@Suite(.timeLimit(.minutes(20))) @MainActor
struct SignInPilotTests {
    /// A program that does `lines` in a folder of its own and then gives a token.
    private func withProgram(_ lines: String, _ body: (_ path: String, _ folder: String) async throws -> Void)
        async throws
    {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sign-in-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let path = "\(folder)/kubelogin"
        let script = """
            #!/bin/sh
            cd '\(folder)'
            \(lines)
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"abc"}}'

            """
        try Data(script.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        try await body(path, folder)
    }

    /// A kubeconfig of a server whose user signs in with a program; the context `other` uses a token.
    private func kubeconfig(_ server: DemoServer, program: String) -> String {
        """
        current-context: dev
        clusters: [{name: c, cluster: {server: "\(server.url)", insecure-skip-tls-verify: true}}]
        users:
        - {name: u, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: '\(program)', interactiveMode: Never}}}
        - {name: t, user: {token: abc}}
        contexts:
        - {name: dev, context: {cluster: c, user: u, namespace: shop}}
        - {name: other, context: {cluster: c, user: t, namespace: payments}}
        """
    }

    @Test func aDeviceCodeIsOnTheScreenUntilThePersonHasSignedIn() async throws {
        let lines = "echo 'open https://example.com/device and enter AB12' >&2\nwhile [ ! -e go ]; do sleep 0.02; done"
        try await withProgram(lines) { program, folder in
            try await serving(.overTLS()) { server in
                try await Pilot.fly(kubeconfig(server, program: program)) { pilot in
                    try await pilot.wait(for: "enter AB12")
                    #expect(pilot.screen.contains("Signing in: kubelogin"))
                    #expect(pilot.screen.contains("Esc cancels"))
                    try Data().write(to: URL(fileURLWithPath: "\(folder)/go"))
                    try await pilot.wait(for: "db-0")
                    #expect(!pilot.screen.contains("AB12"))
                }
            }
        }
    }

    @Test func escEndsTheProgramAndAnotherContextIsOneKeyAway() async throws {
        try await withProgram("echo $$ > pid\necho waiting >&2\nexec sleep 1000") { program, folder in
            try await serving(.overTLS()) { server in
                try await Pilot.fly(kubeconfig(server, program: program)) { pilot in
                    try await pilot.wait(for: "  waiting")
                    pilot.press(.escape)
                    #expect(pilot.screen.contains("stopped waiting for kubelogin to sign in"))
                    pilot.press(.down, .enter)
                    try await pilot.wait(for: "ledger-0")
                }
                let pid = String(
                    decoding: FileManager.default.contents(atPath: "\(folder)/pid") ?? Data(), as: UTF8.self)
                let number = try #require(Int32(pid.trimmingCharacters(in: .newlines)))
                #expect(kill(number, 0) != 0)
            }
        }
    }

    @Test func aProgramThatFailsOpensTheContextsWithItsWords() async throws {
        try await withProgram("echo 'AADSTS70020: the code expired' >&2\nexit 1") { program, _ in
            try await serving(.overTLS()) { server in
                try await Pilot.fly(kubeconfig(server, program: program)) { pilot in
                    try await pilot.wait(for: "Contexts 2")
                    #expect(pilot.screen.contains("AADSTS70020: the code expired"))
                    pilot.press(.down, .enter)
                    try await pilot.wait(for: "ledger-0")
                }
            }
        }
    }

    @Test func eachContextComesBackWithWhatItShowed() async throws {
        try await serving(.overTLS()) { server in
            let text = kubeconfig(server, program: "/nowhere/kubelogin")
            try await Pilot.fly(text, context: "other") { pilot in
                try await pilot.wait(for: "ledger-0")
                pilot.type(":svc shop\n")
                try await pilot.wait(for: "ClusterIP")
                pilot.type(":ctx dev\n")
                try await pilot.wait(for: "does not exist")
                pilot.type(":ctx other\n")
                try await pilot.wait(for: "ClusterIP")
                #expect(pilot.screen.contains("other ▸ shop"))
            }
        }
    }

    @Test func theKubeconfigIsReadAgainWhenTheContextsOpen() async throws {
        try await serving(.overTLS()) { server in
            let before = try Pilot.surroundings(kubeconfig: kubeconfig(server, program: "/nowhere"), context: "other")
            let text = kubeconfig(server, program: "/nowhere").replacing("name: other", with: "name: renewed")
            let after = try Pilot.surroundings(kubeconfig: text).kubeconfig
            var surroundings = before
            surroundings.rereadKubeconfig = { () throws(KubeconfigFailure) in after }
            try await Pilot.fly(surroundings) { pilot in
                try await pilot.wait(for: "ledger-0")
                pilot.type(":ctx\n")
                #expect(pilot.screen.contains("renewed"))
                pilot.type(":ctx renewed\n")
                try await pilot.wait(for: "renewed ▸ payments")
            }
        }
    }

    @Test func lastViewsAreKeptBesideThoseOfOtherSessions() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "views-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let directory = StateDirectory(path: folder)
        directory.prepare()
        func view(_ context: String, _ namespace: String?) -> LastView {
            LastView(context: context, server: "https://h", kind: "pods", namespace: namespace)
        }
        #expect(directory.lastViews() == [])
        try directory.save(lastView: view("a", "x"))
        try directory.save(lastView: view("b", nil))
        try directory.save(lastView: view("a", "y"))
        #expect(directory.lastViews() == [view("b", nil), view("a", "y")])
        for number in 0..<300 { try directory.save(lastView: view("c\(number)", nil)) }
        #expect(directory.lastViews().count == 200)
        try Data("broken".utf8).write(to: URL(fileURLWithPath: "\(folder)/views.json"))
        #expect(directory.lastViews() == [])
    }

    @Test func whatIsKeptGoesWithTheNameOfAContext() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "views-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let directory = StateDirectory(path: folder)
        directory.prepare()
        try directory.rename(context: "a", to: "b")
        func view(_ context: String, _ server: String, _ namespace: String?) -> LastView {
            LastView(context: context, server: server, kind: "pods", namespace: namespace)
        }
        let forward = ForwardRequest(
            kind: "service", namespace: "shop", name: "web", remote: "http", local: 8080, address: "localhost")
        try directory.save(lastView: view("new", "https://h", "gone"))
        try directory.save(lastView: view("new", "https://other", "stays"))
        try directory.save(lastView: view("a", "https://h", "x"))
        try directory.save(lastView: view("b", "https://h", "y"))
        try directory.save(forwards: [forward], context: "a", server: "https://h")
        try directory.rename(context: "a", to: "new")
        #expect(
            directory.lastViews() == [
                view("new", "https://other", "stays"), view("new", "https://h", "x"), view("b", "https://h", "y"),
            ])
        #expect(directory.savedForwards(context: "new", server: "https://h") == [forward])
        #expect(directory.savedForwards(context: "a", server: "https://h") == [])
    }
}
