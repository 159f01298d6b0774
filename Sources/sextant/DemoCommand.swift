import AppCore
import AppRuntime
import ArgumentParser
import DemoCluster
import Foundation
import KubernetesClient

/// `sextant demo`: the screen on a small simulated cluster.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Open the screen on a simulated cluster, served on loopback.",
        discussion: """
            The cluster lives in this process and speaks the Kubernetes API: kubectl works with it too. Its contexts are \
            demo-admin, demo-developer (one namespace), demo-nobody (who may do nothing) and demo-broken (whose server \
            does not answer).
            """)

    @Flag(name: [.customShort("A"), .long], help: "Begin with all namespaces.")
    var allNamespaces = false

    @Option(
        name: [.customShort("c"), .customLong("command")], help: ArgumentHelp("Open on this view.", valueName: "view"))
    var command: String?

    @Option(help: "Begins the simulation's chance; the same number gives the same cluster.")
    var seed: UInt64 = 1

    @Flag(help: "Serve the cluster without a screen until interrupted; prints its kubeconfig unless it is written.")
    var serve = false

    @Option(help: ArgumentHelp("The port to listen on; 0 for any that is free.", valueName: "number"))
    var port = 0

    @Option(
        help: ArgumentHelp(
            "Write a kubeconfig to this file once the port listens; it stays there. A file that is not the demo's own is not replaced.",
            valueName: "file"), completion: .file())
    var writeKubeconfig: String?

    @Option(
        help: ArgumentHelp(
            "Add this many generated pods in 50 namespaces, up to \(DemoCrowd.mostPods).", valueName: "number"))
    var pods = 0

    @Option(
        help: ArgumentHelp(
            "Let generated pods change so many times a second, up to \(DemoCrowd.mostChanges); otherwise 10 times.",
            valueName: "events-per-second"))
    var churn: Int?

    func validate() throws {
        guard (0...65535).contains(port) else {
            throw ValidationError("--port is a number from 0 to 65535, not \(port).")
        }
        guard (0...DemoCrowd.mostPods).contains(pods) else {
            throw ValidationError("--pods is a number from 0 to \(DemoCrowd.mostPods), not \(pods).")
        }
        guard let churn else { return }
        guard (0...DemoCrowd.mostChanges).contains(churn) else {
            throw ValidationError("--churn is a number from 0 to \(DemoCrowd.mostChanges), not \(churn).")
        }
        guard pods > 0 else { throw ValidationError("--churn needs generated pods: --pods.") }
    }

    func run() async throws {
        let interruption = serve ? Interruption() : nil
        try await withReasonOnFailure {
            let accounts = DemoAccounts()
            var options = DemoClusterOptions()
            options.seed = seed
            options.pods = pods
            options.changesPerSecond = churn ?? 10
            options.server.port = port
            try accounts.register(with: &options.server)
            if let writeKubeconfig { try DemoKubeconfigFile(path: writeKubeconfig).check() }
            let running = Task { [options] in
                try await withDemoCluster(options: options) { server in
                    let kubeconfig = accounts.kubeconfig(url: server.url)
                    if let writeKubeconfig { try DemoKubeconfigFile(path: writeKubeconfig).write(kubeconfig) }
                    if serve { try await self.serve(server, kubeconfig) } else { try await show(kubeconfig) }
                }
            }
            interruption?.onInterrupt { running.cancel() }
            do {
                try await running.value
            } catch is CancellationError where serve {
                // It was interrupted, which is how it ends.
            }
        }
    }

    /// Waits until it is interrupted.
    private func serve(_ server: DemoServer, _ kubeconfig: String) async throws {
        if let writeKubeconfig {
            writeLine("Serving on \(server.url); kubeconfig: \(writeKubeconfig)", to: STDOUT_FILENO)
        } else {
            print(kubeconfig, terminator: "")
            fflush(nil)
        }
        while true { try await Task.sleep(for: .seconds(86400)) }
    }

    /// Opens the screen.
    private func show(_ text: String) async throws {
        let file = FileManager.default.temporaryDirectory
            .appending(path: "sextant-demo-\(ProcessInfo.processInfo.processIdentifier).kubeconfig")
        try DemoKubeconfigFile(path: file.path).write(text)
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
