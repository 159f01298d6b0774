import KubernetesModel

extension DiagnosisRule {
    static let replicaSetPodsRefused = DiagnosisRule(
        id: "replicaset/pods-refused", title: "A ReplicaSet may not create its pods", severity: .broken,
        remedy: remedy, source: source, subject: ReplicaSet.self, uses: uses
    ) { set, context in
        let failure = set.conditions[type: "ReplicaFailure"]
        guard set.metadata.deletionTimestamp == nil, (set.replicas ?? 1) > set.statusReplicas else { return }
        let deployment = set.metadata.controller.map { ObjectID($0, namespace: set.metadata.namespace) }
        // During a rollout the pods of the revision before may still serve.
        let serves = set.metadata.controller.map { controller in
            context.list(ReplicaSet.self, ownedBy: controller.uid).contains { $0.availableReplicas > 0 }
        }
        report(
            set, owner: deployment, wanted: set.replicas ?? 1, there: set.statusReplicas,
            condition: failure?.status == "True" ? failure : nil, othersServe: serves ?? false, &context)
    }

    static let statefulSetPodsRefused = DiagnosisRule(
        id: "statefulset/pods-refused", title: "A StatefulSet may not create its pods", severity: .broken,
        remedy: remedy, source: source, subject: StatefulSet.self, uses: uses
    ) { set, context in
        guard set.metadata.deletionTimestamp == nil, (set.replicas ?? 1) > set.statusReplicas else { return }
        report(set, wanted: set.replicas ?? 1, there: set.statusReplicas, &context)
    }

    static let daemonSetPodsRefused = DiagnosisRule(
        id: "daemonset/pods-refused", title: "A DaemonSet may not create its pods", severity: .broken,
        remedy: remedy, source: source, subject: DaemonSet.self, uses: uses
    ) { set, context in
        // The controller that fails to create its first pods does not say how many it wants.
        let wanted = set.desiredNumberScheduled == 0 ? nil : set.desiredNumberScheduled
        guard set.metadata.deletionTimestamp == nil, (wanted ?? 1) > set.currentNumberScheduled else { return }
        report(set, wanted: wanted, there: set.currentNumberScheduled, &context)
    }

    static let jobPodsRefused = DiagnosisRule(
        id: "job/pods-refused", title: "A Job may not create its pods", severity: .broken,
        remedy: remedy, source: source, subject: Job.self, uses: uses
    ) { job, context in
        guard job.metadata.deletionTimestamp == nil, job.completionTime == nil, !job.spec.suspend,
            job.conditions[type: "Failed"]?.status != "True", job.active < job.spec.parallelism ?? 1,
            job.succeeded == 0
        else { return }
        report(
            job, owner: job.metadata.controller.map { ObjectID($0, namespace: job.metadata.namespace) },
            wanted: job.spec.parallelism ?? 1, there: job.active, &context)
    }

    private static let remedy = "Change what refuses them, mostly a quota or a policy, or the template of the pods."
    private static let source = "https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/"
    private static let uses: [any KubernetesObject.Type] = [Event.self, ResourceQuota.self, ServiceAccount.self]

    private static func report<Workload: KubernetesObject>(
        _ workload: Workload, owner: ObjectID? = nil, wanted: Int32?, there: Int32,
        condition: Condition? = nil, othersServe: Bool = false, _ context: inout RuleContext
    ) {
        let events = context.events(about: workload.metadata)
        // Whatever was created since, the last attempt decides.
        let last = events.first { ["FailedCreate", "SuccessfulCreate"].contains($0.reason) }
        let event = last?.reason == "FailedCreate" ? last : nil
        guard let message = condition?.message ?? event?.message else { return }
        let since = condition?.lastTransitionTime ?? event?.firstSeen
        guard context.hasPassed(seconds: 20, since: since) else { return }
        let id = ObjectID(workload)
        let refusal = Refusal(message, namespace: workload.metadata.namespace, &context)
        var evidence: [Evidence] = []
        if let condition {
            evidence.append(Evidence(id, "status.conditions[ReplicaFailure].message", condition.message))
        }
        if let event { evidence.append(event.evidence) }
        if let wanted { evidence.append(Evidence(id, "status", "\(there) of \(counted(wanted, "pod"))")) }
        let count = wanted.map { "\(there) of \(counted($0, "pod")) can be created" } ?? "Its pods cannot be created"
        context.report(
            FindingDraft(
                key: refusal.key, severity: there > 0 || othersServe ? .degraded : .broken,
                title: "\(count): \(refusal.title)", cause: refusal.cause,
                nextStep: refusal.nextStep, command: refusal.command, evidence: evidence + refusal.evidence,
                related: refusal.related + [id], since: since, owner: owner, explainedBy: refusal.related))
    }
}

/// Why the API server does not take a pod.
private struct Refusal {
    var key = "other"
    var title = ""
    var cause = "The API server refuses them; the controller tries again, less and less often."
    var nextStep = "Read the message."
    var command = ""
    var evidence: [Evidence] = []
    var related: [ObjectID] = []

    init(_ message: String, namespace: String, _ context: inout RuleContext) {
        command = "kubectl -n \(namespace) get events --field-selector reason=FailedCreate"
        title = message.firstLines
        if let words = message.firstMatch(of: /pods "[^"]*" is forbidden: (.+)/) { title = String(words.1).firstLines }
        if let match = message.firstMatch(of: /exceeded quota: ([^,\s]+), requested: (.+), used: (.+), limited: (.+)/) {
            describeQuota(
                String(match.1), "\(match.2)", used: "\(match.3)", limited: "\(match.4)", namespace, &context)
        } else if let match = message.firstMatch(of: /failed quota: ([^:]+): must specify (.+)/) {
            key = "quota \(match.1)"
            title = "quota \(match.1) wants every container to specify \(match.2)"
            cause = "A quota that counts requests or limits refuses pods that do not state them."
            nextStep = "State them in the template, or give the namespace a LimitRange with defaults."
            command = "kubectl -n \(namespace) describe quota \(match.1)"
            related = [ObjectID(ResourceQuota.self, namespace: namespace, name: String(match.1))]
        } else if let match = message.firstMatch(of: /violates PodSecurity "([^"]+)": (.+)/) {
            key = "pod security"
            title = "they break the Pod Security standard \(match.1)"
            cause = "Namespace \(namespace) enforces it: \(match.2)"
            nextStep =
                "Change the template's security context as the message says, or the namespace's label "
                + "pod-security.kubernetes.io/enforce."
            command = "kubectl get namespace \(namespace) --show-labels"
            related = [ObjectID(Namespace.self, name: namespace)]
        } else if let match = message.firstMatch(of: /serviceaccount "([^"]+)" not found/) {
            describeAccount(String(match.1), namespace, &context)
        } else if let match = message.firstMatch(of: /((minimum|maximum) \S+ usage per \w+ is .+)/) {
            key = "limit range"
            title = "they are outside what a LimitRange allows: \(match.1)"
            cause = "A LimitRange of namespace \(namespace) bounds requests and limits."
            nextStep = "Change the template's resources, or the LimitRange."
            command = "kubectl -n \(namespace) describe limitranges"
        } else if let match = message.firstMatch(of: /admission webhook "([^"]+)" denied the request:? ?(.*)/) {
            key = "webhook \(match.1)"
            title = "webhook \(match.1) denies them"
            cause = "Its words: \(match.2)"
            nextStep = "Change the template so that the policy allows it, or the policy."
        } else if let match = message.firstMatch(of: /failed calling webhook "([^"]+)":? ?(.*)/) {
            key = "webhook \(match.1)"
            title = "webhook \(match.1) does not answer"
            cause = "The API server must ask it before it takes a pod, and cannot: \(match.2)"
            nextStep = "Mend the Service behind the webhook; while it is down nothing that it watches can be created."
            command = "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations"
        }
    }

    private mutating func describeQuota(
        _ name: String, _ requested: String, used: String, limited: String, _ namespace: String,
        _ context: inout RuleContext
    ) {
        key = "quota \(name)"
        related = [ObjectID(ResourceQuota.self, namespace: namespace, name: name)]
        let (used, limited) = (Self.amounts(used), Self.amounts(limited))
        let amounts = Self.amounts(requested).map { resource, amount in
            let there = used.first { $0.resource == resource }?.amount ?? "0"
            let all = limited.first { $0.resource == resource }?.amount ?? "?"
            return "\(resource) \(there) of \(all) used, \(amount) more asked for"
        }
        title = "quota \(name) has no room (\(amounts.joined(separator: "; ")))"
        cause = "All pods of namespace \(namespace) together may have no more."
        nextStep = "Raise the quota, or end or shrink something else in the namespace."
        command = "kubectl -n \(namespace) describe quota \(name)"
        guard context.canRead(ResourceQuota.self),
            let quota = context.get(ResourceQuota.self, namespace: namespace, name: name)
        else { return }
        for (resource, _) in Self.amounts(requested) {
            guard let hard = quota.enforced[resource], let now = quota.used[resource] else { continue }
            evidence.append(Evidence(ObjectID(quota), "status.used[\(resource)]", "\(now) of \(hard)"))
        }
    }

    /// Of a list such as `pods=1,requests.memory=1Gi`.
    private static func amounts(_ text: String) -> [(resource: String, amount: String)] {
        text.split(separator: ",").compactMap { pair in
            let parts = pair.split(separator: "=", maxSplits: 1)
            return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
        }
    }

    private mutating func describeAccount(_ name: String, _ namespace: String, _ context: inout RuleContext) {
        key = "service account \(name)"
        let near =
            context.canRead(ServiceAccount.self)
            ? nearestName(to: name, among: context.list(ServiceAccount.self, in: namespace).map(\.metadata.name)) : nil
        title = "service account \(name) does not exist" + (near.map { "; there is \($0)" } ?? "")
        cause = "Pods run as a service account of their namespace, which must exist before them."
        nextStep =
            "Create it, or correct spec.serviceAccountName in the template"
            + (near.map { " to \($0)." } ?? ".")
        // Nobody wants an account of a misspelt name.
        command =
            near == nil
            ? "kubectl -n \(namespace) create serviceaccount \(name)"
            : "kubectl -n \(namespace) get serviceaccounts"
        related = [ObjectID(ServiceAccount.self, namespace: namespace, name: name)]
    }
}
