import KubernetesModel

extension DiagnosisRule {
    static let nodeNotReady = DiagnosisRule(
        id: "node/not-ready", title: "A node does not answer, or says that it is not ready", severity: .broken,
        remedy: "See to the machine, its kubelet, container runtime and network plugin.",
        source: "https://kubernetes.io/docs/reference/node/node-status/#condition",
        subject: Node.self, uses: [Pod.self, Event.self]
    ) { node, context in
        guard node.metadata.deletionTimestamp == nil, let ready = node.conditions[type: "Ready"],
            ready.status != "True"
        else { return }
        // One that joins takes its time until its network is up.
        guard context.hasPassed(seconds: 300, since: node.metadata.creationTimestamp),
            context.hasPassed(seconds: ready.status == "Unknown" ? 0 : 60, since: ready.lastTransitionTime)
        else { return }
        let id = ObjectID(node)
        let isSilent = ready.status == "Unknown"
        var evidence = [
            Evidence(id, "status.conditions[Ready]", "\(ready.status) \(ready.reason)"),
            Evidence(id, "status.conditions[Ready].message", ready.message),
        ]
        evidence += node.taints.filter { $0.effect != "PreferNoSchedule" }.map { Evidence(id, "spec.taints", $0.text) }
        evidence += context.events(about: node.metadata).filter(\.isWarning).prefix(2).map(\.evidence)
        context.report(
            FindingDraft(
                title: isSilent
                    ? "Does not answer"
                    : "Not ready: \(ready.message.firstLines)",
                cause: (isSilent
                    ? "Its kubelet has stopped reporting: the machine, its network or the kubelet is down."
                    : "Its kubelet says so itself.")
                    + podCount(node, &context) + " Nothing new is put on it.",
                nextStep: isSilent
                    ? "See whether the machine runs and reaches the API server; look at its kubelet."
                    : "Read the message; look at the kubelet, the runtime and the network plugin on the node.",
                command: "kubectl describe node \(id.name)", evidence: evidence, since: ready.lastTransitionTime))
    }

    static let nodePressure = DiagnosisRule(
        id: "node/pressure", title: "A node runs short of something", severity: .degraded,
        remedy: "Free what it is short of, move pods away, or add nodes.",
        source: "https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/",
        subject: Node.self, uses: [Pod.self, Event.self]
    ) { node, context in
        // Of a node that does not answer they are Unknown.
        for (type, words, effect, next) in pressures {
            guard let condition = node.conditions[type: type], condition.status == "True" else { continue }
            let id = ObjectID(node)
            let events = context.events(about: node.metadata).filter { $0.reason == "EvictionThresholdMet" }
            context.report(
                FindingDraft(
                    key: type, severity: type == "NetworkUnavailable" ? .broken : nil,
                    title: words, cause: effect + podCount(node, &context), nextStep: next,
                    command: type == "MemoryPressure"
                        ? "kubectl top pods -A --sort-by=memory --field-selector spec.nodeName=\(id.name)"
                        : "kubectl describe node \(id.name)",
                    evidence: [
                        Evidence(id, "status.conditions[\(type)]", "\(condition.status) \(condition.reason)"),
                        Evidence(id, "status.conditions[\(type)].message", condition.message),
                    ] + events.prefix(1).map(\.evidence), since: condition.lastTransitionTime))
        }
    }

    private static let pressures = [
        (
            "MemoryPressure", "Short of memory",
            "The kubelet evicts pods that use more than they asked for, and best-effort pods get none.",
            "See which pods use more memory than they asked for; set requests, or add memory or nodes."
        ),
        (
            "DiskPressure", "Short of disk", "The kubelet removes unused images and evicts pods.",
            "See what fills the disk: images, logs, emptyDir volumes; free it or make it larger."
        ),
        (
            "PIDPressure", "Short of process numbers", "A pod starts too many processes; the kubelet evicts pods.",
            "See which pod has so many processes, and limit them (podPidsLimit)."
        ),
        (
            "NetworkUnavailable", "No network for pods",
            "The network of the node is not set up, so its pods do not reach others.",
            "Look at the network plugin's pod on the node, and at the cloud's routes."
        ),
    ]

    static let nodeCordoned = DiagnosisRule(
        id: "node/cordoned", title: "A node takes no new pods", severity: .hygiene,
        remedy: "Uncordon it when its maintenance is over.",
        source: "https://kubernetes.io/docs/concepts/architecture/nodes/#manual-node-administration",
        subject: Node.self, uses: [Pod.self]
    ) { node, context in
        guard node.unschedulable, node.metadata.deletionTimestamp == nil else { return }
        let id = ObjectID(node)
        context.report(
            FindingDraft(
                title: "Cordoned: takes no new pods",
                cause: "Somebody, or a drain, has taken it out of scheduling." + podCount(node, &context),
                nextStep: "Let it take pods again when its maintenance is over.",
                command: "kubectl uncordon \(id.name)", evidence: [Evidence(id, "spec.unschedulable", "true")]))
    }

    /// How many pods a node has, as a sentence.
    private static func podCount(_ node: Node, _ context: inout RuleContext) -> String {
        guard let usage = context.nodeUsage() else { return "" }
        context.recheck(everySeconds: 60, since: node.metadata.creationTimestamp)
        let count = usage.pods[node.metadata.name] ?? 0
        if count == 0 { return "" }
        return count == 1 ? " It has 1 pod." : " It has \(count) pods."
    }
}
