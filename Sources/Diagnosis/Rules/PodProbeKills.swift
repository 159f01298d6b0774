import KubernetesModel

extension DiagnosisRule {
    static let podProbeKills = DiagnosisRule(
        id: "pod/probe-kills", title: "A probe ends a container again and again", severity: .broken,
        remedy: "Give it time to start (startupProbe), or mend what the probe asks.",
        source: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/",
        subject: Pod.self, needs: [Event.self], uses: [Node.self]
    ) { pod, context in
        guard pod.isLiving else { return }
        for container in pod.podContainers {
            guard let kill = context.probeKill(of: container, in: pod), let spec = container.container,
                let (end, path) = container.lastEnd, let probe = spec.probe(kill.kind),
                let severity = loopSeverity(container, end, of: pod, &context)
                    ?? recentSeverity(container, kill, &context)
            else { continue }
            let schedule = ProbeSchedule(probe, kill.kind, podGrace: pod.spec.terminationGracePeriodSeconds)
            report(container, spec, probe, schedule, kill, end, path, severity, of: pod, &context)
        }
    }

    /// Of a container that has not been killed often enough for a loop, and is not up either.
    private static func recentSeverity(
        _ container: PodContainer, _ kill: ProbeKill, _ context: inout RuleContext
    ) -> Severity? {
        guard container.status.restartCount >= 2, !container.status.ready,
            let event = kill.killing ?? kill.unhealthy, !context.hasPassed(seconds: 900, since: event.lastSeen)
        else { return nil }
        return .broken
    }

    private static func report(
        _ container: PodContainer, _ spec: Container, _ probe: Probe, _ schedule: ProbeSchedule, _ kill: ProbeKill,
        _ end: TerminatedState, _ path: String, _ severity: Severity, of pod: Pod, _ context: inout RuleContext
    ) {
        let id = ObjectID(pod)
        let kind = schedule.kind
        var evidence = [Evidence(id, "\(container.specPath).\(kind.field)", "\(probe.handler.text), \(schedule.text)")]
        evidence += [kill.unhealthy, kill.killing].compactMap { $0?.evidence }
        evidence += container.evidence(of: end, path: path, on: id) + context.logEvidence(pod, container)
        guard let message = kill.message else {
            reportSilent(container, schedule, end, evidence, severity, of: pod, &context)
            return
        }
        let cause = message.cause
        // It lived for as long as a container that never answers.
        let lived = end.seconds
        let wasNeverUp = lived.map { $0 <= schedule.budget + schedule.period + schedule.grace + 5 } ?? false
        let isSlow = wasNeverUp && [.refused, .timeout, .noRoute, .closed].contains(cause)
        let needed = isSlow ? startTime(of: spec.name, besides: pod, &context) : nil
        var title = "\(kind.rawValue) probe kills \(container.name) again and again: \(message.words)"
        var explanation = cause.explanation(probe, schedule)
        var nextStep = cause.nextStep(probe)
        if isSlow {
            title =
                "\(kind.rawValue) probe kills \(container.name) before it is up: \(schedule.budget) s allowed"
                + (needed.map { ", needs \($0) s" } ?? "")
            explanation =
                "It is killed when it has not answered \(schedule.budget) s after its start"
                + (needed.map { "; other pods of its kind took \($0) s." } ?? ": \(cause.words). \(explanation)")
            // Numbers of a probe are bounded by nothing but their type.
            let seconds = min(needed ?? schedule.budget * 2, 1_000_000_000)
            let failures = Swift.max(30, (seconds * 2 + schedule.period - 1) / schedule.period)
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
        context.report(
            FindingDraft(
                key: "\(container.name) \(kind.field)", severity: severity, title: title, cause: explanation,
                nextStep: nextStep,
                command: "kubectl \(id.namespaceFlag)logs \(pod.metadata.name) -c \(container.name) --previous",
                evidence: evidence, since: kill.unhealthy?.firstSeen ?? pod.metadata.creationTimestamp,
                owner: pod.maker, explainedBy: context.cutOffNode(of: pod)))
    }

    /// Says what exit code and time tell, for want of events: after hours of restarts the API server has none left.
    private static func reportSilent(
        _ container: PodContainer, _ schedule: ProbeSchedule, _ end: TerminatedState, _ evidence: [Evidence],
        _ severity: Severity, of pod: Pod, _ context: inout RuleContext
    ) {
        let id = ObjectID(pod)
        let kind = schedule.kind.rawValue
        let lived = end.seconds.map { "\($0) s" } ?? "some time"
        context.report(
            FindingDraft(
                key: "\(container.name) \(schedule.kind.field)", severity: severity,
                title: "\(kind) probe seems to kill \(container.name) again and again, \(lived) after its start",
                cause: "It ended with exit code \(end.exitCode) after \(lived): that is how and when the kubelet ends a"
                    + " container whose \(kind.lowercased()) probe has failed \(schedule.failureThreshold) times. The events"
                    + " that would say why it fails are gone.",
                nextStep: "Ask the same as the probe by hand, or watch the pod's events after the next restart.",
                command: "kubectl \(id.namespaceFlag)get events -w --field-selector involvedObject.name=\(id.name)",
                evidence: evidence, since: pod.metadata.creationTimestamp, owner: pod.maker,
                explainedBy: context.cutOffNode(of: pod)))
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
            return (since.microseconds &- startedAt.microseconds) / 1_000_000
        }.filter { $0 < 3600 }.max()
    }
}

/// That a probe ended a container.
struct ProbeKill {
    var kind: ProbeKind
    /// The failure that was the last straw, as long as there is an event of it.
    var unhealthy: Event?
    var message: ProbeMessage?
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
            // One that ends well when told to has another exit code; one that crashes by itself may have been killed once.
            guard [137, 143].contains(end.exitCode) || killing.map(end.mayComeFrom) ?? false else { return nil }
            return ProbeKill(kind: message.kind, unhealthy: event, message: message, killing: killing)
        }
        let grace = pod.spec.terminationGracePeriodSeconds
        let kind = [ProbeKind.startup, .liveness].first { kind in
            spec.probe(kind).map { end.looksLikeKill(by: ProbeSchedule($0, kind, podGrace: grace)) } ?? false
        }
        return kind.map { ProbeKill(kind: $0, killing: killing) }
    }
}

extension TerminatedState {
    /// Whether the kubelet's announcement is of this run; of one that ended well it may be older, as not all are sent.
    fileprivate func mayComeFrom(_ killing: Event) -> Bool {
        guard exitCode != 0, let startedAt, let seen = killing.lastSeen else { return true }
        return seen >= startedAt
    }

    /// Whether a container ended as one does that never answers a probe: by a signal, and at the time for it.
    fileprivate func looksLikeKill(by schedule: ProbeSchedule) -> Bool {
        guard [137, 143].contains(exitCode), let seconds else { return false }
        // Between the last probe and the signal lies the probe's own time limit; after it the program has its grace.
        let earliest = schedule.initialDelay + (schedule.failureThreshold - 1) * schedule.period - 1
        let latest = schedule.budget + schedule.period + schedule.timeout + 2
        // Who ignores the first signal lives on until the second.
        return exitCode == 137
            ? (earliest + schedule.grace...latest + schedule.grace).contains(seconds)
            : (max(earliest, 3)...latest + schedule.grace).contains(seconds)
    }
}
