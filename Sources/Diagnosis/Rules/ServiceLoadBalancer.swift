import KubernetesModel

extension DiagnosisRule {
    static let serviceLoadBalancer = DiagnosisRule(
        id: "service/load-balancer-pending", title: "A load balancer has no address", severity: .degraded,
        remedy: "Read the events of the Service; without any, see whether the cluster makes load balancers at all.",
        source: "https://kubernetes.io/docs/concepts/services-networking/service/#loadbalancer",
        subject: Service.self, uses: [Event.self]
    ) { service, context in
        guard service.spec.type == "LoadBalancer", service.loadBalancerIngress.isEmpty,
            service.spec.externalIPs.isEmpty, service.metadata.deletionTimestamp == nil,
            context.hasPassed(seconds: 300, since: service.metadata.creationTimestamp)
        else { return }
        let id = ObjectID(service)
        let events = context.events(about: service.metadata)
        let failure = events.first { $0.type == "Warning" }
        var evidence = [Evidence(id, "status.loadBalancer.ingress", "empty")]
        if !service.spec.loadBalancerClass.isEmpty {
            evidence.append(Evidence(id, "spec.loadBalancerClass", service.spec.loadBalancerClass))
        }
        let maker =
            service.spec.loadBalancerClass.isEmpty
            ? "a load balancer controller" : "the controller of class \(service.spec.loadBalancerClass)"
        if let event = failure ?? events.first { evidence.append(event.evidence) }
        context.report(
            FindingDraft(
                severity: failure == nil ? nil : .broken,
                title: failure.map { "The load balancer cannot be made: \($0.message.firstLines)" }
                    ?? "Waits for an address from a load balancer",
                cause: failure == nil
                    ? "Nothing has given it an address, and no event says that anything tries: the cluster may be without"
                        + " \(maker). Inside the cluster the Service works."
                    : "The provider of load balancers refuses. Inside the cluster the Service works.",
                nextStep: failure == nil
                    ? "Install \(maker), or use type NodePort or an Ingress." : "Mend what the event names.",
                command: "kubectl \(id.namespaceFlag)describe \(id.text)", evidence: evidence,
                since: service.metadata.creationTimestamp))
    }
}
