import AppCore
import AppRuntime
import ArgumentParser
import Diagnosis
import Foundation
import KubernetesClient
import KubernetesModel

/// `sextant check`: what is wrong, root causes first, without a screen.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what is wrong in a namespace or in the whole cluster, causes first.",
        discussion: """
            Exit status: 0 when nothing was found, 1 when something was at or above --fail-on, 2 when it could not look.
            """)

    enum Output: String, ExpressibleByArgument, CaseIterable {
        case text, json, junit, sarif
    }

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var looking: LookingOptions

    @Option(name: .shortAndLong, help: "Format: text, json, junit or sarif.")
    var output = Output.text

    @Option(help: "The least severity that makes it fail: broken, degraded or hygiene.")
    var failOn = Severity.degraded

    @Option(
        parsing: .singleValue, help: ArgumentHelp("Run only this rule; may be given several times.", valueName: "id"))
    var rule: [String] = []

    @Option(
        parsing: .singleValue, help: ArgumentHelp("Leave out this rule; may be given several times.", valueName: "id"))
    var skip: [String] = []

    func validate() throws {
        for id in rule + skip where DiagnosisRule.named(id) == nil {
            let nearest = nearestName(to: id, among: DiagnosisRule.all.map(\.id))
            throw ValidationError(
                "There is no rule \(id). \(nearest.map { "Did you mean \($0)?" } ?? "sextant rules lists them.")")
        }
        guard !chosenRules.isEmpty else { throw ValidationError("No rule is left: --skip leaves out all of --rule.") }
    }

    private var chosenRules: [DiagnosisRule] {
        DiagnosisRule.all.filter { (rule.isEmpty || rule.contains($0.id)) && !skip.contains($0.id) }
    }

    func run() async throws {
        try await withReasonOnFailure {
            let rules = chosenRules
            let report = try await looking.report(cluster, namespace, rules: rules)
            switch output {
            case .text: print(text(of: report), terminator: "")
            case .json: print(report.json.writeJSON())
            case .junit: print(report.junit(rules: rules), terminator: "")
            case .sarif: print(report.sarif(rules: rules, version: productVersion).writeJSON())
            }
            if report.findings.contains(where: { $0.severity >= failOn }) { throw ExitCode(1) }
            let unable = Set(report.notEvaluated.map(\.rule))
            if rules.allSatisfy({ unable.contains($0.id) }) {
                throw CannotLook(description: "none of these rules could look: see what may not be read")
            }
        }
    }

    private func text(of report: Report) -> String {
        var parts = report.findings.map { printable($0.text) + "\n" }
        let counts = Severity.allCases.reversed().compactMap { severity -> String? in
            let count = report.causes.count { $0.severity == severity }
            return count > 0 ? "\(count) \(severity.rawValue)" : nil
        }
        var last =
            counts.isEmpty
            ? "No rule found anything; sextant rules lists what is looked for."
            : "Causes: \(counts.joined(separator: ", "))."
        if !report.silenced.isEmpty { last += " Silenced: \(report.silenced.count)." }
        parts.append(last + "\n")
        if let words = printableNotEvaluated(report) { parts.append(words + "\n") }
        return parts.joined(separator: "\n")
    }
}

/// What could not be looked at, by reason; `nil` when everything could.
func printableNotEvaluated(_ report: Report) -> String? {
    guard !report.notEvaluated.isEmpty else { return nil }
    var lines = ["Could not look at:"]
    var known: Set<String> = []
    for item in report.notEvaluated {
        let rules = report.notEvaluated.filter { $0.missing == item.missing }.map(\.rule)
        guard known.insert(item.missing.description).inserted else { continue }
        lines.append("  \(item.missing): \(printable(item.reason)) (for \(rules.joined(separator: ", ")))")
    }
    return lines.joined(separator: "\n")
}

/// A server's words with characters made visible that would change how they look; lines stay lines.
func printable(_ text: String) -> String {
    String(
        String.UnicodeScalarView(
            text.unicodeScalars.map { scalar in
                scalar == "\n" || scalar == "\t" || KubeconfigFailure.isHarmless(scalar) ? scalar : "\u{FFFD}"
            }))
}

/// How to look.
struct LookingOptions: ParsableArguments {
    @Flag(help: "Do not read logs for evidence.")
    var noLogs = false

    @Option(help: ArgumentHelp("How long to wait for the cluster, such as 30s or 2m.", valueName: "duration"))
    var timeout = WaitTime(seconds: 30)

    @Option(
        help: ArgumentHelp(
            "What not to tell, and why; otherwise $XDG_CONFIG_HOME/sextant/silences.", valueName: "file"),
        completion: .file())
    var silences: String?

    /// Looks at a cluster.
    ///
    /// - Throws: also when the object that is asked about does not exist.
    func report(
        _ cluster: ClusterOptions, _ namespace: NamespaceOptions, rules: [DiagnosisRule],
        about object: (kind: ResourceKind, name: String)? = nil
    ) async throws -> Report {
        let environment = ProcessInfo.processInfo.environment
        let silences = try loadSilences(silences, environment: environment)
        let setup = Setup(environment: environment)
        let kubeconfig = try loadKubeconfig(cluster.kubeconfig, environment: environment)
        printWarnings(of: kubeconfig)
        let access = try kubeconfig.resolve(context: cluster.context, overrides: cluster.overrides)
        var surroundings = setup.surroundings(
            kubeconfig, context: cluster.context, overrides: cluster.overrides)
        surroundings.servePluginsOnTheTerminal()
        let client = try surroundings.client(access)
        // What is in no namespace has to do with all of them.
        let looksEverywhere = namespace.allNamespaces || object?.kind.isNamespaced == false
        let options = ClusterCheck.Options(
            namespace: looksEverywhere ? nil : namespace.namespace ?? access.namespace ?? "default",
            rules: rules, readsLogs: !noLogs, timeout: .seconds(timeout.seconds), silences: silences)
        let check = ClusterCheck(client, options, logger: setup.logger, localNow: { localNow() })
        let result: Result<Report, any Error>
        do {
            if let object, object.kind.isNamespaced == false || options.namespace != nil,
                try await !check.hasObject(object.kind, named: object.name)
            {
                let place = object.kind.isNamespaced ? options.namespace.map { " in namespace \($0)" } ?? "" : ""
                throw CannotLook(description: "there is no \(object.kind.kind.lowercased()) \(object.name)\(place)")
            }
            let report = try await check.run()
            // An empty namespace and one that does not exist look the same.
            if let name = options.namespace, !report.findings.contains(where: { $0.subject.namespace == name }),
                (try? await check.hasObject(Namespace.kind, named: name)) == false
            {
                throw CannotLook(description: "there is no namespace \(name)")
            }
            result = .success(report)
        } catch {
            result = .failure(error)
        }
        await client.shutdown()
        return try result.get()
    }
}

extension Severity: ExpressibleByArgument {}
