import KubernetesModel

extension DiagnosisRule {
    static let networkPolicySelector = DiagnosisRule(
        id: "networkpolicy/selector", title: "A NetworkPolicy selects no pods", severity: .hygiene,
        remedy: "Correct podSelector, or delete the policy.",
        source: "https://kubernetes.io/docs/concepts/services-networking/network-policies/#networkpolicy-resource",
        subject: NetworkPolicy.self, needs: [Pod.self, Deployment.self, StatefulSet.self],
        uses: [DaemonSet.self, ReplicaSet.self, Job.self, CronJob.self]
    ) { policy, context in
        guard policy.metadata.deletionTimestamp == nil,
            context.hasPassed(seconds: 300, since: policy.metadata.creationTimestamp),
            let miss = context.miss(of: policy.podSelector, in: policy.metadata.namespace)
        else { return }
        let id = ObjectID(policy)
        var draft = FindingDraft(
            title: "Selects no pods: \(miss.target?.differences ?? policy.podSelector.text)",
            cause: "It restricts nobody: pods that it is meant for take and send what they like, unless another policy"
                + " selects them.",
            nextStep: miss.target == nil
                ? "Correct spec.podSelector, or delete the policy if its pods are gone for good."
                : "Correct spec.podSelector.",
            command: "kubectl \(id.namespaceFlag)get pods --show-labels",
            evidence: [Evidence(id, "spec.podSelector", policy.podSelector.text)],
            since: policy.metadata.creationTimestamp)
        miss.complete(&draft, of: id, selector: "podSelector")
        context.report(draft)
    }
}

/// What is known of a selector that means no pods, neither now nor when its workloads have some.
struct SelectorMiss {
    /// What it was probably meant for.
    var target: LikelyTarget?

    /// Adds to a draft on the object with the selector, a field of its spec, what shows its target and what corrects it.
    func complete(_ draft: inout FindingDraft, of object: ObjectID, selector: String) {
        guard let target else { return }
        draft.evidence += target.evidence
        draft.related = [target.workload.id]
        guard !target.patch.isEmpty else { return }
        draft.command =
            "kubectl \(object.namespaceFlag)patch \(object.text) --type=merge -p "
            + "'{\"spec\":{\"\(selector)\":{\"matchLabels\":{\(target.patch)}}}}'"
    }
}

extension RuleContext {
    /// How a label selector misses every pod of a namespace; `nil` when it means some, or will.
    mutating func miss(of selector: LabelSelector, in namespace: String) -> SelectorMiss? {
        guard !selector.matchLabels.isEmpty || !selector.matchExpressions.isEmpty,
            list(Pod.self, matching: selector, in: namespace).isEmpty
        else { return nil }
        let workloads = workloads(in: namespace)
        let others = LabelSelector(selector.matchExpressions)
        guard !workloads.contains(where: { $0.mayGet(selector.matchLabels) && others.matches($0.labels) }) else {
            return nil
        }
        guard !selector.matchLabels.isEmpty else { return SelectorMiss() }
        let ranked = RankedWorkloads(selector.matchLabels, workloads.filter { others.matches($0.labels) })
        return SelectorMiss(target: ranked.likely(&self))
    }
}

extension LabelSelector {
    /// The selector that these requirements make.
    fileprivate init(_ expressions: [LabelSelectorRequirement]) {
        self.init()
        matchExpressions = expressions
    }
}
