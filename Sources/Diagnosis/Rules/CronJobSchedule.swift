import KubernetesModel

extension DiagnosisRule {
    static let cronJobSchedule = DiagnosisRule(
        id: "cronjob/schedule", title: "A CronJob's schedule never comes or cannot be read", severity: .broken,
        remedy: "Correct spec.schedule or spec.timeZone.",
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#writing-a-cronjob-spec",
        subject: CronJob.self, uses: [Event.self]
    ) { cronJob, context in
        guard !cronJob.suspend, cronJob.metadata.deletionTimestamp == nil else { return }
        let id = ObjectID(cronJob)
        var evidence = [Evidence(id, "spec.schedule", cronJob.schedule)]
        if !cronJob.timeZone.isEmpty { evidence.append(Evidence(id, "spec.timeZone", cronJob.timeZone)) }
        let events = context.events(about: cronJob.metadata)
        if let schedule = CronSchedule(cronJob.schedule), let created = cronJob.metadata.creationTimestamp,
            schedule.next(after: created) == nil
        {
            context.report(
                FindingDraft(
                    title: "Never runs: \"\(cronJob.schedule)\" names a day that does not come",
                    cause: "No day within five years fits the third, fourth and fifth field of the schedule together.",
                    nextStep: "Correct the day of the month, the month or the weekday.",
                    command: "kubectl \(id.namespaceFlag)edit \(id.text)",
                    evidence: evidence + events.filter(\.isWarning).prefix(1).map(\.evidence),
                    since: created))
            return
        }
        // The controller says so each time that it looks; a run since then shows that it was mended.
        guard let event = events.first(where: { refusals.contains($0.reason) }) else { return }
        if let run = cronJob.lastScheduleTime, let said = event.lastSeen, run > said { return }
        report(cronJob, event, evidence, &context)
    }

    /// Reasons of events with which the controller refuses a schedule.
    private static let refusals: Set<String> = [
        "UnparseableSchedule", "UnparsableSchedule", "InvalidSchedule", "UnknownTimeZone",
    ]

    private static func report(
        _ cronJob: CronJob, _ event: Event, _ evidence: [Evidence], _ context: inout RuleContext
    ) {
        let id = ObjectID(cronJob)
        let isZone = event.reason == "UnknownTimeZone"
        context.report(
            FindingDraft(
                title: isZone
                    ? "Never runs: the time zone \(cronJob.timeZone) is not known"
                    : "Never runs: the schedule \"\(cronJob.schedule)\" cannot be read",
                cause: isZone
                    ? "The controller manager's list of time zones does not have that name."
                    : "The controller does not understand spec.schedule.",
                nextStep: isZone
                    ? "Use a name of the IANA list, such as Europe/Berlin or Etc/UTC."
                    : "Write five fields: minute, hour, day of the month, month, weekday.",
                command: "kubectl \(id.namespaceFlag)edit \(id.text)", evidence: evidence + [event.evidence],
                since: event.firstSeen))
    }
}
