import KubernetesModel

extension DiagnosisRule {
    static let cronJobSuspended = DiagnosisRule(
        id: "cronjob/suspended", title: "A CronJob is suspended", severity: .hygiene,
        remedy: "Let it go on when it is meant to run.",
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-suspension",
        subject: CronJob.self
    ) { cronJob, context in
        guard cronJob.suspend, cronJob.metadata.deletionTimestamp == nil else { return }
        let id = ObjectID(cronJob)
        context.report(
            FindingDraft(
                title: cronJob.lastScheduleTime.map { "Suspended: it last ran at \($0.rfc3339)" }
                    ?? "Suspended: it has never run",
                cause: "No Job is started while spec.suspend is true.",
                nextStep: "Let it go on, unless somebody has stopped it on purpose. Runs that were missed may then"
                    + " start at"
                    + " once, unless startingDeadlineSeconds is set.",
                command: "kubectl \(id.namespaceFlag)patch \(id.text) -p '{\"spec\":{\"suspend\":false}}'",
                evidence: [
                    Evidence(id, "spec.suspend", "true"), Evidence(id, "spec.schedule", cronJob.schedule),
                    Evidence(id, "status.lastScheduleTime", cronJob.lastScheduleTime?.rfc3339 ?? "not set"),
                ]))
    }
}
