import AppRuntime
import ArgumentParser
import Describe
import Foundation
import KubernetesClient
import KubernetesModel

/// `sextant describe KIND NAME`: what there is to say about one object.
struct Describe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Describe an object of any kind: what it is, how it is, what belongs to it, its events.",
        discussion: "Exit status: 0 when all went well, 2 when it could not look (with the reason on stderr).")

    @Argument(
        help: ArgumentHelp(
            "The kind, such as pod, deploy, certificates.cert-manager.io; or kind and name, such as pod/web-0.",
            valueName: "kind"))
    var kind: String

    @Argument(help: ArgumentHelp("The names; several describe several.", valueName: "name"))
    var names: [String] = []

    @OptionGroup var cluster: ClusterOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Namespace; otherwise the context's own, or default.", valueName: "name"))
    var namespace: String?

    @Flag(help: "Show the values of Secrets.")
    var showSecrets = false

    @Option(help: ArgumentHelp("How long to wait for what is related, such as 10s or 2m.", valueName: "duration"))
    var timeout = WaitTime(seconds: 30)

    func run() async throws {
        try await withReasonOnFailure {
            let objects = try objects()
            try await cluster.withClient(namespace) { client, namespace, logger in
                let run = DescribeRun(
                    client, timeout: .seconds(timeout.seconds), logger: logger, localNow: { localNow() })
                for (index, object) in objects.enumerated() {
                    let lines = try await run.lines(
                        of: object.name, try await run.resource(named: object.kind), namespace: namespace,
                        revealsSecrets: showSecrets)
                    if index > 0 { print("\n") }
                    for line in lines { print(printable(line.text)) }
                }
            }
        }
    }

    private func objects() throws -> [(kind: String, name: String)] {
        let words = [kind] + names
        if kind.contains("/") {
            return try words.map { word in
                let parts = word.split(separator: "/", maxSplits: 1).map(String.init)
                guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
                    throw CannotLook(description: "\(word) is no object: write KIND/NAME, such as pod/web-0")
                }
                return (parts[0], parts[1])
            }
        }
        guard !names.isEmpty else {
            throw CannotLook(description: "which one? write KIND NAME, such as pod web-0")
        }
        return names.map { (kind, $0) }
    }
}
