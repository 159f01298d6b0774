import KubernetesModel

extension DiagnosisRule {
    static let daemonSetUnavailable = DiagnosisRule(
        id: "daemonset/unavailable", title: "A DaemonSet's pods are not ready on all nodes", severity: .degraded,
        remedy: "Look at its pods on those nodes, and at the nodes.",
        source: "https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/#troubleshooting",
        subject: DaemonSet.self, needs: [Pod.self], uses: [Node.self]
    ) { set, context in
        let wanted = set.desiredNumberScheduled
        guard wanted > 0, set.numberReady < wanted, set.metadata.deletionTimestamp == nil,
            set.observedGeneration >= set.metadata.generation
        else { return }
        var unready: [Pod] = []
        for pod in context.list(Pod.self, ownedBy: set.metadata.uid)
        where !pod.isReady && pod.metadata.deletionTimestamp == nil {
            if context.hasPassed(seconds: 300, since: pod.unreadySince) { unready.append(pod) }
        }
        guard !unready.isEmpty else { return }
        let id = ObjectID(set)
        let nodes = Set(unready.map(\.nodeName).filter { !$0.isEmpty }).sorted()
        let named = nodes.isEmpty ? "" : ": \(nodes.prefix(3).joined(separator: ", "))\(nodes.count > 3 ? ", ..." : "")"
        let isUpdating = set.updateStrategy != "OnDelete" && set.updatedNumberScheduled < wanted
        let behind = wanted &- set.updatedNumberScheduled
        var evidence = [
            Evidence(id, "status.numberReady", "\(set.numberReady) of \(wanted)"),
            Evidence(id, "status.updatedNumberScheduled", "\(set.updatedNumberScheduled) of \(wanted)"),
        ]
        for pod in unready.prefix(3) {
            guard let ready = pod.status.conditions[type: "Ready"] else { continue }
            evidence.append(ready.evidence(on: ObjectID(pod)))
        }
        context.report(
            FindingDraft(
                severity: set.numberReady == 0 ? .broken : nil,
                title: isUpdating
                    ? "Rollout waits, \(counted(behind, "node")) to go: not ready on \(unready.count) of"
                        + " \(wanted)\(named)"
                    : "Not ready on \(unready.count) of \(counted(wanted, "node"))\(named)",
                cause: isUpdating
                    ? "The update goes from node to node, and goes no further while too many of its pods are not ready."
                    : "The nodes run without what its pods are there for.",
                nextStep: "Look at its pods on those nodes, and at the nodes.",
                command: "kubectl \(id.namespaceFlag)get pods -l '\(set.selector.printedText)' -o wide",
                evidence: evidence, related: nodes.prefix(10).map { ObjectID(Node.self, name: $0) },
                since: unready.compactMap(\.unreadySince).min(),
                explainedBy: [id] + unready.prefix(50).map { ObjectID($0) }
                    + unready.prefix(50).flatMap { context.cutOffNode(of: $0) }))
    }
}
