import KubernetesModel

/// Jobs and CronJobs: they live in the store alone, so that those of the scenario and of people are the same.
extension DemoSimulation {
    // MARK: Jobs

    mutating func runJobs(in store: inout DemoObjectStore, at now: Timestamp) {
        for job in store.documents(of: .jobs) where job.at("metadata", "deletionTimestamp") == nil {
            runJob(job, in: &store, at: now)
        }
    }

    private static func condition(_ type: String, _ reason: String, _ message: String, at moment: Timestamp)
        -> JSONValue
    {
        .members([
            "type": .string(type), "status": .string("True"), "lastProbeTime": .time(moment),
            "lastTransitionTime": .time(moment), "reason": .string(reason), "message": .string(message),
        ])
    }

    private func subject(of object: JSONValue, kind: String) -> EventRecorder.Subject {
        EventRecorder.Subject(
            apiVersion: "batch/v1", kind: kind, namespace: object.text("metadata", "namespace"),
            name: object.text("metadata", "name"), uid: object.text("metadata", "uid"))
    }

    static func isFinished(_ job: JSONValue) -> Bool {
        (job.at("status", "conditions")?.elements ?? []).contains {
            ["Complete", "Failed"].contains($0.text("type")) && $0.text("status") == "True"
        }
    }

    private mutating func runJob(_ job: JSONValue, in store: inout DemoObjectStore, at now: Timestamp) {
        let namespace = job.text("metadata", "namespace")
        let name = job.text("metadata", "name")
        let key = "jobs/\(namespace)/\(name)"
        let own = pods(of: key)
        if Self.isFinished(job) {
            expire(job, own, in: &store, at: now)
            return
        }
        var document = job
        let subject = subject(of: job, kind: "Job")
        if job.at("spec", "suspend")?.isTrue ?? false {
            if !(job.at("status", "conditions")?.elements ?? []).contains(where: { $0.text("type") == "Suspended" }) {
                recorder.record(
                    subject, "Suspended", "Job suspended", component: "job-controller", at: now, in: &store)
                let condition = Self.condition("Suspended", "JobSuspended", "Job suspended", at: now)
                document.set("status", "conditions", to: .array([condition]))
                document.set("status", "startTime", to: nil)
                document.set("status", "active", to: nil)
                for pod in own where !pod.hasEnded { remove(pod, in: &store, at: now) }
                store.apply(.jobs, document, at: now)
            }
            return
        }
        let completions = job.at("spec", "completions")?.integer
        let wanted = completions ?? 1
        let start = Timestamp(job.text("status", "startTime")) ?? now
        let isFresh = job.at("status", "startTime") == nil
        let succeeded = own.filter { $0.stage == .succeeded }
        let failed = own.filter { $0.stage == .failed }
        let active = own.filter { !$0.hasEnded && !$0.isDeleting }
        let limit = job.at("spec", "backoffLimit")?.integer ?? 6
        let restarts = active.reduce(0) { $0 + $1.restarts }
        var conditions = (job.at("status", "conditions")?.elements ?? []).filter { $0.text("type") != "Suspended" }
        var failure: (reason: String, message: String)?
        if failed.count > limit
            || (job.at("spec", "template", "spec")?.text("restartPolicy") == "OnFailure"
                && restarts > limit)
        {
            failure = ("BackoffLimitExceeded", "Job has reached the specified backoff limit")
        } else if let deadline = job.at("spec", "activeDeadlineSeconds")?.integer,
            now.seconds(since: start) >= Int64(deadline)
        {
            failure = ("DeadlineExceeded", "Job was active longer than specified deadline")
        }
        let isComplete = succeeded.count >= wanted && (completions != nil || active.isEmpty)
        if let failure {
            conditions.append(Self.condition("FailureTarget", failure.reason, failure.message, at: now))
            conditions.append(Self.condition("Failed", failure.reason, failure.message, at: now))
            recorder.record(
                subject, isWarning: true, failure.reason, failure.message, component: "job-controller", at: now,
                in: &store)
            for pod in active {
                remove(pod, in: &store, at: now)
                recorder.record(
                    subject, "SuccessfulDelete", "Deleted pod: \(pod.name)", component: "job-controller", at: now,
                    in: &store)
            }
        } else if isComplete {
            let message = "Reached expected number of succeeded pods"
            let end = hasBegun ? now : succeeded.compactMap { $0.lastTermination?.finished }.max() ?? now
            conditions.append(Self.condition("SuccessCriteriaMet", "CompletionsReached", message, at: end))
            conditions.append(Self.condition("Complete", "CompletionsReached", message, at: end))
            document.set("status", "completionTime", to: .time(end))
            recorder.record(
                subject, "Completed", "Job completed", component: "job-controller", first: end,
                at: max(end, now.adding(seconds: -3000)), in: &store)
        } else {
            let delay = failed.isEmpty ? 0 : min(360, 10 << min(6, failed.count - 1))
            let last = failed.compactMap { $0.lastTermination?.finished }.max()
            let mayTry = last.map { now.seconds(since: $0) >= Int64(delay) } ?? true
            let parallelism = max(0, job.at("spec", "parallelism")?.integer ?? 1)
            var missing = min(parallelism, max(0, wanted - succeeded.count)) - active.count
            while missing > 0, mayTry, pods(of: key).count < Self.mostPods {
                guard addPod(ofJob: job, key: key, in: &store, at: now) else { break }
                missing -= 1
            }
        }
        let isOver = failure != nil || isComplete
        let present = pods(of: key)
        let running = isOver ? [] : present.filter { !$0.hasEnded && !$0.isDeleting }
        document.set("status", "conditions", to: conditions.isEmpty ? nil : .array(conditions))
        if isFresh {
            let began = hasBegun ? now : Timestamp(job.text("metadata", "creationTimestamp")) ?? now
            document.set("status", "startTime", to: .time(began))
        }
        document.set("status", "active", to: running.isEmpty ? nil : .integer(running.count))
        document.set("status", "ready", to: .integer(running.count(where: \.isReady)))
        document.set("status", "terminating", to: .integer(present.count(where: \.isDeleting)))
        document.set("status", "succeeded", to: succeeded.isEmpty ? nil : .integer(succeeded.count))
        document.set("status", "failed", to: failed.isEmpty ? nil : .integer(failed.count))
        document.set("status", "uncountedTerminatedPods", to: .object([]))
        store.apply(.jobs, document, at: now)
    }

    /// Makes a pod of a Job, unless the API server would refuse it.
    @discardableResult
    mutating func addPod(ofJob job: JSONValue, key: String, in store: inout DemoObjectStore, at now: Timestamp) -> Bool
    {
        let namespace = job.text("metadata", "namespace")
        let jobName = job.text("metadata", "name")
        let template = job.at("spec", "template") ?? .object([])
        let isIndexed = job.text("spec", "completionMode") == "Indexed"
        let taken = Set(
            pods(of: key).filter { $0.stage != .failed }
                .compactMap { $0.annotations["batch.kubernetes.io/job-completion-index"].flatMap { Int($0) } })
        let number = isIndexed ? (0..<10_000).first { !taken.contains($0) } ?? 0 : 0
        let base = isIndexed ? "\(jobName)-\(number)" : jobName
        let name = "\(base)-\(random.suffix(5))"
        if let words = refusal(of: template["spec"] ?? .null, named: name, namespace: namespace, in: store) {
            recorder.record(
                subject(of: job, kind: "Job"), isWarning: true, "FailedCreate", "Error creating: \(words)",
                component: "job-controller", at: now, in: &store)
            return false
        }
        var pod = SimulatedPod(
            name: name, namespace: namespace, uid: random.uid(), spec: template["spec"] ?? .object([]), created: now,
            trouble: .healthy)
        pod.generateName = "\(base)-"
        pod.labels = template.at("metadata", "labels")?.textMembers ?? [:]
        let uid = job.text("metadata", "uid")
        pod.labels["batch.kubernetes.io/controller-uid"] = uid
        pod.labels["batch.kubernetes.io/job-name"] = jobName
        pod.labels["controller-uid"] = uid
        pod.labels["job-name"] = jobName
        pod.annotations = template.at("metadata", "annotations")?.textMembers ?? [:]
        if isIndexed {
            pod.annotations["batch.kubernetes.io/job-completion-index"] = String(number)
            pod.labels["batch.kubernetes.io/job-completion-index"] = String(number)
        }
        pod.workload = key
        pod.ownerReference = owner(job, apiVersion: "batch/v1", kind: "Job")
        pod.due = now
        pod.trouble = inferredTrouble(of: pod, in: store) ?? .work(seconds: 9)
        if let end = job.at("metadata", "annotations", "demo.sextant/exit")?.text.flatMap({ Int($0) }), end != 0 {
            pod.trouble = PodTrouble(kind: .ends, exitCode: end, runs: 6)
            pod.lastWords = ["level=error msg=\"giving up\" status=\(end)"]
        }
        place(&pod)
        recorder.record(
            subject(of: job, kind: "Job"), "SuccessfulCreate", "Created pod: \(name)", component: "job-controller",
            at: now, in: &store)
        pods.append(pod)
        publish(pod, in: &store, at: now)
        return true
    }

    /// Removes a Job whose time after its end is over.
    private mutating func expire(
        _ job: JSONValue, _ own: [SimulatedPod], in store: inout DemoObjectStore, at now: Timestamp
    ) {
        guard let seconds = job.at("spec", "ttlSecondsAfterFinished")?.integer else { return }
        let end = (job.at("status", "conditions")?.elements ?? []).compactMap {
            Timestamp($0.text("lastTransitionTime"))
        }.max()
        guard let end, now.seconds(since: end) >= Int64(seconds) else { return }
        removeJob(job, in: &store, at: now)
    }

    private mutating func removeJob(_ job: JSONValue, in store: inout DemoObjectStore, at now: Timestamp) {
        let namespace = job.text("metadata", "namespace")
        let name = job.text("metadata", "name")
        for pod in pods(of: "jobs/\(namespace)/\(name)") { remove(pod, grace: 0, in: &store, at: now) }
        store.delete(.jobs, namespace: namespace, name: name)
    }

    // MARK: CronJobs

    mutating func runCronJobs(in store: inout DemoObjectStore, at now: Timestamp) {
        for cronJob in store.documents(of: Kinds.cronJobs) { runCronJob(cronJob, in: &store, at: now) }
    }

    private mutating func runCronJob(_ cronJob: JSONValue, in store: inout DemoObjectStore, at now: Timestamp) {
        let namespace = cronJob.text("metadata", "namespace")
        let uid = cronJob.text("metadata", "uid")
        let subject = subject(of: cronJob, kind: "CronJob")
        let own = store.items(of: .jobs, ownedBy: uid).map(\.entry.document)
        var document = cronJob
        let active = document.at("status", "active")?.elements ?? []
        for reference in active {
            let job = own.first { $0.text("metadata", "name") == reference.text("name") }
            guard let job, Self.isFinished(job) else { continue }
            let isComplete = job.at("status", "completionTime") != nil
            recorder.record(
                subject, "SawCompletedJob",
                "Saw completed job: \(reference.text("name")), condition: \(isComplete ? "Complete" : "Failed")",
                component: "cronjob-controller", at: now, in: &store)
            if isComplete { document.set("status", "lastSuccessfulTime", to: job.at("status", "completionTime")) }
        }
        let unfinished = own.filter { !Self.isFinished($0) }
        document.set("status", "active", to: Self.references(unfinished))
        forgetOldJobs(of: cronJob, own, subject, in: &store, at: now)
        defer { store.apply(Kinds.cronJobs, document, at: now) }
        guard !(cronJob.at("spec", "suspend")?.isTrue ?? false) else { return }
        guard let schedule = CronTable(cronJob.text("spec", "schedule")) else {
            recorder.record(
                subject, isWarning: true, "UnparseableSchedule",
                "unparseable schedule: \"\(cronJob.text("spec", "schedule"))\"", component: "cronjob-controller",
                at: now, in: &store)
            return
        }
        let zone = cronJob.text("spec", "timeZone")
        guard zone.isEmpty || zone.contains("/") || zone == "UTC", !zone.contains("Nowhere") else {
            recorder.record(
                subject, isWarning: true, "UnknownTimeZone", "invalid timeZone: \"\(zone)\": unknown time zone \(zone)",
                component: "cronjob-controller", at: now, in: &store)
            return
        }
        let last =
            Timestamp(cronJob.text("status", "lastScheduleTime"))
            ?? Timestamp(cronJob.text("metadata", "creationTimestamp")) ?? now
        // What was missed longer ago is not made up for.
        let after = max(last, now.adding(seconds: -3600))
        guard let due = schedule.last(after: after, upTo: now) else { return }
        if let deadline = cronJob.at("spec", "startingDeadlineSeconds")?.integer,
            now.seconds(since: due) > Int64(deadline)
        {
            return
        }
        if !unfinished.isEmpty, cronJob.text("spec", "concurrencyPolicy") == "Forbid" {
            recorder.record(
                subject, "JobAlreadyActive",
                "Not starting job because prior execution is running and concurrency policy is Forbid",
                component: "cronjob-controller", at: now, in: &store)
            return
        }
        if cronJob.text("spec", "concurrencyPolicy") == "Replace" {
            for job in unfinished { removeJob(job, in: &store, at: now) }
        }
        let job = Self.job(of: cronJob, scheduled: due, uid: random.uid())
        let jobName = job.text("metadata", "name")
        document.set("status", "lastScheduleTime", to: .time(due))
        guard store.document(of: .jobs, namespace: namespace, name: jobName) == nil else { return }
        store.apply(.jobs, ManifestDefaults.filled(job, .jobs), at: now)
        recorder.record(
            subject, "SuccessfulCreate", "Created job \(jobName)", component: "cronjob-controller", at: now, in: &store)
        let present = store.items(of: .jobs, ownedBy: uid).map(\.entry.document).filter { !Self.isFinished($0) }
        document.set("status", "active", to: Self.references(present))
    }

    private static func references(_ jobs: [JSONValue]) -> JSONValue? {
        jobs.isEmpty
            ? nil
            : .array(
                jobs.map { job in
                    .members([
                        "kind": .string("Job"), "namespace": job.at("metadata", "namespace"),
                        "name": job.at("metadata", "name"), "uid": job.at("metadata", "uid"),
                        "apiVersion": .string("batch/v1"), "resourceVersion": job.at("metadata", "resourceVersion"),
                    ])
                })
    }

    private static func job(of cronJob: JSONValue, scheduled: Timestamp, uid: String) -> JSONValue {
        let template = cronJob.at("spec", "jobTemplate") ?? .object([])
        var annotations = template.at("metadata", "annotations")?.textMembers ?? [:]
        annotations["batch.kubernetes.io/cronjob-scheduled-timestamp"] = scheduled.rfc3339
        let labels = template.at("metadata", "labels")
        return .members([
            "kind": .string("Job"),
            "metadata": .members([
                "name": .string("\(cronJob.text("metadata", "name"))-\(scheduled.seconds / 60)"),
                "namespace": cronJob.at("metadata", "namespace"), "uid": .string(uid), "labels": labels,
                "annotations": .texts(annotations),
                "ownerReferences": .array([owner(cronJob, apiVersion: "batch/v1", kind: "CronJob")]),
            ]),
            "spec": template["spec"] ?? .object([]),
        ])
    }

    /// Keeps as many finished Jobs as the CronJob says.
    private mutating func forgetOldJobs(
        of cronJob: JSONValue, _ own: [JSONValue], _ subject: EventRecorder.Subject,
        in store: inout DemoObjectStore, at now: Timestamp
    ) {
        let finished = own.filter(Self.isFinished).sorted {
            $0.text("metadata", "creationTimestamp") < $1.text("metadata", "creationTimestamp")
        }
        let isGood: (JSONValue) -> Bool = { $0.at("status", "completionTime") != nil }
        let limits = [
            (true, cronJob.at("spec", "successfulJobsHistoryLimit")?.integer ?? 3),
            (false, cronJob.at("spec", "failedJobsHistoryLimit")?.integer ?? 1),
        ]
        for (good, limit) in limits {
            let chosen = finished.filter { isGood($0) == good }
            for job in chosen.prefix(max(0, chosen.count - max(0, limit))) {
                removeJob(job, in: &store, at: now)
                recorder.record(
                    subject, "SuccessfulDelete", "Deleted job \(job.text("metadata", "name"))",
                    component: "cronjob-controller", at: now, in: &store)
            }
        }
    }
}
