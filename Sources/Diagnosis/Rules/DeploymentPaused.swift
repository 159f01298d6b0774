import KubernetesModel

extension DiagnosisRule {
    static let deploymentPaused = DiagnosisRule(
        id: "deployment/paused", title: "A Deployment is paused", severity: .hygiene,
        remedy: "Resume it when it is meant to roll out its changes.",
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/"
            + "#pausing-and-resuming-a-deployment",
        subject: Deployment.self
    ) { deployment, context in
        let progressing = deployment.conditions[type: "Progressing"]
        let since =
            progressing?.reason == "DeploymentPaused"
            ? progressing?.lastTransitionTime : deployment.metadata.creationTimestamp
        guard deployment.paused, deployment.metadata.deletionTimestamp == nil,
            context.hasPassed(seconds: 600, since: since)
        else { return }
        let id = ObjectID(deployment)
        let wanted = deployment.desiredReplicas
        let hasNone = wanted > 0 && deployment.statusReplicas == 0
        let behind = wanted &- deployment.updatedReplicas
        var evidence = [Evidence(id, "spec.paused", "true")]
        if let progressing { evidence.append(progressing.evidence(on: id)) }
        evidence.append(Evidence(id, "status.updatedReplicas", "\(deployment.updatedReplicas) of \(wanted)"))
        context.report(
            FindingDraft(
                severity: hasNone ? .broken : nil,
                title: hasNone
                    ? "Paused before it made its first pod"
                    : behind > 0 ? "Paused, with \(counted(behind, "pod")) still to be updated" : "Paused",
                cause: "While a Deployment is paused, neither its first template nor a change of it makes pods.",
                nextStep: "Resume it, unless somebody has paused it for a while on purpose.",
                command: "kubectl \(id.namespaceFlag)rollout resume \(id.text)", evidence: evidence, since: since))
    }
}
