import KubernetesModel

extension DiagnosisRule {
    static let podNodeLost = DiagnosisRule(
        id: "pod/node-lost", title: "A pod's node does not answer", severity: .broken,
        remedy: "Bring the node back, or delete it, so that its pods are made elsewhere.",
        source: "https://kubernetes.io/docs/concepts/architecture/nodes/#condition",
        subject: Pod.self, needs: [Node.self]
    ) { pod, context in
        // Its node's controller says that the pod is not ready, the containers do not.
        guard !pod.nodeName.isEmpty, !pod.isPhaseTerminal,
            let ready = pod.status.conditions[type: "Ready"], ready.status != "True",
            pod.status.reason == "NodeLost"
                || (!pod.status.containerStatuses.isEmpty && pod.status.containerStatuses.allSatisfy(\.ready))
        else { return }
        let nodeID = ObjectID(Node.self, name: pod.nodeName)
        let id = ObjectID(pod)
        guard let node = context.get(Node.self, name: pod.nodeName) else {
            context.report(
                FindingDraft(
                    key: pod.nodeName, title: "Its node \(pod.nodeName) does not exist any more",
                    cause: "The pod is bound to a node that was deleted; it is cleaned up some time later.",
                    nextStep: "Delete the pod, if nothing else does.",
                    command: "kubectl \(id.namespaceFlag)delete \(id.text) --force --grace-period=0",
                    evidence: [Evidence(id, "spec.nodeName", pod.nodeName)], related: [nodeID],
                    since: ready.lastTransitionTime, owner: pod.maker))
            return
        }
        guard node.isReady != true, let condition = node.conditions[type: "Ready"] else { return }
        context.report(
            FindingDraft(
                key: pod.nodeName, title: "Runs on node \(pod.nodeName), which does not answer",
                cause: "The node's kubelet has not reported, so nobody knows how the pod is; it gets no traffic.",
                nextStep: "See to the node. Its pods are made anew elsewhere after five minutes, but those of"
                    + " StatefulSets and those with volumes only when the node is deleted.",
                command: "kubectl describe node \(pod.nodeName)",
                evidence: [
                    Evidence(nodeID, "status.conditions[Ready]", "\(condition.status) \(condition.reason)"),
                    Evidence(nodeID, "status.conditions[Ready].message", condition.message),
                    Evidence(id, "status.conditions[Ready].status", ready.status),
                ], related: [nodeID], since: condition.lastTransitionTime, owner: pod.maker, explainedBy: [nodeID]))
    }
}
