import ConcurrencyTestSupport
import Foundation
import KubernetesModel
import NIOSSL
import Synchronization
import Testing

@testable import KubernetesClient

/// Credential programs, as shell scripts.
@Suite(.timeLimit(.minutes(20)))
struct ExecPluginTests {
    private static let version = Reply.json(#"{"gitVersion":"v1.36.2"}"#)
    private static let refusal = Reply.json(
        #"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}"#,
        status: 401)

    /// What the host was told.
    private final class Heard: Sendable {
        private let events = Mutex<[PluginEvent]>([])
        var all: [PluginEvent] { events.withLock { $0 } }
        var host: PluginHost { PluginHost { event in self.events.withLock { $0.append(event) } } }
    }

    /// A script, its folder (where it runs), and what it leaves there.
    private struct Script {
        let path: String

        func contents(_ name: String) -> String {
            let path = "\(path.dropLast("/plugin".count))/\(name)"
            return FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        }

        /// Access with the script as its credential program.
        func access(
            _ server: ServerAddress = ServerAddress(usesTLS: false, host: "127.0.0.1", port: 1),
            _ configure: (inout ExecPlugin) -> Void = { _ in }
        ) -> ClusterAccess {
            var plugin = ExecPlugin(apiVersion: .v1, command: path)
            configure(&plugin)
            var access = ClusterAccess(contextName: "test", clusterName: "c", userName: "dev", server: server)
            access.execPlugin = plugin
            return access
        }

        /// Runs it once.
        func run(
            limits: PluginRunner.Limits = PluginRunner.Limits(silence: .seconds(3600)), host: PluginHost = .none,
            wantsTerminal: Bool = false,
            _ configure: (inout ExecPlugin) -> Void = { _ in }
        ) async throws -> ExecCredential {
            let access = access(ServerAddress(usesTLS: false, host: "127.0.0.1", port: 1), configure)
            let runner = PluginRunner(
                plugin: try #require(access.execPlugin), access: access, host: host, limits: limits)
            return try await runner.credential(wantsTerminal: wantsTerminal)
        }
    }

    private func withScript<Result>(_ lines: String..., body: (Script) async throws -> Result) async throws -> Result {
        let folder = try withTemporaryDirectory { $0 }
        defer { try? remove(folder) }
        let path = "\(folder)/plugin"
        try write("#!/bin/sh\ncd '\(folder)'\n\(lines.joined(separator: "\n"))\n", to: path)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return try await body(Script(path: path))
    }

    /// Shell that prints an ExecCredential.
    private static func give(_ status: String, version: String = "v1") -> String {
        let document =
            #"{"apiVersion":"client.authentication.k8s.io/\#(version)","kind":"ExecCredential","status":\#(status)}"#
        return "cat <<END\n\(document)\nEND"
    }

    private static let count = "echo run >> runs"
    private static let numbered = give(#"{"token":"t$(wc -l < runs | tr -d ' ')"}"#)

    // MARK: What it gives

    @Test func theTokenIsSentAndTheProgramRunsOnce() async throws {
        try await withScript(Self.count, Self.numbered) { script in
            let replies = Array(repeating: ("/version", Self.version), count: 3)
            try await ScriptedServer.run(replies) { server in
                try await withClient(script.access(server.address())) { client in
                    for _ in 0..<3 { _ = try await client.serverVersion() }
                }
                #expect(server.seen.map { $0.header("Authorization") } == Array(repeating: ["Bearer t1"], count: 3))
            }
            #expect(script.contents("runs") == "run\n")
        }
    }

    @Test func aHundredRequestsAtOnceCauseOneRun() async throws {
        try await withScript(Self.count, Self.numbered) { script in
            let source = CredentialSource(script.access(), host: .none)
            let tokens = try await withThrowingTaskGroup(of: Secret?.self) { group in
                for _ in 0..<100 { group.addTask { try await source.credential().token } }
                return try await group.reduce(into: Set<Secret?>()) { $0.insert($1) }
            }
            #expect(tokens == [Secret("t1")])
            #expect(script.contents("runs") == "run\n")
        }
    }

    @Test func a401RunsItAgainAndTheRequestIsRepeatedOnce() async throws {
        try await withScript(Self.count, Self.numbered) { script in
            try await ScriptedServer.run([("/version", Self.refusal), ("/version", Self.version)]) { server in
                try await withClient(script.access(server.address())) { client in
                    _ = try await client.serverVersion()
                }
                #expect(server.seen.map { $0.header("Authorization") } == [["Bearer t1"], ["Bearer t2"]])
            }
        }
    }

    @Test func aSecond401IsTheAnswer() async throws {
        try await withScript(Self.count, Self.numbered) { script in
            let replies = Array(repeating: ("/version", Self.refusal), count: 3)
            try await ScriptedServer.run(replies) { server in
                try await withClient(script.access(server.address())) { client in
                    let words =
                        #"read the server's version: Unauthorized (the server does not accept what plugin gave for user "dev"; sign in again)"#
                    let failure = await #expect(throws: APIFailure.self) { _ = try await client.serverVersion() }
                    #expect(failure?.description == words)
                }
                #expect(server.seen.count == 2)
            }
            #expect(script.contents("runs") == "run\nrun\n")
        }
    }

    @Test func aRefusedCredentialThatWasOverOnArrivalIsNamedWithItsEnd() async throws {
        let status = #"{"token":"abc","expirationTimestamp":"2021-01-01T00:00:00Z"}"#
        try await withScript(Self.give(status)) { script in
            try await ScriptedServer.run(Array(repeating: ("/version", Self.refusal), count: 2)) { server in
                try await withClient(script.access(server.address())) { client in
                    let failure = await #expect(throws: APIFailure.self) { _ = try await client.serverVersion() }
                    #expect(
                        failure?.detail
                            == #"Unauthorized (what plugin gave for user "dev" expired on 2021-01-01T00:00:00Z; sign in again)"#
                    )
                }
            }
        }
    }

    @Test func aClientCertificateIsPresented() async throws {
        func quoted(_ name: String) throws -> String {
            JSONValue.string(String(decoding: try Fixture.bytes("tls/\(name)"), as: UTF8.self)).writeJSON()
                .replacing("\\", with: "\\\\")
        }
        let status = try #"{"clientCertificateData":\#(quoted("client.crt")),"clientKeyData":\#(quoted("client.key"))}"#
        try await withScript(Self.give(status)) { script in
            let chain = try NIOSSLCertificate.fromPEMBytes(try Fixture.bytes("tls/server.crt"))
            let key = try NIOSSLPrivateKey(bytes: try Fixture.bytes("tls/server.key"), format: .pem)
            var tls = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(try Fixture.bytes("tls/ca.crt")))
            tls.certificateVerification = .noHostnameVerification
            try await ScriptedServer.run([("/version", Self.version)], tls: tls) { server in
                var access = script.access(server.address(tls: true))
                access.certificateAuthority = .file(try Fixture.path("tls/ca.crt"))
                try await withClient(access) { client in _ = try await client.serverVersion() }
                #expect(
                    server.seen.first?.clientCertificate
                        == (try NIOSSLCertificate.fromPEMBytes(try Fixture.bytes("tls/client.crt")).first))
            }
        }
    }

    // MARK: What it is given

    @Test func argumentsAndEnvironmentArriveAsWritten() async throws {
        try await withScript(
            #"printf '%s|' "$@" > arguments"#, #"printf '%s' "$A $HOME" > variables"#,
            Self.give(#"{"token":"abc"}"#)
        ) { script in
            _ = try await script.run {
                $0.arguments = [Secret("eks"), Secret("get token"), Secret("$HOME")]
                $0.environment = [.init(name: "A", value: Secret("1 2")), .init(name: "HOME", value: Secret("/h"))]
            }
            #expect(script.contents("arguments") == "eks|get token|$HOME|")
            #expect(script.contents("variables") == "1 2 /h")
        }
    }

    @Test func theClusterIsToldOnlyWhenAskedFor() async throws {
        try await withScript(
            #"printf '%s' "$KUBERNETES_EXEC_INFO" > info"#, Self.give(#"{"token":"abc"}"#, version: "v1beta1")
        ) { script in
            _ = try await script.run { $0.apiVersion = .v1beta1 }
            #expect(
                script.contents("info")
                    == #"{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","spec":{"interactive":false}}"#
            )
            var access = script.access {
                $0.apiVersion = .v1beta1
                $0.provideClusterInfo = true
                $0.clusterConfiguration = Secret(#"{"audience":"x","n":[1,true]}"#)
            }
            access.tlsServerName = "kubernetes"
            access.insecureSkipTLSVerify = true
            access.certificateAuthority = .data(Secret("CA"))
            access.disableCompression = true
            let runner = PluginRunner(plugin: try #require(access.execPlugin), access: access, host: .none)
            _ = try await runner.credential(wantsTerminal: false)
            #expect(
                script.contents("info")
                    == #"{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","spec":{"interactive":false,"cluster":{"server":"http://127.0.0.1:1","tls-server-name":"kubernetes","insecure-skip-tls-verify":true,"certificate-authority-data":"Q0E=","disable-compression":true,"config":{"audience":"x","n":[1,true]}}}}"#
            )
        }
    }

    @Test func itHasNoTerminalAndNothingToRead() async throws {
        try await withScript(
            "(: < /dev/tty) 2> /dev/null && echo tty > seen", "cat >> seen", "echo end >> seen",
            Self.give(#"{"token":"abc"}"#)
        ) { script in
            _ = try await script.run()
            #expect(script.contents("seen") == "end\n")
        }
    }

    // MARK: What it says

    @Test func whatItSaysIsReportedLineByLine() async throws {
        let heard = Heard()
        try await withScript(
            "echo 'To sign in, open https://example.com/device and enter AB12' >&2",
            #"printf '\033[31mcolour\007\n\nName: ' >&2"#, Self.give(#"{"token":"abc"}"#)
        ) { script in
            _ = try await script.run(host: heard.host)
        }
        #expect(
            heard.all == [
                .started(command: "plugin"), .said("To sign in, open https://example.com/device and enter AB12"),
                .said("\u{FFFD}[31mcolour\u{FFFD}"), .said("Name:"), .ended(failure: nil),
            ])
    }

    @Test func itNeedNotCloseItsOutputForAChildThatStays() async throws {
        try await withScript("sleep 1000 &", "echo $! > child", Self.give(#"{"token":"abc"}"#)) { script in
            let token = try await script.run().token
            #expect(token == Secret("abc"))
            let child = try #require(pid_t(script.contents("child").trimmingCharacters(in: .newlines)))
            kill(child, SIGKILL)
        }
    }

    // MARK: Failures

    private func failure(
        _ lines: String, limits: PluginRunner.Limits = PluginRunner.Limits(silence: .seconds(3600)),
        _ configure: (inout ExecPlugin) -> Void = { _ in }
    ) async throws -> String {
        try await withScript(lines) { script in
            let heard = Heard()
            let failure = await #expect(throws: APIFailure.self) {
                _ = try await script.run(limits: limits, host: heard.host, configure)
            }
            #expect(failure?.reason == .configuration)
            let words = failure?.detail ?? ""
            #expect(heard.all.last == .ended(failure: words))
            return words
        }
    }

    @Test(arguments: [
        (
            "echo hush\necho 'first' >&2\necho 'no credentials' >&2\nexit 255",
            "failed with exit status 255: first no credentials"
        ),
        (
            "for word in one two three; do yes $word | tr '\\n' - | head -c 200 >&2; echo >&2; done; exit 1",
            "failed with exit status 1: \(dashed("one", 200)) … \(dashed("two", 200).suffix(49)) \(dashed("three", 200))"
        ),
        (
            "yes word | tr '\\n' - | head -c 400 >&2; exit 1",
            "failed with exit status 1: \(dashed("word", 400))"
        ),
        (
            "yes noise | head -c 3000000 >&2; echo the reason >&2; exit 1",
            "failed with exit status 1: \(noise) … \(noise.suffix(239)) the reason"
        ),
        ("exit 3", "failed with exit status 3"), ("kill -9 $$", "was ended by signal 9"),
        ("true", "printed nothing"), ("echo hush", "printed something that is not JSON"),
        ("head -c 2000000 /dev/zero", "printed more than 1 MiB"),
    ])
    func howItFailsIsSaid(lines: String, words: String) async throws {
        let failure = try await failure(lines)
        #expect(failure == #"user "dev": its credential program plugin \#(words)"#)
    }

    private static let noise = String(repeating: " noise", count: 42).dropFirst()

    private static func dashed(_ word: String, _ count: Int) -> String {
        String(String(repeating: word + "-", count: count).prefix(count))
    }

    @Test func aProgramThatIsMissingIsNamedWithTheHint() async throws {
        #expect(
            try await failure("") {
                $0.command = "no-such-program"
                $0.installHint = "no-such-program is required.\n\nSee https://example.com/install"
            }
                == #"user "dev": its credential program no-such-program was not found in PATH; no-such-program is required. See https://example.com/install"#
        )
        #expect(
            try await failure("") { $0.command = "/nowhere/aws" }
                == #"user "dev": its credential program aws does not exist: /nowhere/aws; install it"#)
    }

    @Test func aFileThatIsNoProgramIsNamed() async throws {
        let words = try await failure("") { $0.command = "/etc/hostname" }
        #expect(words.hasPrefix(#"user "dev": its credential program hostname could not be run: "#))
    }

    @Test func aProgramThatHangsIsEnded() async throws {
        let limits = PluginRunner.Limits(
            silence: .milliseconds(50), afterWords: .seconds(300), ending: .milliseconds(50))
        #expect(
            try await failure("trap '' TERM\nsleep 1000 & wait\nwait", limits: limits)
                == #"user "dev": its credential program plugin said nothing for 0 s and was ended"#)
    }

    @Test func aPersonHasTheirOwnTime() async throws {
        let limits = PluginRunner.Limits(
            silence: .seconds(300), afterWords: .milliseconds(50), ending: .milliseconds(50))
        #expect(
            try await failure("echo 'enter AB12' >&2\nsleep 1000", limits: limits)
                == #"user "dev": its credential program plugin was not done 0 s after its last words and was ended: enter AB12"#
        )
    }

    @Test func whoStopsWaitingLeavesNoProcessBehind() async throws {
        try await withScript("sleep 1000 &", "echo $$ $! > pids.new && mv pids.new pids", "echo ready >&2", "wait") {
            script in
            let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
            let host = PluginHost { if case .said = $0 { isReady.yield() } }
            let source = CredentialSource(script.access(), host: host)
            let waiting = Task { try await source.credential() }
            for await _ in ready { break }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { _ = try await waiting.value }
            await source.shutdown()
            let pids = script.contents("pids").split { $0.isWhitespace }.compactMap { pid_t($0) }
            #expect(pids.count == 2)
            try await until { pids.allSatisfy(isGone) }
        }
    }

    /// Whether a process has ended, though its parent may not have taken note.
    private func isGone(_ pid: pid_t) -> Bool {
        guard kill(pid, 0) == 0 else { return true }
        let stat = FileManager.default.contents(atPath: "/proc/\(pid)/stat").map { String(decoding: $0, as: UTF8.self) }
        return stat?.contains(") Z ") ?? true
    }

    // MARK: The terminal

    private func terminal(_ lent: Heard, isFree: Bool = false) -> PluginHost {
        PluginHost(
            report: { _ in },
            withTerminal: { body in
                await lent.host.report(.said("lent"))
                await body()
            }, isTerminalFree: isFree)
    }

    @Test(arguments: [
        (ExecPlugin.InteractiveMode.never, true, true, "false"), (.ifAvailable, false, false, "false"),
        (.ifAvailable, true, false, "true"), (.ifAvailable, false, true, "true"), (.always, false, false, "true"),
    ])
    func theTerminalIsLentAsTheModeAllows(
        mode: ExecPlugin.InteractiveMode, wanted: Bool, isFree: Bool, interactive: String
    ) async throws {
        let lent = Heard()
        try await withScript(#"printf '%s' "$KUBERNETES_EXEC_INFO" > info"#, Self.give(#"{"token":"abc"}"#)) { script in
            _ = try await script.run(host: terminal(lent, isFree: isFree), wantsTerminal: wanted) {
                $0.interactiveMode = mode
            }
            #expect(script.contents("info").contains(#""interactive":\#(interactive)"#))
        }
        #expect(lent.all.isEmpty == (interactive == "false"))
    }

    @Test func aProgramThatMustAskAPersonSaysSoWhereThereIsNone() async throws {
        #expect(
            try await failure("") { $0.interactiveMode = .always }
                == #"user "dev": its credential program plugin has to ask a person (interactiveMode Always), and there is no terminal"#
        )
    }

    @Test func signingInRunsItAgainWithTheTerminal() async throws {
        let lent = Heard()
        try await withScript(Self.count, Self.numbered) { script in
            let source = CredentialSource(script.access(), host: terminal(lent))
            #expect(try await source.credential().token == Secret("t1"))
            #expect(lent.all.isEmpty)
            try await source.renew()
            #expect(lent.all.count == 1)
            #expect(try await source.credential().token == Secret("t2"))
        }
    }

    @Test func signingInReplacesARunThatCannotAsk() async throws {
        let (running, isRunning) = AsyncStream.makeStream(of: Void.self)
        let host = PluginHost(
            report: { if case .said = $0 { isRunning.yield() } }, withTerminal: { body in await body() })
        // Without a terminal it waits for what does not come.
        let lines = """
            case "$KUBERNETES_EXEC_INFO" in *'"interactive":false'*) echo 'enter AB12' >&2; sleep 1000;; esac
            """
        try await withScript(Self.count, lines, Self.numbered) { script in
            let source = CredentialSource(script.access(), host: host)
            let waiting = Task { try await source.credential() }
            for await _ in running { break }
            try await source.renew()
            #expect(try await waiting.value.token == Secret("t2"))
        }
    }

    @Test(.timeLimit(.minutes(20)))
    func signingInAfterTheLastOneStoppedWaitingRunsItAgain() async throws {
        let (running, isRunning) = AsyncStream.makeStream(of: Void.self)
        let host = PluginHost { if case .said = $0 { isRunning.yield() } }
        let lines = "[ $(wc -l < runs) = 1 ] && echo 'enter AB12' >&2 && sleep 1000"
        try await withScript(Self.count, lines, Self.numbered) { script in
            let source = CredentialSource(script.access(), host: host)
            let waiting = Task { try await source.credential() }
            for await _ in running { break }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { _ = try await waiting.value }
            // The first run may not be gone yet.
            _ = try? await source.renew()
            let token = try await source.credential().token
            #expect(token == Secret("t2"))
        }
    }

    @Test func signingInWithoutAProgramIsExplained() async throws {
        let access = ClusterAccess(
            contextName: "test", clusterName: "c", userName: "dev",
            server: ServerAddress(usesTLS: false, host: "127.0.0.1", port: 1))
        let failure = await #expect(throws: APIFailure.self) {
            try await CredentialSource(access, host: .none).renew()
        }
        #expect(failure?.description == #"sign in: user "dev" gets no credential from a program"#)
    }
}
