import KubernetesModel

extension DiagnosisRule {
    static let podTerminating = DiagnosisRule(
        id: "pod/terminating", title: "A pod does not end", severity: .degraded,
        remedy: "See what still holds it: a finalizer, a node that does not answer, a program that does not stop.",
        source: "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination",
        subject: Pod.self, uses: [Node.self, Event.self]
    ) { pod, context in
        // The moment by which the grace period is over.
        guard let deletion = pod.metadata.deletionTimestamp, context.hasPassed(seconds: 60, since: deletion) else {
            return
        }
        let id = ObjectID(pod)
        let nodeID = ObjectID(Node.self, name: pod.nodeName)
        var draft = FindingDraft(
            key: "runs", title: "Does not end: its containers still run after their grace period",
            cause: "The kubelet should have killed them; a process may hang in the kernel, or a volume cannot be"
                + " unmounted.",
            nextStep: "Look at the kubelet on node \(pod.nodeName) before anything is forced.",
            command: "kubectl \(id.namespaceFlag)describe \(id.text)",
            evidence: [Evidence(id, "metadata.deletionTimestamp", deletion.rfc3339)], since: deletion,
            owner: pod.maker, explainedBy: pod.nodeName.isEmpty ? [] : [nodeID])
        let node = pod.nodeName.isEmpty ? nil : context.get(Node.self, name: pod.nodeName)
        if !pod.metadata.finalizers.isEmpty {
            let names = pod.metadata.finalizers.joined(separator: ", ")
            draft.key = names
            draft.title = "Does not end: finalizer \(names) is still there"
            draft.cause = "Whoever set a finalizer removes it when its work is done; until then the object stays."
            draft.nextStep = "See to the controller that owns the finalizer. Taking it away by hand skips that work."
            draft.command = "kubectl \(id.namespaceFlag)get \(id.text) -o jsonpath='{.metadata.finalizers}'"
            draft.evidence.append(Evidence(id, "metadata.finalizers", names))
        } else if let node, node.isReady != true {
            draft.key = pod.nodeName
            draft.title = "Does not end: node \(pod.nodeName) does not answer"
            draft.cause = "Only the node's kubelet can say that its containers have ended."
            draft.nextStep = "Bring the node back, or delete it; then the pod goes."
            draft.command = "kubectl describe node \(pod.nodeName)"
            draft.evidence.append(
                Evidence(nodeID, "status.conditions[Ready]", node.conditions[type: "Ready"]?.status ?? "not set"))
        } else if context.canRead(Node.self), node == nil, !pod.nodeName.isEmpty {
            draft.key = pod.nodeName
            draft.title = "Does not end: its node \(pod.nodeName) does not exist any more"
            draft.cause =
                "Nobody is left to say that its containers have ended; the garbage collector removes it later."
            draft.nextStep = "Delete it by force, if nothing else does."
            draft.command = "kubectl \(id.namespaceFlag)delete \(id.text) --force --grace-period=0"
            draft.evidence.append(Evidence(id, "spec.nodeName", pod.nodeName))
        } else {
            let running = pod.podContainers.filter { $0.status.state.isRunning }
            if running.isEmpty {
                draft.title = "Does not end, though no container runs any more"
                draft.cause = "The kubelet has more to clean up, mostly a volume that cannot be unmounted."
            }
            draft.evidence += context.events(about: pod.metadata).filter(\.isWarning).prefix(2).map(\.evidence)
            draft.evidence += running.map { Evidence(id, "\($0.statusPath).state", "running") }
        }
        context.report(draft)
    }

    static let namespaceTerminating = DiagnosisRule(
        id: "namespace/terminating", title: "A namespace does not go away", severity: .degraded,
        remedy: "See to what is left in it, or to the API that does not answer.",
        source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/",
        subject: Namespace.self
    ) { namespace, context in
        guard let deletion = namespace.metadata.deletionTimestamp, context.hasPassed(seconds: 120, since: deletion)
        else { return }
        let id = ObjectID(namespace)
        let conditions = reasons.compactMap { reason in
            namespace.conditions[type: reason.type].flatMap { $0.status == "True" ? (reason, $0) : nil }
        }
        let first = conditions.first
        context.report(
            FindingDraft(
                key: first?.0.type ?? "", title: "Is not deleted: \(first?.1.message ?? "nothing says what is left")",
                cause: first?.0.cause ?? "The namespace controller has not said what it waits for.",
                nextStep: first?.0.nextStep ?? "Look at the controller manager.",
                command: first?.0.command(id.name) ?? "kubectl get namespace \(id.name) -o yaml",
                evidence: [Evidence(id, "metadata.deletionTimestamp", deletion.rfc3339)]
                    + conditions.map { Evidence(id, "status.conditions[\($0.type)].message", $1.message) },
                since: deletion))
    }

    /// What a namespace says of its deletion, the deepest cause first.
    private static let reasons: [NamespaceReason] = [
        NamespaceReason(
            type: "NamespaceDeletionDiscoveryFailure",
            cause: "An API group does not answer, so nobody knows whether it has objects in the namespace.",
            nextStep: "Mend or remove the APIService that is not available.",
            command: { _ in "kubectl get apiservices" }),
        NamespaceReason(
            type: "NamespaceDeletionGroupVersionParsingFailure",
            cause: "An API group has a version that cannot be read.",
            nextStep: "Remove the APIService or CustomResourceDefinition with that version.",
            command: { _ in "kubectl get apiservices,crds" }),
        NamespaceReason(
            type: "NamespaceDeletionContentFailure", cause: "Objects in it could not be deleted.",
            nextStep: "Read the message; a webhook or a missing right may refuse it.",
            command: { "kubectl get namespace \($0) -o yaml" }),
        NamespaceReason(
            type: "NamespaceFinalizersRemaining",
            cause: "Objects in it have finalizers, which their controllers have to remove; these may be gone already.",
            nextStep: "See to the controllers that own the finalizers, or remove these when nothing is lost by it.",
            command: everything),
        NamespaceReason(
            type: "NamespaceContentRemaining", cause: "There are still objects in it.",
            nextStep: "See what is left, and why it does not go.", command: everything),
    ]

    private static func everything(_ namespace: String) -> String {
        "kubectl api-resources --verbs=list --namespaced -o name | xargs -n 1 kubectl get --ignore-not-found"
            + " --show-kind -n \(namespace)"
    }

    static let claimTerminating = DiagnosisRule(
        id: "pvc/terminating", title: "A claim was deleted, and is still in use", severity: .degraded,
        remedy: "End the pods that use it; then it goes, and with it perhaps the data.",
        source: "https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection",
        subject: PersistentVolumeClaim.self, needs: [Pod.self]
    ) { claim, context in
        guard let deletion = claim.metadata.deletionTimestamp, context.hasPassed(seconds: 120, since: deletion) else {
            return
        }
        let id = ObjectID(claim)
        let users = context.list(Pod.self, in: id.namespace).filter { pod in
            !pod.isPhaseTerminal && pod.spec.volumes.contains { $0.claimName == id.name }
        }
        let finalizers = claim.metadata.finalizers.joined(separator: ", ")
        let names = users.prefix(3).map(\.metadata.name).joined(separator: ", ")
        context.report(
            FindingDraft(
                key: finalizers,
                title: users.isEmpty
                    ? "Was deleted, but finalizer \(finalizers) holds it"
                    : "Was deleted, and goes as soon as \(names)\(users.count > 3 ? " and others" : "") ends",
                cause: users.isEmpty
                    ? "Whoever set the finalizer has not removed it."
                    : "A claim that a pod uses is kept; when the pod ends or moves, its volume may be deleted for good.",
                nextStep: users.isEmpty
                    ? "See to the controller that owns the finalizer."
                    : "If the data is wanted, copy it, or set the volume's reclaim policy to Retain before the pod ends.",
                command: users.isEmpty
                    ? "kubectl \(id.namespaceFlag)describe \(id.text)"
                    : "kubectl patch pv \(claim.volumeName) -p"
                        + " '{\"spec\":{\"persistentVolumeReclaimPolicy\":\"Retain\"}}'",
                evidence: [
                    Evidence(id, "metadata.deletionTimestamp", deletion.rfc3339),
                    Evidence(id, "metadata.finalizers", finalizers),
                ], related: users.prefix(5).map { ObjectID($0) }, since: deletion))
    }
}

/// A condition of a namespace that is being deleted, in words.
private struct NamespaceReason: Sendable {
    var type: String
    var cause: String
    var nextStep: String
    var command: @Sendable (String) -> String
}
