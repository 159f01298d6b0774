import KubernetesModel

extension DiagnosisRule {
    static let serviceSeveralOwners = DiagnosisRule(
        id: "service/several-owners", title: "A Service selects pods of different programs", severity: .degraded,
        remedy: "Make the selector name one program, with a label that the others do not have.",
        source: "https://kubernetes.io/docs/concepts/services-networking/service/#defining-a-service",
        subject: Service.self, needs: [Pod.self]
    ) { service, context in
        let strangers = context.strangers(of: service)
        guard let stranger = strangers.first else { return }
        let id = ObjectID(service)
        let names = strangers.prefix(2).map(\.maker.text).joined(separator: ", ")
        let ports = stranger.pod.spec.listeningPorts.map(\.text).joined(separator: ", ")
        context.report(
            FindingDraft(
                title: "Also sends traffic to the pods of \(names), which do not have its ports",
                cause: "Its selector catches the pods of several workloads, and those of \(stranger.maker.text) declare"
                    + " \(ports.isEmpty ? "no port" : "other ports"), so a part of the requests goes astray.",
                nextStep: "Add a label to the selector that only the pods that are meant have.",
                command: "kubectl \(id.namespaceFlag)get pods -l '\(service.spec.selector.text)' --show-labels",
                evidence: [
                    Evidence(id, "spec.selector", service.spec.selector.text),
                    Evidence(id, "spec.ports[*].targetPort", service.targetPortsText),
                ]
                    + strangers.prefix(2).flatMap { item in
                        [
                            Evidence(ObjectID(item.pod), "metadata.labels", item.pod.metadata.labels.text),
                            Evidence(
                                ObjectID(item.pod), "spec.containers[*].ports",
                                item.pod.spec.listeningPorts.isEmpty
                                    ? "none" : item.pod.spec.listeningPorts.map(\.text).joined(separator: ", ")),
                        ]
                    },
                related: strangers.map(\.maker), since: stranger.pod.metadata.creationTimestamp))
    }
}

extension Service {
    /// Where its ports lead.
    fileprivate var targetPortsText: String {
        spec.ports.map { port in
            switch port.targetPort {
            case .string(let name): "\(name) (\(port.transport))"
            case .int(let number): "\(number == 0 ? port.port : number) (\(port.transport))"
            }
        }.joined(separator: ", ")
    }

    /// Whether the containers declare a port that it leads to.
    fileprivate func leads(into declared: [ContainerPort]) -> Bool {
        spec.ports.contains { port in
            declared.contains { candidate in
                guard candidate.transport == port.transport else { return false }
                switch port.targetPort {
                case .string(let name): return candidate.name == name
                case .int(let number): return candidate.containerPort == (number == 0 ? port.port : number)
                }
            }
        }
    }
}

extension RuleContext {
    /// Who makes pods that a Service selects though they have none of its ports, as others that it selects do.
    mutating func strangers(of service: Service) -> [(maker: ObjectID, pod: Pod)] {
        guard service.isSelecting, !service.isHeadless, !service.spec.ports.isEmpty else { return [] }
        let groups = pods(of: service).groups
        guard groups.count > 1 else { return [] }
        let meant = groups.filter { service.leads(into: $0.ports) }.map(\.first)
        var others: [ObjectID: Pod] = [:]
        for group in groups where !service.leads(into: group.ports) && others[group.maker] == nil {
            others[group.maker] = group.first
        }
        guard !meant.isEmpty else { return [] }
        return others.map { (maker: $0.key, pod: $0.value) }.filter { stranger in
            // Programs often declare nothing; a Job serves nobody.
            if stranger.maker.kind == "Job" { return true }
            guard !stranger.pod.spec.listeningPorts.isEmpty else { return false }
            // Two versions of one program are meant to share a Service.
            return !meant.contains { pod in
                NearestMiss.identityKeys.contains { key in
                    pod.metadata.labels[key] != nil && pod.metadata.labels[key] == stranger.pod.metadata.labels[key]
                }
            }
        }.sorted { $0.maker < $1.maker }
    }
}
