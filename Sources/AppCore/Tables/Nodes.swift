import KubernetesModel
import Screen

extension TableDefinition where Row == Node {
    /// Nodes, as `kubectl get nodes -o wide` shows them, and what is wrong with them.
    package static var nodes: TableDefinition {
        TableDefinition(
            title: "Nodes", aliases: ["no", "node"],
            columns: [
                .name(help: "Name of the node."),
                .text(
                    "STATUS", width: .fit(max: 28), importance: 3,
                    help: "Whether its kubelet is ready, and whether it takes new pods.",
                    role: { node, _ in node.health.role }, text: \.statusText),
                .text("ROLES", width: .fill(min: 8), help: "Roles, from its labels.") {
                    orNone($0.roles.joined(separator: ","))
                },
                .age,
                .text("VERSION", width: .fit(max: 24), help: "Version of its kubelet.") { $0.nodeInfo.kubeletVersion },
                .number("TAINTS", importance: 0, help: "Taints that keep pods away.") { $0.taints.count },
            ] + .usage + [
                .text(
                    "INTERNAL-IP", width: .fit(max: 39), wide: true, importance: 0,
                    help: "Address inside the cluster."
                ) { $0.address(ofType: "InternalIP") ?? "<none>" },
                .text(
                    "EXTERNAL-IP", width: .fit(max: 39), wide: true, importance: 0,
                    help: "Address outside the cluster."
                ) { $0.address(ofType: "ExternalIP") ?? "<none>" },
                .text("OS-IMAGE", width: .fill(min: 12), wide: true, importance: 0, help: "Operating system.") {
                    orUnknown($0.nodeInfo.osImage)
                },
                .text(
                    "KERNEL-VERSION", width: .fill(min: 14), wide: true, importance: 0,
                    help: "Kernel, and the processor's architecture.", text: \.kernelText),
                .text("CONTAINER-RUNTIME", width: .fill(min: 17), wide: true, importance: 0, help: "Runtime.") {
                    orUnknown($0.nodeInfo.containerRuntimeVersion)
                },
                .text(
                    "CONDITIONS", width: .fill(min: 12), wide: true, importance: 0,
                    help: "Conditions that ought not to be, such as MemoryPressure.",
                    role: { node, _ in node.troubles.isEmpty ? .plain : .degraded },
                    text: { orNone($0.troubles.joined(separator: ",")) }),
            ],
            health: { $0.health })
    }
}

extension Node {
    /// Broken when not ready; degraded when cordoned, under pressure or going away.
    fileprivate var health: Health {
        guard isReady == true else { return .broken }
        return unschedulable || !troubles.isEmpty || metadata.deletionTimestamp != nil ? .degraded : .fine
    }
}

private func orUnknown(_ text: String) -> String { text.isEmpty ? "<unknown>" : text }
