import KubernetesModel

extension DiagnosisRule {
    static let statefulSetUpdateHeld = DiagnosisRule(
        id: "statefulset/update-held", title: "A StatefulSet does not update its pods by itself", severity: .hygiene,
        remedy: "Delete the old pods one by one, or let the StatefulSet do it.",
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#update-strategies",
        subject: StatefulSet.self
    ) { set, context in
        let wanted = set.replicas ?? 1
        let isOnDelete = set.updateStrategy == "OnDelete"
        // With a partition the pods above it are updated first, as ever.
        guard isOnDelete || (set.partition > 0 && set.updatedReplicas >= wanted - min(wanted, set.partition)),
            set.updateRevision != set.currentRevision, set.updatedReplicas < wanted,
            set.metadata.deletionTimestamp == nil, set.metadata.controller == nil,
            set.observedGeneration >= set.metadata.generation
        else { return }
        let id = ObjectID(set)
        context.report(
            FindingDraft(
                title: stillOld(wanted &- set.updatedReplicas, of: wanted),
                cause: isOnDelete
                    ? "With update strategy OnDelete a pod gets a change of the template when somebody deletes it."
                    : "Pods with a number below the partition, \(set.partition), are not updated.",
                nextStep: isOnDelete
                    ? "Delete its pods one by one when it suits, or set spec.updateStrategy.type to RollingUpdate."
                    : "Lower spec.updateStrategy.rollingUpdate.partition when the updated pods have proved good.",
                command: isOnDelete
                    ? "kubectl \(id.namespaceFlag)get pods -l '\(set.selector.printedText)' -L controller-revision-hash"
                    : "kubectl \(id.namespaceFlag)patch \(id.text) -p "
                        + "'{\"spec\":{\"updateStrategy\":{\"rollingUpdate\":{\"partition\":0}}}}'",
                evidence: [
                    Evidence(id, "spec.updateStrategy.type", isOnDelete ? "OnDelete" : "RollingUpdate"),
                    Evidence(id, "spec.updateStrategy.rollingUpdate.partition", "\(set.partition)"),
                    Evidence(id, "status.updatedReplicas", "\(set.updatedReplicas) of \(wanted)"),
                    Evidence(id, "status.currentRevision", set.currentRevision),
                    Evidence(id, "status.updateRevision", set.updateRevision),
                ].filter { !isOnDelete || !$0.field.hasSuffix("partition") }))
    }

    static let daemonSetUpdateHeld = DiagnosisRule(
        id: "daemonset/update-held", title: "A DaemonSet does not update its pods by itself", severity: .hygiene,
        remedy: "Delete the old pods one by one, or let the DaemonSet do it.",
        source: "https://kubernetes.io/docs/tasks/manage-daemon/update-daemon-set/#daemonset-update-strategy",
        subject: DaemonSet.self
    ) { set, context in
        let wanted = set.desiredNumberScheduled
        // Only pods that are there can be old.
        let behind = min(wanted, set.currentNumberScheduled) &- set.updatedNumberScheduled
        guard set.updateStrategy == "OnDelete", behind > 0, set.metadata.deletionTimestamp == nil,
            set.metadata.controller == nil, set.observedGeneration >= set.metadata.generation
        else { return }
        let id = ObjectID(set)
        context.report(
            FindingDraft(
                title: stillOld(behind, of: wanted),
                cause: "With update strategy OnDelete a pod gets a change of the template when somebody deletes it.",
                nextStep: "Delete its pods one by one when it suits, or set spec.updateStrategy.type to RollingUpdate.",
                command: "kubectl \(id.namespaceFlag)get pods -l '\(set.selector.printedText)' -o wide",
                evidence: [
                    Evidence(id, "spec.updateStrategy.type", "OnDelete"),
                    Evidence(id, "status.updatedNumberScheduled", "\(set.updatedNumberScheduled) of \(wanted)"),
                ]))
    }

    private static func stillOld(_ count: Int32, of wanted: Int32) -> String {
        "\(count) of \(counted(wanted, "pod")) still \(count == 1 ? "has" : "have") the old template"
    }
}
