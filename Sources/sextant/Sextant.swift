import AppRuntime
import ArgumentParser

/// The command line: without a subcommand it opens the screen.
@main
struct Sextant: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sextant",
        abstract: "A terminal UI for operating and troubleshooting Kubernetes clusters.",
        discussion: """
            Without a subcommand it opens on the current context. Keys follow k9s; ? shows those that work.

            Exit status: 0 when all went well, 2 when it could not look (with the reason on stderr), 64 for a wrong command line.
            """,
        version: productVersion,
        subcommands: [
            Screen.self, Snapshot.self, Describe.self, Check.self, Why.self, Rules.self, Exec.self, Copy.self,
            PortForward.self,
            Logs.self,
            Demo.self, Info.self, AccessTools.self, KubeconfigTools.self, Version.self,
        ],
        defaultSubcommand: Screen.self)

    /// The arguments with the command first, and after it its own subcommand.
    static func ordered(_ arguments: [String]) -> [String] {
        let optionsWithValue: Set = [
            "--kubeconfig", "--context", "--cluster", "--user", "--as", "--as-group", "--as-uid",
            "--request-timeout", "--namespace", "-n", "--command", "-c", "--silences", "--diagnose", "--address",
            "--pod-running-timeout", "--seed", "--port", "--pods", "--churn", "--write-kubeconfig",
        ]
        let ordered = withSubcommandFirst(
            arguments,
            subcommands: [
                "screen", "snapshot", "describe", "check", "why", "rules", "exec", "cp", "port-forward", "logs", "demo",
                "info", "access", "kubeconfig", "version", "help",
            ],
            optionsWithValue: optionsWithValue)
        let nested: Set<String>
        switch ordered.first {
        case "access": nested = ["show", "can-i", "who-can", "subject", "compare"]
        case "kubeconfig": nested = ["lint"]
        default: return ordered
        }
        return ordered.prefix(1)
            + withSubcommandFirst(
                Array(ordered.dropFirst()), subcommands: nested,
                optionsWithValue: optionsWithValue.union(["--output", "-o", "--subresource"]))
    }

    static func main() async {
        prepareProcess()
        await main(ordered(Array(CommandLine.arguments.dropFirst())))
    }
}

/// The version of this program, also sent as `User-Agent`.
let productVersion = "0.1.0"
