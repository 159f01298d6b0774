import KubernetesModel

extension DiagnosisRule {
    static let resourceQuotaFull = DiagnosisRule(
        id: "resourcequota/full", title: "A quota is used up, or nearly so", severity: .hygiene,
        remedy: "Raise the quota, or end or shrink something in the namespace, before something is refused.",
        source: "https://kubernetes.io/docs/concepts/policy/resource-quotas/",
        subject: ResourceQuota.self, uses: [Deployment.self, Event.self]
    ) { quota, context in
        let full = quota.enforced.pairs.compactMap { pair -> (resource: String, used: Quantity, hard: Quantity)? in
            // A limit of nothing is a prohibition.
            guard let hard = Quantity(pair.value), hard > Quantity(0),
                let used = quota.used[pair.key].flatMap({ Quantity($0) }),
                Double(used.milliValue) >= 0.9 * Double(hard.milliValue)
            else { return nil }
            return (pair.key, used, hard)
        }
        guard !full.isEmpty, quota.metadata.deletionTimestamp == nil else { return }
        let name = quota.metadata.name
        // What it refused is told where it is missing.
        let refuses = context.list(Event.self, in: quota.metadata.namespace).contains {
            $0.reason == "FailedCreate" && $0.message.contains("exceeded quota: \(name),")
        }
        // A rollout has pods of two revisions for a while.
        let rollsOut = context.list(Deployment.self, in: quota.metadata.namespace).contains {
            !$0.isComplete && !$0.isPastDeadline && !$0.paused
        }
        guard !refuses, !rollsOut else { return }
        let id = ObjectID(quota)
        let parts = full.map { "\($0.resource) \($0.used) of \($0.hard)" }
        let isUsedUp = full.contains { $0.used >= $0.hard }
        context.report(
            FindingDraft(
                title: "\(isUsedUp ? "Used up" : "Nearly used up"): \(parts.joined(separator: ", "))",
                cause: "What would go beyond it is refused when it is created: a pod of a rollout, a restart"
                    + " elsewhere.",
                nextStep: "Raise the quota, or end or shrink something in the namespace.",
                command: "kubectl \(id.namespaceFlag)describe \(id.text)",
                evidence: full.map { Evidence(id, "status.used[\($0.resource)]", "\($0.used) of \($0.hard)") }))
    }
}
