import KubernetesModel

extension DiagnosisRule {
    static let autoscalerTarget = DiagnosisRule(
        id: "hpa/target", title: "What a HorizontalPodAutoscaler is to scale does not exist", severity: .broken,
        remedy: "Correct spec.scaleTargetRef.",
        source: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
        subject: HorizontalPodAutoscaler.self, uses: [Deployment.self, StatefulSet.self, ReplicaSet.self]
    ) { scaler, context in
        guard scaler.metadata.deletionTimestamp == nil else { return }
        let refusal = scaler.conditions[type: "AbleToScale"].flatMap {
            $0.status == "False" && $0.reason == "FailedGetScale" ? $0 : nil
        }
        let names = context.names(ofKind: scaler.target.kind, in: scaler.metadata.namespace)
        let isMissing = names.map { !$0.contains(scaler.target.name) } ?? false
        // What is not read here only the controller knows; what exists now it will soon see.
        guard isMissing || names == nil && refusal != nil,
            context.hasPassed(seconds: 60, since: scaler.metadata.creationTimestamp)
        else { return }
        let id = ObjectID(scaler)
        let near = names.flatMap { nearestName(to: scaler.target.name, among: $0) }
        let target = "\(scaler.target.kind.lowercased())/\(scaler.target.name)"
        let patch = near.map { "{\"spec\":{\"scaleTargetRef\":{\"name\":\"\($0)\"}}}" }
        context.report(
            FindingDraft(
                title: isMissing
                    ? "\(target) does not exist" + (near.map { "; there is \($0)" } ?? "")
                    : "The size of \(target) cannot be read: \(refusal?.message.firstLines ?? "")",
                cause: "It scales nothing: the size of what it was meant for stays as it is.",
                nextStep: near == nil
                    ? "Correct spec.scaleTargetRef, or delete it if its target is gone for good."
                    : "Correct spec.scaleTargetRef.",
                command: patch.map { "kubectl \(id.namespaceFlag)patch \(id.hpaText) --type=merge -p '\($0)'" }
                    ?? "kubectl \(id.namespaceFlag)describe \(id.hpaText)",
                evidence: [Evidence(id, "spec.scaleTargetRef", "\(scaler.target.kind) \(scaler.target.name)")]
                    + (refusal.map { [$0.evidence(on: id)] } ?? []),
                related: near.map {
                    [
                        ObjectID(
                            group: "apps", kind: scaler.target.kind, namespace: scaler.metadata.namespace, name: $0)
                    ]
                } ?? [], since: refusal?.lastTransitionTime ?? scaler.metadata.creationTimestamp))
    }

    static let autoscalerMetrics = DiagnosisRule(
        id: "hpa/metrics", title: "A HorizontalPodAutoscaler has nothing to go by", severity: .broken,
        remedy: "Read the condition: metrics-server is missing, containers have no requests, or pods are not ready.",
        source: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#support-for-metrics-apis",
        subject: HorizontalPodAutoscaler.self, uses: [Deployment.self, StatefulSet.self]
    ) { scaler, context in
        guard scaler.metadata.deletionTimestamp == nil, let active = scaler.conditions[type: "ScalingActive"],
            active.status == "False", active.reason != "ScalingDisabled",
            context.hasPassed(seconds: 300, since: active.lastTransitionTime)
        else { return }
        let id = ObjectID(scaler)
        let namespace = scaler.metadata.namespace
        let target = ObjectID(group: "apps", kind: scaler.target.kind, namespace: namespace, name: scaler.target.name)
        let message = active.message
        var title = "Cannot read its metrics: \(active.reason)"
        var cause = "Without measurements the size of \(target.text) stays as it is."
        var nextStep = "Read the condition's message."
        var command = "kubectl \(id.namespaceFlag)describe \(id.hpaText)"
        var evidence = [active.evidence(on: id)]
        var owner: ObjectID?
        if let match = message.firstMatch(of: /missing request for (\S+)(?: in container (\S+))?/) {
            let resource = match.1.trimmingSuffix(":")
            let place = match.2.map { " of container \($0)" } ?? ""
            title = "Cannot tell how much of its \(resource) request is used: a container has none"
            cause = "Utilization is a share of the request\(place); without resources.requests it cannot be computed."
            nextStep = "Set resources.requests.\(resource) for every container in the template of \(target.text)."
            command = "kubectl \(id.namespaceFlag)set resources \(target.text) --requests=\(resource)=100m"
            for (container, value) in context.requests(resource, of: target) {
                evidence.append(
                    Evidence(
                        target, "spec.template.spec.containers[\(container)].resources.requests[\(resource)]", value))
            }
            if resource != "cpu" { command = "kubectl \(id.namespaceFlag)edit \(target.text)" }
        } else if message.contains("metrics.k8s.io") || message.contains("could not find the requested resource") {
            let isResource = !message.contains("custom.metrics") && !message.contains("external.metrics")
            title = "The cluster gives no \(isResource ? "resource" : "custom") metrics"
            cause =
                (isResource
                    ? "Nothing serves metrics.k8s.io, or it does not answer: mostly metrics-server is missing."
                    : "The adapter that serves this metric is missing, or does not know it.")
                + " The sizes of \(isResource ? "what autoscalers scale" : target.text) stay as they are."
            // The same for every autoscaler of the cluster.
            if isResource {
                owner = ObjectID(
                    group: "apiregistration.k8s.io", kind: "APIService", namespace: "", name: "v1beta1.metrics.k8s.io")
            }
            nextStep = isResource ? "Install or mend metrics-server." : "Install or mend the metrics adapter."
            command = "kubectl get apiservices | grep metrics"
        } else if message.contains("no metrics returned") || message.contains("did not receive metrics") {
            title = "There are no measurements of the pods of \(target.text)"
            cause = "Only pods that run and are ready are measured."
            nextStep = "See whether its pods are ready; otherwise look at metrics-server."
        } else if active.reason == "InvalidSelector" || active.reason == "AmbiguousSelector" {
            title = "Its pods cannot be told apart: \(active.reason)"
            cause = message.firstLines
            nextStep = "Let each autoscaler's target select pods of its own."
        }
        context.report(
            FindingDraft(
                title: title, cause: cause, nextStep: nextStep, command: command, evidence: evidence,
                related: [target], since: active.lastTransitionTime, owner: owner,
                explainedBy: owner == nil ? [target, id] : []))
    }

    static let autoscalerMaximum = DiagnosisRule(
        id: "hpa/at-maximum", title: "A HorizontalPodAutoscaler wants more pods than it may have", severity: .degraded,
        remedy: "Raise maxReplicas, or find out what the load is.",
        source: "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details",
        subject: HorizontalPodAutoscaler.self
    ) { scaler, context in
        guard let limited = scaler.conditions[type: "ScalingLimited"], limited.status == "True",
            limited.reason == "TooManyReplicas", scaler.currentReplicas >= scaler.maxReplicas,
            // As many as at least, by choice.
            scaler.maxReplicas > scaler.minReplicas ?? 1,
            context.hasPassed(seconds: 900, since: limited.lastTransitionTime)
        else { return }
        let id = ObjectID(scaler)
        let target = ObjectID(
            group: "apps", kind: scaler.target.kind, namespace: scaler.metadata.namespace, name: scaler.target.name)
        context.report(
            FindingDraft(
                title: "Wants more than its \(scaler.maxReplicas) pods",
                cause:
                    "By its metrics \(target.text) needs more pods than maxReplicas allows, for a quarter of an hour or"
                    + " more, so it may be overloaded.",
                nextStep: "Raise maxReplicas if the nodes have room, or see why the load is high.",
                command: "kubectl \(id.namespaceFlag)describe \(id.hpaText)",
                evidence: [
                    limited.evidence(on: id), Evidence(id, "spec.maxReplicas", "\(scaler.maxReplicas)"),
                    Evidence(id, "status.currentReplicas", "\(scaler.currentReplicas)"),
                ],
                related: [target], since: limited.lastTransitionTime))
    }
}

extension ObjectID {
    /// As kubectl takes it, shorter.
    fileprivate var hpaText: String { "hpa/\(name)" }
}

extension Substring {
    fileprivate func trimmingSuffix(_ suffix: Character) -> String {
        last == suffix ? String(dropLast()) : String(self)
    }
}

extension RuleContext {
    /// The names of a kind of workload in a namespace; `nil` when it cannot be read here.
    fileprivate mutating func names(ofKind kind: String, in namespace: String) -> [String]? {
        switch kind {
        case "Deployment":
            canRead(Deployment.self) ? list(Deployment.self, in: namespace).map(\.metadata.name) : nil
        case "StatefulSet":
            canRead(StatefulSet.self) ? list(StatefulSet.self, in: namespace).map(\.metadata.name) : nil
        case "ReplicaSet":
            canRead(ReplicaSet.self) ? list(ReplicaSet.self, in: namespace).map(\.metadata.name) : nil
        default: nil
        }
    }

    /// What a workload's containers request of a resource.
    fileprivate mutating func requests(_ resource: String, of target: ObjectID) -> [(container: String, value: String)]
    {
        let template: PodTemplate? =
            switch target.kind {
            case "Deployment": get(Deployment.self, namespace: target.namespace, name: target.name)?.template
            case "StatefulSet": get(StatefulSet.self, namespace: target.namespace, name: target.name)?.template
            default: nil
            }
        return (template?.spec.containers ?? []).map { ($0.name, $0.requests[resource] ?? "not set") }
    }
}
