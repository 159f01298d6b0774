import KubernetesModel

extension DiagnosisRule {
    static let podSandbox = DiagnosisRule(
        id: "pod/sandbox", title: "A pod's network or sandbox cannot be made", severity: .broken,
        remedy: "Look at the network plugin and the container runtime of the node.",
        source: "https://kubernetes.io/docs/concepts/extend-kubernetes/compute-storage-net/network-plugins/",
        subject: Pod.self, needs: [Event.self], uses: [Node.self]
    ) { pod, context in
        guard pod.isWaitingToStart, !pod.nodeName.isEmpty, pod.metadata.deletionTimestamp == nil,
            context.hasPassed(seconds: 60, since: pod.status.startTime ?? pod.metadata.creationTimestamp)
        else { return }
        let reasons: Set = ["FailedCreatePodSandBox", "NetworkNotReady"]
        guard let event = context.startFailures(of: pod, reasons: reasons).first else { return }
        let id = ObjectID(pod)
        let message = event.message.lowercased()
        var words = "the runtime does not make its sandbox"
        var nextStep = "Read the message; look at the runtime and the network plugin on node \(pod.nodeName)."
        if message.contains("no available ip") || message.contains("failed to allocate")
            || message.contains("no ip addresses available") || message.contains("failed to assign an ip")
        {
            words = "no address is left"
            nextStep = "The node's or the subnet's addresses are used up: free some, or add nodes or a larger range."
        } else if event.reason == "NetworkNotReady" || message.contains("cni")
            || message.contains("network plugin") || message.contains("plugin type=")
            || message.contains("network for sandbox")
        {
            words = "the node's network plugin is not ready or fails"
            nextStep = "Look at the network plugin's pod on node \(pod.nodeName)."
        } else if message.contains("runtimeclass") || message.contains("no runtime for") {
            words = "the node does not have its runtime class"
            nextStep = "Correct spec.runtimeClassName, or choose nodes that have it."
        }
        context.report(
            FindingDraft(
                key: pod.nodeName, title: "Pod cannot be started on node \(pod.nodeName): \(words)",
                cause: "Before its containers, the runtime makes a sandbox with a network for the pod, and that fails.",
                nextStep: nextStep, command: "kubectl get pods -A --field-selector spec.nodeName=\(pod.nodeName)",
                evidence: [event.evidence, Evidence(id, "spec.nodeName", pod.nodeName)],
                related: [ObjectID(Node.self, name: pod.nodeName)],
                since: event.firstSeen, owner: pod.maker, explainedBy: context.cutOffNode(of: pod)))
    }
}
