import KubernetesModel

extension DiagnosisRule {
    static let cronJobFailing = DiagnosisRule(
        id: "cronjob/failing", title: "A CronJob's runs fail one after the other", severity: .broken,
        remedy: "See why the last run failed.",
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#jobs-history-limits",
        subject: CronJob.self, needs: [Job.self], uses: [Pod.self]
    ) { cronJob, context in
        guard cronJob.metadata.deletionTimestamp == nil else { return }
        let runs = context.list(Job.self, ownedBy: cronJob.metadata.uid).filter(\.isFinished).sorted {
            ($0.metadata.creationTimestamp?.microseconds ?? 0, $0.metadata.name)
                > ($1.metadata.creationTimestamp?.microseconds ?? 0, $1.metadata.name)
        }
        let failures = Array(runs.prefix { $0.hasFailed })
        guard let last = failures.first else { return }
        let id = ObjectID(cronJob)
        // Failed Jobs are cleaned up, all but one, so their number says little; the last success is noted.
        var isLong = failures.count >= 2
        if !isLong, let success = cronJob.lastSuccessfulTime, let schedule = CronSchedule(cronJob.schedule),
            let second = schedule.next(3, after: success), let scheduled = cronJob.lastScheduleTime
        {
            isLong = scheduled >= second
        }
        guard isLong else { return }
        var evidence = [
            Evidence(id, "spec.schedule", cronJob.schedule),
            Evidence(id, "status.lastSuccessfulTime", cronJob.lastSuccessfulTime?.rfc3339 ?? "not set"),
        ]
        evidence += failures.prefix(3).compactMap { $0.conditions[type: "Failed"]?.evidence(on: ObjectID($0)) }
        let lastID = ObjectID(last)
        context.report(
            FindingDraft(
                title: failures.count >= 2
                    ? "Its last \(failures.count) runs failed"
                    : "No run has succeeded since \(cronJob.lastSuccessfulTime?.rfc3339 ?? "it was created")",
                cause: "Each time that it is due it starts a Job, and the Job fails.",
                nextStep: "See why \(lastID.text) failed; when it is mended, run it without waiting for the schedule.",
                command: "kubectl \(id.namespaceFlag)create job \(cronJob.metadata.name.prefix(40))-again"
                    + " --from=\(id.text)",
                evidence: evidence, related: failures.prefix(5).map { ObjectID($0) },
                since: failures.last?.metadata.creationTimestamp,
                explainedBy: [lastID] + context.list(Pod.self, ownedBy: last.metadata.uid).map { ObjectID($0) }))
    }
}
