import ClusterState
import KubernetesModel

/// Something that makes pods, or pods that nothing known makes.
struct Workload {
    var id: ObjectID
    /// Of its pods.
    var labels: Labels
    /// Its own, which its pods do not get.
    var ownLabels = Labels()
    /// Of all its containers that may listen.
    var ports: [ContainerPort]
    /// Where `labels` stand.
    var path: String
    /// Whether it makes pods from a template; the labels of others are those that their pods have at the moment.
    var hasTemplate = true
    /// Whether it may have pods again; a Job that is through will not.
    var mayHavePods = true
    /// Pods that it is to have; `nil` for what makes them at times or on nodes.
    var replicas: Int32?
    var created: Timestamp?

    init<Object: KubernetesObject>(
        _ object: Object, _ template: PodTemplate, replicas: Int32? = nil,
        path: String = "spec.template.metadata.labels"
    ) {
        id = ObjectID(object)
        labels = template.labels
        ownLabels = object.metadata.labels
        ports = template.spec.listeningPorts
        self.path = path
        self.replicas = replicas
        created = object.metadata.creationTimestamp
    }

    /// A pod without a template that is known.
    init(_ pod: Pod) {
        id = pod.maker ?? ObjectID(pod)
        labels = pod.metadata.labels
        ports = pod.spec.listeningPorts
        path = "metadata.labels"
        hasTemplate = false
        mayHavePods = !pod.isPhaseTerminal
    }

    /// Whether its pods get these labels, or may get them while they run.
    func mayGet(_ selector: Labels) -> Bool {
        selector.pairs.allSatisfy { pair in
            if labels[pair.key] == pair.value { return true }
            return Self.isSetAtRuntime(pair.key) && (!hasTemplate || labels[pair.key] == nil)
        }
    }

    /// Whether controllers set the label on running pods: their name, or the part that they play at the moment.
    static func isSetAtRuntime(_ key: String) -> Bool {
        if key == "statefulset.kubernetes.io/pod-name" || key == "apps.kubernetes.io/pod-index" { return true }
        let last = (key.split(separator: "/").last ?? "").lowercased()
        if last == "instancename" || last == "pod-name" { return true }
        return ["role", "active", "sealed", "leader", "primary", "standby", "initialized"].contains {
            last == $0 || last.hasSuffix($0)
        }
    }
}

extension PodSpec {
    /// Ports that its containers declare, and its sidecars.
    var listeningPorts: [ContainerPort] {
        initContainers.filter(\.isSidecar).flatMap(\.ports) + containers.flatMap(\.ports)
    }
}

extension LabelSelector {
    /// The selector that these labels make.
    init(_ labels: Labels) {
        self.init()
        matchLabels = labels
    }

    /// As kubectl takes it, such as `app=web,tier in (front,back)`.
    var text: String {
        let expressions = matchExpressions.map { item in
            switch item.operator {
            case "Exists": item.key
            case "DoesNotExist": "!\(item.key)"
            case "In": "\(item.key) in (\(item.values.joined(separator: ",")))"
            case "NotIn": "\(item.key) notin (\(item.values.joined(separator: ",")))"
            default: "\(item.key) \(item.operator) \(item.values.joined(separator: ","))"
            }
        }
        return ((matchLabels.isEmpty ? [] : [matchLabels.text]) + expressions).joined(separator: ",")
    }
}

extension RuleContext {
    /// The kinds that `workloads` reads, as far as they can be read.
    static let workloadKinds: [any KubernetesObject.Type] = [
        Deployment.self, StatefulSet.self, DaemonSet.self, ReplicaSet.self, Job.self, CronJob.self,
    ]

    /// Everything in a namespace that has pods, or would.
    mutating func workloads(in namespace: String) -> [Workload] {
        for type in [Pod.self] + Self.workloadKinds {
            reads.keys.insert(.namespace(ObjectIdentifier(type), namespace))
        }
        var reader = self
        return memo.value("workloads \(namespace)") { reader.readWorkloads(in: namespace) }
    }

    private mutating func readWorkloads(in namespace: String) -> [Workload] {
        var workloads = list(Deployment.self, in: namespace).map {
            Workload($0, $0.template, replicas: $0.replicas ?? 1)
        }
        workloads += list(StatefulSet.self, in: namespace).map {
            Workload($0, $0.template, replicas: $0.replicas ?? 1)
        }
        workloads += list(DaemonSet.self, in: namespace).map { Workload($0, $0.template) }
        // Of Argo Rollouts and of nobody; what Deployments make is known from them.
        let sets = list(ReplicaSet.self, in: namespace).filter { $0.metadata.controller?.kind != "Deployment" }
        workloads += sets.map { set in
            var workload = Workload(set, set.template, replicas: set.replicas ?? 1)
            if let owner = set.metadata.controller { workload.id = ObjectID(owner, namespace: namespace) }
            return workload
        }
        workloads += list(Job.self, in: namespace).filter { $0.metadata.controller == nil }.map { job in
            var workload = Workload(job, job.spec.template)
            workload.mayHavePods = !job.conditions.contains {
                ($0.type == "Complete" || $0.type == "Failed") && $0.status == "True"
            }
            return workload
        }
        workloads += list(CronJob.self, in: namespace).map {
            Workload($0, $0.jobSpec.template, path: "spec.jobTemplate.spec.template.metadata.labels")
        }
        let known = Set(Self.workloadKinds.map { $0.kind.kind })
        var others = (snapshot(Pod.self)?.objects(inNamespace: namespace) ?? []).compactMap { object -> Pod? in
            guard let pod = object as? Stored<Pod> else { return nil }
            let isKnown = pod.value.metadata.ownerReferences.contains { owner in
                owner.controller && (known.contains(owner.kind) || owner.kind == "Node")
            }
            return isKnown ? nil : pod.value
        }
        others.sort { $0.metadata.name < $1.metadata.name }
        return workloads + others.map { Workload($0) }
    }

    /// The pods that a workload has and that have not ended, by name.
    mutating func pods(of workload: Workload) -> [Pod] {
        let namespace = workload.id.namespace
        if workload.id.kind == "Pod" {
            return get(Pod.self, namespace: namespace, name: workload.id.name).map { [$0] } ?? []
        }
        return list(Pod.self, matching: workload.labels, in: namespace).filter {
            $0.maker == workload.id && !$0.isPhaseTerminal
        }
    }
}

/// What a selector that matches no pods was probably meant for.
struct LikelyTarget {
    var workload: Workload
    var miss: NearestMiss
    /// Its pods with the labels of its template.
    var pods: [Pod] = []
    /// An older ReplicaSet of it whose pods had the labels.
    var formerly: ReplicaSet?

    /// The label on the workload itself.
    func isOnlyOnWorkload(_ selector: Labels) -> Bool { LabelSelector(selector).matches(workload.ownLabels) }

    /// What differs, key by key, such as `tier: wants frontend, 3 pods of deployment/web have front-end`.
    var differences: String {
        let who: String
        switch (workload.id.kind, pods.count) {
        case ("Pod", _): who = workload.id.text
        case (_, 0): who = "the pods of \(workload.id.text)"
        case (_, 1): who = "1 pod of \(workload.id.text)"
        default: who = "\(pods.count) pods of \(workload.id.text)"
        }
        let have = workload.id.kind == "Pod" || pods.count == 1 ? "has" : "have"
        return miss.differences.map { difference in
            if let key = difference.foundKey {
                return "label \(difference.key)=\(difference.wanted) is called \(key) on \(who)"
            }
            return "\(difference.key): wants \(difference.wanted), \(who) \(have) "
                + (difference.found ?? "no such label")
        }.joined(separator: "; ")
    }

    /// How near it is, for the end of a sentence.
    var nearness: String {
        switch miss.matches {
        case 0: "."
        case 1: "; the other label matches."
        default: "; the other \(miss.matches) labels match."
        }
    }

    /// The template's labels, and those of one pod.
    var evidence: [Evidence] {
        let template = Evidence(workload.id, workload.path, workload.labels.text)
        guard workload.hasTemplate, let pod = pods.first else { return [template] }
        return [template, Evidence(ObjectID(pod), "metadata.labels", pod.metadata.labels.text)]
    }

    /// The labels that a selector has to change to match, as members of a JSON merge patch; empty when none would do.
    var patch: String {
        let parts = miss.differences.compactMap { item -> String? in
            if let key = item.foundKey { return "\"\(item.key)\":null,\"\(key)\":\"\(item.wanted)\"" }
            return item.found.map { "\"\(item.key)\":\"\($0)\"" }
        }
        return parts.count == miss.differences.count ? parts.joined(separator: ",") : ""
    }
}

/// Workloads by how near their labels are to a selector that matches none of them.
struct RankedWorkloads {
    private typealias Ranked = (workload: Workload, miss: NearestMiss, score: Double)
    private let selector: Labels
    private let ranked: [Ranked]

    /// Ranks them; `bonus` is what speaks for one beside its labels.
    init(_ selector: Labels, _ workloads: [Workload], bonus: (Workload) -> Double = { _ in 0 }) {
        self.selector = selector
        ranked = workloads.filter(\.mayHavePods).map { workload in
            let miss = NearestMiss(selector, workload.labels)
            return (workload, miss, miss.score - bonus(workload))
        }.sorted { ($0.score, $0.workload.id) < ($1.score, $1.workload.id) }
    }

    /// The nearest ones.
    var closest: [(workload: Workload, miss: NearestMiss)] { ranked.prefix(3).map { ($0.workload, $0.miss) } }

    /// The one that is meant, if no other may be.
    func likely(_ context: inout RuleContext) -> LikelyTarget? {
        guard let (workload, miss, formerly) = meant(&context) else { return nil }
        return LikelyTarget(workload: workload, miss: miss, pods: context.pods(of: workload), formerly: formerly)
    }

    private func meant(_ context: inout RuleContext) -> (Workload, NearestMiss, ReplicaSet?)? {
        // Labels that stand on the workload, but not in its template.
        if let own = ranked.first(where: { LabelSelector(selector).matches($0.workload.ownLabels) }) {
            return (own.workload, own.miss, nil)
        }
        // Labels that its pods had before.
        for item in ranked where item.workload.id.kind == "Deployment" {
            let sets = context.list(ReplicaSet.self, matching: selector, in: item.workload.id.namespace)
            let former = sets.first {
                $0.metadata.controller?.name == item.workload.id.name
                    && LabelSelector(selector).matches($0.template.labels)
            }
            if let former { return (item.workload, item.miss, former) }
        }
        // The same program, with something else about it: no other may be it.
        let names = selector.pairs.filter { NearestMiss.identityKeys.contains($0.key) }
        let same = ranked.filter { item in
            !names.isEmpty && names.allSatisfy { item.workload.labels[$0.key] == $0.value }
        }
        if let first = same.first, same.allSatisfy({ $0.miss.differences == first.miss.differences }) {
            return (first.workload, first.miss, nil)
        }
        guard let best = ranked.first, best.score <= 1, best.miss.differences.allSatisfy({ $0.cost < 3 }) else {
            return nil
        }
        let next = ranked.first { $0.miss.differences != best.miss.differences }
        guard next.map({ $0.score - best.score >= 0.5 }) ?? true else { return nil }
        return (best.workload, best.miss, nil)
    }
}
