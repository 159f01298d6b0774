import KubernetesModel

extension DiagnosisRule {
    static let serviceFamily = DiagnosisRule(
        id: "service/ip-family", title: "A Service's pods have no address of its IP family", severity: .broken,
        remedy: "Give the Service the IP family that pods have, or the cluster dual-stack networking.",
        source: "https://kubernetes.io/docs/concepts/services-networking/dual-stack/",
        subject: Service.self, needs: [Pod.self]
    ) { service, context in
        guard service.isSelecting, !service.spec.ipFamilies.isEmpty else { return }
        let pods = context.pods(of: service)
        let families = pods.families
        guard !families.isEmpty, families.isDisjoint(with: service.spec.ipFamilies),
            let pod = pods.groups.first?.first
        else { return }
        let id = ObjectID(service)
        let wanted = service.spec.ipFamilies.joined(separator: ", ")
        let found = families.sorted().joined(separator: ", ")
        context.report(
            FindingDraft(
                title: "Its IP family is \(wanted), but its pods have \(found) addresses only",
                cause: "A Service has endpoints of its own IP families only, so it has none.",
                nextStep: "Create the Service anew with ipFamilies [\(found)]; the first family cannot be changed.",
                command: "kubectl \(id.namespaceFlag)get pods -l '\(service.spec.selector.text)' -o wide",
                evidence: [
                    Evidence(id, "spec.ipFamilies", wanted),
                    Evidence(ObjectID(pod), "status.podIPs", pod.status.podAddresses.joined(separator: ", ")),
                ],
                related: pod.maker.map { [$0] } ?? [], since: service.metadata.creationTimestamp))
    }
}
