import KubernetesModel
import Screen

extension TableDefinition where Row == CronJob {
    /// Cron jobs, as `kubectl get cronjobs -o wide` shows them.
    package static var cronJobs: TableDefinition {
        TableDefinition(
            title: "CronJobs", aliases: ["cj", "cronjob"],
            columns: [
                .name(help: "Name of the CronJob.", isFinished: { $0.health == .finished }),
                .text("SCHEDULE", width: .fill(min: 9), importance: 2, help: "When Jobs start, in cron notation.") {
                    $0.schedule
                },
                .text("TIMEZONE", width: .fit(max: 32), importance: 0, help: "Where the schedule's clock stands.") {
                    orNone($0.timeZone)
                },
                .text("SUSPEND", width: .fit(max: 7), help: "Whether no Jobs start for now.") {
                    $0.suspend ? "True" : "False"
                },
                .number("ACTIVE", help: "Jobs that run.") { $0.active.count },
                .timeOrNone("LAST SCHEDULE", help: "Time since a Job was started.", moment: \.lastScheduleTime),
                .timeOrNone(
                    "LAST SUCCESS", wide: true,
                    help: "Time since a Job of it succeeded; servers before 1.21 do not say.",
                    moment: \.lastSuccessfulTime),
                .text(
                    "CONCURRENCY", width: .fit(max: 11), wide: true, importance: 0,
                    help: "Whether Jobs may run at the same time."
                ) { $0.concurrencyPolicy },
                .age,
            ] + .template { $0.jobSpec.template } + [.selector { $0.jobSpec.selector }],
            health: { $0.health })
    }
}

extension CronJob {
    fileprivate var health: Health {
        if metadata.deletionTimestamp != nil { return .degraded }
        return suspend ? .finished : .fine
    }
}
