import KubernetesModel

/// A probe of a container, what the kubelet does with it, and what comes of it.
package struct ProbeReading: Sendable, Equatable {
    /// What comes of a probe.
    package enum Verdict: Sendable, Equatable {
        case passing
        /// The kubelet's last words; since when it fails, as far as that is known.
        case failing(ProbeMessage, since: Timestamp?)
        /// It cannot be made, or says nothing, and so never acts.
        case inert(String)
        /// Not asked at the moment, and why.
        case waiting(String)
        /// Nothing says so.
        case unknown
    }

    package var container: String
    package var kind: ProbeKind
    package var probe: Probe
    package var schedule: ProbeSchedule
    package var verdict: Verdict
    /// The newest event about it.
    package var event: Event?

    /// The probes of a pod, container by container; those that run before the others first.
    ///
    /// - Parameters:
    ///   - pod: as it is now.
    ///   - events: those about it, newest first.
    ///   - now: the time.
    /// - Returns: one for each probe that a container has, in the order startup, liveness, readiness.
    package static func probes(of pod: Pod, events: [Event], now: Timestamp) -> [ProbeReading] {
        let containers = pod.spec.initContainers.filter(\.isSidecar) + pod.spec.containers
        let statuses = pod.status.initContainerStatuses + pod.status.containerStatuses
        return containers.flatMap { container in
            ProbeKind.allCases.compactMap { kind -> ProbeReading? in
                guard let probe = container.probe(kind) else { return nil }
                let status = statuses.first { $0.name == container.name } ?? ContainerStatus()
                let event = events.first { event in
                    event.containerName == container.name && ProbeMessage(event.message)?.kind == kind
                }
                return ProbeReading(
                    container: container.name, kind: kind, probe: probe,
                    schedule: ProbeSchedule(probe, kind, podGrace: pod.spec.terminationGracePeriodSeconds),
                    verdict: verdict(container, probe, kind, status, pod, event, now), event: event)
            }
        }
    }

    private static func verdict(
        _ container: Container, _ probe: Probe, _ kind: ProbeKind, _ status: ContainerStatus, _ pod: Pod,
        _ event: Event?, _ now: Timestamp
    ) -> Verdict {
        if let name = container.undeclaredPort(of: probe) {
            let declared = container.ports.map {
                $0.name.isEmpty ? "\($0.containerPort)" : "\($0.name) \($0.containerPort)"
            }
            return .inert(
                "no port is named \(name)"
                    + (declared.isEmpty ? ", none is declared" : "; there is \(declared.joined(separator: ", "))"))
        }
        guard case .running(let startedAt) = status.state else { return .waiting("the container does not run") }
        let message = event.flatMap { ProbeMessage($0.message) }
        // Of this run, and of the last rounds; older failures are over.
        let seen = event?.lastSeen ?? startedAt ?? now
        let isOfThisRun = startedAt.map { seen >= $0 } ?? true
        let hasSucceeded = kind == .readiness && status.ready || kind == .startup && status.started == true
        if let message, message.isForGood, isOfThisRun, !hasSucceeded { return .inert(message.cause.words) }
        if let message, message.isWarning, isOfThisRun { return .inert("it is redirected to another host") }
        if kind != .startup, container.startupProbe != nil, status.started == false {
            return .waiting("the startup probe has not succeeded yet")
        }
        switch kind {
        case .startup where status.started == true: return .passing
        case .readiness where status.ready: return .passing
        case .readiness, .startup:
            guard let message, isOfThisRun else { return .unknown }
            return .failing(message, since: pod.status.conditions[type: "Ready"]?.lastTransitionTime)
        case .liveness:
            let schedule = ProbeSchedule(probe, kind, podGrace: nil)
            let age = now.microseconds.subtractingReportingOverflow(seen.microseconds).partialValue / 1_000_000
            // Events of one probe are counted up at most every few minutes.
            guard let message, !message.isError, isOfThisRun, age <= max(300, schedule.patience) else {
                return .passing
            }
            return .failing(message, since: event?.firstSeen)
        }
    }
}
