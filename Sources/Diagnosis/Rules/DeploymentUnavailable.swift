import KubernetesModel

extension DiagnosisRule {
    static let deploymentUnavailable = DiagnosisRule(
        id: "deployment/unavailable",
        title: "A Deployment has fewer available pods than it"
            + " should", severity: .degraded,
        remedy: "Look at the pods that are not ready, and at why pods are missing.",
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status",
        subject: Deployment.self, uses: [Pod.self, ReplicaSet.self]
    ) { deployment, context in
        let wanted = deployment.desiredReplicas
        let available = deployment.availableReplicas
        guard available < wanted, deployment.isObserved, !deployment.isIgnored, !deployment.isPastDeadline,
            deployment.metadata.deletionTimestamp == nil, !(deployment.paused && deployment.statusReplicas == 0),
            // While a rollout goes on its controller waits, and says so when it has waited for too long.
            deployment.isRolledOut || deployment.paused || deployment.conditions[type: "Progressing"] == nil
        else { return }
        let id = ObjectID(deployment)
        let condition = deployment.conditions[type: "Available"]
        var since = condition?.lastTransitionTime
        if condition?.status != "False" {
            // So few are missing that the Deployment counts as available, and nothing but its pods says for how long. To read
            // thousands of them each time that one changes would take too long; what they lack is said of them anyway.
            guard deployment.statusReplicas <= 500 else { return }
            since =
                context.list(Pod.self, matching: deployment.selector, in: deployment.metadata.namespace).filter {
                    $0.maker == id && !$0.isReady && $0.metadata.deletionTimestamp == nil && !$0.isPhaseTerminal
                }.compactMap(\.unreadySince).min()
            guard since != nil else { return }
        }
        guard context.hasPassed(seconds: 300, since: since) else { return }
        var evidence = [
            Evidence(id, "status.availableReplicas", "\(available) of \(wanted)"),
            Evidence(id, "status.replicas", "\(deployment.statusReplicas)"),
        ]
        if let condition { evidence.insert(condition.evidence(on: id), at: 0) }
        let missing = wanted &- deployment.statusReplicas
        let unready = deployment.statusReplicas &- available
        var causes: [String] = []
        if unready > 0 {
            causes.append(
                unready == 1
                    ? "1 pod is there, but not available"
                    : "\(unready) pods are there, but not"
                        + " available")
        }
        if missing > 0 { causes.append(missing == 1 ? "1 pod does not exist" : "\(missing) pods do not exist") }
        context.report(
            FindingDraft(
                severity: available == 0 ? .broken : nil,
                title: "\(available) of \(counted(wanted, "pod")) available",
                cause: causes.joined(separator: ", and ") + ".",
                nextStep: missing > 0
                    ? "Look at the events of its ReplicaSet, which makes the pods."
                    : "Look at the pods that are not ready.",
                command: missing > 0
                    ? "kubectl \(id.namespaceFlag)describe replicaset -l '\(deployment.selector.printedText)'"
                    : "kubectl \(id.namespaceFlag)get pods -l '\(deployment.selector.printedText)'",
                evidence: evidence, since: since,
                explainedBy: [id]
                    + context.list(ReplicaSet.self, ownedBy: deployment.metadata.uid).map { ObjectID($0) }))
    }
}
