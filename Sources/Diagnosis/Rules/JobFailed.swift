import KubernetesModel

extension DiagnosisRule {
    static let jobFailed = DiagnosisRule(
        id: "job/failed", title: "A Job was given up", severity: .broken,
        remedy: "See why its pods did not succeed; a Job does not start again by itself.",
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup",
        subject: Job.self, needs: [Pod.self]
    ) { job, context in
        guard let failed = job.conditions[type: "Failed"], failed.status == "True",
            job.metadata.deletionTimestamp == nil, !context.isSuperseded(job)
        else { return }
        let pods = context.list(Pod.self, ownedBy: job.metadata.uid)
        // A pod that is still there says more; another rule reads it.
        guard !pods.contains(where: \.saysWhyItFailed) else { return }
        let id = ObjectID(job)
        var evidence = [failed.evidence(on: id)]
        var title = "Given up: \(failed.reason)"
        var cause = failed.message.isEmpty ? "The Job controller gives no more than this reason." : "\(failed.message)."
        var nextStep = "Mend what made its pods fail, then create the Job anew."
        switch failed.reason {
        case "DeadlineExceeded":
            let seconds = job.spec.activeDeadlineSeconds.map { "\($0)" } ?? "?"
            evidence.append(Evidence(id, "spec.activeDeadlineSeconds", seconds))
            title = "Given up: it ran longer than the \(seconds) s that it may"
            cause = "spec.activeDeadlineSeconds counts from the Job's start, over all attempts; its pods were ended."
            nextStep = "Raise activeDeadlineSeconds, or see what takes so long; then create the Job anew."
        case "BackoffLimitExceeded":
            let limit = job.spec.backoffLimit ?? 6
            evidence.append(Evidence(id, "spec.backoffLimit", "\(limit)"))
            title = "Given up: its pods failed more than \(limit == 1 ? "once" : "\(limit) times")"
            cause = "That is all that spec.backoffLimit allows."
            if pods.isEmpty { cause += " The pods are gone, and their logs with them." }
            if job.spec.template.spec.restartPolicy == "OnFailure" {
                evidence.append(Evidence(id, "spec.template.spec.restartPolicy", "OnFailure"))
                nextStep += " With restartPolicy Never the failed pods stay, and can be read."
            }
        default: break
        }
        if job.failed > 0 { evidence.append(Evidence(id, "status.failed", "\(job.failed)")) }
        if !job.failedIndexes.isEmpty { evidence.append(Evidence(id, "status.failedIndexes", job.failedIndexes)) }
        context.report(
            FindingDraft(
                key: failed.reason, title: title, cause: cause, nextStep: nextStep,
                command: "kubectl \(id.namespaceFlag)describe \(id.text)", evidence: evidence,
                since: failed.lastTransitionTime, explainedBy: [id] + pods.map { ObjectID($0) }))
    }
}

extension Pod {
    /// Whether it ended, and shows how.
    fileprivate var saysWhyItFailed: Bool {
        status.phase == "Failed"
            && podContainers.contains { ($0.status.state.terminated?.exitCode ?? 0) != 0 }
    }
}
