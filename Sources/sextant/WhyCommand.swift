import AppCore
import AppRuntime
import ArgumentParser
import Diagnosis
import Foundation
import KubernetesClient
import KubernetesModel

/// `sextant why KIND/NAME`: what is wrong with one object.
struct Why: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what is wrong with one object, and why.",
        discussion: "Exit status: 0 when nothing was found, 1 when something was, 2 when it could not look.")

    @Argument(
        help: ArgumentHelp(
            "The object, such as pod/checkout-7d9f or svc/web, or kind and name apart.", valueName: "kind/name"))
    var object: String

    @Argument(help: ArgumentHelp("The object's name, when it does not stand after a slash.", valueName: "name"))
    var name: String?

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var looking: LookingOptions

    func run() async throws {
        try await withReasonOnFailure {
            let object = name.map { "\(self.object)/\($0)" } ?? self.object
            let parts = object.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2, !parts[1].isEmpty, let kind = ObjectID.kind(named: parts[0]),
                let builtIn = KindDecoder.all.first(where: { $0.kind.kind == kind })?.kind
            else {
                throw CannotLook(description: "\(object) is no object: write KIND/NAME, such as pod/web-0 or svc/web")
            }
            let report = try await looking.report(
                cluster, namespace, rules: DiagnosisRule.all, about: (builtIn, parts[1]))
            let found = report.findings.filter { finding in
                ([finding.subject] + finding.members).contains { $0.kind == kind && $0.name == parts[1] }
            }
            let causing = report.causes(of: found)
            let causes = report.findings.filter { causing.contains($0.id) }
            for finding in causes where !found.contains(finding) { print(printable(finding.text) + "\n") }
            for finding in found { print(printable(finding.text) + "\n") }
            let silenced = report.silenced.filter { item in
                ([item.finding.subject] + item.finding.members).contains { $0.kind == kind && $0.name == parts[1] }
            }
            for item in silenced {
                print(printable("silenced  \(item.finding.title) (\(item.finding.rule)): \(item.reason)\n"))
            }
            if found.isEmpty {
                print("No rule found anything wrong with \(object); sextant rules lists what is looked for.")
            }
            if let words = printableNotEvaluated(report) { print(words) }
            if !found.isEmpty { throw ExitCode(1) }
        }
    }
}

/// `sextant rules`: what is looked for.
struct Rules: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the rules of sextant check.")

    func run() {
        let width = DiagnosisRule.all.map(\.id.count).max() ?? 0
        for rule in DiagnosisRule.all {
            let id = rule.id.padding(toLength: width + 2, withPad: " ", startingAt: 0)
            print(id + rule.severity.rawValue.padding(toLength: 10, withPad: " ", startingAt: 0) + rule.title)
        }
    }
}
