import KubernetesModel

extension DiagnosisRule {
    static let podEvicted = DiagnosisRule(
        id: "pod/evicted", title: "A pod was evicted, or its node refused it", severity: .degraded,
        remedy: "See what the node was short of; delete the pod when it is of no more use.",
        source: "https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/",
        subject: Pod.self
    ) { pod, context in
        guard pod.status.phase == "Failed", !pod.status.reason.isEmpty, pod.status.reason != "DeadlineExceeded",
            pod.metadata.deletionTimestamp == nil
        else { return }
        let id = ObjectID(pod)
        let ended = pod.status.conditions.compactMap(\.lastTransitionTime).max() ?? pod.metadata.creationTimestamp
        // Something else has taken its place by then; what is left is a record.
        let reading = Rejection(pod)
        let isOld = pod.maker != nil && (reading.isPlanned || context.hasPassed(seconds: 3600, since: ended))
        var evidence = [Evidence(id, "status.reason", pod.status.reason)]
        if !pod.status.message.isEmpty { evidence.append(Evidence(id, "status.message", pod.status.message)) }
        for (field, value) in reading.fields { evidence.append(Evidence(id, field, value)) }
        let node = pod.nodeName.isEmpty ? [] : [ObjectID(Node.self, name: pod.nodeName)]
        context.report(
            FindingDraft(
                key: pod.status.reason, severity: isOld ? .hygiene : pod.maker == nil ? .broken : .degraded,
                title: reading.title, cause: reading.explanation, nextStep: reading.nextStep,
                command: "kubectl \(id.namespaceFlag)delete \(id.text)", evidence: evidence, related: node,
                since: ended, owner: pod.maker, explainedBy: reading.isOwnLimit ? [] : node))
    }
}

/// Why a pod has no place any more.
private struct Rejection {
    var title: String
    var explanation: String
    var nextStep: String
    var fields: [(field: String, value: String)] = []
    /// Whether somebody wanted it so.
    var isPlanned = false
    /// Whether the pod went beyond a limit of its own.
    var isOwnLimit = false

    init(_ pod: Pod) {
        let message = pod.status.message
        switch pod.status.reason {
        case "Evicted":
            if let match = message.firstMatch(of: /low on resource: ([a-z-]+)/) {
                title = "Evicted: its node ran low on \(match.1)"
                explanation = "The kubelet ends pods to get it back, first those that use more than they asked for."
                nextStep = "Free \(match.1) on the node, or give the pod a request that says what it needs."
            } else if let match = message.firstMatch(of: /EmptyDir volume "([^"]+)" exceeds the limit "?([^".]+)/) {
                title = "Evicted: emptyDir volume \(match.1) went beyond its limit of \(match.2)"
                explanation = "The kubelet ends a pod that writes more into the volume than its sizeLimit."
                nextStep = "Raise sizeLimit of the volume, or write less."
                isOwnLimit = true
            } else if message.contains("ephemeral local storage") || message.contains("local ephemeral storage") {
                title = "Evicted: it wrote more to its node's disk than its limit"
                explanation = "Logs, the container's own files and emptyDir volumes count against ephemeral-storage."
                nextStep = "Raise limits.ephemeral-storage, or write less."
                fields = pod.spec.containers.compactMap { container in
                    container.limits["ephemeral-storage"].map {
                        ("spec.containers[\(container.name)].resources.limits.ephemeral-storage", $0)
                    }
                }
                isOwnLimit = true
            } else if let match = message.firstMatch(of: /The node had condition: \[([A-Za-z, ]+)\]/) {
                title = "Evicted for \(match.1) of its node"
                explanation = "A node with this condition keeps no pod that it would not have taken."
                nextStep = "See which resource of the node is short, and free it."
            } else {
                title = "Evicted from its node"
                explanation = "The kubelet ended it; its message says why."
                nextStep = "Read the message, and look at the node's conditions."
            }
        case let reason where reason.hasPrefix("OutOf"):
            let resource = reason.dropFirst("OutOf".count)
            title = "Refused by its node: not enough \(resource)"
            explanation =
                "The pod was bound to the node, and when the kubelet counted, the node had not enough left: by a race in"
                + " scheduling, or because nodeName was set by hand."
            nextStep = "Let the scheduler choose the node (no spec.nodeName), or lower the request."
            fields = pod.spec.containers.compactMap { container in
                container.requests[String(resource)].map {
                    ("spec.containers[\(container.name)].resources.requests.\(resource)", $0)
                }
            }
        case "NodeAffinity":
            title = "Refused by its node: node selector or affinity do not match"
            explanation = "The pod was bound to a node that it does not want; the node's labels may have changed."
            nextStep = "Compare spec.nodeSelector and spec.affinity with the node's labels."
        case "NodeShutdown", "Terminated", "Shutdown":
            title = "Ended because its node was shut down"
            explanation = "The kubelet ends pods when its machine goes down."
            nextStep = "Nothing, if the node was meant to go; delete the pod."
            isPlanned = true
        case "UnexpectedAdmissionError":
            title = "Refused by its node: a device or resource could not be given to it"
            explanation = "A device plugin or resource manager of the node refused."
            nextStep = "Look at the device plugin on the node."
        case "Preempting":
            title = "Ended to make room for a pod of higher priority"
            explanation = "The node was full, and another pod matters more."
            nextStep = "Add capacity, or raise this pod's priority."
        default:
            title = "Failed: \(pod.status.reason)"
            explanation = message.isEmpty ? "The node says no more than the reason." : "The node's message says why."
            nextStep = "Read the reason and the message."
        }
    }
}
