import AppRuntime
import ArgumentParser
import DemoCluster
import Foundation
import KubernetesClient
import Logging

/// What `:access` costs: time and requests, for the demo's users on loopback, or on a cluster.
struct AccessBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access", abstract: "Who one is and what one may do: milliseconds and requests.")

    @Option(help: "Kubeconfig of the cluster; without it the demo's users are asked about.")
    var kubeconfig: String?

    @Option(help: "The namespace that is asked about.")
    var namespace = "shop"

    @Option(help: "How often each is asked.")
    var rounds = 11

    func run() async throws {
        reportMachine()
        if let kubeconfig { return try await measure(kubeconfig, contexts: [nil]) }
        let accounts = DemoAccounts()
        var options = DemoClusterOptions()
        options.stepInterval = nil
        try accounts.register(with: &options.server)
        try await withDemoCluster(options: options) { server in
            let file = FileManager.default.temporaryDirectory.appending(path: "bench-access-\(UUID().uuidString)")
            try Data(accounts.kubeconfig(url: server.url).utf8).write(to: file)
            defer { try? FileManager.default.removeItem(at: file) }
            try await measure(file.path, contexts: ["demo-admin", "demo-developer", "demo-nobody"])
        }
    }

    private func measure(_ file: String, contexts: [String?]) async throws {
        let kubeconfig = try Kubeconfig.load(explicitPath: file, environment: [:], homeDirectory: nil)
        for context in contexts {
            let access = try kubeconfig.resolve(context: context)
            var times: [Double] = []
            var requests = 0
            for _ in 0..<rounds {
                // Nothing is known and no connection open, as when the page is opened first.
                let client = try KubernetesClient(
                    access, logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
                let start = ContinuousClock.now
                let outcome: Result<Void, any Error>
                do {
                    _ = try await AccessReading(client, access: access).report(namespace: namespace)
                    outcome = .success(())
                } catch {
                    outcome = .failure(error)
                }
                times.append((ContinuousClock.now - start) / .milliseconds(1))
                requests = max(requests, client.requestCount)
                await client.shutdown()
                try outcome.get()
            }
            let worst = rounded(percentile(times, 100), 0)
            report(
                "`:access` of \(namespace) as \(access.userName): median, worst, requests",
                "\(rounded(median(times), 0)) ms, \(worst) ms, \(requests)", target: "1000 ms, 40")
        }
    }
}
