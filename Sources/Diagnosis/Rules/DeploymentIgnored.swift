import KubernetesModel

extension DiagnosisRule {
    static let deploymentIgnored = DiagnosisRule(
        id: "deployment/ignored", title: "No controller has looked at a Deployment", severity: .broken,
        remedy: "See to the kube-controller-manager, which makes the pods of every workload.",
        source: "https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/",
        subject: Deployment.self
    ) { deployment, context in
        guard deployment.isIgnored, deployment.metadata.deletionTimestamp == nil,
            context.hasPassed(seconds: 60, since: deployment.metadata.creationTimestamp)
        else { return }
        let id = ObjectID(deployment)
        context.report(
            FindingDraft(
                title: "No controller has looked at it since it was created",
                cause: "The Deployment controller notes which generation it has read at once; it has read none. It does"
                    + " not run, or may not write.",
                nextStep: "Look at the kube-controller-manager and its log.",
                command: "kubectl -n kube-system get lease kube-controller-manager -o yaml",
                evidence: [
                    Evidence(id, "metadata.generation", "\(deployment.metadata.generation)"),
                    Evidence(id, "status.observedGeneration", "not set"),
                ], since: deployment.metadata.creationTimestamp))
    }
}
