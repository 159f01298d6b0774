import KubernetesModel

extension DiagnosisRule {
    static let statefulSetStuck = DiagnosisRule(
        id: "statefulset/stuck", title: "A StatefulSet waits for one of its pods", severity: .degraded,
        remedy: "Mend the pod that it waits for; the others come after it.",
        source:
            "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#deployment-and-scaling-guarantees",
        subject: StatefulSet.self, needs: [Pod.self]
    ) { set, context in
        let wanted = set.replicas ?? 1
        guard wanted > 0, set.readyReplicas < wanted, set.metadata.deletionTimestamp == nil,
            set.observedGeneration >= set.metadata.generation
        else { return }
        let pods = context.list(Pod.self, ownedBy: set.metadata.uid).compactMap { pod in
            ordinal(of: pod).map { (ordinal: $0, pod: pod) }
        }.sorted { $0.ordinal < $1.ordinal }
        let isUpdating =
            set.updateStrategy != "OnDelete" && set.updateRevision != set.currentRevision
            && set.updatedReplicas < wanted &- set.partition
        let unready = pods.filter { !$0.pod.isReady && $0.pod.metadata.deletionTimestamp == nil }
        // Pods are made from the first on, and updated from the last on.
        guard let blocking = (isUpdating ? unready.last : unready.first)?.pod,
            context.hasPassed(seconds: 300, since: blocking.unreadySince)
        else { return }
        let id = ObjectID(set)
        let blockingID = ObjectID(blocking)
        let name = blocking.metadata.name
        let inOrder = set.podManagementPolicy != "Parallel"
        let missing = wanted - Int32(clamping: pods.count)
        var title = "\(set.readyReplicas) of \(counted(wanted, "pod")) ready: \(name) is not"
        var cause = "\(name) is not ready."
        var nextStep = "Mend \(name)."
        var evidence = [
            Evidence(id, "status.readyReplicas", "\(set.readyReplicas) of \(wanted)"),
            Evidence(id, "spec.podManagementPolicy", inOrder ? "OrderedReady" : "Parallel"),
            blocking.status.conditions[type: "Ready"]?.evidence(on: blockingID)
                ?? Evidence(blockingID, "status.phase", blocking.status.phase),
        ]
        if isUpdating {
            let behind = wanted &- set.partition &- set.updatedReplicas
            title = "Rollout waits for \(name): \(counted(behind, "pod")) still to be updated"
            cause =
                "Pods are updated one by one from the last to the first, and each waits for the one before it to"
                + " be ready."
            let revision = blocking.metadata.labels["controller-revision-hash"] ?? ""
            evidence += [
                Evidence(id, "status.updateRevision", set.updateRevision),
                Evidence(id, "status.updatedReplicas", "\(set.updatedReplicas) of \(wanted)"),
                Evidence(blockingID, "metadata.labels[controller-revision-hash]", revision),
            ]
            if inOrder {
                nextStep =
                    "Mend \(name). After a change of the template delete it by hand: a pod that never became"
                    + " ready is not"
                    + " replaced."
            }
        } else if inOrder, missing > 0 {
            title = "Waits for \(name): \(counted(missing, "more pod")) to be made once it is ready"
            cause = "Pods are made one by one, and each waits for the one before it to be ready."
            nextStep +=
                " If they need not wait for each other, make the StatefulSet anew with podManagementPolicy"
                + " Parallel."
        }
        context.report(
            FindingDraft(
                severity: set.readyReplicas == 0 ? .broken : nil, title: title, cause: cause, nextStep: nextStep,
                command: "kubectl \(id.namespaceFlag)describe \(blockingID.text)", evidence: evidence,
                related: [blockingID], since: blocking.unreadySince, explainedBy: [blockingID, id]))
    }

    /// The number at the end of a pod's name.
    private static func ordinal(of pod: Pod) -> Int? {
        pod.metadata.name.split(separator: "-").last.flatMap { Int($0) }
    }
}
