import AppCore
import AppRuntime
import ArgumentParser
import CursesTerminal
import Foundation
import KubernetesClient

/// `sextant`: the live screen.
struct Screen: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "screen", abstract: "Open the live screen (the default).", shouldDisplay: false)

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var namespace: NamespaceOptions

    @Option(
        name: [.customShort("c"), .customLong("command")],
        help: ArgumentHelp("Open on this view, as after a colon: pods, svc, \"po /crash\".", valueName: "view"))
    var command: String?

    @OptionGroup var diagnosing: DiagnosingOptions

    func run() async throws {
        try await withReasonOnFailure {
            let environment = ProcessInfo.processInfo.environment
            let kubeconfig = try loadKubeconfig(cluster.kubeconfig, environment: environment)
            var options = LaunchOptions(
                command: command, namespace: namespace.namespace, allNamespaces: namespace.allNamespaces,
                readOnly: cluster.readOnly)
            options.diagnosesAlways = diagnosing.diagnose == .always
            try await runScreen(
                kubeconfig: kubeconfig,
                reread: { [path = cluster.kubeconfig] () throws(KubeconfigFailure) in
                    guard kubeconfig.canBeReadAgain else { return kubeconfig }
                    return try loadKubeconfig(path, environment: environment)
                }, context: cluster.context, overrides: cluster.overrides,
                options: options, environment: environment)
        }
    }
}

/// When the rules look.
struct DiagnosingOptions: ParsableArguments {
    enum Time: String, ExpressibleByArgument, CaseIterable {
        case always, asked
    }

    @Option(
        help: ArgumentHelp(
            "When rules look for what is wrong: always (beside the table, in its namespace) or asked (:triage and X).",
            valueName: "when"))
    var diagnose = Time.always
}
