import KubernetesModel

extension DiagnosisRule {
    static let disruptionBudgetSelector = DiagnosisRule(
        id: "pdb/selector", title: "A PodDisruptionBudget covers no pods", severity: .hygiene,
        remedy: "Correct its selector, or delete it.",
        source: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
        subject: PodDisruptionBudget.self, needs: [Pod.self, Deployment.self, StatefulSet.self],
        uses: [DaemonSet.self, ReplicaSet.self, Job.self, CronJob.self]
    ) { budget, context in
        guard budget.metadata.deletionTimestamp == nil, budget.expectedPods == 0, let selector = budget.selector,
            context.hasPassed(seconds: 300, since: budget.metadata.creationTimestamp),
            let miss = context.miss(of: selector, in: budget.metadata.namespace)
        else { return }
        let id = ObjectID(budget)
        var draft = FindingDraft(
            title: "Covers no pods: \(miss.target?.differences ?? selector.text)",
            cause: "It protects nothing: the pods that it is meant for may all be evicted at once.",
            nextStep: miss.target == nil
                ? "Correct spec.selector, or delete the budget if its pods are gone for good."
                : "Correct spec.selector.",
            command: "kubectl \(id.namespaceFlag)get pods --show-labels",
            evidence: [
                Evidence(id, "spec.selector", selector.text),
                Evidence(id, "status.expectedPods", "\(budget.expectedPods)"),
            ], since: budget.metadata.creationTimestamp)
        miss.complete(&draft, of: id, selector: "selector")
        context.report(draft)
    }
}
