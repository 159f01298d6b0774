import KubernetesModel

extension DiagnosisRule {
    static let podProbeKills = DiagnosisRule(
        id: "pod/probe-kills", title: "A probe ends a container again and again", severity: .broken,
        remedy: "Give it time to start (startupProbe), or mend what the probe asks.",
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
        subject: Pod.self, needs: [Event.self]
    ) { pod, context in
        guard pod.isLiving else { return }
        for container in pod.podContainers {
            guard let kill = context.probeKill(of: container, in: pod), let spec = container.container,
                let (end, path) = container.lastEnd, let probe = spec.probe(kill.message.kind),
                let severity = loopSeverity(container, end, of: pod, &context)
                    ?? recentSeverity(container, kill, &context)
            else { continue }
            let schedule = ProbeSchedule(
                probe, kill.message.kind, podGrace: pod.spec.terminationGracePeriodSeconds)
            report(container, spec, probe, schedule, kill, end, path, severity, of: pod, &context)
        }
    }

    /// Of a container that has not been killed often enough for a loop, and is not up either.
    private static func recentSeverity(
        _ container: PodContainer, _ kill: ProbeKill, _ context: inout RuleContext
    ) -> Severity? {
        guard container.status.restartCount >= 2, !container.status.ready,
            !context.hasPassed(seconds: 900, since: (kill.killing ?? kill.unhealthy).lastSeen)
        else { return nil }
        return .broken
    }

    private static func report(
        _ container: PodContainer, _ spec: Container, _ probe: Probe, _ schedule: ProbeSchedule, _ kill: ProbeKill,
        _ end: TerminatedState, _ path: String, _ severity: Severity, of pod: Pod, _ context: inout RuleContext
    ) {
        let id = ObjectID(pod)
        let kind = schedule.kind
        let cause = kill.message.cause
        // It lived for as long as a container that never answers.
        let lived = end.seconds
        let wasNeverUp = lived.map { $0 <= schedule.budget + schedule.period + schedule.grace + 5 } ?? false
        let isSlow = wasNeverUp && [.refused, .timeout, .noRoute, .closed].contains(cause)
        let needed = isSlow ? startTime(of: spec.name, besides: pod, &context) : nil
        var title = "\(kind.rawValue) probe kills \(container.name) again and again: \(kill.message.words)"
        var explanation = cause.explanation(probe, schedule)
        var nextStep = cause.nextStep(probe)
        if isSlow {
            title =
                "\(kind.rawValue) probe kills \(container.name) before it is up: \(schedule.budget) s allowed"
                + (needed.map { ", needs \($0) s" } ?? "")
            explanation =
                "It is killed when it has not answered \(schedule.budget) s after its start"
                + (needed.map { "; other pods of its kind took \($0) s." } ?? ": \(cause.words). \(explanation)")
            let failures = Swift.max(30, ((needed ?? schedule.budget * 2) * 2 + schedule.period - 1) / schedule.period)
            nextStep =
                kind == .startup
                ? "Raise failureThreshold of the startup probe to \(failures), or see why the start takes so long."
                : "Add a startupProbe that asks the same with failureThreshold \(failures), if it only starts slowly; "
                    + "otherwise see why it never answers."
        }
        if kind == .liveness, let readiness = spec.readinessProbe, readiness.handler == probe.handler,
            schedule.patience <= ProbeSchedule(readiness, .readiness, podGrace: nil).patience
        {
            explanation +=
                " The readiness probe asks the same with no less patience: what should only end traffic ends"
                + " the container."
        }
        var evidence = [
            Evidence(id, "\(container.specPath).\(kind.field)", "\(probe.handler.text), \(schedule.text)"),
            kill.unhealthy.evidence,
        ]
        if let killing = kill.killing { evidence.append(killing.evidence) }
        evidence += container.evidence(of: end, path: path, on: id) + context.logEvidence(pod, container)
        context.report(
            FindingDraft(
                key: "\(container.name) \(kind.field)", severity: severity, title: title, cause: explanation,
                nextStep: nextStep,
                command: "kubectl \(id.namespaceFlag)logs \(pod.metadata.name) -c \(container.name) --previous",
                evidence: evidence, since: kill.unhealthy.firstSeen ?? pod.metadata.creationTimestamp,
                owner: pod.maker, explainedBy: [ObjectID(Node.self, name: pod.nodeName)]))
    }

    /// How long containers of that name took in the pod's siblings until these were ready, at most; in seconds.
    private static func startTime(of container: String, besides pod: Pod, _ context: inout RuleContext) -> Int64? {
        guard let controller = pod.metadata.controller else { return nil }
        return context.list(Pod.self, ownedBy: controller.uid).compactMap { sibling -> Int64? in
            guard let ready = sibling.status.conditions[type: "Ready"], ready.status == "True",
                let status = sibling.status.containerStatuses.first(where: { $0.name == container }),
                status.restartCount == 0, case .running(let startedAt?) = status.state,
                let since = ready.lastTransitionTime, since > startedAt
            else { return nil }
            return (since.microseconds - startedAt.microseconds) / 1_000_000
        }.filter { $0 < 3600 }.max()
    }
}

/// That a probe ended a container.
struct ProbeKill {
    /// The failure that was the last straw.
    var unhealthy: Event
    var message: ProbeMessage
    /// The kubelet's announcement.
    var killing: Event?
}

extension RuleContext {
    /// The probe that ended the last run of a container; `nil` when it ended otherwise.
    mutating func probeKill(of container: PodContainer, in pod: Pod) -> ProbeKill? {
        guard container.status.restartCount > 0, let end = container.lastEnd?.end, end.reason != "OOMKilled",
            !end.isStartFailure, let spec = container.container,
            spec.livenessProbe != nil || spec.startupProbe != nil
        else { return nil }
        let events = events(about: pod.metadata).filter { $0.containerName == container.name }
        let killing = events.first { event in
            event.reason == "Killing"
                && (event.message.contains("failed liveness probe") || event.message.contains("failed startup probe"))
        }
        for event in events {
            guard let message = ProbeMessage(event.message), !message.isError, !message.isWarning,
                message.kind != .readiness, spec.probe(message.kind) != nil
            else { continue }
            // One that ends well when told to has another exit code.
            guard killing != nil || [137, 143].contains(end.exitCode) else { return nil }
            return ProbeKill(unhealthy: event, message: message, killing: killing)
        }
        return nil
    }
}
