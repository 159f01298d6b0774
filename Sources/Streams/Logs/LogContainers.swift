import KubernetesModel

extension LogQuery.Containers {
    /// The containers of a pod that are meant.
    ///
    /// - Parameters:
    ///   - pod: whose containers.
    ///   - named: the one that is meant by `usual`, where the pod's own is not.
    /// - Returns: their names; empty when it has none that is meant.
    package func names(in pod: Pod, usual named: String? = nil) -> [String] {
        switch self {
        case .usual where named != nil: [named].compactMap { $0 }.filter(pod.allContainers.contains)
        case .usual: [pod.usualContainer].compactMap { $0 }
        case .named(let name): pod.allContainers.contains(name) ? [name] : []
        case .all:
            pod.spec.initContainers.map(\.name) + pod.spec.containers.map(\.name)
                + pod.spec.ephemeralContainers.map(\.name)
        }
    }
}

extension Pod {
    /// The container that is meant when none is named.
    package var usualContainer: String? {
        if let named = metadata.annotations["kubectl.kubernetes.io/default-container"], allContainers.contains(named) {
            return named
        }
        return spec.containers.first?.name
    }

    /// What made it, without what is made for each revision; empty when nothing did.
    package var workloadName: String {
        guard let controller = metadata.controller else { return "" }
        guard let hash = metadata.labels["pod-template-hash"], controller.name.hasSuffix("-\(hash)") else {
            return controller.name
        }
        return String(controller.name.dropLast(hash.count + 1))
    }

    var allContainers: [String] {
        spec.containers.map(\.name) + spec.initContainers.map(\.name) + spec.ephemeralContainers.map(\.name)
    }

    /// What kubectl says when it chooses a container by itself; `nil` when there is no choice.
    package var defaultedNotice: String? {
        guard allContainers.count > 1, let first = spec.containers.first?.name, usualContainer == first,
            metadata.annotations["kubectl.kubernetes.io/default-container"] != first
        else { return nil }
        let others =
            spec.containers.map(\.name) + spec.ephemeralContainers.map { "\($0.name) (ephem)" }
            + spec.initContainers.map { "\($0.name) (init)" }
        return "Defaulted container \"\(first)\" out of: \(others.joined(separator: ", "))"
    }

    /// How a container's log will go on.
    package func logState(of container: String) -> LogContainerState {
        let status = containerStatus(of: container)
        var state = logState(of: container, status)
        if case .terminated(let end)? = status?.lastState { state.previous = end }
        return state
    }

    private func containerStatus(of name: String) -> ContainerStatus? {
        status.containerStatuses.first { $0.name == name } ?? status.initContainerStatuses.first { $0.name == name }
            ?? status.ephemeralContainerStatuses.first { $0.name == name }
    }

    private func logState(of container: String, _ status: ContainerStatus?) -> LogContainerState {
        let isOver = metadata.deletionTimestamp != nil || isPhaseTerminal
        let restarts = Int(status?.restartCount ?? 0)
        let initial = spec.initContainers.first { $0.name == container }
        let isEphemeral = spec.ephemeralContainers.contains { $0.name == container }
        let policy = initial?.isSidecar == true ? "Always" : spec.restartPolicy
        func willRestart(after end: TerminatedState) -> Bool {
            guard !isOver, !isEphemeral else { return false }
            if initial != nil && initial?.isSidecar != true { return end.exitCode != 0 && policy != "Never" }
            return policy == "OnFailure" ? end.exitCode != 0 : policy != "Never"
        }
        switch status?.state ?? .none {
        case .running:
            var exitCode: Int?
            if case .terminated(let end)? = status?.lastState { exitCode = end.knownExitCode }
            return LogContainerState(.running, restarts: restarts, exitCode: exitCode)
        case .terminated(let end):
            return LogContainerState(
                .ended, restarts: restarts, willRun: willRestart(after: end), reason: end.reason,
                exitCode: end.knownExitCode, finishedAt: end.finishedAt)
        case .waiting(let reason, _):
            if case .terminated(let end)? = status?.lastState {
                return LogContainerState(
                    .ended, restarts: restarts, willRun: !isOver, reason: reason, exitCode: end.knownExitCode,
                    finishedAt: end.finishedAt)
            }
            return LogContainerState(.waiting, willRun: !isOver, reason: reason)
        case .none: return LogContainerState(.waiting, willRun: !isOver)
        }
    }
}

extension TerminatedState {
    /// `nil` where a kubelet that lost the container made the code up: it writes 137 then.
    fileprivate var knownExitCode: Int? { reason == "ContainerStatusUnknown" ? nil : Int(exitCode) }
}
