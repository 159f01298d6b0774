import Access
import AppCore
import Dispatch
import KubernetesClient
import KubernetesModel

/// What `:ctx` learns while it is open: what is wrong with the files, and what the servers answer.
struct ContextsReading: Sendable {
    private let kubeconfig: Kubeconfig
    private let surroundings: Application.Surroundings

    init(_ kubeconfig: Kubeconfig, _ surroundings: Application.Surroundings) {
        self.kubeconfig = kubeconfig
        self.surroundings = surroundings
    }

    /// Looks through the files, then asks the servers, until cancelled.
    @concurrent
    func run(_ send: @escaping @Sendable (ContextsNews) async -> Void) async {
        await send(.found(findings))
        let prober = ContextProber(
            kubeconfig, userAgent: surroundings.userAgent, logger: surroundings.logger,
            patience: surroundings.probePatience)
        await prober.probe(kubeconfig.contexts.map(\.name)) { await send(.probed($0, $1)) }
        if !Task.isCancelled { await send(.probedAll) }
    }

    /// What is wrong with the files; nothing where they cannot be read any more, which others say.
    private var findings: [ContextFinding] {
        guard kubeconfig.canBeReadAgain else { return [] }
        let report = try? KubeconfigLint.report(
            on: kubeconfig.files, environment: surroundings.environment, homeDirectory: nil,
            now: surroundings.localNow())
        return (report?.findings ?? []).map { finding in
            ContextFinding(
                weight: ContextFlag.Weight(finding.severity), rule: finding.rule.rawValue, file: finding.file,
                place: finding.line.map { "\(finding.file):\($0)" } ?? finding.file, entry: finding.entry,
                title: finding.title, next: finding.nextStep)
        }
    }

    /// Where locks and disks are waited for.
    private static let queue = DispatchQueue(label: "kubeconfig")

    /// Changes the files as they are now.
    static func change(
        _ change: ContextChange, _ surroundings: Application.Surroundings
    ) async -> Result<Kubeconfig.Changed, KubeconfigFailure> {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: changed(change, surroundings)) }
        }
    }

    private static func changed(
        _ change: ContextChange, _ surroundings: Application.Surroundings
    ) -> Result<Kubeconfig.Changed, KubeconfigFailure> {
        do throws(KubeconfigFailure) {
            return .success(try surroundings.rereadKubeconfig().apply(change, now: surroundings.localNow()))
        } catch {
            return .failure(error)
        }
    }
}

extension ContextFlag.Weight {
    fileprivate init(_ severity: KubeconfigFinding.Severity) {
        switch severity {
        case .hygiene: self = .note
        case .degraded: self = .warning
        case .broken: self = .grave
        }
    }
}
