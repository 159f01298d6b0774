import Foundation
import KubernetesModel
import Subprocess
import Synchronization
import SystemPackage

/// Runs the credential program of an access.
///
/// Without the terminal it has a session of its own and nothing to read, so that it can neither take keys from the
/// screen nor write across it.
struct PluginRunner: Sendable {
    /// How long to wait.
    struct Limits: Sendable {
        /// For the first word.
        var silence = Duration.seconds(60)
        /// Since the last word: a person may have to enter a code somewhere.
        var afterWords = Duration.seconds(300)
        /// From the request to end to the order to.
        var ending = Duration.seconds(1)
    }

    /// The largest answer that is read, in bytes.
    private static let answerLimit = 1 << 20
    /// The longest line for a person, in characters.
    private static let lineLimit = 500
    /// How much of its words is told as it comes, in bytes; of what comes after that, only the end.
    private static let wordsLimit = 64 << 10

    let plugin: ExecPlugin
    let access: ClusterAccess
    let host: PluginHost
    var limits = Limits()

    /// Runs the program once.
    ///
    /// - Parameter wantsTerminal: Whether to lend it the terminal, where there is one and it may use it.
    /// - Returns: What it gave.
    /// - Throws: `APIFailure` in words for the user, `CancellationError`; the program is gone then.
    func credential(wantsTerminal: Bool) async throws -> ExecCredential {
        await host.report(.started(command: plugin.name))
        do {
            guard plugin.interactiveMode != .always || host.withTerminal != nil else {
                throw failure("has to ask a person (interactiveMode Always), and there is no terminal")
            }
            let credential = try await run(withTerminal: lendsTerminal(wantsTerminal))
            await host.report(.ended(failure: nil))
            return credential
        } catch let failure as APIFailure {
            await host.report(.ended(failure: failure.detail))
            throw failure
        } catch {
            await host.report(.ended(failure: nil))
            throw Task.isCancelled ? CancellationError() : failure("could not be run: \(error)")
        }
    }

    /// Whether a run gets the terminal.
    func lendsTerminal(_ wanted: Bool) -> Bool {
        guard host.withTerminal != nil else { return false }
        return switch plugin.interactiveMode {
        case .never: false
        case .ifAvailable: wanted || host.isTerminalFree
        case .always: true
        }
    }

    private func run(withTerminal: Bool) async throws -> ExecCredential {
        guard withTerminal, let lend = host.withTerminal else { return try await run(interactive: false) }
        let outcome = Mutex<Result<ExecCredential, any Error>?>(nil)
        await lend {
            let result: Result<ExecCredential, any Error>
            do {
                result = .success(try await run(interactive: true))
            } catch {
                result = .failure(error)
            }
            outcome.withLock { $0 = result }
        }
        guard let result = outcome.withLock({ $0 }) else { throw CancellationError() }
        return try result.get()
    }

    private func run(interactive: Bool) async throws -> ExecCredential {
        var environment: [Environment.Key: String?] = [:]
        for variable in plugin.environment {
            guard let key = Environment.Key(rawValue: variable.name) else { continue }
            environment[key] = variable.value.text
        }
        environment["KUBERNETES_EXEC_INFO"] = try information(interactive: interactive)
        var options = PlatformOptions()
        options.createSession = !interactive
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: !interactive, allowedDurationToNextStep: limits.ending)
        ]
        let configuration = Configuration(
            executable: plugin.command.contains("/") ? .path(FilePath(plugin.command)) : .name(plugin.command),
            arguments: Arguments(plugin.arguments.map(\.text)), environment: .inherit.updating(environment),
            platformOptions: options)
        return interactive
            ? try await runOnTerminal(configuration)
            : try await withTimeLimit { words in
                try await runApart(configuration, words)
            }
    }

    /// With our standard input and error, as a shell would run it.
    private func runOnTerminal(_ configuration: Configuration) async throws -> ExecCredential {
        do {
            let result = try await Subprocess.run(
                configuration, input: .currentStandardInput, output: .sequence, error: .currentStandardError
            ) { execution in try await answer(execution.standardOutput) }
            return try credential(result.closureResult, result.terminationStatus, words: "")
        } catch let error as SubprocessError {
            throw failure(of: error)
        }
    }

    /// With nothing to read, and its words on their way to the screen.
    private func runApart(_ configuration: Configuration, _ words: Words) async throws -> ExecCredential {
        do {
            let result = try await Subprocess.run(
                configuration, input: .none, output: .sequence, error: .sequence
            ) { execution in
                async let listening: Void = listen(execution.standardError, words)
                let answer = try await answer(execution.standardOutput)
                try await listening
                return answer
            }
            return try credential(result.closureResult, result.terminationStatus, words: words.summary)
        } catch let error as SubprocessError {
            throw failure(of: error)
        }
    }

    private func credential(
        _ answer: [UInt8], _ status: TerminationStatus, words: String
    ) throws -> ExecCredential {
        guard status.isSuccess else {
            let end =
                switch status {
                case .exited(let code): "failed with exit status \(code)"
                case .signaled(let number): "was ended by signal \(number)"
                }
            throw failure(words.isEmpty ? end : "\(end): \(words)")
        }
        guard answer.count <= Self.answerLimit else {
            throw failure("printed more than \(Self.answerLimit >> 20) MiB")
        }
        do {
            return try ExecCredential(answer: answer, apiVersion: plugin.apiVersion)
        } catch {
            throw failure(error.words)
        }
    }

    /// All that is printed, or a byte more than is allowed.
    private func answer(_ output: SubprocessOutputSequence) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await piece in output {
            let room = Self.answerLimit + 1 - bytes.count
            piece.withUnsafeBytes { bytes += $0.prefix(room) }
        }
        return bytes
    }

    /// Tells the person who waits what the program says.
    private func listen(_ output: SubprocessOutputSequence, _ words: Words) async throws {
        var line: [UInt8] = []
        var end: [UInt8] = []
        var count = 0
        func tell() async {
            let text = KubeconfigFailure.oneLine(String(decoding: line, as: UTF8.self)).trimmed
            line = []
            guard !text.isEmpty else { return }
            words.say(text)
            await host.report(.said(text))
        }
        func hear(_ bytes: [UInt8]) async {
            for byte in bytes {
                if byte == 0x0A || byte == 0x0D {
                    await tell()
                } else if line.count < Self.lineLimit {
                    line.append(byte)
                }
            }
        }
        for try await piece in output {
            let bytes = piece.withUnsafeBytes { Array($0) }
            count += bytes.count
            guard count <= Self.wordsLimit else {
                end = Array((end + bytes.suffix(Self.lineLimit)).suffix(Self.lineLimit))
                continue
            }
            await hear(bytes)
            // A question ends without a line break.
            if line.last == UInt8(ascii: ":") || line.last == UInt8(ascii: " ") { await tell() }
        }
        if !end.isEmpty { await tell() }
        await hear(end)
        await tell()
    }

    // MARK: - Time

    /// What was said, and when last.
    private final class Words: Sendable {
        private struct State {
            /// The beginning and the end of what was said: some programs put the reason first, some last.
            var first = ""
            var last = ""
            var isWhole = true
            var at: ContinuousClock.Instant?
        }

        /// The longest beginning and end that are kept, in characters; the first line is kept whole.
        private static let half = 250

        private let state = Mutex(State())

        /// A line of all that was said, without what is in the middle of much.
        var summary: String {
            state.withLock { state in
                if state.last.isEmpty { return state.first }
                return state.first + (state.isWhole ? " " : " … ") + state.last
            }
        }
        var saidAt: ContinuousClock.Instant? { state.withLock(\.at) }

        func say(_ text: String) {
            state.withLock { state in
                state.at = .now
                if state.last.isEmpty, state.first.isEmpty || state.first.count + text.count <= Self.half {
                    state.first += (state.first.isEmpty ? "" : " ") + text
                } else {
                    state.last += (state.last.isEmpty ? "" : " ") + text
                    if state.last.count > Self.half {
                        state.last = String(state.last.suffix(Self.half))
                        state.isWhole = false
                    }
                }
            }
        }
    }

    /// Ends the program that takes too long.
    private func withTimeLimit(
        _ body: @escaping @Sendable (Words) async throws -> ExecCredential
    ) async throws -> ExecCredential {
        let words = Words()
        let start = ContinuousClock.now
        func deadline() -> ContinuousClock.Instant {
            words.saidAt.map { $0.advanced(by: limits.afterWords) } ?? start.advanced(by: limits.silence)
        }
        return try await withThrowingTaskGroup(of: ExecCredential?.self) { group in
            group.addTask { try await body(words) }
            group.addTask {
                // A word changes the limit, so none of the two is slept through.
                while deadline() > .now {
                    let end = min(deadline(), .now.advanced(by: min(limits.silence, limits.afterWords)))
                    try await Task.sleep(until: end, clock: .continuous)
                }
                return nil
            }
            guard let first = try await group.next(), let credential = first else {
                group.cancelAll()
                // The program is gone when its task is.
                while let _ = try? await group.next() {}
                throw timeLimitFailure(words)
            }
            group.cancelAll()
            return credential
        }
    }

    private func timeLimitFailure(_ words: Words) -> APIFailure {
        words.saidAt == nil
            ? failure("said nothing for \(limits.silence.components.seconds) s and was ended")
            : failure(
                "was not done \(limits.afterWords.components.seconds) s after its last words and was ended: \(words.summary)"
            )
    }

    // MARK: - Words for the user

    /// A failure of the program, such as `user "dev": its credential program aws failed with exit status 255: ...`.
    private func failure(_ words: String, remedy: String = "") -> APIFailure {
        let failure = KubeconfigFailure(
            file: access.file, entry: "user \"\(access.userName)\"",
            problem: "its credential program \(plugin.name) \(words)", remedy: remedy)
        return APIFailure(.configuration, attempt: "get a credential", detail: failure.description)
    }

    private func failure(of error: SubprocessError) -> any Error {
        if Task.isCancelled { return CancellationError() }
        let hint = KubeconfigFailure.oneLine(
            plugin.installHint.split(whereSeparator: \.isNewline).joined(separator: " "))
        if error.code == .executableNotFound {
            let place = plugin.command.contains("/") ? "does not exist: \(plugin.command)" : "was not found in PATH"
            return failure(place, remedy: hint.isEmpty ? "install it" : String(hint.prefix(Self.lineLimit)))
        }
        return failure("could not be run: \(KubeconfigFailure.oneLine("\(error)"))", remedy: hint)
    }

    // MARK: - What the program is told

    /// The text of `KUBERNETES_EXEC_INFO`.
    private func information(interactive: Bool) throws -> String {
        var spec = [JSONValue.Member("interactive", .bool(interactive))]
        if plugin.provideClusterInfo { spec.append(.init("cluster", try cluster())) }
        return JSONValue.object([
            .init("apiVersion", .string(plugin.apiVersion.rawValue)), .init("kind", .string("ExecCredential")),
            .init("spec", .object(spec)),
        ]).writeJSON()
    }

    /// Source: Cluster of client.authentication.k8s.io.
    private func cluster() throws -> JSONValue {
        var members = [JSONValue.Member("server", .string("\(access.server)"))]
        if let name = access.tlsServerName { members.append(.init("tls-server-name", .string(name))) }
        if access.insecureSkipTLSVerify { members.append(.init("insecure-skip-tls-verify", .bool(true))) }
        if let authority = access.certificateAuthority {
            let bytes: [UInt8]
            switch authority {
            case .data(let data): bytes = data.bytes
            case .file(let path): bytes = try LocalFile.read(path)
            }
            members.append(.init("certificate-authority-data", .string(Data(bytes).base64EncodedString())))
        }
        if let proxy = access.proxy { members.append(.init("proxy-url", .string("\(proxy)"))) }
        if access.disableCompression { members.append(.init("disable-compression", .bool(true))) }
        if let configuration = plugin.clusterConfiguration {
            members.append(.init("config", try configuration.bytes.withUnsafeBytes { try JSONValue(parsing: $0) }))
        }
        return .object(members)
    }
}
