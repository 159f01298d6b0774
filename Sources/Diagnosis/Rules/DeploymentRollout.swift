import KubernetesModel

extension DiagnosisRule {
    static let deploymentRollout = DiagnosisRule(
        id: "deployment/rollout", title: "A rollout is stuck", severity: .degraded,
        remedy: "Mend what keeps the new pods from being ready, or go back to the revision before.",
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#failed-deployment",
        subject: Deployment.self, uses: [ReplicaSet.self]
    ) { deployment, context in
        guard deployment.isPastDeadline, deployment.isObserved, !deployment.paused, deployment.desiredReplicas > 0,
            deployment.metadata.deletionTimestamp == nil, !deployment.isComplete,
            let progressing = deployment.conditions[type: "Progressing"]
        else { return }
        let id = ObjectID(deployment)
        let sets = context.list(ReplicaSet.self, ownedBy: deployment.metadata.uid)
        let revision = deployment.metadata.annotations["deployment.kubernetes.io/revision"] ?? ""
        let new = sets.first { $0.revision == revision && !revision.isEmpty }
        let old = sets.filter { $0.metadata.uid != new?.metadata.uid }.sorted {
            (Int($0.revision) ?? 0) > (Int($1.revision) ?? 0)
        }
        let serving = old.reduce(0) { $0 + Int($1.availableReplicas) }
        let wanted = deployment.desiredReplicas
        let seconds = deployment.progressDeadlineSeconds ?? 600
        var evidence = [
            progressing.evidence(on: id),
            Evidence(id, "spec.progressDeadlineSeconds", "\(seconds)"),
            Evidence(id, "status.updatedReplicas", "\(deployment.updatedReplicas) of \(wanted)"),
            Evidence(id, "status.availableReplicas", "\(deployment.availableReplicas)"),
        ]
        var title = "Rollout is stuck: \(deployment.availableReplicas) of \(counted(wanted, "pod")) available"
        var cause = "No new pod became available for \(seconds) s (spec.progressDeadlineSeconds)."
        var nextStep = "Mend what keeps the pods from being ready; the rollout then goes on by itself."
        var command = "kubectl \(id.namespaceFlag)describe \(id.text)"
        if let new {
            evidence.append(
                Evidence(
                    ObjectID(new), "status.availableReplicas",
                    "\(new.availableReplicas) of \(new.replicas ?? 1) (revision \(revision))"))
            let missing = (new.replicas ?? 1) &- new.statusReplicas
            if missing > 0 { cause += " Of its pods \(missing) could not be created." }
            let waiting = new.readyReplicas &- new.availableReplicas
            if waiting > 0, deployment.minReadySeconds > 0 {
                cause +=
                    " \(counted(waiting, "pod")) must stay ready for \(deployment.minReadySeconds) s before counting."
            }
        }
        if let new, let last = old.first {
            evidence += changes(last, new, id)
            if serving > 0 {
                title =
                    "Rollout is stuck: \(new.availableReplicas) of \(counted(wanted, "new pod")) available, "
                    + (serving == 1 ? "1 old pod still serves" : "\(serving) old pods still serve")
                cause += " The revision before goes on serving; nothing goes back to it by itself."
            }
            command = "kubectl \(id.namespaceFlag)rollout undo \(id.text)"
            nextStep = "Mend what keeps the new pods from being ready, or go back to revision \(last.revision)"
            nextStep +=
                deployment.metadata.deliveredBy.map { ", with \($0), which applied it and would do so again." } ?? "."
        }
        context.report(
            FindingDraft(
                severity: deployment.availableReplicas == 0 ? .broken : nil, title: title, cause: cause,
                nextStep: nextStep, command: command, evidence: evidence,
                related: (new.map { [ObjectID($0)] } ?? [])
                    + old.filter { $0.statusReplicas > 0 }.map { ObjectID($0) },
                since: progressing.lastTransitionTime, explainedBy: [id] + sets.map { ObjectID($0) }))
    }

    /// The images that the rollout changes.
    private static func changes(_ old: ReplicaSet, _ new: ReplicaSet, _ id: ObjectID) -> [Evidence] {
        let (before, after) = (old.template.spec.containers, new.template.spec.containers)
        return after.compactMap { container in
            guard let other = before.first(where: { $0.name == container.name }), other.image != container.image
            else { return nil }
            return Evidence(
                id, "spec.template.spec.containers[\(container.name)].image",
                "\(container.image), in revision \(old.revision) \(other.image)")
        }
    }
}
