/// What `kubectl get pods` says about a pod, before it is made text.
public struct PodSummary: Sendable, Equatable {
    /// The STATUS column, such as `Running`, `Init:0/2` or `CrashLoopBackOff`.
    public var status: String
    /// Containers and sidecars that are ready.
    public var ready: Int
    /// Containers and sidecars that the spec names.
    public var total: Int
    /// Restarts, summed over containers and sidecars, or over the init containers while those run.
    public var restarts: Int
    /// When the newest of these restarts became necessary; `nil` when no end of a container is known.
    public var lastRestart: Timestamp?

    /// The READY column, such as `1/2`.
    public var readyText: String { "\(ready)/\(total)" }

    /// The RESTARTS column, such as `7 (3m ago)`.
    public func restartsText(now: Timestamp) -> String {
        guard restarts != 0, let lastRestart else { return "\(restarts)" }
        return "\(restarts) (\(age(from: lastRestart, to: now)) ago)"
    }
}

extension Pod {
    /// What `kubectl get pods` of a server of version 1.36 prints for this pod.
    ///
    /// Source: `printPod` in Kubernetes' printers.
    public var summary: PodSummary {
        let sidecars = spec.initContainers.count { $0.isSidecar }
        var summary = PodSummary(
            status: status.reason.isEmpty ? status.phase : status.reason,
            ready: 0, total: spec.containers.count + sidecars, restarts: 0)
        if status.conditions.contains(where: { $0.type == "PodScheduled" && $0.reason == "SchedulingGated" }) {
            summary.status = "SchedulingGated"
        }
        let initialization = summarizeInitContainers(into: &summary)
        if !initialization.isUnfinished || status.conditions[type: "Initialized"]?.status == "True" {
            summary.restarts = initialization.sidecarRestarts
            summary.lastRestart = initialization.lastSidecarRestart
            summarizeContainers(into: &summary)
        }
        if metadata.deletionTimestamp != nil {
            if status.reason == "NodeLost" {
                summary.status = "Unknown"
            } else if !isPhaseTerminal {
                summary.status = "Terminating"
            }
        }
        return summary
    }

    /// Whether the pod will never run again, by its phase.
    public var isPhaseTerminal: Bool { status.phase == "Succeeded" || status.phase == "Failed" }

    /// Readiness gates whose condition is true.
    public var trueReadinessGates: Int {
        spec.readinessGates.count { status.conditions[type: $0]?.status == "True" }
    }

    private struct Initialization {
        var isUnfinished = false
        var sidecarRestarts = 0
        var lastSidecarRestart: Timestamp?
    }

    /// Walks init containers up to the first that has neither succeeded nor, as a sidecar, started.
    private func summarizeInitContainers(into summary: inout PodSummary) -> Initialization {
        var initialization = Initialization()
        for (index, container) in status.initContainerStatuses.enumerated() {
            let isSidecar = spec.initContainers.last { $0.name == container.name }?.isSidecar ?? false
            summary.restarts += Int(container.restartCount)
            summary.lastRestart = later(summary.lastRestart, container.lastFinish)
            if isSidecar {
                initialization.sidecarRestarts += Int(container.restartCount)
                initialization.lastSidecarRestart = later(initialization.lastSidecarRestart, container.lastFinish)
            }
            if case .terminated(let end) = container.state, end.exitCode == 0 { continue }
            if isSidecar, container.started == true {
                if container.ready { summary.ready += 1 }
                continue
            }
            initialization.isUnfinished = true
            switch container.state {
            case .terminated(let end):
                summary.status = "Init:\(end.shortReason)"
            case .waiting(let reason, _) where !reason.isEmpty && reason != "PodInitializing":
                summary.status = "Init:\(reason)"
            case .none, .waiting, .running:
                summary.status = "Init:\(index)/\(spec.initContainers.count)"
            }
            return initialization
        }
        return initialization
    }

    /// Walks containers from the last to the first, so that the first container's trouble is what is shown.
    private func summarizeContainers(into summary: inout PodSummary) {
        var hasRunning = false
        var failure: String?
        for container in status.containerStatuses.reversed() {
            summary.restarts += Int(container.restartCount)
            summary.lastRestart = later(summary.lastRestart, container.lastFinish)
            switch container.state {
            case .waiting(let reason, _) where !reason.isEmpty:
                summary.status = reason
            case .terminated(let end):
                summary.status = end.shortReason
                if end.exitCode != 0 { failure = summary.status }
            case .running where container.ready:
                hasRunning = true
                summary.ready += 1
            case .none, .waiting, .running:
                break
            }
        }
        guard summary.status == "Completed" else { return }
        if hasRunning, status.conditions[type: "Ready"]?.status == "True" {
            summary.status = "Running"
        } else if let failure {
            summary.status = failure
        } else if hasRunning {
            summary.status = "NotReady"
        }
    }
}

extension ContainerStatus {
    /// When the run before this one ended.
    fileprivate var lastFinish: Timestamp? {
        if case .terminated(let end) = lastState { end.finishedAt } else { nil }
    }
}

extension TerminatedState {
    /// The reason, or `Signal:9`, or `ExitCode:3` when there is none.
    public var shortReason: String {
        if !reason.isEmpty { return reason }
        return signal != 0 ? "Signal:\(signal)" : "ExitCode:\(exitCode)"
    }
}

private func later(_ first: Timestamp?, _ second: Timestamp?) -> Timestamp? {
    guard let first, let second else { return first ?? second }
    return max(first, second)
}
