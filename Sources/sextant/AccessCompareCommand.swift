import Access
import AppRuntime
import ArgumentParser
import Foundation
import KubernetesClient
import KubernetesModel
import Logging

extension AccessTools {
    /// `sextant access compare [CONTEXT] CONTEXT|as USER`: two people, contexts or credentials side by side.
    struct Compare: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "compare", abstract: "What you may do beside what another context, or another user, may.",
            discussion: """
                A is the context in use with its flags, B whom you name: CONTEXT, as USER, or CONTEXT as USER GROUP.
                Of two contexts the first is A.
                Without -n and -A each is asked in the namespace of its context.
                Exit status: 0 when both may do the same, 1 when they differ, 2 when one could not be asked.
                """)

        @Argument(help: ArgumentHelp("Whom to compare with.", valueName: "context|as user"))
        var other: [String]

        @Flag(help: "Leave out what is the same.")
        var differences = false

        @OptionGroup var cluster: ClusterOptions
        @OptionGroup var namespace: NamespaceOptions

        @Option(name: .shortAndLong, help: "Format: text or json.")
        var output = Output.text

        /// The options of A, and the words for B.
        func sides() throws -> (ClusterOptions, [String]) {
            guard other.count > 1, !other.prefix(2).contains("as") else { return (cluster, other) }
            guard cluster.context == nil else {
                throw CannotLook(description: "name one context: the other is that of --context")
            }
            var cluster = cluster
            cluster.context = other[0]
            return (cluster, Array(other.dropFirst()))
        }

        func run() async throws {
            try await withReasonOnFailure {
                let (cluster, other) = try sides()
                guard let identity = AccessIdentity(parsing: other.joined(separator: " ")) else {
                    throw CannotLook(description: "name a context, or write: as USER")
                }
                let kubeconfig = try loadKubeconfig(
                    cluster.kubeconfig, environment: ProcessInfo.processInfo.environment)
                try await cluster.withClient(namespace.namespace) { client, name, logger in
                    let desk = AccessDesk(client, kubeconfig, logger)
                    let place = namespace.allNamespaces ? "" : name
                    async let own = desk.sideOrFailure(.own, namespace: place)
                    // Another context has a namespace of its own.
                    let isOwn = identity.context == nil || namespace.allNamespaces || namespace.namespace != nil
                    let otherPlace = isOwn ? place : desk.namespace(of: identity) ?? place
                    async let others = desk.sideOrFailure(identity, namespace: otherPlace)
                    var comparison = AccessComparison(try await own, try await others, now: localNow())
                    comparison.onlyDifferences = differences
                    switch output {
                    case .text: print(comparison.lines.map { printable($0.text) }.joined(separator: "\n"))
                    case .json: print(comparison.json.writeJSON())
                    }
                    if comparison.left.report == nil || comparison.right.report == nil { throw ExitCode(2) }
                    if !comparison.isSame { throw ExitCode(1) }
                }
            }
        }
    }
}

extension AccessDesk {
    /// Asks without a screen.
    init(_ client: KubernetesClient, _ kubeconfig: Kubeconfig, _ logger: Logger) {
        self.init(
            client: client, kubeconfig: kubeconfig, known: KnownAccess(), now: { localNow() },
            connect: { access throws(KubeconfigFailure) in
                try KubernetesClient(access, logger: logger)
            })
    }
}
