import KubernetesModel

/// A container of a pod with its state, and where both stand in the pod.
struct PodContainer {
    /// What the spec says of it; `nil` when the spec does not name it.
    var container: Container?
    var status: ContainerStatus
    var isInit: Bool

    var name: String { status.name }

    /// Such as `status.containerStatuses[app]`.
    var statusPath: String { "status.\(isInit ? "initContainerStatuses" : "containerStatuses")[\(status.name)]" }

    /// Such as `spec.containers[app]`.
    var specPath: String { "spec.\(isInit ? "initContainers" : "containers")[\(status.name)]" }

    /// Such as `Container app`, for the beginning of a sentence.
    var title: String { isInit ? "Init container \(name)" : "Container \(name)" }
}

extension Pod {
    /// Init containers first, each in the order of the status.
    var podContainers: [PodContainer] {
        let inits = status.initContainerStatuses.map { status in
            PodContainer(
                container: spec.initContainers.first { $0.name == status.name }, status: status, isInit: true)
        }
        let others = status.containerStatuses.map { status in
            PodContainer(container: spec.containers.first { $0.name == status.name }, status: status, isInit: false)
        }
        return inits + others
    }

    /// Who makes pods like this one: the Deployment behind its ReplicaSet, otherwise its controller.
    ///
    /// `nil` for a pod that nothing replaces, and for those that a kubelet makes from files.
    package var maker: ObjectID? {
        guard let controller = metadata.controller, controller.kind != "Node" else { return nil }
        let owner = ObjectID(controller, namespace: metadata.namespace)
        // Both controllers name a ReplicaSet after its owner and the hash that they label pods with.
        guard controller.kind == "ReplicaSet" else { return owner }
        for (label, group, kind) in Self.hashLabels {
            guard let hash = metadata.labels[label], owner.name.hasSuffix("-\(hash)") else { continue }
            let name = String(owner.name.dropLast(hash.count + 1))
            return ObjectID(group: group, kind: kind, namespace: metadata.namespace, name: name)
        }
        return owner
    }

    /// Labels with the hash of a template, and who sets them.
    private static let hashLabels = [
        ("pod-template-hash", "apps", "Deployment"), ("rollouts-pod-template-hash", "argoproj.io", "Rollout"),
    ]

    /// Since when the pod is not ready; `nil` when it is, or never said.
    var notReadySince: Timestamp? {
        guard let ready = status.conditions[type: "Ready"], ready.status != "True" else { return nil }
        return ready.lastTransitionTime
    }
}

extension RuleContext {
    /// The node of a pod if it does not answer or its pods have no network, which explains whatever they do not do.
    ///
    /// Other trouble of a node, such as little memory, does not.
    mutating func cutOffNode(of pod: Pod) -> [ObjectID] {
        guard !pod.nodeName.isEmpty, let node = get(Node.self, name: pod.nodeName),
            node.isReady == false || node.conditions[type: "NetworkUnavailable"]?.status == "True"
        else { return [] }
        return [ObjectID(node)]
    }
}

extension Event {
    /// As evidence, such as `event FailedMount` with its message and how often it was seen.
    var evidence: Evidence {
        let object = ObjectID(
            group: "", kind: involvedObject.kind, namespace: involvedObject.namespace, name: involvedObject.name)
        return Evidence(
            object, "event \(reason)",
            occurrences > 1 ? "\(message.firstLines) (\(occurrences) times)" : message.firstLines)
    }

    /// The container it is about, from `spec.containers{app}`; empty for none.
    var containerName: String {
        guard let open = involvedObject.fieldPath.firstIndex(of: "{"), involvedObject.fieldPath.hasSuffix("}") else {
            return ""
        }
        return String(involvedObject.fieldPath[involvedObject.fieldPath.index(after: open)...].dropLast())
    }
}

extension ContainerState {
    /// The reason and message of a container that waits.
    var waiting: (reason: String, message: String)? {
        if case .waiting(let reason, let message) = self { (reason, message) } else { nil }
    }

    /// How the container ended, if it did.
    var terminated: TerminatedState? {
        if case .terminated(let end) = self { end } else { nil }
    }

    /// Whether it runs.
    var isRunning: Bool {
        if case .running = self { true } else { false }
    }
}
