import KubernetesModel

extension DiagnosisRule {
    static let podReadinessGate = DiagnosisRule(
        id: "pod/readiness-gate", title: "A pod waits for something outside to say that it is ready", severity: .broken,
        remedy: "Look at the controller that sets the condition, such as the one of the load balancer.",
        source: "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-readiness-gate",
        subject: Pod.self
    ) { pod, context in
        guard !pod.spec.readinessGates.isEmpty, pod.metadata.deletionTimestamp == nil,
            pod.status.conditions[type: "ContainersReady"]?.status == "True",
            let ready = pod.status.conditions[type: "Ready"], ready.status != "True"
        else { return }
        let gates = pod.spec.readinessGates.filter { pod.status.conditions[type: $0]?.status != "True" }
        guard !gates.isEmpty,
            context.hasPassed(seconds: 120, since: pod.status.conditions[type: "ContainersReady"]?.lastTransitionTime)
        else { return }
        let id = ObjectID(pod)
        let evidence = gates.map { gate in
            let condition = pod.status.conditions[type: gate]
            let text = condition.map { "\($0.status) \($0.reason) \($0.message)" } ?? "not set by anyone"
            return Evidence(id, "status.conditions[\(gate)]", text)
        }
        context.report(
            FindingDraft(
                key: gates.joined(separator: ","),
                title: "Ready but for its readiness gate: \(gates.joined(separator: ", "))",
                cause: "All containers are ready; the pod gets no traffic until that condition is true, which a"
                    + " controller outside the pod has to say.",
                nextStep: "Look at the controller that owns the condition, and whether it knows this pod.",
                command: "kubectl \(id.namespaceFlag)get \(id.text) -o jsonpath='{.status.conditions}'",
                evidence: evidence + [Evidence(id, "status.conditions[Ready].message", ready.message)],
                since: pod.notReadySince, owner: pod.maker))
    }

    static let podSchedulingGate = DiagnosisRule(
        id: "pod/scheduling-gate", title: "A pod is held back from scheduling", severity: .hygiene,
        remedy: "Whoever set the gate removes it; queueing systems do so when it is the pod's turn.",
        source: "https://kubernetes.io/docs/concepts/scheduling-eviction/pod-scheduling-readiness/",
        subject: Pod.self
    ) { pod, context in
        guard !pod.spec.schedulingGates.isEmpty, pod.nodeName.isEmpty, pod.status.phase == "Pending",
            context.hasPassed(seconds: 300, since: pod.metadata.creationTimestamp)
        else { return }
        let gates = pod.spec.schedulingGates.joined(separator: ", ")
        context.report(
            FindingDraft(
                key: gates, title: "Held back by its scheduling gate: \(gates)",
                cause: "The scheduler does not look at the pod while it has gates.",
                nextStep: "See whose gate it is: it is removed when the pod may run.",
                evidence: [Evidence(ObjectID(pod), "spec.schedulingGates", gates)],
                since: pod.metadata.creationTimestamp, owner: pod.maker))
    }
}
