import Access
import AppRuntime
import ArgumentParser
import ClusterCache
import ClusterState
import Foundation
import KubernetesClient
import KubernetesModel

/// `sextant access`: who one is on a cluster, and what one may do.
struct AccessTools: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access", abstract: "Say who you are on a cluster, until when, and what you may do.",
        subcommands: [Show.self, CanI.self, WhoMay.self, Subject.self, Compare.self], defaultSubcommand: Show.self)

    enum Output: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }
}

extension AccessTools {
    /// `sextant access show`, which is what `sextant access` means.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Who you are, by what credential, what you may do, and the worst of it.",
            discussion: "Exit status: 0 when the server answered, 2 when it could not look (with the reason on stderr)."
        )

        @OptionGroup var cluster: ClusterOptions
        @OptionGroup var namespace: NamespaceOptions

        @Option(name: .shortAndLong, help: "Format: text or json.")
        var output = Output.text

        func run() async throws {
            try await withReasonOnFailure {
                let kubeconfig = try loadKubeconfig(
                    cluster.kubeconfig, environment: ProcessInfo.processInfo.environment)
                try await cluster.withClient(namespace.namespace) { client, name, logger in
                    let desk = AccessDesk(client, kubeconfig, logger)
                    let side: AccessSide
                    do {
                        side = try await desk.side(.own, namespace: namespace.allNamespaces ? "" : name)
                    } catch {
                        // What the files say is worth knowing all the same.
                        let unasked = AccessPage(
                            report: AccessReport(namespace: ""), subject: await desk.subject(of: .own),
                            now: localNow())
                        if output == .text { print(text(of: unasked.heading)) }
                        throw error
                    }
                    guard let report = side.report else { return }
                    let page = AccessPage(report: report, subject: side.subject, now: localNow())
                    switch output {
                    case .text: print(text(of: page.lines))
                    case .json: print(page.json.writeJSON())
                    }
                }
            }
        }

        private func text(of lines: [AccessLine]) -> String {
            lines.map { printable($0.text) }.joined(separator: "\n")
        }
    }

    /// `sextant access can-i VERB KIND[/NAME]`: `yes` or `no`.
    struct CanI: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "can-i", abstract: "Whether you may do something: yes or no.",
            discussion: "Exit status: 0 for yes, 1 for no, 2 when it could not ask (with the reason on stderr).")

        @OptionGroup var asked: AccessWordOptions
        @OptionGroup var cluster: ClusterOptions
        @OptionGroup var namespace: NamespaceOptions

        func run() async throws {
            try await withReasonOnFailure {
                try await cluster.withClient(namespace.namespace) { client, name, _ in
                    let question = try await client.question(
                        asked, namespace: namespace.allNamespaces ? "" : name)
                    let answer = try await client.review(question)
                    let reason = answer.reason.isEmpty ? "" : ": \(printable(answer.reason))"
                    print((answer.isAllowed ? "yes" : "no") + reason)
                    if !answer.isAllowed { throw ExitCode(1) }
                }
            }
        }
    }
}

/// What a permission is asked for, in words of the command line.
struct AccessWordOptions: ParsableArguments {
    @Argument(help: "Such as get, list, create, delete; * for all.")
    var verb: String

    @Argument(
        help: ArgumentHelp(
            "The kind, and the name of one; or a path of the server, such as /metrics.",
            valueName: "kind[/name]|path"))
    var what: String

    @Option(help: ArgumentHelp("Such as log, exec or scale.", valueName: "name"))
    var subresource = ""
}

extension KubernetesClient {
    /// What one asks with words of a command line.
    ///
    /// - Throws: `SnapshotFailure` for a kind that the server does not have.
    func question(_ asked: AccessWordOptions, namespace: String) async throws -> AccessQuestion {
        let (verb, what) = (asked.verb, asked.what)
        if what.hasPrefix("/") { return AccessQuestion(verb: verb, path: what) }
        let parts = what.split(separator: "/", maxSplits: 1).map(String.init)
        guard let kind = parts.first, !verb.isEmpty else {
            throw CannotLook(description: "write VERB KIND, such as delete pods")
        }
        var name = parts.count > 1 ? parts[1] : ""
        var subresource = asked.subresource
        let pieces = name.split(separator: "/", maxSplits: 1).map(String.init)
        if subresource.isEmpty, let first = pieces.first, AccessQuestion.subresources.contains(first) {
            subresource = first
            name = pieces.count > 1 ? pieces[1] : ""
            FileHandle.standardError.write(
                Data(printable("sextant: \(kind)/\(first) is read as the subresource \(first) of \(kind)\n").utf8))
        }
        if kind == "*" {
            return AccessQuestion(
                verb: verb, resource: GroupResource(group: "*", resource: "*"), subresource: subresource,
                namespace: namespace, name: name)
        }
        let source = KubernetesClientSource(self, now: { localNow() })
        do {
            let resource = try await source.resource(named: kind)
            return AccessQuestion(
                verb: verb, resource: resource.groupResource, subresource: subresource,
                namespace: resource.isNamespaced ? namespace : "", name: name
            ).whereItCounts
        } catch let failure as SnapshotFailure {
            let (question, isKnown) = AccessQuestion.ofNoKind(
                verb, kind, name: name, subresource: subresource, namespace: namespace)
            if !isKnown {
                FileHandle.standardError.write(
                    Data(printable("sextant: warning: \(failure.description) It is asked all the same.\n").utf8))
            }
            return question
        }
    }
}
