import KubernetesModel

extension DiagnosisRule {
    static let cronJobMissed = DiagnosisRule(
        id: "cronjob/missed", title: "A CronJob has missed its last runs", severity: .degraded,
        remedy: "See whether a run still goes on, and read the CronJob's events.",
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#job-creation",
        subject: CronJob.self, uses: [Event.self, Job.self, Pod.self]
    ) { cronJob, context in
        // In another time zone two of three runs are certain to have been due.
        guard !cronJob.suspend, cronJob.metadata.deletionTimestamp == nil,
            let schedule = CronSchedule(cronJob.schedule),
            let last = cronJob.lastScheduleTime ?? cronJob.metadata.creationTimestamp,
            let due = schedule.next(3, after: last), context.hasPassed(seconds: 300, since: due)
        else { return }
        let id = ObjectID(cronJob)
        let events = context.events(about: cronJob.metadata).filter(\.isWarning)
        var evidence = [
            Evidence(id, "spec.schedule", cronJob.schedule),
            Evidence(id, "status.lastScheduleTime", cronJob.lastScheduleTime?.rfc3339 ?? "not set"),
        ]
        if !cronJob.timeZone.isEmpty { evidence.append(Evidence(id, "spec.timeZone", cronJob.timeZone)) }
        let start = cronJob.lastScheduleTime.map { "Has not run since \($0.rfc3339)" } ?? "Has never run"
        var title = start
        var cause =
            "At least two runs were due since then, and nothing says why there were none: the controller"
            + " manager may"
            + " not run, or the CronJob was suspended until now."
        var nextStep = "Look at the CronJob's events, and at the kube-controller-manager."
        var command = "kubectl \(id.namespaceFlag)describe \(id.text)"
        var related: [ObjectID] = []
        var explainedBy: [ObjectID] = []
        if cronJob.concurrencyPolicy == "Forbid", let active = cronJob.active.first {
            let jobID = ObjectID(Job.self, namespace: cronJob.metadata.namespace, name: active.name)
            title += ": Job \(active.name) is not done yet"
            cause = "With concurrencyPolicy Forbid a run is left out while the one before still goes on."
            nextStep =
                "See what the Job is doing. With activeDeadlineSeconds in jobTemplate.spec a run that hangs"
                + " is ended."
            command = "kubectl \(jobID.namespaceFlag)describe \(jobID.text)"
            evidence += [
                Evidence(id, "spec.concurrencyPolicy", "Forbid"), Evidence(id, "status.active", active.name),
            ]
            if let job = context.get(Job.self, namespace: cronJob.metadata.namespace, name: active.name) {
                evidence.append(Evidence(jobID, "status.startTime", job.startTime?.rfc3339 ?? "not set"))
                explainedBy = context.list(Pod.self, ownedBy: job.metadata.uid).map { ObjectID($0) }
            }
            related = [jobID]
            explainedBy.insert(jobID, at: 0)
        } else if let event = events.first {
            title += ": \(event.reason)"
            cause = event.message.firstLines
            nextStep = "Read the event."
            if event.reason.contains("MissedTimes") || event.message.contains("too many missed start time") {
                title = "\(start): more than 100 runs were missed"
                cause = "With so many runs missed the controller does not try to catch up, and starts none."
                nextStep =
                    "Set spec.startingDeadlineSeconds to less than 100 periods: only runs that late are then"
                    + " counted."
            }
            evidence.append(event.evidence)
        } else if let deadline = cronJob.startingDeadlineSeconds, deadline < 10 {
            cause =
                "The controller looks every 10 s; a Job that may start at most \(deadline) s late mostly starts"
                + " too late."
            nextStep = "Raise spec.startingDeadlineSeconds to more than 10."
            evidence.append(Evidence(id, "spec.startingDeadlineSeconds", "\(deadline)"))
        }
        context.report(
            FindingDraft(
                title: title, cause: cause, nextStep: nextStep, command: command, evidence: evidence,
                related: related, since: schedule.next(after: last), explainedBy: explainedBy + [id]))
    }
}
