import KubernetesModel

extension DiagnosisRule {
    static let podFailed = DiagnosisRule(
        id: "pod/failed", title: "A pod ended with an error", severity: .broken,
        remedy: "Read the last lines of its log, and its exit code.",
        source: "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase",
        subject: Pod.self, uses: [Job.self]
    ) { pod, context in
        guard pod.status.phase == "Failed", pod.metadata.deletionTimestamp == nil else { return }
        // The node's own reasons are another rule's.
        guard pod.status.reason.isEmpty || pod.status.reason == "DeadlineExceeded" else { return }
        guard isFinal(pod, &context) else { return }
        let id = ObjectID(pod)
        if pod.status.reason == "DeadlineExceeded" {
            context.report(
                FindingDraft(
                    key: pod.status.reason, title: "Pod ran longer than it may",
                    cause: "spec.activeDeadlineSeconds has passed, and the kubelet ended it.",
                    nextStep: "Raise activeDeadlineSeconds, or see what takes so long.",
                    evidence: [
                        Evidence(id, "status.reason", pod.status.reason),
                        Evidence(id, "status.message", pod.status.message),
                    ], since: pod.metadata.creationTimestamp, owner: pod.maker))
            return
        }
        for container in pod.podContainers {
            guard let end = container.status.state.terminated, end.exitCode != 0, end.reason != "OOMKilled" else {
                continue
            }
            let reading = ExitReading(end, restartPolicy: pod.spec.restartPolicy)
            let path = "\(container.statusPath).state.terminated"
            let evidence = container.evidence(of: end, path: path, on: id) + context.logEvidence(pod, container)
            context.report(
                FindingDraft(
                    key: "\(container.name) \(end.exitCode)",
                    title: "\(container.title) ended with an error: \(reading.words)",
                    cause: reading.explanation + evidence.lastWords(of: end), nextStep: reading.nextStep,
                    command: "kubectl \(id.namespaceFlag)logs \(pod.metadata.name) -c \(container.name)",
                    evidence: evidence, since: end.finishedAt, owner: pod.maker))
        }
    }

    /// Whether nothing will try again: a Job retries until it fails as a whole, and a CronJob's next one may have ended
    /// since.
    private static func isFinal(_ pod: Pod, _ context: inout RuleContext) -> Bool {
        guard let controller = pod.metadata.controller, controller.kind == "Job" else { return pod.maker == nil }
        guard let job = context.get(Job.self, namespace: pod.metadata.namespace, name: controller.name) else {
            return false
        }
        return job.hasFailed && !context.isSuperseded(job)
    }
}
