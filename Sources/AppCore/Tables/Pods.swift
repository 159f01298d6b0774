import KubernetesModel
import Screen

extension TableDefinition where Row == Pod {
    /// Pods, as `kubectl get pods -o wide` of a 1.36 server shows them.
    package static var pods: TableDefinition {
        TableDefinition(
            title: "Pods", aliases: ["po", "pod"],
            columns: [
                .name(help: "Name of the pod.", isFinished: { $0.health == .finished }),
                .share(
                    "READY", help: "Containers and sidecars that are ready, of all.",
                    of: { pod in
                        let summary = pod.summary
                        return (summary.ready, summary.total)
                    },
                    role: { pod, _ in
                        let summary = pod.summary
                        return pod.isPhaseTerminal || summary.ready == summary.total ? .plain : .degraded
                    }),
                .text(
                    "STATUS", width: .fit(max: 32), importance: 3,
                    help: "What it is doing, or why it is not, as kubectl words it.",
                    role: { pod, _ in pod.health.role },
                    text: { $0.summary.status }),
                Column(
                    "RESTARTS", width: .fill(min: 8), align: .right,
                    help: "Restarts of its containers, and how long ago the newest was.",
                    timeDependent: true, descendingFirst: true, importance: 2,
                    role: { pod, context in pod.summary.restartsRole(now: context.now) },
                    text: { pod, context in pod.summary.restartsText(now: context.now) },
                    sortKey: { .number(Double($0.summary.restarts)) }),
            ] + .usage + [
                .text("IP", width: .fit(max: 39), importance: 0, help: "Address of the pod.") {
                    orNone($0.status.podIP)
                },
                .text("NODE", width: .fill(min: 8), help: "Node that it is bound to.") {
                    orNone($0.nodeName)
                },
                .age,
                .text(
                    "NOMINATED NODE", width: .fill(min: 14), wide: true, importance: 0,
                    help: "Node where others are evicted to make room for it."
                ) { orNone($0.status.nominatedNodeName) },
                .text(
                    "READINESS GATES", width: .fit(max: 15), wide: true, importance: 0,
                    help: "Readiness gates whose condition is true, of all."
                ) { pod in
                    let gates = pod.spec.readinessGates.count
                    return gates == 0 ? "<none>" : "\(pod.trueReadinessGates)/\(gates)"
                },
                .text(
                    "QOS", width: .fit(max: 10), wide: true, importance: 0,
                    help: "Class that decides which pods are evicted first."
                ) { orNone($0.status.qosClass) },
                .text(
                    "SERVICE ACCOUNT", width: .fill(min: 15), wide: true, importance: 0,
                    help: "Who it is to the API server."
                ) { orNone($0.spec.serviceAccountName) },
                .text(
                    "CONTAINERS", width: .fill(min: 10), wide: true, importance: 0, help: "Names of its containers."
                ) { $0.spec.containers.map(\.name).joined(separator: ",") },
                .text("IMAGES", width: .fill(min: 10), wide: true, importance: 0, help: "Images of its containers.") {
                    $0.spec.containers.map(\.image).joined(separator: ",")
                },
            ],
            health: { $0.health })
    }
}

extension PodSummary {
    /// Marks a restart of the last hour.
    fileprivate func restartsRole(now: Timestamp) -> StyleRole {
        guard restarts > 0, let lastRestart else { return .plain }
        return now.seconds - lastRestart.seconds < 3600 ? .degraded : .plain
    }
}

extension Pod {
    /// How well the pod is, from the states of its containers and its own conditions.
    var health: Health {
        switch status.phase {
        case "Succeeded": return .finished
        case "Failed", "Unknown": return .broken
        default: break
        }
        if metadata.deletionTimestamp != nil { return status.reason == "NodeLost" ? .broken : .degraded }
        if status.initContainerStatuses.contains(where: \.state.isBroken) { return .broken }
        if status.containerStatuses.contains(where: \.state.isBroken) { return .broken }
        guard status.phase == "Running", status.conditions[type: "Ready"]?.status == "True" else { return .degraded }
        return .fine
    }
}

extension ContainerState {
    /// Whether the container cannot start, or ended with an error.
    var isBroken: Bool {
        switch self {
        case .none, .running: false
        case .waiting(let reason, _): reason != "" && reason != "ContainerCreating" && reason != "PodInitializing"
        case .terminated(let end): end.exitCode != 0
        }
    }
}
