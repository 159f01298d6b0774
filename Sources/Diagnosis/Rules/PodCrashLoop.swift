import KubernetesModel

extension DiagnosisRule {
    static let podCrashLoop = DiagnosisRule(
        id: "pod/crash-loop", title: "A container crashes again and again", severity: .broken,
        remedy: "Read the last lines of the log of the run that ended, and its exit code.",
        source: "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#container-restarts",
        subject: Pod.self, uses: [Event.self]
    ) { pod, context in
        // What is being deleted needs no mending.
        guard pod.metadata.deletionTimestamp == nil else { return }
        for container in pod.podContainers where container.status.restartCount > 0 {
            guard let (end, path) = container.lastEnd else {
                reportUnknownEnd(of: container, in: pod, &context)
                continue
            }
            // Others say these better; a rule of the pod that begins all its containers anew is no crash.
            if end.reason == "OOMKilled" || end.isStartFailure || end.reason == "RestartingAllContainers" { continue }
            if context.postStartFailure(of: container, in: pod) != nil { continue }
            if context.probeKill(of: container, in: pod) != nil { continue }
            guard let severity = loopSeverity(container, end, of: pod, &context) else { continue }
            report(container, end, path, severity, of: pod, &context)
        }
    }

    /// A kubelet that has removed the container knows no more than that it waits.
    private static func reportUnknownEnd(of container: PodContainer, in pod: Pod, _ context: inout RuleContext) {
        guard let waiting = container.status.state.waiting, waiting.reason == "CrashLoopBackOff",
            container.status.restartCount >= 2
        else { return }
        let id = ObjectID(pod)
        context.report(
            FindingDraft(
                key: container.name, title: "\(container.title) crashes again and again; how it ends is not known",
                cause: "The kubelet waits before it starts it again. What it knew of the last run is gone.",
                nextStep: "Watch the next run: its log, and its exit code.",
                command: "kubectl \(id.namespaceFlag)logs \(pod.metadata.name) -c \(container.name) --previous",
                evidence: [
                    Evidence(id, "\(container.statusPath).state.waiting.reason", waiting.reason),
                    Evidence(id, "\(container.statusPath).state.waiting.message", waiting.message),
                    Evidence(id, "\(container.statusPath).restartCount", "\(container.status.restartCount)"),
                ], since: pod.notReadySince, owner: pod.maker))
    }

    /// How bad the restarts of a container are; `nil` when they are none to speak of.
    ///
    /// Between two attempts a kubelet shows `Running` or `Error` as often as `CrashLoopBackOff`, so short runs count
    /// as well.
    static func loopSeverity(
        _ container: PodContainer, _ end: TerminatedState, of pod: Pod, _ context: inout RuleContext
    ) -> Severity? {
        if let waiting = container.status.state.waiting {
            // Many crash once or twice until what they need is there.
            return waiting.reason == "CrashLoopBackOff" && container.status.restartCount >= 2 ? .broken : nil
        }
        guard container.status.restartCount >= 3, end.reason != "ContainerStatusUnknown",
            !context.hasPassed(seconds: 3600, since: end.finishedAt)
        else { return nil }
        // So many restarts at this pace: one in less than an hour, over the life of the pod.
        let pace = Int64(container.status.restartCount) * 3600
        if context.hasPassed(seconds: pace, since: pod.status.startTime ?? pod.metadata.creationTimestamp) {
            return nil
        }
        guard case .running(let startedAt) = container.status.state else {
            return container.status.state.terminated == nil ? nil : .broken
        }
        // The kubelet forgets a back-off after ten minutes without a crash.
        return context.hasPassed(seconds: 600, since: startedAt) ? .degraded : .broken
    }

    private static func report(
        _ container: PodContainer, _ end: TerminatedState, _ path: String, _ severity: Severity, of pod: Pod,
        _ context: inout RuleContext
    ) {
        let id = ObjectID(pod)
        let events = context.events(about: pod.metadata)
        let backOff = events.first { $0.reason == "BackOff" && $0.containerName == container.name }
        let reading = ExitReading(end, restartPolicy: pod.spec.restartPolicy)
        var evidence: [Evidence] = []
        if let waiting = container.status.state.waiting {
            evidence.append(Evidence(id, "\(container.statusPath).state.waiting.reason", waiting.reason))
        }
        evidence += container.evidence(of: end, path: path, on: id)
        evidence += context.logEvidence(pod, container)
        let verb =
            end.exitCode == 0
            ? "ends and is started again"
            : severity == .degraded ? "was restarted several times" : "crashes again and again"
        context.report(
            FindingDraft(
                key: container.name, severity: severity,
                title: "\(container.title) \(verb): \(reading.words)",
                cause: reading.explanation
                    + (container.isInit ? " Until it succeeds the pod's other containers do not start." : "")
                    + evidence.lastWords(of: end),
                nextStep: reading.nextStep,
                command: "kubectl \(id.namespaceFlag)logs \(pod.metadata.name) -c \(container.name) --previous",
                evidence: evidence, since: backOff?.firstSeen ?? pod.metadata.creationTimestamp, owner: pod.maker))
    }
}

extension TerminatedState {
    /// Whether the program never ran.
    var isStartFailure: Bool { reason == "StartError" || reason == "ContainerCannotRun" }

    /// How long it ran, in whole seconds; `nil` when it did not, or when nobody knows.
    var seconds: Int64? {
        guard let startedAt, let finishedAt, startedAt.seconds > 0, finishedAt >= startedAt else { return nil }
        return (finishedAt.microseconds - startedAt.microseconds) / 1_000_000
    }
}
