import AppCore
import AppRuntime
import ArgumentParser
import DemoCluster
import Foundation
import KubernetesClient

/// `sextant demo`: the screen on a small simulated cluster.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Open the screen on a small simulated cluster, served on loopback.")

    @Flag(name: [.customShort("A"), .long], help: "Begin with all namespaces.")
    var allNamespaces = false

    @Option(
        name: [.customShort("c"), .customLong("command")], help: ArgumentHelp("Open on this view.", valueName: "view"))
    var command: String?

    @Option(help: "Begins the simulation's chance; the same number gives the same cluster.")
    var seed: UInt64 = 1

    @Flag(help: "Serve the cluster without a screen and print its kubeconfig, until interrupted.")
    var serve = false

    func run() async throws {
        try await withReasonOnFailure {
            var demo = DemoClusterOptions()
            demo.seed = seed
            try await withDemoCluster(options: demo) { server in
                if serve {
                    print(server.kubeconfig(), terminator: "")
                    fflush(nil)
                    try await Task.sleep(for: .seconds(365 * 86400))
                    return
                }
                let file = FileManager.default.temporaryDirectory
                    .appending(path: "sextant-demo-\(ProcessInfo.processInfo.processIdentifier).kubeconfig")
                try Data(server.kubeconfig().utf8).write(to: file)
                defer { try? FileManager.default.removeItem(at: file) }
                var environment = ProcessInfo.processInfo.environment
                // A proxy for the outside world has no part in this.
                for name in ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"] { environment[name] = nil }
                let kubeconfig = try loadKubeconfig(file.path, environment: environment)
                var options = LaunchOptions(command: command, allNamespaces: allNamespaces)
                options.diagnosesAlways = true
                try await runScreen(
                    kubeconfig: kubeconfig, reread: nil, context: nil, overrides: AccessOverrides(), options: options,
                    environment: environment)
            }
        }
    }
}
