import KubernetesModel
import Screen

extension TableDefinition where Row == Job {
    /// Jobs, as `kubectl get jobs -o wide` shows them.
    package static var jobs: TableDefinition {
        TableDefinition(
            title: "Jobs", aliases: ["job", "jo"],
            columns: [
                .name(help: "Name of the Job.", isFinished: { $0.health == .finished }),
                .text(
                    "STATUS", width: .fit(max: 20), importance: 3, help: "How it ended, or what it does.",
                    role: { job, _ in job.health.role }, text: \.statusText),
                .completions, .duration,
                .number(
                    "FAILED", wide: true, help: "Pods that failed.",
                    role: { job, _ in job.failed > 0 ? .degraded : .plain }, value: { Int($0.failed) }),
                .age,
            ] + .template { $0.spec.template } + [.selector { $0.spec.selector }],
            health: { $0.health })
    }
}

extension Job {
    /// Broken when it failed, or is going to; degraded while pods of it failed or it goes away.
    fileprivate var health: Health {
        switch statusText {
        case "Complete": .finished
        case "Failed", "FailureTarget": .broken
        case "Terminating": .degraded
        case "Suspended": .fine
        default: failed > 0 ? .degraded : .fine
        }
    }
}

extension Column where Row == Job {
    fileprivate static var completions: Column {
        Column(
            "COMPLETIONS", width: .fit(max: 16), align: .right, help: "Pods that succeeded, of those wanted.",
            importance: 2, text: { job, _ in job.completionsText },
            sortKey: { job in
                let wanted = max(1, job.spec.completions ?? 1)
                return .number(Double(job.succeeded) / Double(wanted))
            })
    }

    /// One that runs sorts as the longest: its end is still to come.
    fileprivate static var duration: Column {
        Column(
            "DURATION", width: .fit(max: 9), align: .right, help: "Time from its start to its end, or until now.",
            timeDependent: true, descendingFirst: true,
            text: { job, context in job.duration(now: context.now).map { humanDuration(microseconds: $0) } ?? "" },
            sortKey: { job in
                guard let start = job.startTime else { return .missing }
                guard let end = job.completionTime else { return .number(.infinity) }
                return .number(Double(end.microseconds) - Double(start.microseconds))
            })
    }
}
