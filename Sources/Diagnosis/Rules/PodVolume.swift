import KubernetesModel

extension DiagnosisRule {
    static let podVolume = DiagnosisRule(
        id: "pod/volume", title: "A volume cannot be mounted", severity: .broken,
        remedy: "Read the event: mostly the object behind the volume is missing, or its disk is attached elsewhere.",
        source: "https://kubernetes.io/docs/concepts/storage/volumes/",
        subject: Pod.self, needs: [Event.self], uses: [ConfigMap.self, SecretObject.self]
    ) { pod, context in
        guard pod.isWaitingToStart, !pod.nodeName.isEmpty,
            context.hasPassed(seconds: 30, since: pod.status.startTime ?? pod.metadata.creationTimestamp)
        else { return }
        let events = context.startFailures(of: pod, reasons: eventReasons)
        // A message that names the cause says more than the one that gives up on waiting for it.
        guard let event = events.first(where: { !$0.message.hasPrefix("Unable to attach or mount") }) ?? events.first
        else { return }
        let problem = VolumeProblem(event.message, of: pod)
        // What is missing stays so; an attachment may be slow, a first attempt may come too early.
        if !problem.isCertain,
            !context.hasPassed(seconds: 120, since: pod.status.startTime ?? pod.metadata.creationTimestamp)
        {
            return
        }
        let id = ObjectID(pod)
        var evidence = [event.evidence]
        if let volume = problem.volume { evidence += volume.evidence(on: id) }
        let near = problem.missing.map { context.nearest(to: $0, key: problem.key) } ?? MissingReference()
        evidence += near.evidence
        context.report(
            FindingDraft(
                key: problem.volumeName, title: problem.title + near.hint, cause: problem.explanation,
                nextStep: problem.nextStep, command: "kubectl \(id.namespaceFlag)describe \(id.text)",
                evidence: evidence, related: problem.related + near.related,
                since: event.firstSeen ?? pod.metadata.creationTimestamp, owner: pod.maker,
                explainedBy: problem.related))
    }

    private static let eventReasons: Set<String> = ["FailedMount", "FailedAttachVolume", "FailedMapVolume"]
}

extension Pod {
    /// Whether it has a node, and its containers wait for the kubelet to begin with them.
    var isWaitingToStart: Bool {
        guard status.phase == "Pending", metadata.deletionTimestamp == nil else { return false }
        let statuses = status.initContainerStatuses + status.containerStatuses
        return statuses.allSatisfy { status in
            guard let waiting = status.state.waiting else { return false }
            return waiting.reason == "ContainerCreating" || waiting.reason == "PodInitializing"
        }
    }
}

extension RuleContext {
    /// The events that say what keeps a pod from its first container, newest first; none once it has come further.
    mutating func startFailures(of pod: Pod, reasons: Set<String>) -> [Event] {
        let events = events(about: pod.metadata)
        // Images are pulled when the network is made and the volumes are mounted.
        let further = events.first { ["Pulling", "Pulled", "Created", "Started"].contains($0.reason) }?.lastSeen
        return events.filter { event in
            guard reasons.contains(event.reason) else { return false }
            guard let further, let seen = event.lastSeen else { return true }
            return seen > further
        }
    }
}

extension Volume {
    /// What stands behind the volume.
    func evidence(on pod: ObjectID) -> [Evidence] {
        var evidence = sources.map { source in
            Evidence(
                pod, "spec.volumes[\(name)].\(source.isSecret ? "secret.secretName" : "configMap.name")",
                source.keys.isEmpty ? source.name : "\(source.name), keys \(source.keys.joined(separator: ", "))")
        }
        if !claimName.isEmpty {
            evidence.append(Evidence(pod, "spec.volumes[\(name)].persistentVolumeClaim.claimName", claimName))
        }
        if !hostPath.isEmpty { evidence.append(Evidence(pod, "spec.volumes[\(name)].hostPath.path", hostPath)) }
        return evidence
    }
}

/// Why a volume cannot be mounted, as far as the words of kubelet and controllers tell.
private struct VolumeProblem {
    var title: String
    var explanation: String
    var nextStep: String
    /// Empty when the message names none.
    var volumeName = ""
    var volume: Volume?
    var related: [ObjectID] = []
    /// The ConfigMap or Secret that is missing, or lacks a key.
    var missing: ObjectID?
    /// The key that it lacks; `nil` when the object itself is missing.
    var key: String?
    /// Whether waiting cannot help.
    var isCertain = false

    init(_ message: String, of pod: Pod) {
        let namespace = pod.metadata.namespace
        if let match = message.firstMatch(of: /for volume "([^"]+)"/) {
            volumeName = String(match.1)
        } else if let match = message.firstMatch(of: /unmounted volumes=\[([^\] ]+)/) {
            volumeName = String(match.1)
        }
        let name = volumeName
        volume = pod.spec.volumes.first { $0.name == name }
        let named = volumeName.isEmpty ? "A volume" : "Volume \(volumeName)"
        if let claim = volume?.claimName, !claim.isEmpty {
            related = [ObjectID(PersistentVolumeClaim.self, namespace: namespace, name: claim)]
        }
        if let match = message.firstMatch(of: /(secret|configmap) "([^"]+)" not found/) {
            let kind = match.1 == "secret" ? "Secret" : "ConfigMap"
            related = [ObjectID(group: "", kind: kind, namespace: namespace, name: String(match.2))]
            missing = related.first
            title = "\(kind) \(match.2) does not exist"
            explanation = "\(named) shows it, and the pod does not start without it."
            nextStep = "Create it in namespace \(namespace), or correct the name; the pod then starts by itself."
            isCertain = true
        } else if let match = message.firstMatch(of: /references non-existent (secret|config) key: ?(.*)/) {
            let kind = match.1 == "secret" ? "Secret" : "ConfigMap"
            let source = volume?.sources.first { $0.isSecret == (kind == "Secret") }
            related =
                source.map {
                    [ObjectID(group: "", kind: kind, namespace: namespace, name: $0.name)]
                } ?? []
            missing = related.first
            key = String(match.2)
            title = "\(kind) \(source?.name ?? "") has no key \(match.2)"
            explanation = "\(named) asks for that key by name, and the pod does not start without it."
            nextStep = "Add the key, or correct its name in spec.volumes; the pod then starts by itself."
            isCertain = true
        } else if message.hasPrefix("Multi-Attach error") {
            title = "\(named) is attached to another node"
            explanation =
                "It may be attached to one node at a time, and another pod, or a node that is gone, still has it."
            nextStep =
                "End the pod that has it. With a Deployment use strategy Recreate; if its node is dead, taint it with"
                + " node.kubernetes.io/out-of-service."
        } else if message.contains("AttachVolume") {
            title = "\(named) cannot be attached to the node"
            explanation = "The storage behind it refuses, or the disk is gone, in another zone, or over a quota."
            nextStep = "Read the message; look at the volume and at the storage driver's pods."
        } else if message.contains("not registered") {
            title = "\(named) waits for the kubelet to read what it shows"
            explanation = "The kubelet has not seen the object yet; that alone passes, unless something else is wrong."
            nextStep = "Look at the pod's other events."
        } else {
            title = "\(named) cannot be mounted"
            explanation = "The kubelet cannot prepare it, and the pod does not start before."
            nextStep = "Read the event's message; look at the storage driver's pods on the node."
        }
    }
}
