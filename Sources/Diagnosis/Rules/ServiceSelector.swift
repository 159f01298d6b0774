import KubernetesModel

extension DiagnosisRule {
    static let serviceSelector = DiagnosisRule(
        id: "service/selector", title: "A Service selects no pods", severity: .broken,
        remedy: "Make the Service's selector and the labels of the pods' template agree.",
        source: "https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service",
        subject: Service.self, needs: [Pod.self, Deployment.self, StatefulSet.self],
        uses: [EndpointSlice.self, DaemonSet.self, ReplicaSet.self, Job.self, CronJob.self]
    ) { service, context in
        guard context.selectsNothing(service) else { return }
        let ended = context.pods(of: service).ended.map(\.value)
        if ended.isEmpty {
            report(service, &context)
        } else {
            reportEnded(service, ended.sorted { $0.metadata.name < $1.metadata.name }, &context)
        }
    }

    private static func reportEnded(_ service: Service, _ pods: [Pod], _ context: inout RuleContext) {
        let id = ObjectID(service)
        let count = pods.count == 1 ? "one that has ended" : "\(pods.count) that have ended"
        let evidence = pods.prefix(3).map { Evidence(ObjectID($0), "status.phase", $0.status.phase) }
        context.report(
            FindingDraft(
                // A Job that is through is as it should be.
                severity: pods.contains { $0.status.phase == "Failed" }
                    ? .broken : pods.allSatisfy { $0.maker?.kind == "Job" } ? .hygiene : .degraded,
                title: "Selects no running pod, only \(count)",
                cause: "Pods that are Succeeded or Failed run no more and have no endpoint, so nothing answers here.",
                nextStep: "Start what is meant again, as a Deployment if it is to stay, or delete the Service.",
                command: "kubectl \(id.namespaceFlag)get pods -l '\(service.spec.selector.text)'",
                evidence: [Evidence(id, "spec.selector", service.spec.selector.text)] + evidence,
                related: pods.prefix(3).map { ObjectID($0) }, since: service.metadata.creationTimestamp,
                explainedBy: pods.compactMap(\.maker) + pods.map { ObjectID($0) }))
    }

    private static func report(_ service: Service, _ context: inout RuleContext) {
        let id = ObjectID(service)
        let selector = service.spec.selector
        var draft = FindingDraft(
            title: "Selects no pods: \(selector.text)",
            cause: "No pod of the namespace has these labels, so nothing answers at this Service.",
            nextStep: "Compare the selector with the labels of the pods that are meant.",
            command: "kubectl \(id.namespaceFlag)get pods --show-labels",
            evidence: [Evidence(id, "spec.selector", selector.text)], since: service.metadata.creationTimestamp)
        let workloads = context.workloads(in: service.metadata.namespace)
        let ranked = RankedWorkloads(selector, workloads) { bonus(service, $0) }
        if let target = ranked.likely(&context) {
            describe(target, service, &draft, &context)
        } else if let other = context.elsewhere(Pod.self, matching: selector, than: service.metadata.namespace)
            .first(where: { !$0.isPhaseTerminal })
        {
            let namespace = other.metadata.namespace
            draft.title = "Selects no pods: those with its labels are in namespace \(namespace)"
            draft.cause = "A Service selects pods of its own namespace only."
            draft.nextStep = "Create the Service in namespace \(namespace), or the pods in this one."
            draft.command = "kubectl -n \(namespace) get pods -l '\(selector.text)'"
            draft.evidence.append(Evidence(ObjectID(other), "metadata.labels", other.metadata.labels.text))
            draft.related = [ObjectID(other)]
        } else {
            for (workload, _) in ranked.closest {
                draft.evidence.append(Evidence(workload.id, workload.path, workload.labels.text))
            }
        }
        context.report(draft)
    }

    private static func describe(
        _ target: LikelyTarget, _ service: Service, _ draft: inout FindingDraft, _ context: inout RuleContext
    ) {
        let id = ObjectID(service)
        let selector = service.spec.selector
        let workload = target.workload
        draft.related = [workload.id]
        draft.title = "Selects no pods: \(target.differences)"
        draft.cause = "The selector is close to the labels of \(workload.id.text)\(target.nearness)"
        draft.evidence += target.evidence
        draft.nextStep =
            workload.hasTemplate
            ? "Change the selector, which takes effect at once, or the template's labels, which makes new pods."
            : "Change the selector, or the labels of the pod."
        if target.isOnlyOnWorkload(selector) {
            draft.cause += " The workload itself has these labels, but its pods get those of its template."
            draft.evidence.append(Evidence(workload.id, "metadata.labels", workload.ownLabels.text))
            draft.nextStep =
                "Add the labels to \(workload.path), which makes new pods, or take them out of the selector."
        } else if let former = target.formerly {
            draft.cause += " Its pods had these labels before its template was changed."
            draft.evidence.append(
                Evidence(ObjectID(former), "spec.template.metadata.labels", former.template.labels.text))
        }
        // Cart is not card: what has a Service already may be something else, so no command to paste.
        let isSame = selector.pairs.contains {
            NearestMiss.identityKeys.contains($0.key) && workload.labels[$0.key] == $0.value
        }
        let isRenamed = target.miss.differences.contains { $0.foundKey != nil }
        let taker =
            isSame || isRenamed || target.formerly != nil
            ? nil
            : context.list(Service.self, in: service.metadata.namespace).first { other in
                !other.spec.selector.isEmpty && LabelSelector(other.spec.selector).matches(workload.labels)
            }
        if let taker {
            draft.cause += " Service \(taker.metadata.name) selects them already."
            draft.nextStep = "Make sure that \(workload.id.text) is meant. \(draft.nextStep)"
            draft.related.append(ObjectID(taker))
        } else if !target.patch.isEmpty {
            let change = "{\"spec\":{\"selector\":{\(target.patch)}}}"
            draft.command = "kubectl \(id.namespaceFlag)patch \(id.text) -p '\(change)'"
        }
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
        let declared = Set(workload.ports.map(\.name))
        if !names.isEmpty, names.allSatisfy(declared.contains) { bonus += 0.5 }
        return bonus
    }
}

extension RuleContext {
    /// Whether a Service should have pods, but neither has any nor will get some from what makes pods at the moment.
    mutating func selectsNothing(_ service: Service) -> Bool {
        // What operators own they know best.
        guard service.isSelecting, service.metadata.controller == nil, pods(of: service).live.isEmpty,
            // Endpoints that something else made, or that are still to go.
            endpoints(of: service).isEmpty, hasPassed(seconds: 60, since: service.metadata.creationTimestamp)
        else { return false }
        // Its pods are not there at the moment: scaled to zero, between two runs, or they cannot be created.
        return !workloads(in: service.metadata.namespace).contains {
            $0.mayHavePods && $0.mayGet(service.spec.selector)
        }
    }
}
