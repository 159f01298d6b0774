import KubernetesModel

extension DiagnosisRule {
    static let podScheduling = DiagnosisRule(
        id: "pod/scheduling", title: "No node takes a pod", severity: .broken,
        remedy: "Make room or add a node; or correct what the pod asks of nodes.",
        source: "https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/",
        subject: Pod.self,
        uses: [Node.self, Event.self, PersistentVolumeClaim.self, StorageClass.self, PersistentVolume.self]
    ) { pod, context in
        guard pod.nodeName.isEmpty, pod.status.phase == "Pending", pod.metadata.deletionTimestamp == nil,
            pod.spec.schedulingGates.isEmpty
        else { return }
        guard let scheduled = pod.status.conditions[type: "PodScheduled"], scheduled.status == "False" else {
            reportUnseen(pod, &context)
            return
        }
        // Pods that end still take their room for a while.
        guard context.hasPassed(seconds: 60, since: scheduled.lastTransitionTime ?? pod.metadata.creationTimestamp)
        else { return }
        // A new node takes its time.
        let grows = context.events(about: pod.metadata).first { scaleUps.contains($0.reason) }
        if let grows, !context.hasPassed(seconds: 600, since: grows.lastSeen) { return }
        // Other pods come and go.
        context.recheck(everySeconds: 60, since: pod.metadata.creationTimestamp)
        if reportClaim(pod, scheduled, &context) { return }
        reportNodes(pod, scheduled, &context)
    }

    /// Reasons with which the cluster autoscaler and Karpenter say that a node is on its way.
    private static let scaleUps: Set<String> = ["TriggeredScaleUp", "Nominated"]

    // MARK: No scheduler

    private static func reportUnseen(_ pod: Pod, _ context: inout RuleContext) {
        guard pod.status.conditions[type: "PodScheduled"] == nil,
            context.hasPassed(seconds: 120, since: pod.metadata.creationTimestamp)
        else { return }
        let id = ObjectID(pod)
        let scheduler = pod.spec.schedulerName.isEmpty ? "default-scheduler" : pod.spec.schedulerName
        context.report(
            FindingDraft(
                key: scheduler, title: "No scheduler has looked at it: it waits for \(scheduler)",
                cause: scheduler == "default-scheduler"
                    ? "The pod has no node, and nothing has tried to find one: kube-scheduler does not run, or hangs."
                    : "The pod asks for a scheduler of its own, and nothing of that name has tried to find a node.",
                nextStep: scheduler == "default-scheduler"
                    ? "Look at kube-scheduler on the control plane."
                    : "Start that scheduler, or take spec.schedulerName out.",
                command: "kubectl -n kube-system get pods,leases",
                evidence: [
                    Evidence(id, "spec.schedulerName", scheduler),
                    Evidence(id, "status.conditions[PodScheduled]", "not set"),
                ], since: pod.metadata.creationTimestamp, owner: pod.maker))
    }

    // MARK: Volumes

    /// - Returns: whether a claim keeps the pod from being scheduled.
    private static func reportClaim(_ pod: Pod, _ scheduled: Condition, _ context: inout RuleContext) -> Bool {
        guard context.canRead(PersistentVolumeClaim.self) else { return false }
        let id = ObjectID(pod)
        let namespace = pod.metadata.namespace
        let message = Evidence(id, "status.conditions[PodScheduled].message", scheduled.message)
        for volume in pod.spec.volumes {
            let name = volume.isEphemeral ? "\(pod.metadata.name)-\(volume.name)" : volume.claimName
            guard !name.isEmpty else { continue }
            let claimID = ObjectID(PersistentVolumeClaim.self, namespace: namespace, name: name)
            let path = "spec.volumes[\(volume.name)].persistentVolumeClaim.claimName"
            guard let claim = context.get(PersistentVolumeClaim.self, namespace: namespace, name: name) else {
                guard !volume.isEphemeral else { continue }
                let near = nearestName(
                    to: name,
                    among: context.list(PersistentVolumeClaim.self, in: namespace).map(\.metadata.name))
                context.report(
                    FindingDraft(
                        key: name, title: "Claim \(name) does not exist" + (near.map { "; there is \($0)" } ?? ""),
                        cause: "Volume \(volume.name) mounts it, and the pod gets no node before it exists.",
                        nextStep: near.map { "Correct the name to \($0), or create the claim." }
                            ?? "Create the claim in namespace \(namespace), or correct its name in the pod.",
                        command: "kubectl -n \(namespace) get pvc",
                        evidence: [Evidence(id, path, name), message], related: [claimID],
                        since: scheduled.lastTransitionTime, owner: pod.maker))
                return true
            }
            guard claim.phase != "Bound" else { continue }
            let storageClass = claim.storageClassName.flatMap {
                $0.isEmpty ? nil : context.get(StorageClass.self, name: $0)
            }
            if storageClass?.volumeBindingMode == "WaitForFirstConsumer", claim.phase == "Pending" { continue }
            context.report(
                FindingDraft(
                    key: name, title: "Waits for its volume: claim \(name) is \(claim.phase.lowercased())",
                    cause: "The pod gets no node before the claim of volume \(volume.name) is bound.",
                    nextStep: "See why the claim is not bound.",
                    command: "kubectl -n \(namespace) describe pvc \(name)",
                    evidence: [
                        Evidence(id, path, name), Evidence(claimID, "status.phase", claim.phase), message,
                    ], related: [claimID], since: scheduled.lastTransitionTime, owner: pod.maker,
                    explainedBy: [claimID]))
            return true
        }
        return false
    }

    // MARK: Nodes

    private static func reportNodes(_ pod: Pod, _ scheduled: Condition, _ context: inout RuleContext) {
        let id = ObjectID(pod)
        let message = Evidence(id, "status.conditions[PodScheduled].message", scheduled.message)
        let nodes = context.canRead(Node.self) ? context.all(Node.self) : []
        let volumes = boundVolumes(of: pod, &context)
        // Pods of one template fit alike.
        let told =
            volumes.isEmpty
            ? context.memo.value("fit \(pod.specIdentity)") { Told(pod.spec, context.nodeFit(pod.spec, nodes, []), []) }
            : Told(pod.spec, context.nodeFit(pod.spec, nodes, volumes), volumes)
        let (fit, sorts) = (told.fit, told.sorts)
        // What is not counted here, such as neighbours and ports, only the scheduler knows.
        guard let nearest = fit.candidates.first, !nearest.obstacles.isEmpty else {
            if reportNoFreeVolume(pod, scheduled, &context) { return }
            var words = SchedulerMessage(scheduled.message).reasons.map(\.text)
            if words.isEmpty { words = [scheduled.message.firstLines] }
            context.report(
                FindingDraft(
                    key: words.joined(separator: ","),
                    title: nodes.isEmpty && context.canRead(Node.self)
                        ? "There is no node" : "No node takes it: \(words.joined(separator: ", "))",
                    cause: nodes.isEmpty
                        ? (context.canRead(Node.self)
                            ? "Pods stay pending until a node joins the cluster."
                            : "The scheduler's words; nodes may not be read with this credential.")
                        : "The scheduler's words; requests, taints and labels of \(nearest(fit)) would allow it.",
                    nextStep: "Compare what the pod asks for with the nodes.",
                    command: "kubectl \(id.namespaceFlag)describe \(id.text)", evidence: [message],
                    since: scheduled.lastTransitionTime, owner: pod.maker))
            return
        }
        var evidence = [message]
        for pair in pod.spec.requested.sorted(by: { $0.key < $1.key }) where sorts.contains(pair.key) {
            evidence.append(
                Evidence(id, "requests[\(pair.key)], all containers", NodeObstacle.amount(pair.value, pair.key)))
        }
        if sorts.contains("selector") {
            evidence.append(Evidence(id, "spec.nodeSelector", pod.spec.nodeSelector.text))
        }
        if sorts.contains("affinity") {
            evidence.append(Evidence(id, "spec.affinity.nodeAffinity", pod.spec.affinity.nodeTerms.text))
        }
        for volume in volumes where sorts.contains("volume \(volume.metadata.name)") {
            evidence.append(Evidence(ObjectID(volume), "spec.nodeAffinity.required", volume.nodeTerms.text))
        }
        let wording = told.wording
        evidence += wording.evidence
        for candidate in fit.candidates.prefix(4) {
            for obstacle in candidate.obstacles {
                if let item = obstacle.evidence(on: candidate.node) { evidence.append(item) }
            }
        }
        context.report(
            FindingDraft(
                key: sorts.joined(separator: ","), title: wording.title, cause: wording.cause,
                nextStep: wording.nextStep, command: wording.command, evidence: evidence,
                related: fit.candidates.prefix(4).map { ObjectID($0.node) } + volumes.map { ObjectID($0) },
                since: scheduled.lastTransitionTime,
                owner: pod.maker))
    }

    /// The volumes that the pod's claims are bound to.
    private static func boundVolumes(of pod: Pod, _ context: inout RuleContext) -> [PersistentVolume] {
        guard context.canRead(PersistentVolumeClaim.self), context.canRead(PersistentVolume.self) else { return [] }
        return pod.spec.volumes.compactMap { volume in
            guard !volume.claimName.isEmpty,
                let claim = context.get(
                    PersistentVolumeClaim.self, namespace: pod.metadata.namespace, name: volume.claimName),
                !claim.volumeName.isEmpty
            else { return nil }
            return context.get(PersistentVolume.self, name: claim.volumeName)
        }
    }

    /// - Returns: whether a claim waits for a volume that somebody has to make by hand.
    private static func reportNoFreeVolume(
        _ pod: Pod, _ scheduled: Condition, _ context: inout RuleContext
    ) -> Bool {
        guard scheduled.message.contains("persistent volumes to bind"), context.canRead(PersistentVolumeClaim.self),
            context.canRead(PersistentVolume.self)
        else { return false }
        let id = ObjectID(pod)
        for volume in pod.spec.volumes where !volume.claimName.isEmpty {
            guard
                let claim = context.get(
                    PersistentVolumeClaim.self, namespace: pod.metadata.namespace, name: volume.claimName),
                claim.phase == "Pending", let name = claim.storageClassName,
                context.get(StorageClass.self, name: name)?.provisioner == "kubernetes.io/no-provisioner"
            else { continue }
            let all = context.all(PersistentVolume.self).filter { $0.storageClassName == name }
            let free = all.filter { $0.phase == "Available" }
            let wanted = claim.requests["storage"] ?? "no size"
            let claimID = ObjectID(claim)
            context.report(
                FindingDraft(
                    key: claim.metadata.name,
                    title: "No volume for claim \(claim.metadata.name): class \(name) has "
                        + (free.isEmpty
                            ? "none that is free" : "\(counted(free.count, "free volume")), but none that fits"),
                    cause:
                        "Volumes of that class are made by hand (its provisioner is kubernetes.io/no-provisioner); the claim"
                        + " asks for \(wanted), \(claim.accessModes.joined(separator: ", ")), on a node that takes the pod.",
                    nextStep:
                        "Make a volume of that class on a node of the cluster, or let the claim use another class.",
                    command: "kubectl get pv",
                    evidence: [
                        Evidence(id, "status.conditions[PodScheduled].message", scheduled.message),
                        Evidence(claimID, "spec.storageClassName", name),
                        Evidence(claimID, "spec.resources.requests[storage]", wanted),
                    ] + all.prefix(3).map { Evidence(ObjectID($0), "status.phase", $0.phase) },
                    related: [claimID] + all.prefix(3).map { ObjectID($0) }, since: scheduled.lastTransitionTime,
                    owner: pod.maker))
            return true
        }
        return false
    }

    private static func nearest(_ fit: NodeFit) -> String { fit.candidates.first?.node.metadata.name ?? "a node" }
}

extension RuleContext {
    /// Runs the rule again in a while, for what is not followed.
    mutating func recheck(everySeconds seconds: Int64, since moment: Timestamp?) {
        guard let moment else { return }
        let age = max(0, now.microseconds.subtractingReportingOverflow(moment.microseconds).partialValue) / 1_000_000
        _ = hasPassed(seconds: (age / seconds + 1) * seconds, since: moment)
    }
}

extension NodeObstacle {
    /// Where the obstacle can be seen on a node.
    fileprivate func evidence(on node: Node) -> Evidence? {
        let id = ObjectID(node)
        switch self {
        case .cordoned: return Evidence(id, "spec.unschedulable", "true")
        case .taint(let taint): return Evidence(id, "spec.taints", taint.text)
        case .selector, .affinity, .volume: return nil
        case .tooManyPods(let limit): return Evidence(id, "status.allocatable[pods]", "\(limit), all taken")
        case .lacks(let resource, _, let free, let all):
            return Evidence(
                id, "status.allocatable[\(resource)]",
                "\(Self.amount(all, resource)), \(Self.amount(free, resource)) not asked for by its pods")
        }
    }
}

extension [NodeSelectorTerm] {
    /// Such as `zone In (a, b)`; terms are alternatives.
    fileprivate var text: String {
        map { term in
            (term.matchExpressions + term.matchFields).map { requirement in
                let values = requirement.values.isEmpty ? "" : " (\(requirement.values.joined(separator: ", ")))"
                return "\(requirement.key) \(requirement.operator)\(values)"
            }.joined(separator: " and ")
        }.joined(separator: " or ")
    }
}

/// How the pods of a template and the nodes get on, and what is said of it.
private struct Told {
    var fit: NodeFit
    /// Of every obstacle.
    var sorts: [String]
    var wording: Wording

    init(_ spec: PodSpec, _ fit: NodeFit, _ volumes: [PersistentVolume]) {
        self.fit = fit
        sorts = Set(fit.candidates.flatMap { $0.obstacles.map(\.sort) }).sorted()
        wording = Wording(spec, fit, volumes)
    }
}

/// What is said of a pod that no node takes.
private struct Wording {
    var title = ""
    var cause = ""
    var nextStep = ""
    var command = "kubectl describe nodes"
    var evidence: [Evidence] = []

    init(_ spec: PodSpec, _ fit: NodeFit, _ volumes: [PersistentVolume]) {
        let candidates = fit.candidates
        guard let nearest = candidates.first else { return }
        let count = candidates.count
        let name = nearest.node.metadata.name
        let known = candidates.prefix(4).map { candidate in
            "\(candidate.node.metadata.name) \(candidate.obstacles.map(\.text).joined(separator: " and "))"
        }
        cause = known.joined(separator: "; ") + (count > 4 ? "; and so on for \(count - 4) more." : ".")
        let nodes = count == 1 ? "the only node" : "none of \(count) nodes"
        // One obstacle that every node has says most.
        let common = candidates.dropFirst().reduce(Set(nearest.obstacles.map(\.sort))) {
            $0.intersection($1.obstacles.map(\.sort))
        }
        if common.contains("selector") {
            describeSelector(spec.nodeSelector, candidates)
        } else if common.contains("affinity") {
            title = "No node is what it requires: \(spec.affinity.nodeTerms.text)"
            nextStep = "Correct spec.affinity, or label a node."
            command = "kubectl get nodes --show-labels"
        } else if let volume = volumes.first(where: { common.contains("volume \($0.metadata.name)") }) {
            title = "No node reaches its volume \(volume.metadata.name): \(volume.nodeTerms.text)"
            nextStep =
                "Bring back a node that has it; if there will be none, restore its data into a new claim."
            command = "kubectl describe pv \(volume.metadata.name)"
        } else if let lack = nearest.obstacles.first(where: { common.contains($0.sort) && $0.isLack }) {
            describeLack(lack, candidates, isNamed: fit.isNamed)
        } else if common.contains("cordoned") {
            title = count == 1 ? "The only node is cordoned" : "All \(count) nodes are cordoned"
            nextStep = "Let a node take pods again when its maintenance is over."
            command = "kubectl uncordon \(name)"
        } else if let taint = nearest.obstacles.compactMap(\.taint).first(where: { common.contains("taint \($0.key)") })
        {
            title =
                "It does not tolerate the taint of \(count == 1 ? "the only node" : "all \(count) nodes"): \(taint.text)"
            nextStep = "Give the pod a toleration for it, or take it from a node when its reason is over."
            command = "kubectl describe node \(name)"
        } else {
            let counts = Dictionary(
                candidates.flatMap { Set($0.obstacles.map(\.short)) }.map { ($0, 1) }, uniquingKeysWith: +)
            let parts = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) \($0.key)" }
            title = "Fits on \(nodes): \(parts.joined(separator: ", "))"
            nextStep = "\(name) is nearest: it \(nearest.obstacles.map(\.text).joined(separator: " and "))."
            command = "kubectl describe node \(name)"
        }
    }

    private mutating func describeLack(
        _ lack: NodeObstacle, _ candidates: [NodeFit.Candidate], isNamed: Bool
    ) {
        guard case .lacks(let resource, let wanted, _, _) = lack else {
            title = "Every node has as many pods as it may have"
            nextStep = "Add a node, or raise the kubelets' limit of pods."
            return
        }
        let asked = NodeObstacle.amount(wanted, resource)
        let lacks = candidates.flatMap { candidate in
            candidate.obstacles.compactMap { obstacle -> (node: String, free: Int64, all: Int64, isUsable: Bool)? in
                guard case .lacks(resource, _, let free, let all) = obstacle else { return nil }
                // Room on a node that is cordoned, or too small even when it is empty, is of no use.
                return (candidate.node.metadata.name, free, all, all >= wanted && candidate.obstacles.count == 1)
            }
        }
        let usable = lacks.contains(where: \.isUsable) ? lacks.filter(\.isUsable) : lacks
        guard let largest = lacks.max(by: { $0.all < $1.all }), let freest = usable.max(by: { $0.free < $1.free })
        else { return }
        if wanted > largest.all {
            title =
                largest.all == 0
                ? "No node has any \(resource), \(asked) are asked for"
                : "Too big for every node: asks for \(asked) of \(resource), the largest (\(largest.node)) has "
                    + NodeObstacle.amount(largest.all, resource)
            nextStep = "Ask for less in resources.requests, or add a node that is larger."
        } else {
            title =
                (isNamed ? "The node that it is for has no room" : "No node has room")
                + ": asks for \(asked) of \(resource), the most that is left is "
                + "\(NodeObstacle.amount(freest.free, resource)) on \(freest.node)"
            nextStep = "Add a node, end what is not needed, or ask for less in resources.requests."
        }
        command = "kubectl describe node \(wanted > largest.all ? largest.node : freest.node)"
    }

    private mutating func describeSelector(_ selector: Labels, _ candidates: [NodeFit.Candidate]) {
        title = "No node has the labels that it asks for: \(selector.text)"
        nextStep = "Label a node, or correct spec.nodeSelector."
        command = "kubectl get nodes --show-labels"
        let misses = candidates.map { (node: $0.node, miss: NearestMiss(selector, $0.node.metadata.labels)) }
        guard let best = misses.min(by: { $0.miss.score < $1.miss.score }), best.miss.score < 1.5,
            let difference = best.miss.differences.first(where: { $0.cost < 3 })
        else { return }
        let name = best.node.metadata.name
        let labels = best.node.metadata.labels
        let near =
            difference.found.map { "\(difference.key)=\($0)" }
            ?? labels.pairs.first { $0.value == difference.wanted }.map { "\($0.key)=\($0.value)" }
        guard let near else { return }
        title += "; \(name) has \(near)"
        evidence = [Evidence(ObjectID(best.node), "metadata.labels", near)]
        nextStep = "Correct spec.nodeSelector to what \(name) has, or label the node."
        command = "kubectl label node \(name) \(difference.key)=\(difference.wanted) --overwrite"
    }
}

extension NodeObstacle {
    fileprivate var isLack: Bool {
        switch self {
        case .lacks, .tooManyPods: true
        case .cordoned, .taint, .selector, .affinity, .volume: false
        }
    }

    fileprivate var taint: Taint? {
        if case .taint(let taint) = self { taint } else { nil }
    }

    /// After a number of nodes.
    fileprivate var short: String {
        switch self {
        case .cordoned: "cordoned"
        case .taint(let taint): "tainted \(taint.text)"
        case .selector: "without the labels"
        case .affinity: "not as required"
        case .volume: "away from its volume"
        case .tooManyPods: "full of pods"
        case .lacks(let resource, _, _, _): "short of \(resource)"
        }
    }
}
