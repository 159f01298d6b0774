import KubernetesModel

extension DiagnosisRule {
    static let serviceSelector = DiagnosisRule(
        id: "service/selector", title: "A Service selects no pods", severity: .broken,
        remedy: "Make the Service's selector and the labels of the pods' template agree.",
        source: "https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service",
        subject: Service.self,
        needs: [
            Pod.self, EndpointSlice.self, Deployment.self, StatefulSet.self, DaemonSet.self, Job.self, CronJob.self,
        ]
    ) { service, context in
        let namespace = service.metadata.namespace
        let selector = service.spec.selector
        guard service.spec.type != "ExternalName", !selector.isEmpty, service.metadata.deletionTimestamp == nil,
            service.metadata.controller == nil,
            service.metadata.annotations["control-plane.alpha.kubernetes.io/leader"] == nil,
            context.list(Pod.self, matching: selector, in: namespace).isEmpty
        else { return }
        // Endpoints that something else made, or that are still to go.
        let slices = context.list(
            EndpointSlice.self, matching: ["kubernetes.io/service-name": service.metadata.name], in: namespace)
        guard slices.allSatisfy({ $0.endpoints.isEmpty }),
            context.hasPassed(seconds: 60, since: service.metadata.creationTimestamp)
        else { return }
        let workloads = context.workloads(in: namespace)
        // Its pods are not there at the moment: scaled to zero, between two runs, or they cannot be created. Labels that pods
        // get only when they run are in no template.
        let wanted = LabelSelector(Labels(selector.pairs.filter { !runtimeLabels.contains($0.key) }))
        if workloads.contains(where: { wanted.matches($0.labels) }) { return }
        report(service, workloads, &context)
    }

    /// Set on pods by controllers and operators: their own name, or the part that they play at the moment.
    private static let runtimeLabels: Set<String> = [
        "statefulset.kubernetes.io/pod-name", "apps.kubernetes.io/pod-index", "spilo-role", "cnpg.io/instanceRole",
        "cnpg.io/instanceName", "role", "vault-active", "vault-sealed", "redis-role",
    ]

    private static func report(_ service: Service, _ workloads: [Workload], _ context: inout RuleContext) {
        let id = ObjectID(service)
        let selector = service.spec.selector
        var evidence = [Evidence(id, "spec.selector", selector.text)]
        var cause = "No pod of the namespace has these labels, so nothing answers at this Service."
        var nextStep = "Compare the selector with the labels of the pods that are meant."
        var command = "kubectl \(id.namespaceFlag)get pods --show-labels"
        var title = "Selects no pods: \(selector.text)"
        var related: [ObjectID] = []
        let ranked = workloads.map { workload in
            let miss = NearestMiss(selector, workload.labels)
            return (workload: workload, miss: miss, score: miss.score - bonus(service, workload))
        }.sorted { ($0.score, $0.workload.id) < ($1.score, $1.workload.id) }
        if let (workload, miss) = likely(selector, ranked) {
            related = [workload.id]
            let parts = miss.differences.map { difference in
                "\(difference.key): wants \(difference.wanted), the pods of \(workload.id.text) have "
                    + (difference.found ?? "no such label")
            }
            title = "Selects no pods: \(parts.joined(separator: "; "))"
            cause =
                "The selector is close to the labels of \(workload.id.text)"
                + (miss.matches == 0
                    ? "."
                    : miss.matches == 1 ? "; the other label matches." : "; the other \(miss.matches) labels match.")
            evidence.append(Evidence(workload.id, workload.path, workload.labels.text))
            nextStep =
                "Change the selector, which takes effect at once, or the template's labels, which makes new pods."
            if LabelSelector(selector).matches(workload.ownLabels) {
                cause += " The workload itself has these labels, but its pods get those of its template."
                evidence.append(Evidence(workload.id, "metadata.labels", workload.ownLabels.text))
                nextStep = "Add the labels to \(workload.path), which makes new pods, or take them out of the selector."
            }
            let patch = miss.differences.compactMap { item in item.found.map { "\"\(item.key)\":\"\($0)\"" } }
            // Cart is not card: what has a Service already may be something else, so no command to paste.
            let taker = context.list(Service.self, in: service.metadata.namespace).first { other in
                !other.spec.selector.isEmpty && LabelSelector(other.spec.selector).matches(workload.labels)
            }
            if let taker {
                cause += " Service \(taker.metadata.name) selects them already."
                nextStep = "Make sure that \(workload.id.text) is meant. \(nextStep)"
                related.append(ObjectID(taker))
            } else if patch.count == miss.differences.count {
                let change = "{\"spec\":{\"selector\":{\(patch.joined(separator: ","))}}}"
                command = "kubectl \(id.namespaceFlag)patch \(id.text) -p '\(change)'"
            }
        } else if let other = context.elsewhere(Pod.self, matching: selector, than: service.metadata.namespace).first {
            title = "Selects no pods: those with its labels are in namespace \(other.metadata.namespace)"
            cause = "A Service selects pods of its own namespace only."
            nextStep = "Create the Service in namespace \(other.metadata.namespace), or the pods in this one."
            evidence.append(Evidence(ObjectID(other), "metadata.labels", other.metadata.labels.text))
            related = [ObjectID(other)]
        } else {
            for (workload, _, _) in ranked.prefix(3) {
                evidence.append(Evidence(workload.id, workload.path, workload.labels.text))
            }
        }
        context.report(
            FindingDraft(
                title: title, cause: cause, nextStep: nextStep, command: command, evidence: evidence,
                related: related, since: service.metadata.creationTimestamp))
    }

    /// The workload that is most likely meant: its labels differ little, and no other's differ as little.
    private static func likely(
        _ selector: Labels, _ ranked: [(workload: Workload, miss: NearestMiss, score: Double)]
    ) -> (Workload, NearestMiss)? {
        if let own = ranked.first(where: { LabelSelector(selector).matches($0.workload.ownLabels) }) {
            return (own.workload, own.miss)
        }
        guard let best = ranked.first, best.score <= 1, best.miss.differences.allSatisfy({ $0.cost < 3 }),
            ranked.count < 2 || ranked[1].score - best.score >= 0.5
        else { return nil }
        return (best.workload, best.miss)
    }

    /// What speaks for a workload beside its labels: its name, and the named ports that it declares.
    private static func bonus(_ service: Service, _ workload: Workload) -> Double {
        let name = service.metadata.name
        var bonus = 0.0
        if workload.id.name == name || NearestMiss.isAffix(name, workload.id.name)
            || NearestMiss.isAffix(workload.id.name, name)
        {
            bonus += 0.5
        }
        let names = service.spec.ports.compactMap { port in
            if case .string(let name) = port.targetPort { name } else { nil }
        }
        let declared = Set(workload.ports)
        if !names.isEmpty, names.allSatisfy(declared.contains) { bonus += 0.5 }
        return bonus
    }
}

/// Something that makes pods, or a pod that nothing makes.
private struct Workload {
    var id: ObjectID
    /// Of its pods.
    var labels: Labels
    var ownLabels: Labels
    /// Names of the ports that its containers declare.
    var ports: [String]
    /// Where `labels` stand.
    var path: String

    init<Object: KubernetesObject>(
        _ object: Object, _ template: PodTemplate, path: String = "spec.template.metadata.labels"
    ) {
        id = ObjectID(object)
        labels = template.labels
        ownLabels = object.metadata.labels
        ports = template.spec.containers.flatMap { $0.ports.map(\.name) }
        self.path = path
    }

    init(_ pod: Pod) {
        id = ObjectID(pod)
        labels = pod.metadata.labels
        ownLabels = Labels()
        ports = pod.spec.containers.flatMap { $0.ports.map(\.name) }
        path = "metadata.labels"
    }
}

extension RuleContext {
    /// Everything in a namespace that has pods, or would.
    fileprivate mutating func workloads(in namespace: String) -> [Workload] {
        var workloads = list(Deployment.self, in: namespace).map { Workload($0, $0.template) }
        workloads += list(StatefulSet.self, in: namespace).map { Workload($0, $0.template) }
        workloads += list(DaemonSet.self, in: namespace).map { Workload($0, $0.template) }
        workloads += list(Job.self, in: namespace).filter { $0.metadata.controller == nil }.map {
            Workload($0, $0.spec.template)
        }
        workloads += list(CronJob.self, in: namespace).map {
            Workload($0, $0.jobSpec.template, path: "spec.jobTemplate.spec.template.metadata.labels")
        }
        workloads += list(Pod.self, in: namespace).filter { $0.maker == nil }.map { Workload($0) }
        return workloads
    }
}

extension LabelSelector {
    /// The selector that these labels make.
    fileprivate init(_ labels: Labels) {
        self.init()
        matchLabels = labels
    }
}
