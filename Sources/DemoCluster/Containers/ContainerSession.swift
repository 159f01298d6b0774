import KubernetesModel
import NIOCore
import NIOWebSocket

/// A command that runs in a container, or the container's own program, for the client at the other end of a WebSocket.
struct ContainerSession: Sendable {
    /// The subprotocols that are spoken.
    static let protocols: Set<String> = ["v4.channel.k8s.io", "v5.channel.k8s.io"]

    /// How a command ended.
    private enum Outcome {
        case exited(Int)
        case failed(JSONValue)
    }

    let upgrade: DemoUpgrade
    let world: ContainerWorld

    /// Talks until the command or the client ends.
    func run(_ channel: NIOAsyncChannel<WebSocketFrame, WebSocketFrame>) async throws {
        try await channel.executeThenClose { inbound, _ in
            let writer = ChannelWriter(channel: channel.channel)
            let output = ByteOutput { try await writer.send(1, $0) }
            try await writer.send(1, [])
            let pipe = BytePipe()
            let terminal = upgrade.isTerminal ? PseudoTerminal(output: output) : nil
            if !upgrade.wantsInput { pipe.end() }
            let closesInput = upgrade.subprotocol == "v5.channel.k8s.io"
            try await writer.run(inbound) { channel, bytes in
                switch channel {
                case 0:
                    if let terminal { try await terminal.type(bytes) } else { try await pipe.write(bytes) }
                case 4: terminal?.size = Self.size(bytes) ?? terminal?.size ?? (80, 24)
                case 255 where closesInput && bytes == [0]:
                    pipe.end()
                    terminal?.hangUp()
                default: break
                }
            } _: {
                let errors = ByteOutput { try await writer.send(2, $0) }
                let process = Process(
                    arguments: [], environment: world.environment, directory: "/",
                    input: terminal?.input ?? ByteInput { try await pipe.read() }, output: terminal?.screen ?? output,
                    errors: terminal?.screen ?? (upgrade.wantsErrors ? errors : .nothing), world: world,
                    terminal: terminal)
                let outcome = try await perform(process)
                pipe.abandon()
                try await writer.send(3, Self.status(outcome).jsonBytes)
            }
        }
    }

    private static func size(_ bytes: [UInt8]) -> (columns: Int, rows: Int)? {
        let size = bytes.withUnsafeBytes { try? JSONValue(parsing: $0) } ?? .null
        guard size.integer("Width") > 0, size.integer("Height") > 0 else { return nil }
        return (size.integer("Width"), size.integer("Height"))
    }

    /// Runs until the command ends, or the container does.
    private func perform(_ process: Process) async throws -> Outcome {
        try await withThrowingTaskGroup(of: Outcome.self) { group in
            group.addTask { try await work(process) }
            group.addTask {
                while world.isRunning { try await Task.sleep(for: .milliseconds(200)) }
                return .exited(137)
            }
            defer { group.cancelAll() }
            return try await group.next() ?? .exited(0)
        }
    }

    /// What is run: a command, or the main process of a container that was added to have one.
    private var command: [String]? {
        if case .exec(let command) = upgrade.kind { return command }
        let spec = world.container.spec
        guard world.container.isEphemeral, spec["stdin"]?.isTrue == true else { return nil }
        let words = ["command", "args"].flatMap { spec[$0]?.elements ?? [] }.compactMap(\.text)
        return words.isEmpty ? ["sh"] : words
    }

    private func work(_ process: Process) async throws -> Outcome {
        guard let command else {
            try await attach(process.output)
            return .exited(0)
        }
        var process = process
        process.arguments = command
        if process.terminal != nil { process.environment["TERM"] = "xterm" }
        let task = Task { [process] in try await Shell.launch(process) }
        let isShell = ["sh", "bash", "ash", "/bin/sh", "/bin/bash"].contains(process.name)
        if !isShell || command.contains(where: { $0.hasPrefix("-") && $0.hasSuffix("c") }) {
            process.terminal?.onInterrupt { task.cancel() }
        }
        do {
            let status = try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
            return status.map { .exited($0) } ?? .failed(startFailure(command[0]))
        } catch is CancellationError {
            try Task.checkCancellation()
            return .exited(130)
        } catch is BrokenPipe {
            return .exited(141)
        }
    }

    /// What the container's program writes, from now on.
    private func attach(_ output: ByteOutput) async throws {
        let container = world.container
        let options = DemoLogOptions(following: container.name)
        guard
            var stream = try DemoLogStream(of: container.pod, options, world.behaviour, at: world.now())
        else { return }
        while true {
            let chunk = stream.next(world.cluster(), at: world.now())
            if !chunk.bytes.isEmpty { try await output.write(chunk.bytes) }
            if chunk.isLast { return }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func startFailure(_ name: String) -> JSONValue {
        let reason =
            name.contains("/")
            ? "stat \(name): no such file or directory" : "executable file not found in $PATH"
        var random = DemoRandom(seed: stableHash(container + name))
        let id = (0..<4).map { _ in String(random.next() | 1 << 63, radix: 16) }.joined()
        let words =
            "error executing command in container: failed to exec in container: failed to start exec \"\(id)\": "
            + "OCI runtime exec failed: exec failed: unable to start container process: exec: \"\(name)\": \(reason): "
            + "unknown"
        return .members([
            "metadata": .object([]), "status": .string("Failure"),
            "message": .string("Internal error occurred: \(words)"), "reason": .string("InternalError"),
            "details": .members(["causes": .array([.texts(["message": words])])]), "code": .integer(500),
        ])
    }

    private var container: String { world.container.identity }

    private static func status(_ outcome: Outcome) -> JSONValue {
        switch outcome {
        case .failed(let status): return status
        case .exited(0): return .members(["metadata": .object([]), "status": .string("Success")])
        case .exited(let code):
            return .members([
                "metadata": .object([]), "status": .string("Failure"),
                "message": .string(
                    "command terminated with non-zero exit code: error executing command [], exit code \(code)"),
                "reason": .string("NonZeroExitCode"),
                "details": .members([
                    "causes": .array([.texts(["reason": "ExitCode", "message": String(code)])])
                ]),
            ])
        }
    }
}
