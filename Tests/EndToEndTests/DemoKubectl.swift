import DemoCluster
import Foundation
import Testing

extension Trait where Self == ConditionTrait {
    /// Skips a test where there is no kubectl, and says so.
    static var needsKubectl: Self { .enabled(if: installedKubectl != nil, "kubectl is not installed") }
}

/// kubectl on a demo server: a home, a cache and a kubeconfig of its own, and nothing of this machine's.
struct DemoKubectl: Sendable {
    /// What a run printed, and how it ended.
    struct Outcome: Sendable, Equatable {
        var status: Int32
        var output: String
        var errors: String

        /// The lines of the output.
        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    /// kubectl failed where it had to succeed.
    struct Failed: Error, CustomStringConvertible { let description: String }

    let server: DemoServer
    /// Its home, with the kubeconfig of all users.
    let folder: URL
    /// The context: `demo-admin`, `demo-developer` (who may edit in `shop`), `demo-nobody` or `demo-broken`.
    var context = "demo-admin"
    /// What goes into the environment besides, such as `EDITOR`.
    var environment: [String: String] = [:]

    /// The same as another user, by the name of the context.
    func with(context: String) -> DemoKubectl {
        var other = self
        other.context = context
        return other
    }

    /// Where its kubeconfig is.
    var kubeconfig: URL { folder.appending(path: "config") }

    /// Runs kubectl to its end; a run that takes a minute is ended.
    /// - Parameters:
    ///   - arguments: after `kubectl`.
    ///   - input: its standard input.
    /// - Returns: what it printed, also when it failed.
    /// - Throws: an error of the system when it cannot be run.
    func run(_ arguments: [String], input: String? = nil) async throws -> Outcome {
        let files = try files(input: input)
        defer { try? FileManager.default.removeItem(at: files.folder) }
        let process = try process(arguments)
        process.standardInput = try FileHandle(forReadingFrom: files.input)
        process.standardOutput = try FileHandle(forWritingTo: files.output)
        process.standardError = try FileHandle(forWritingTo: files.errors)
        let ended = process.terminations
        try process.run()
        let limit = Task {
            try await Task.sleep(for: .seconds(300))
            process.terminate()
        }
        for await _ in ended {}
        limit.cancel()
        return Outcome(
            status: process.terminationStatus, output: try String(contentsOf: files.output, encoding: .utf8),
            errors: try String(contentsOf: files.errors, encoding: .utf8))
    }

    /// Runs kubectl with the words of a line, separated by spaces.
    func run(_ line: String, input: String? = nil) async throws -> Outcome {
        try await run(line.split(separator: " ").map(String.init), input: input)
    }

    /// What kubectl prints.
    /// - Throws: `Failed`, with its own words, when it does not succeed.
    func output(_ arguments: [String], input: String? = nil) async throws -> String {
        let outcome = try await run(arguments, input: input)
        guard outcome.status == 0 else {
            throw Failed(description: "kubectl \(arguments): exit \(outcome.status): \(outcome.errors)")
        }
        return outcome.output
    }

    /// What kubectl prints with the words of a line, separated by spaces.
    func output(_ line: String, input: String? = nil) async throws -> String {
        try await output(line.split(separator: " ").map(String.init), input: input)
    }

    /// Runs kubectl until what it printed is enough, or it ends by itself, or a minute has passed.
    /// - Parameters:
    ///   - line: the words after `kubectl`, separated by spaces.
    ///   - isEnough: asked about everything printed so far, each time there is more.
    /// - Returns: all that it printed.
    /// - Throws: an error of the system when it cannot be run.
    func follow(_ line: String, until isEnough: @Sendable (String) async throws -> Bool) async throws -> String {
        let process = try process(line.split(separator: " ").map(String.init))
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        let (pieces, continuation) = AsyncStream.makeStream(of: Data.self)
        output.fileHandleForReading.readabilityHandler = { handle in
            let data = handle.availableData
            if data.isEmpty {
                handle.readabilityHandler = nil
                continuation.finish()
            } else {
                continuation.yield(data)
            }
        }
        try process.run()
        let limit = Task {
            try await Task.sleep(for: .seconds(300))
            process.terminate()
        }
        defer {
            limit.cancel()
            process.terminate()
        }
        var printed = Data()
        for await piece in pieces {
            printed += piece
            if try await isEnough(String(decoding: printed, as: UTF8.self)) { break }
        }
        return String(decoding: printed, as: UTF8.self)
    }

    private func process(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: try #require(installedKubectl))
        process.arguments = ["--context", context] + arguments
        process.currentDirectoryURL = folder
        process.environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder.path, "TZ": "UTC",
            "KUBECONFIG": kubeconfig.path, "KUBECACHEDIR": folder.appending(path: "cache").path, "TERM": "dumb",
        ].merging(environment) { _, given in given }
        return process
    }

    private func files(input: String?) throws -> (folder: URL, input: URL, output: URL, errors: URL) {
        let folder = folder.appending(path: "run-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let files = ["in", "out", "err"].map { folder.appending(path: $0) }
        for file in files { try Data().write(to: file) }
        if let input { try Data(input.utf8).write(to: files[0]) }
        return (folder, files[0], files[1], files[2])
    }
}

extension Process {
    /// Finishes when the process has ended; to be asked for before it runs.
    fileprivate var terminations: AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        terminationHandler = { _ in continuation.finish() }
        return stream
    }
}

/// Runs a demo cluster with the users of `sextant demo`, and kubectl for it, while the body runs.
/// - Parameters:
///   - stepInterval: how often its simulation goes on; `nil` for a cluster that stands still.
///   - change: changes how the server behaves.
///   - body: what to do with it.
/// - Returns: what the body returns.
/// - Throws: what the body throws, or an error of the system.
func withDemoKubectl<Result: Sendable>(
    stepInterval: Duration? = nil, _ change: (inout DemoServer.Options) -> Void = { _ in },
    _ body: @escaping @Sendable (DemoKubectl) async throws -> Result
) async throws -> Result {
    let accounts = DemoAccounts()
    var options = DemoClusterOptions()
    options.stepInterval = stepInterval
    try accounts.register(with: &options.server)
    change(&options.server)
    let folder = FileManager.default.temporaryDirectory.appending(path: "sextant-kubectl-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await withDemoCluster(options: options) { server in
        let kubectl = DemoKubectl(server: server, folder: folder)
        try Data(accounts.kubeconfig(url: server.url).utf8).write(to: kubectl.kubeconfig)
        return try await body(kubectl)
    }
}
