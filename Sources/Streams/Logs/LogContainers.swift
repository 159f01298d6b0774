import KubernetesModel

extension LogQuery.Containers {
    /// The containers of a pod that are meant, by name; empty when it has none of that name.
    package func names(in pod: Pod) -> [String] {
        switch self {
        case .usual: [pod.usualContainer].compactMap { $0 }
        case .named(let name): pod.allContainers.contains(name) ? [name] : []
        case .all: pod.spec.initContainers.map(\.name) + pod.spec.containers.map(\.name)
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

    var allContainers: [String] { spec.containers.map(\.name) + spec.initContainers.map(\.name) }

    /// What kubectl says when it chooses a container by itself; `nil` when there is no choice.
    package var defaultedNotice: String? {
        guard allContainers.count > 1, let first = spec.containers.first?.name, usualContainer == first,
            metadata.annotations["kubectl.kubernetes.io/default-container"] != first
        else { return nil }
        let others = spec.containers.map(\.name) + spec.initContainers.map { "\($0.name) (init)" }
        return "Defaulted container \"\(first)\" out of: \(others.joined(separator: ", "))"
    }

    /// How a container's log will go on.
    package func logState(of container: String) -> LogContainerState {
        let status =
            status.containerStatuses.first { $0.name == container }
            ?? status.initContainerStatuses.first { $0.name == container }
        let isOver = metadata.deletionTimestamp != nil || isPhaseTerminal
        let restarts = Int(status?.restartCount ?? 0)
        let initial = spec.initContainers.first { $0.name == container }
        let policy = initial?.isSidecar == true ? "Always" : spec.restartPolicy
        func willRestart(after end: TerminatedState) -> Bool {
            guard !isOver else { return false }
            if initial != nil && initial?.isSidecar != true { return end.exitCode != 0 && policy != "Never" }
            return policy == "OnFailure" ? end.exitCode != 0 : policy != "Never"
        }
        switch status?.state ?? .none {
        case .running: return LogContainerState(.running, restarts: restarts)
        case .terminated(let end):
            return LogContainerState(.ended, restarts: restarts, willRun: willRestart(after: end), reason: end.reason)
        case .waiting(let reason, _):
            if case .terminated? = status?.lastState {
                return LogContainerState(.ended, restarts: restarts, willRun: !isOver, reason: reason)
            }
            return LogContainerState(.waiting, willRun: !isOver, reason: reason)
        case .none: return LogContainerState(.waiting, willRun: !isOver)
        }
    }
}
