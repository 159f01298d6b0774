import KubernetesModel

extension DiagnosisRule {
    static let statefulSetService = DiagnosisRule(
        id: "statefulset/service", title: "A StatefulSet's Service does not exist", severity: .hygiene,
        remedy: "Create the headless Service that gives the pods their names.",
        source: "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id",
        subject: StatefulSet.self, needs: [Service.self]
    ) { set, context in
        let namespace = set.metadata.namespace
        guard !set.serviceName.isEmpty, set.metadata.deletionTimestamp == nil,
            context.get(Service.self, namespace: namespace, name: set.serviceName) == nil,
            context.hasPassed(seconds: 60, since: set.metadata.creationTimestamp)
        else { return }
        let id = ObjectID(set)
        let services = context.list(Service.self, in: namespace)
        let near = nearestName(to: set.serviceName, among: services.map(\.metadata.name))
        context.report(
            FindingDraft(
                title: "Service \(set.serviceName) does not exist" + (near.map { "; there is \($0)" } ?? ""),
                cause: "It would give each pod a name in DNS, such as \(set.metadata.name)-0.\(set.serviceName). The"
                    + " pods run"
                    + " without it, but cannot find each other by those names.",
                nextStep: "Create a headless Service of that name (clusterIP: None). spec.serviceName cannot be changed"
                    + " afterwards.",
                command: "kubectl \(id.namespaceFlag)get services",
                evidence: [Evidence(id, "spec.serviceName", set.serviceName)],
                related: near.map { [ObjectID(Service.self, namespace: namespace, name: $0)] } ?? [],
                since: set.metadata.creationTimestamp))
    }
}
