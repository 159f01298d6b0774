import Foundation
import KubernetesClient
import Synchronization

@testable import Streams

/// Runs commands on this machine as if it were a container, with the programs of one folder.
struct LocalRunner: ContainerRunner {
    var programs: String
    /// As servers since 1.30.
    var canCloseStdin = true
    /// Breaks the stream after so many bytes of output.
    var breaksAfter = Int.max

    var place: String { "web/app" }

    func run<Value: Sendable>(
        _ command: [String], stdin: Bool, _ body: @Sendable (LocalPipe) async throws -> Value
    ) async throws -> Value {
        let pipe = LocalPipe(canCloseStdin: canCloseStdin)
        try pipe.start(command, programs: programs, breaksAfter: breaksAfter)
        let result: Result<Value, any Error>
        do { result = .success(try await body(pipe)) } catch { result = .failure(error) }
        pipe.stop()
        return try result.get()
    }
}

/// A process of this machine.
final class LocalPipe: ContainerPipe {
    let output: AsyncStream<ContainerOutput>
    let canCloseStdin: Bool
    private let events: AsyncStream<ContainerOutput>.Continuation
    private let process = Process()
    private let input = Pipe()
    private let queue = DispatchQueue(label: "stdin")
    private let isInputOpen = Mutex(true)

    init(canCloseStdin: Bool) {
        self.canCloseStdin = canCloseStdin
        (output, events) = AsyncStream.makeStream()
        // A process that reads no more is no reason to end.
        signal(SIGPIPE, SIG_IGN)
    }

    func start(_ command: [String], programs: String, breaksAfter: Int) throws {
        let path = "\(programs)/\(command[0])"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            events.yield(
                .ended(.failed("exec failed: exec: \"\(command[0])\": executable file not found in $PATH: unknown")))
            return events.finish()
        }
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = Array(command.dropFirst())
        process.environment = ["PATH": programs, "LC_ALL": "C"]
        let (output, errors) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let events = events
        let errorsEnd = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            while let bytes = try? errors.fileHandleForReading.read(upToCount: 4096), !bytes.isEmpty {
                events.yield(.stderr(Array(bytes)))
            }
            errorsEnd.signal()
        }
        Thread.detachNewThread { [process] in
            var rest = breaksAfter
            while let bytes = try? output.fileHandleForReading.read(upToCount: min(10_000, rest)), !bytes.isEmpty {
                events.yield(.stdout(Array(bytes)))
                rest -= bytes.count
                if rest == 0 {
                    events.yield(.ended(.failed("the connection broke")))
                    process.terminate()
                    return events.finish()
                }
            }
            errorsEnd.wait()
            process.waitUntilExit()
            events.yield(.ended(.exited(Int(process.terminationStatus))))
            events.finish()
        }
    }

    func write(piece: [UInt8]) async throws {
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            queue.async { [input] in
                done.resume(with: Result { try input.fileHandleForWriting.write(contentsOf: Data(piece)) })
            }
        }
    }

    func closeStdin() async throws {
        guard canCloseStdin else { throw CopyFailure(description: "cannot end stdin") }
        closeInput()
    }

    func stop() {
        if process.isRunning { process.terminate() }
        closeInput()
    }

    private func closeInput() {
        let isFirst = isInputOpen.withLock { isOpen in
            defer { isOpen = false }
            return isOpen
        }
        if isFirst { try? input.fileHandleForWriting.close() }
    }
}

/// A container that answers every command alike.
struct ScriptedRunner: ContainerRunner, ContainerPipe {
    var outputs: [ContainerOutput]
    var canCloseStdin = true

    var place: String { "web" }
    var output: AsyncStream<ContainerOutput> {
        AsyncStream { events in
            for output in outputs { events.yield(output) }
            events.finish()
        }
    }

    /// Sends an archive in pieces of an odd size.
    init(archive: [UInt8], exitCode: Int = 0) {
        outputs = stride(from: 0, to: archive.count, by: 777).map { .stdout(Array(archive[$0...].prefix(777))) }
        outputs.append(.ended(.exited(exitCode)))
    }

    init(outputs: [ContainerOutput]) { self.outputs = outputs }

    func run<Value: Sendable>(
        _ command: [String], stdin: Bool, _ body: @Sendable (Self) async throws -> Value
    ) async throws -> Value { try await body(self) }

    func write(piece: [UInt8]) async throws {}
    func closeStdin() async throws {}
}

/// Collects what a copy reports.
final class CopyLog: Sendable {
    private let events = Mutex<[CopyEvent]>([])

    func add(_ event: CopyEvent) { events.withLock { $0.append(event) } }

    /// All but the progress.
    var words: [CopyEvent] {
        events.withLock { $0.filter { if case .progress = $0 { false } else { true } } }
    }
}

/// A folder that is gone after the test, with helpers to fill it and to compare.
final class Scratch {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appending(path: "sextant-copy-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        _ = try? FileManager.default.removeItem(atPath: path)
    }

    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    func folder(_ name: String) throws {
        try FileManager.default.createDirectory(atPath: self(name), withIntermediateDirectories: true)
    }

    func file(_ name: String, _ text: String = "text", mode: Int = 0o644) throws {
        let folder = URL(fileURLWithPath: self(name)).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(fileURLWithPath: self(name)))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: self(name))
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: self(name), withDestinationPath: target)
    }

    /// Everything below a folder: its name, and what it is; a file with its permissions and its text or size.
    func tree(_ name: String) throws -> [String: String] {
        var tree: [String: String] = [:]
        for path in FileManager.default.enumerator(atPath: self(name))?.allObjects ?? [] {
            guard let path = path as? String else { continue }
            let place = self("\(name)/\(path)")
            let attributes = try FileManager.default.attributesOfItem(atPath: place)
            let mode = String((attributes[.posixPermissions] as? Int) ?? 0, radix: 8)
            switch attributes[.type] as? FileAttributeType {
            case .typeSymbolicLink:
                tree[path] = "-> " + (try FileManager.default.destinationOfSymbolicLink(atPath: place))
            case .typeDirectory: tree[path] = "folder \(mode)"
            default:
                let data = try Data(contentsOf: URL(fileURLWithPath: place))
                let text = data.count < 100 ? String(decoding: data, as: UTF8.self) : "\(data.count) \(data.hashValue)"
                tree[path] = "\(mode) \(text)"
            }
        }
        return tree
    }

    func text(_ name: String) -> String? { try? String(contentsOfFile: self(name), encoding: .utf8) }
}
