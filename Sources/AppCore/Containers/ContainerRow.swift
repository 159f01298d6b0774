import ClusterState
import KubernetesModel

/// A container of a pod, as a row of its own.
package struct ContainerRow: KubernetesObject {
    /// What it is in its pod, in the order in which they start.
    package enum Role: Int, Sendable, Comparable {
        case initial, sidecar, main, ephemeral

        package static func < (left: Role, right: Role) -> Bool { left.rawValue < right.rawValue }

        /// In one word.
        package var word: String {
            switch self {
            case .initial: "init"
            case .sidecar: "sidecar"
            case .main: "main"
            case .ephemeral: "ephemeral"
            }
        }
    }

    /// No kind of the API: rows are made of pods.
    package static let kind = ResourceKind(
        group: "", resource: "containers", kind: "Container", versions: [], isNamespaced: false)

    /// The container's name, the pod's namespace and creation, and a UID made of the pod's.
    package var metadata = ObjectMeta()
    /// The pod's name.
    package var pod = ""
    package var role = Role.main
    /// Where it stands among all containers of the pod.
    package var position = 0
    package var container = Container()
    /// `nil` before the kubelet has reported anything.
    package var status: ContainerStatus?
    /// Whether the pod has ended, or is being deleted.
    package var isPodEnding = false

    package init() {}

    /// The pod's key.
    package var podKey: ObjectKey { ObjectKey(namespace: metadata.namespace, name: pod) }

    /// The containers of a pod: those that initialize it and sidecars as they start, the others, the ephemeral ones.
    package static func rows(of pod: Pod) -> [ContainerRow] {
        var rows: [ContainerRow] = []
        func add(_ containers: [Container], _ statuses: [ContainerStatus], _ role: (Container) -> Role) {
            for container in containers {
                var row = ContainerRow()
                row.metadata.name = container.name
                row.metadata.namespace = pod.metadata.namespace
                row.metadata.uid = "\(pod.metadata.uid)/\(container.name)"
                row.metadata.resourceVersion = pod.metadata.resourceVersion
                row.metadata.creationTimestamp = pod.metadata.creationTimestamp
                row.pod = pod.metadata.name
                row.role = role(container)
                row.position = rows.count
                row.container = container
                row.status = statuses.first { $0.name == container.name }
                row.isPodEnding = pod.isPhaseTerminal || pod.metadata.deletionTimestamp != nil
                rows.append(row)
            }
        }
        add(pod.spec.initContainers, pod.status.initContainerStatuses) { $0.isSidecar ? .sidecar : .initial }
        add(pod.spec.containers, pod.status.containerStatuses) { _ in .main }
        add(pod.spec.ephemeralContainers, pod.status.ephemeralContainerStatuses) { _ in .ephemeral }
        return rows
    }

    /// How well it is.
    package var health: Health {
        guard let status else { return isPodEnding ? .finished : .degraded }
        switch status.state {
        case .none: return isPodEnding ? .finished : .degraded
        case .waiting: return status.state.isBroken ? .broken : .degraded
        case .running:
            if role == .main || role == .sidecar { return status.ready || isPodEnding ? .fine : .degraded }
            return .fine
        case .terminated(let end):
            if end.exitCode == 0 || role == .ephemeral { return .finished }
            return .broken
        }
    }

    /// When it began to run; `nil` when it does not run.
    package var startedAt: Timestamp? {
        if case .running(let startedAt)? = status?.state { startedAt } else { nil }
    }
}

extension ContainerState {
    /// In one word, as kubectl's STATUS of a pod has it.
    var word: String {
        switch self {
        case .none: "<none>"
        case .waiting(let reason, _): reason.isEmpty ? "Waiting" : reason
        case .running: "Running"
        case .terminated(let end): end.shortReason
        }
    }
}
