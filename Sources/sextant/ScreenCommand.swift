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

    @Flag(help: "Refuse every action that changes the cluster.")
    var readOnly = false

    func run() async throws {
        try await withReasonOnFailure {
            let environment = ProcessInfo.processInfo.environment
            let kubeconfig = try loadKubeconfig(cluster.kubeconfig, environment: environment)
            try await runScreen(
                kubeconfig: kubeconfig,
                reread: { [path = cluster.kubeconfig] () throws(KubeconfigFailure) in
                    guard kubeconfig.canBeReadAgain else { return kubeconfig }
                    return try loadKubeconfig(path, environment: environment)
                }, context: cluster.context, overrides: cluster.overrides,
                options: LaunchOptions(
                    command: command, namespace: namespace.namespace, allNamespaces: namespace.allNamespaces,
                    readOnly: readOnly),
                environment: environment)
        }
    }
}
