import KubernetesModel

extension DiagnosisRule {
    static let podProbeInert = DiagnosisRule(
        id: "pod/probe-inert", title: "A probe cannot be made, and so never acts", severity: .broken,
        remedy: "Correct what the probe asks: a port that the container names, a program that the image has.",
        source: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
        subject: Pod.self, uses: [Event.self]
    ) { pod, context in
        guard pod.isLiving else { return }
        for container in pod.podContainers where container.status.state.isRunning {
            guard let spec = container.container else { continue }
            for reading in context.probes(of: pod) where reading.container == spec.name {
                guard case .inert(let why) = reading.verdict else { continue }
                let isRedirect = reading.event.flatMap { ProbeMessage($0.message) }?.isWarning == true
                guard context.hasPassed(seconds: 30, since: pod.status.startTime) else { continue }
                reportInert(reading, why, isRedirect: isRedirect, container, spec, of: pod, &context)
            }
        }
    }

    private static func reportInert(
        _ reading: ProbeReading, _ why: String, isRedirect: Bool, _ container: PodContainer, _ spec: Container,
        of pod: Pod, _ context: inout RuleContext
    ) {
        let id = ObjectID(pod)
        let kind = reading.kind.rawValue
        let path = "\(container.specPath).\(reading.kind.field)"
        var evidence = [Evidence(id, path, reading.probe.handler.text)]
        var nextStep = "Correct the probe in the template; new pods are made then."
        if let name = spec.undeclaredPort(of: reading.probe) {
            let names = spec.ports.map(\.name).filter { !$0.isEmpty }
            let ports = spec.ports.map { "\($0.containerPort)\($0.name.isEmpty ? "" : " (\($0.name))")" }
            evidence.append(
                Evidence(id, "\(container.specPath).ports", ports.isEmpty ? "none" : ports.joined(separator: ", ")))
            let near = nearestName(to: name, among: names) ?? (names.count == 1 ? names.first : nil)
            nextStep =
                near.map { "Ask for port \($0), or name a port \(name); new pods are made then." }
                ?? "Use the port's number, or name a port \(name) in the container; new pods are made then."
        }
        if let event = reading.event { evidence.append(event.evidence) }
        evidence.append(Evidence(id, "\(container.statusPath).ready", "\(container.status.ready)"))
        let effect =
            switch reading.kind {
            case .readiness:
                isRedirect
                    ? "Such an answer counts as success, so the container is called ready whatever it does."
                    : "The kubelet throws such a result away, so the container never becomes ready, and no restart will"
                        + " help."
            case .startup:
                "The kubelet throws such a result away, so the container is never up: it gets no traffic, and is not"
                    + " restarted either."
            case .liveness:
                isRedirect
                    ? "Such an answer counts as success, so the container is never restarted."
                    : "The kubelet throws such a result away, so the container is not restarted when it hangs."
            }
        // One that guards nothing does not hurt today.
        let severity: Severity = reading.kind == .liveness || isRedirect ? .degraded : .broken
        context.report(
            FindingDraft(
                key: "\(container.name) \(reading.kind.field)", severity: severity,
                title: isRedirect
                    ? "\(kind) probe of \(container.name) tests nothing: \(why)"
                    : "\(kind) probe of \(container.name) never runs: \(why)",
                cause: effect, nextStep: nextStep,
                command:
                    "kubectl \(id.namespaceFlag)get \(id.text) -o jsonpath='{.spec.containers[*].\(reading.kind.field)}'",
                evidence: evidence,
                since: reading.kind == .liveness ? pod.status.startTime : pod.notReadySince ?? pod.status.startTime,
                owner: pod.maker))
    }

    static let podNotReady = DiagnosisRule(
        id: "pod/not-ready", title: "A container runs, but does not get ready", severity: .broken,
        remedy: "See what its readiness probe asks, and what it gets.",
        source: "https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/",
        subject: Pod.self, uses: [Event.self, Node.self]
    ) { pod, context in
        guard pod.isLiving, let ready = pod.status.conditions[type: "Ready"] else { return }
        if ready.status == "True" {
            reportFlapping(pod, ready, &context)
            return
        }
        for container in pod.podContainers {
            guard case .running(let startedAt) = container.status.state, !container.status.ready,
                let spec = container.container, !(container.isInit && !spec.isSidecar)
            else { continue }
            // Between two crashes it is not ready either.
            if let end = container.lastEnd?.end, !context.hasPassed(seconds: 600, since: end.finishedAt) { continue }
            let readings = context.probes(of: pod).filter { $0.container == spec.name }
            if readings.contains(where: { $0.kind != .liveness && $0.isInert }) { continue }
            let startup = readings.first { $0.kind == .startup }
            if let startup, container.status.started == false,
                !context.hasPassed(seconds: startup.schedule.budget + startup.schedule.grace, since: startedAt)
            {
                continue
            }
            let schedule = readings.first { $0.kind == .readiness }?.schedule
            // Many programs take a minute or two to start, and have no startup probe.
            let delay = 120 + (schedule.map { $0.initialDelay + $0.patience } ?? 0)
            let since = max(startedAt ?? ready.lastTransitionTime, ready.lastTransitionTime)
            guard context.hasPassed(seconds: delay, since: since ?? pod.status.startTime) else { continue }
            reportNotReady(container, readings, since: since, of: pod, ready, &context)
        }
    }

    private static func max(_ left: Timestamp?, _ right: Timestamp?) -> Timestamp? {
        guard let left, let right else { return left ?? right }
        return left > right ? left : right
    }

    private static func reportNotReady(
        _ container: PodContainer, _ readings: [ProbeReading], since: Timestamp?, of pod: Pod, _ ready: Condition,
        _ context: inout RuleContext
    ) {
        let id = ObjectID(pod)
        let reading = readings.first { $0.kind == .readiness } ?? readings.first { $0.kind == .startup }
        var title = "\(container.title) runs, but is not ready, and nothing says why"
        var key = "unknown"
        var cause = "The kubelet has not called it ready; there is no event of a failed probe."
        var nextStep = "Look at the kubelet on node \(pod.nodeName), and at the pod's conditions."
        var evidence = [Evidence(id, "\(container.statusPath).ready", "false")]
        if let reading {
            evidence.append(
                Evidence(id, "\(container.specPath).\(reading.kind.field)", reading.probe.handler.text)
            )
            let words: ProbeMessage? = if case .failing(let message, _) = reading.verdict { message } else { nil }
            if let words {
                title =
                    "\(reading.kind.rawValue) probe of \(container.name) fails: \(words.words) "
                    + "(\(reading.probe.handler.text))"
                key = words.cause.words
                cause = words.cause.explanation(reading.probe, reading.schedule)
                nextStep = words.cause.nextStep(reading.probe)
            }
            evidence.append(
                Evidence(id, "probe", "\(reading.schedule.text)"))
            if let event = reading.event { evidence.append(event.evidence) }
        }
        if !ready.reason.isEmpty { evidence.append(Evidence(id, "status.conditions[Ready].reason", ready.reason)) }
        cause += " It gets no traffic from Services until it is ready."
        context.report(
            FindingDraft(
                key: "\(container.name) \(key)", title: title, cause: cause, nextStep: nextStep,
                command: "kubectl \(id.namespaceFlag)logs \(pod.metadata.name) -c \(container.name) --tail=50",
                evidence: evidence, since: since, owner: pod.maker,
                explainedBy: context.cutOffNode(of: pod)))
    }

    /// Whether failures of a probe are neither those of one outage, nor those of its start and one more.
    private static func isAgainAndAgain(
        _ event: Event, _ schedule: ProbeSchedule, _ container: PodContainer?
    ) -> Bool {
        guard let first = event.firstSeen, let last = event.lastSeen, last > first,
            case .running(let startedAt?)? = container?.status.state
        else { return false }
        let count = Int64(event.occurrences)
        let isFromStart = first.microseconds &- startedAt.microseconds < 300_000_000
        let seconds = (last.microseconds &- first.microseconds) / 1_000_000
        return count >= (isFromStart ? 30 : 10) && seconds / 2 > min(count, 1_000_000) * schedule.period
    }

    /// Ready at the moment, as so often.
    private static func reportFlapping(_ pod: Pod, _ ready: Condition, _ context: inout RuleContext) {
        guard !context.hasPassed(seconds: 600, since: ready.lastTransitionTime),
            context.hasPassed(seconds: 1200, since: pod.status.startTime)
        else { return }
        for reading in context.probes(of: pod) where reading.kind == .readiness {
            let container = pod.podContainers.first { $0.name == reading.container }
            guard let event = reading.event, let message = ProbeMessage(event.message),
                !context.hasPassed(seconds: 600, since: event.lastSeen),
                isAgainAndAgain(event, reading.schedule, container)
            else { continue }
            // After a restart it is something else.
            if let end = container?.lastEnd?.end, !context.hasPassed(seconds: 3600, since: end.finishedAt) { continue }
            let id = ObjectID(pod)
            context.report(
                FindingDraft(
                    key: "\(reading.container) flaps", severity: .degraded,
                    title: "Readiness of \(reading.container) comes and goes: \(message.words)",
                    cause: message.cause.explanation(reading.probe, reading.schedule)
                        + " It is taken out of its Services and put back again and again.",
                    nextStep: message.cause.nextStep(reading.probe),
                    command: "kubectl \(id.namespaceFlag)logs \(pod.metadata.name) -c \(reading.container) --tail=50",
                    evidence: [
                        event.evidence,
                        Evidence(
                            id, "status.conditions[Ready].lastTransitionTime", ready.lastTransitionTime?.rfc3339 ?? ""),
                        Evidence(id, "probe", "\(reading.probe.handler.text), \(reading.schedule.text)"),
                    ], since: event.firstSeen, owner: pod.maker))
        }
    }
}

extension ProbeReading {
    var isInert: Bool {
        if case .inert = verdict { true } else { false }
    }
}

extension Pod {
    /// Whether it has a node, and neither has ended nor is to.
    var isLiving: Bool { !nodeName.isEmpty && !isPhaseTerminal && metadata.deletionTimestamp == nil }
}

extension RuleContext {
    /// The probes of a pod, and what comes of them.
    mutating func probes(of pod: Pod) -> [ProbeReading] {
        let hasProbes = (pod.spec.initContainers + pod.spec.containers).contains { container in
            ProbeKind.allCases.contains { container.probe($0) != nil }
        }
        guard hasProbes else { return [] }
        return ProbeReading.probes(of: pod, events: events(about: pod.metadata), now: now)
    }
}
