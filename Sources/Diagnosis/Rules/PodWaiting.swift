import KubernetesModel

extension DiagnosisRule {
    static let podWaiting = DiagnosisRule(
        id: "pod/waiting", title: "A container does not start", severity: .broken,
        remedy: "Read the pod's events; when there are none, look at the kubelet and the runtime of its node.",
        source: "https://kubernetes.io/docs/tasks/debug/debug-application/debug-pods/",
        subject: Pod.self, uses: [Event.self, Node.self]
    ) { pod, context in
        guard !pod.nodeName.isEmpty, pod.metadata.deletionTimestamp == nil, !pod.isPhaseTerminal else { return }
        let started = pod.status.startTime ?? pod.metadata.creationTimestamp
        for container in pod.podContainers {
            guard let waiting = container.status.state.waiting, !explainedReasons.contains(waiting.reason),
                context.hasPassed(seconds: 60, since: started)
            else { continue }
            reportUnknown(container, waiting.reason, waiting.message, of: pod, &context)
        }
        guard pod.isWaitingToStart, context.canRead(Event.self), context.hasPassed(seconds: 300, since: started) else {
            return
        }
        let events = context.events(about: pod.metadata)
        guard context.startFailures(of: pod, reasons: startFailures).isEmpty else { return }
        let id = ObjectID(pod)
        let pulling = events.first?.reason == "Pulling" ? events.first : nil
        let warning = pulling == nil ? events.first { $0.isWarning && $0.reason != "FailedScheduling" } : nil
        var title = "Does not start, and its node does not say why"
        var cause =
            "The pod was given to node \(pod.nodeName) more than five minutes ago; the kubelet reports neither"
            + " progress nor a failure."
        var nextStep = "Look at the kubelet and the runtime on node \(pod.nodeName)."
        if pulling != nil {
            title = "An image has been pulled for very long"
            cause = "A large image, or a slow way to the registry."
            nextStep = "Wait; for the next time use a smaller image, or one that is on the node."
        } else if let warning {
            title = "Does not start: \(warning.reason)"
            cause = "The event's words say why."
            nextStep = "Read the event; it is about what the containers need before they can be created."
        }
        context.report(
            FindingDraft(
                severity: pulling == nil ? .broken : .degraded, title: title, cause: cause, nextStep: nextStep,
                command: "kubectl \(id.namespaceFlag)describe \(id.text)",
                evidence: [
                    Evidence(id, "spec.nodeName", pod.nodeName),
                    Evidence(id, "status.startTime", started?.rfc3339 ?? "not set"),
                ] + ((warning ?? events.first).map { [$0.evidence] } ?? []),
                related: [ObjectID(Node.self, name: pod.nodeName)], since: started, owner: pod.maker,
                explainedBy: context.cutOffNode(of: pod)))
    }

    /// Reasons that are in order, or that other rules explain.
    private static let explainedReasons: Set<String> = [
        "", "ContainerCreating", "PodInitializing", "CrashLoopBackOff", "CreateContainerConfigError",
        "CreateContainerError", "RunContainerError", "PreCreateHookError", "PreStartHookError", "PostStartHookError",
        "ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError",
        "RegistryUnavailable", "SignatureValidationFailed", "RestartingAllContainers",
    ]

    /// Events that other rules explain.
    private static let startFailures: Set<String> = [
        "FailedMount", "FailedAttachVolume", "FailedMapVolume", "FailedCreatePodSandBox", "NetworkNotReady",
    ]

    private static func reportUnknown(
        _ container: PodContainer, _ reason: String, _ message: String, of pod: Pod, _ context: inout RuleContext
    ) {
        let id = ObjectID(pod)
        var evidence = [Evidence(id, "\(container.statusPath).state.waiting.reason", reason)]
        if !message.isEmpty { evidence.append(Evidence(id, "\(container.statusPath).state.waiting.message", message)) }
        evidence += context.events(about: pod.metadata).filter(\.isWarning).prefix(3).map(\.evidence)
        context.report(
            FindingDraft(
                key: "\(container.name) \(reason)", title: "\(container.title) waits: \(reason)",
                cause: message.isEmpty ? "The kubelet gives no more than this reason." : "The kubelet's words say why.",
                nextStep: "Read the message and the pod's events.",
                command: "kubectl \(id.namespaceFlag)describe \(id.text)", evidence: evidence,
                since: pod.notReadySince ?? pod.metadata.creationTimestamp, owner: pod.maker))
    }
}
