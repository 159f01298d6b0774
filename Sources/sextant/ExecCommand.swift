import ArgumentParser
import Foundation
import Glibc
import KubernetesClient
import KubernetesModel
import Streams

/// `sextant exec POD -- COMMAND`: runs a command in a container.
struct Exec: AsyncParsableCommand {
    /// The exit status when the command did not run, or its end is not known; that of ssh.
    static let failureStatus: Int32 = 255

    static let configuration = CommandConfiguration(
        abstract: "Run a command in a container.",
        discussion: """
            Exit status: the command's own; 255 when it could not be run, or when how it ended is not known, with the reason on
            stderr.
            """)

    @Argument(
        help: ArgumentHelp(
            "The pod, or what has pods, such as deploy/web or svc/web: then one that is ready.", valueName: "pod"))
    var pod: String

    @Argument(parsing: .postTerminator, help: ArgumentHelp("The command, after --.", valueName: "command"))
    var command: [String] = []

    @Option(
        name: [.customShort("c"), .long],
        help: ArgumentHelp("The container; otherwise the pod's main one.", valueName: "name"))
    var container: String?

    @Flag(name: [.customShort("i"), .customLong("stdin")], help: "Pass standard input on.")
    var passesStdin = false

    @Flag(name: [.customShort("t"), .customLong("tty")], help: "Give the command a terminal.")
    var wantsTTY = false

    @Flag(name: .shortAndLong, help: "Print what the command prints, and nothing else.")
    var quiet = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Namespace; otherwise the context's own, or default.", valueName: "name"))
    var namespace: String?

    @OptionGroup var cluster: ClusterOptions

    func validate() throws {
        if command.isEmpty {
            throw ValidationError("Write the command after --, such as: sextant exec web-0 -- ls /tmp")
        }
    }

    func run() async throws {
        let code: Int32
        do {
            code = try await cluster.withClient(namespace) { client, namespace, _ in
                try await run(client, namespace)
            }
        } catch is OutputClosed {
            // As for a program that writes to a closed pipe.
            throw ExitCode(128 + SIGPIPE)
        } catch {
            say("sextant: " + printable(String(describing: error)))
            throw ExitCode(Self.failureStatus)
        }
        if code != 0 { throw ExitCode(code) }
    }

    private func run(_ client: KubernetesClient, _ namespace: String) async throws -> Int32 {
        let hasTerminal = isatty(STDIN_FILENO) == 1
        if wantsTTY, !hasTerminal { say("sextant: no terminal for the command: standard input is none") }
        let tty = wantsTTY && hasTerminal
        let name = try await client.podName(of: ForwardTarget(parsing: pod), in: namespace)
        let call = ContainerCall(
            namespace: namespace, pod: name, container: container, target: .exec(command), stdin: passesStdin, tty: tty)
        let input = passesStdin ? try StandardInput() : nil
        let outcome = try await client.withCallOfMainContainer(
            call, choosing: { if !quiet, let words = $0.defaultedNotice { say(words) } }
        ) { session in
            if input != nil, !hasTerminal, !session.canCloseStdin {
                throw CannotLook(
                    description:
                        "this server is older than Kubernetes 1.30 and cannot be told where standard input ends, so the "
                        + "command would wait for ever; leave out -i, or put the input into the command")
            }
            return try await Self.pump(session, input, tty: tty)
        }
        switch outcome {
        case .exited(let code): return Int32(code)
        case .failed(let words): throw CannotLook(description: outcome.words(for: call) ?? words)
        }
    }

    /// Passes everything on in both directions until the command ends.
    private static func pump(_ session: ContainerSession, _ input: StandardInput?, tty: Bool) async throws
        -> ExecOutcome
    {
        let terminal = tty ? RawTerminal() : nil
        defer { terminal?.restore() }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            if let terminal {
                let sizes = terminal.sizes()
                group.addTask {
                    for await size in sizes {
                        try? await session.resize(columns: Int(size.ws_col), rows: Int(size.ws_row))
                    }
                }
            }
            if let input {
                group.addTask {
                    // Once the command has ended nobody takes its input; how it ended is what counts.
                    while let bytes = await input.read() {
                        do { try await session.write(bytes) } catch { return }
                    }
                    guard !Task.isCancelled else { return }
                    guard session.canCloseStdin else {
                        say("sextant: this server cannot be told that the input ended; Ctrl-C ends the command")
                        return
                    }
                    try? await session.closeStdin()
                }
            }
            defer {
                group.cancelAll()
                input?.stop()
            }
            for try await output in session.output {
                switch output {
                case .stdout(let bytes): try await writeAll(bytes, to: STDOUT_FILENO)
                case .stderr(let bytes): try await writeAll(bytes, to: STDERR_FILENO)
                case .ended(let outcome): return outcome
                }
            }
            return .failed("nothing came from the server")
        }
    }
}
