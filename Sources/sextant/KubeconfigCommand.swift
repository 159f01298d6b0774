import Access
import ArgumentParser
import Diagnosis
import Foundation
import KubernetesClient
import KubernetesModel

/// `sextant kubeconfig`: what has to do with kubeconfig files themselves.
struct KubeconfigTools: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kubeconfig", abstract: "Look through kubeconfig files.", subcommands: [Lint.self])

    /// `sextant kubeconfig lint`: what is wrong with the files, without asking a server.
    struct Lint: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what does not work in kubeconfig files, and what is dangerous, with file and line.",
            discussion: """
                Runs no program, and asks no server but with --connect. Several files count together, as in KUBECONFIG.

                Exit status: 0 when nothing was found, 1 when something was at or above --fail-on, 2 when it could not look.
                """)

        enum Output: String, ExpressibleByArgument, CaseIterable {
            case text, json, sarif
        }

        @Argument(help: "The files; otherwise those of $KUBECONFIG, or ~/.kube/config.", completion: .file())
        var files: [String] = []

        @Option(name: .shortAndLong, help: "Format: text, json or sarif.")
        var output = Output.text

        @Option(help: "The least severity that makes it fail: broken, degraded or hygiene.")
        var failOn = Severity.degraded

        @Flag(help: "Ask the servers too, for names in certificates, clocks and versions (kc-tls-name, kc-skew).")
        var connect = false

        func run() async throws {
            try await withReasonOnFailure {
                let environment = ProcessInfo.processInfo.environment
                var report = try KubeconfigLint.report(
                    on: files, environment: environment, homeDirectory: environment["HOME"], now: localNow())
                if connect { report = try await asking(report, environment) }
                switch output {
                case .text: print(text(of: report))
                case .json: print(report.json.writeJSON())
                case .sarif: print(sarif(of: report).writeJSON())
                }
                if report.findings.contains(where: { Severity($0.severity) >= failOn }) { throw ExitCode(1) }
            }
        }

        /// The report with what the servers say.
        private func asking(
            _ report: KubeconfigReport, _ environment: [String: String]
        ) async throws -> KubeconfigReport {
            var environment = environment
            if !files.isEmpty { environment["KUBECONFIG"] = files.joined(separator: ":") }
            let kubeconfig = try loadKubeconfig(nil, environment: environment)
            // Contexts of one cluster have one server.
            var clusters: Set<String> = []
            let contexts = kubeconfig.contexts.filter { clusters.insert($0.cluster).inserted }
            let answers = Answers()
            let prober = ContextProber(
                kubeconfig, userAgent: "sextant/\(productVersion)", logger: Setup(environment: environment).logger)
            await prober.probe(contexts.map(\.name)) { await answers.add($0, $1) }
            return report.adding(await answers.byContext, of: kubeconfig, now: localNow())
        }

        /// What servers answered so far.
        private actor Answers {
            private(set) var byContext: [String: ContextProbe] = [:]

            func add(_ name: String, _ probe: ContextProbe) { byContext[name] = probe }
        }

        private func text(of report: KubeconfigReport) -> String {
            let counts = Severity.allCases.reversed().compactMap { severity -> String? in
                let count = report.findings.count { Severity($0.severity) == severity }
                return count > 0 ? "\(count) \(severity.rawValue)" : nil
            }
            let files = report.files.count == 1 ? "1 file" : "\(report.files.count) files"
            let last = counts.isEmpty ? "Nothing found in \(files)." : "In \(files): \(counts.joined(separator: ", "))."
            var lines = report.findings.map { printable($0.text) } + [last]
            let rules = report.notEvaluated.keys.map(\.rawValue).sorted().joined(separator: ", ")
            if connect {
                if let reason = report.notEvaluated.values.first {
                    lines.append("Not looked for everywhere, since \(reason): \(rules).")
                }
            } else if !rules.isEmpty {
                lines.append("Not looked for, since only the server can tell (--connect): \(rules).")
            }
            return lines.joined(separator: "\n")
        }

        private func sarif(of report: KubeconfigReport) -> JSONValue {
            var log = SARIF()
            for rule in KubeconfigRule.allCases { log.add(rule: rule.rawValue, title: rule.title) }
            for finding in report.findings {
                let entry = finding.entry.isEmpty ? "" : "\(finding.entry): "
                log.add(
                    result: finding.rule.rawValue, Severity(finding.severity),
                    "\(entry)\(finding.title). Next: \(finding.nextStep)",
                    at: .file(finding.file, line: finding.line))
            }
            return log.json(version: productVersion)
        }
    }
}

extension Severity {
    /// The severity of a finding in a kubeconfig.
    fileprivate init(_ severity: KubeconfigFinding.Severity) {
        switch severity {
        case .hygiene: self = .hygiene
        case .degraded: self = .degraded
        case .broken: self = .broken
        }
    }
}

extension KubeconfigReport {
    /// The report as JSON, with the keys of `sextant check`.
    fileprivate var json: JSONValue {
        let findings = findings.map { finding -> JSONValue in
            .object([
                .init("rule", .string(finding.rule.rawValue)), .init("severity", .string(finding.severity.rawValue)),
                .init("file", .string(finding.file)),
                .init("line", finding.line.map { .number(String($0)) } ?? .null),
                .init("entry", .string(finding.entry)), .init("title", .string(finding.title)),
                .init("nextStep", .string(finding.nextStep)),
            ])
        }
        let notEvaluated = notEvaluated.sorted { $0.key.rawValue < $1.key.rawValue }.map { rule, reason -> JSONValue in
            .object([.init("rule", .string(rule.rawValue)), .init("reason", .string(reason))])
        }
        return .object([.init("findings", .array(findings)), .init("notEvaluated", .array(notEvaluated))])
    }
}
