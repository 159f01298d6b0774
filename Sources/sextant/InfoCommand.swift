import AppRuntime
import ArgumentParser
import Foundation
import KubernetesClient

/// `sextant info`: which files, context and server are in use, and what is wrong with them.
struct Info: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tell which kubeconfig, context, server and files are in use.")

    @OptionGroup var cluster: ClusterOptions

    func run() async throws {
        try await withReasonOnFailure {
            let environment = ProcessInfo.processInfo.environment
            let setup = Setup(environment: environment)
            line("version", "sextant \(productVersion)")
            line("log", setup.directory?.logPath ?? "none: neither XDG_STATE_HOME nor HOME is set")
            let sources = cluster.kubeconfig ?? environment["KUBECONFIG"].flatMap { $0.isEmpty ? nil : $0 }
            line("kubeconfig", sources ?? "~/.kube/config")
            let kubeconfig = try loadKubeconfig(cluster.kubeconfig, environment: environment)
            for problem in kubeconfig.problems { line("problem", "\(problem)") }
            for warning in kubeconfig.warnings { line("warning", warning) }
            line("contexts", "\(kubeconfig.contexts.count)")
            let access = try kubeconfig.resolve(context: cluster.context, overrides: cluster.overrides)
            line("context", access.contextName.isEmpty ? "none" : access.contextName)
            line("cluster", access.clusterName)
            line("user", access.userName.isEmpty ? "none" : access.userName)
            if let other = access.impersonation { line("acts as", words(for: other)) }
            line("namespace", access.namespace ?? "default (the context names none)")
            line("server", "\(access.server)")
            if let proxy = access.proxy { line("proxy", "\(proxy)") }
            line("rules", configuredRules.summary)
            if let reason = access.readOnlyReason { line("read-only", reason) }
            if let rule = access.liftedRule {
                line("read-only", "no, because of --allow-changes; otherwise by \(rule)")
            }
            var surroundings = setup.surroundings(
                kubeconfig, context: cluster.context, overrides: cluster.overrides)
            surroundings.servePluginsOnTheTerminal()
            let version = try await serverVersion(access, surroundings)
            line("reached", "yes, Kubernetes \(version)")
        }
    }

    private func words(for other: ClusterAccess.Impersonation) -> String {
        let groups = other.groups.isEmpty ? "" : " in \(other.groups.joined(separator: ", "))"
        return other.user + (other.uid.map { " (\($0))" } ?? "") + groups
    }

    private func line(_ name: String, _ value: String) {
        print("\(name):".padding(toLength: 13, withPad: " ", startingAt: 0) + value)
    }
}
