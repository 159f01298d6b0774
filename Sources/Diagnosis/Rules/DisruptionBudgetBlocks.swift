import KubernetesModel

extension DiagnosisRule {
    static let disruptionBudgetBlocks = DiagnosisRule(
        id: "pdb/blocks-eviction", title: "A PodDisruptionBudget never allows an eviction", severity: .degraded,
        remedy: "Leave room for one pod to be away, or run one more.",
        source:
            "https://kubernetes.io/docs/tasks/run-application/configure-pdb/#think-about-how-your-application-reacts-to-disruptions",
        subject: PodDisruptionBudget.self, needs: [Pod.self], uses: [HorizontalPodAutoscaler.self]
    ) { budget, context in
        guard budget.metadata.deletionTimestamp == nil, budget.expectedPods > 0, budget.disruptionsAllowed == 0,
            budget.observedGeneration >= budget.metadata.generation
        else { return }
        let pods = (budget.selector.map { context.list(Pod.self, matching: $0, in: budget.metadata.namespace) } ?? [])
            .filter { !$0.isPhaseTerminal }
        let makers = Set(pods.compactMap(\.maker)).sorted()
        if budget.desiredHealthy >= budget.expectedPods {
            // More pods will make room.
            let grows = context.list(HorizontalPodAutoscaler.self, in: budget.metadata.namespace).contains { scaler in
                makers.contains { $0.kind == scaler.target.kind && $0.name == scaler.target.name }
                    && scaler.maxReplicas > budget.desiredHealthy
            }
            guard !grows || budget.maxUnavailable != nil else { return }
            guard context.hasPassed(seconds: 300, since: budget.metadata.creationTimestamp) else { return }
            reportForEver(budget, makers, &context)
        } else {
            // Some pods are not healthy: a rollout, or trouble of their own.
            let since =
                budget.conditions[type: "DisruptionAllowed"]?.lastTransitionTime ?? budget.metadata.creationTimestamp
            guard budget.currentHealthy <= budget.desiredHealthy, budget.currentHealthy < budget.expectedPods,
                context.hasPassed(seconds: 900, since: since)
            else { return }
            reportUnhealthy(budget, pods, makers, since, &context)
        }
    }

    private static func reportForEver(
        _ budget: PodDisruptionBudget, _ makers: [ObjectID], _ context: inout RuleContext
    ) {
        let id = ObjectID(budget)
        let whose = makers.first.map { " of \($0.text)" } ?? ""
        let rule = budget.rule
        let all = budget.expectedPods == 1 ? "the only pod\(whose)" : "all \(budget.expectedPods) pods\(whose)"
        context.report(
            FindingDraft(
                key: "rule", title: "Never allows an eviction: \(rule.field) \(rule.value) means \(all)",
                cause:
                    "A node with such a pod cannot be drained: kubectl drain, upgrades and autoscalers wait for ever.",
                nextStep: budget.expectedPods == 1
                    ? "Run a second pod, or allow one to be away while it moves."
                    : "Allow at least one pod to be away, or run one more.",
                command: "kubectl \(id.namespaceFlag)patch \(id.text) --type=merge -p "
                    + "'{\"spec\":{\"minAvailable\":null,\"maxUnavailable\":1}}'",
                evidence: [
                    Evidence(id, "spec.\(rule.field)", rule.value),
                    Evidence(id, "status.expectedPods", "\(budget.expectedPods)"),
                    Evidence(id, "status.desiredHealthy", "\(budget.desiredHealthy)"),
                    Evidence(id, "status.disruptionsAllowed", "0"),
                ], related: Array(makers.prefix(5)), since: budget.metadata.creationTimestamp))
    }

    private static func reportUnhealthy(
        _ budget: PodDisruptionBudget, _ pods: [Pod], _ makers: [ObjectID], _ since: Timestamp?,
        _ context: inout RuleContext
    ) {
        let id = ObjectID(budget)
        let unready = pods.filter { !$0.isReady }
        context.report(
            FindingDraft(
                key: "health",
                title: "Allows no eviction: \(budget.currentHealthy) of \(counted(budget.expectedPods, "pod")) "
                    + "\(budget.currentHealthy == 1 ? "is" : "are") healthy, \(budget.desiredHealthy) must be",
                cause: "Until its pods are well again, a node with one of them cannot be drained.",
                nextStep: "See why the pods are not ready."
                    + (budget.unhealthyPodEvictionPolicy.isEmpty
                        ? " With unhealthyPodEvictionPolicy: AlwaysAllow, pods that are not ready never block a drain."
                        : ""),
                command: "kubectl \(id.namespaceFlag)describe \(id.text)",
                evidence: [
                    Evidence(id, "status.currentHealthy", "\(budget.currentHealthy)"),
                    Evidence(id, "status.desiredHealthy", "\(budget.desiredHealthy)"),
                    Evidence(id, "status.disruptionsAllowed", "0"),
                ]
                    + unready.prefix(3).compactMap { pod in
                        pod.status.conditions[type: "Ready"]?.evidence(on: ObjectID(pod))
                    },
                related: Array(makers.prefix(5)), since: since,
                explainedBy: makers + unready.map { ObjectID($0) }))
    }
}

extension PodDisruptionBudget {
    /// What it asks for.
    fileprivate var rule: (field: String, value: String) {
        if let maxUnavailable { return ("maxUnavailable", maxUnavailable.text) }
        return ("minAvailable", minAvailable?.text ?? "not set")
    }
}
