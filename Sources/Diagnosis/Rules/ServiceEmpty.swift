import KubernetesModel

extension DiagnosisRule {
    static let serviceExternalName = DiagnosisRule(
        id: "service/external-name", title: "A Service's external name is an address", severity: .broken,
        remedy: "Give it a name, or take a Service without a selector and an EndpointSlice with the address.",
        source: "https://kubernetes.io/docs/concepts/services-networking/service/#externalname",
        subject: Service.self
    ) { service, context in
        let name = service.spec.externalName
        guard service.spec.type == "ExternalName", service.metadata.deletionTimestamp == nil,
            name.wholeMatch(of: /[0-9]+(\.[0-9]+){3}\.?/) != nil || name.contains(":")
        else { return }
        let id = ObjectID(service)
        context.report(
            FindingDraft(
                title: "Its externalName \(name) is an address; it has to be a name",
                cause:
                    "Cluster DNS answers with an alias for the name that is given here, and nothing resolves an address"
                    + " as a name.",
                nextStep: "Use a DNS name; or a Service without a selector, and an EndpointSlice with this address.",
                command: "kubectl \(id.namespaceFlag)edit \(id.text)",
                evidence: [Evidence(id, "spec.externalName", name)], since: service.metadata.creationTimestamp))
    }

    static let serviceNoEndpoints = DiagnosisRule(
        id: "service/no-endpoints", title: "A Service without a selector has no endpoints", severity: .degraded,
        remedy: "Write an EndpointSlice for it, or give it a selector.",
        source: "https://kubernetes.io/docs/concepts/services-networking/service/#services-without-selectors",
        subject: Service.self, needs: [EndpointSlice.self]
    ) { service, context in
        let id = ObjectID(service)
        guard service.spec.type != "ExternalName", service.spec.selector.isEmpty, !service.spec.ports.isEmpty,
            service.metadata.deletionTimestamp == nil,
            // What operators own they know best; some Services are there only to be locked.
            service.metadata.controller == nil,
            service.metadata.annotations["control-plane.alpha.kubernetes.io/leader"] == nil,
            id != ObjectID(Service.self, namespace: "default", name: "kubernetes"),
            context.hasPassed(seconds: 300, since: service.metadata.creationTimestamp),
            context.endpoints(of: service).isEmpty
        else { return }
        context.report(
            FindingDraft(
                title: "It has no selector, and nobody has written its endpoints",
                cause: "Without a selector no controller gives a Service endpoints, so nothing answers here.",
                nextStep:
                    "Write an EndpointSlice with label kubernetes.io/service-name=\(service.metadata.name), or give"
                    + " it a selector.",
                command: "kubectl \(id.namespaceFlag)get endpointslices -l kubernetes.io/service-name="
                    + service.metadata.name,
                evidence: [Evidence(id, "spec.selector", "empty")], since: service.metadata.creationTimestamp))
    }

    static let serviceScaledToZero = DiagnosisRule(
        id: "service/scaled-to-zero", title: "A Service's workload is scaled to zero", severity: .hygiene,
        remedy: "Scale the workload up when it is needed; nothing, if it is meant to sleep.",
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#scaling-a-deployment",
        subject: Service.self, needs: [Pod.self, Deployment.self, StatefulSet.self],
        uses: [EndpointSlice.self, DaemonSet.self, ReplicaSet.self, Job.self, CronJob.self]
    ) { service, context in
        guard service.isSelecting, service.metadata.controller == nil, context.pods(of: service).live.isEmpty,
            context.endpoints(of: service).isEmpty,
            context.hasPassed(seconds: 300, since: service.metadata.creationTimestamp)
        else { return }
        let makers = context.workloads(in: service.metadata.namespace).filter { $0.mayGet(service.spec.selector) }
        guard let asleep = makers.first, makers.allSatisfy({ $0.replicas == 0 }) else { return }
        let id = ObjectID(service)
        context.report(
            FindingDraft(
                title: "Nothing answers: \(asleep.id.text) is scaled to zero",
                cause: "Its selector is right, and what it means is to have no pods.",
                nextStep: "Scale it up when it is needed; nothing, if it is meant to sleep.",
                command: "kubectl \(id.namespaceFlag)scale \(asleep.id.text) --replicas=1",
                evidence: [
                    Evidence(id, "spec.selector", service.spec.selector.text),
                    Evidence(asleep.id, "spec.replicas", "0"),
                ],
                related: [asleep.id], since: service.metadata.creationTimestamp))
    }
}
