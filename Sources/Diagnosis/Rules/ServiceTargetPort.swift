import KubernetesModel

extension DiagnosisRule {
    static let serviceTargetPort = DiagnosisRule(
        id: "service/target-port", title: "A Service leads to a port that its pods do not have", severity: .broken,
        remedy: "Make the Service's targetPort and the ports that the containers declare agree.",
        source: "https://kubernetes.io/docs/concepts/services-networking/service/#field-spec-ports",
        subject: Service.self, needs: [Pod.self]
    ) { service, context in
        guard service.isSelecting else { return }
        let groups = context.pods(of: service).groups
        guard !groups.isEmpty else { return }
        for (index, port) in service.spec.ports.enumerated() {
            switch port.targetPort {
            case .string(let name): check(port, at: index, named: name, of: service, groups, &context)
            case .int(let number):
                // Clients of a headless Service go to the pods themselves.
                guard !service.isHeadless else { continue }
                check(port, number: number == 0 ? port.port : number, of: service, groups, &context)
            }
        }
    }

    private static func check(
        _ port: ServicePort, at index: Int, named name: String, of service: Service, _ groups: [ServicePods.Group],
        _ context: inout RuleContext
    ) {
        let transport = port.transport
        let lacking = groups.filter { group in
            !group.ports.contains { $0.name == name && $0.transport == transport }
        }
        guard let example = lacking.first else { return }
        let count = lacking.reduce(0) { $0 + $1.count }
        let total = groups.reduce(0) { $0 + $1.count }
        let isPartial = count < total
        if isPartial {
            // A rollout that renames the port; or a stranger among the pods, which another rule names.
            guard context.strangers(of: service).isEmpty,
                groups.allSatisfy({ context.hasPassed(seconds: 300, since: $0.newest) })
            else { return }
        }
        let id = ObjectID(service)
        let whose = isPartial ? "\(count) of \(total) pods" : example.maker.text
        let others = example.ports.filter { !$0.name.isEmpty && $0.transport == transport }.map(\.name)
        let near = nearestName(to: name, among: others) ?? (Set(others).count == 1 ? others.first : nil)
        var title = "Port \(port.label) leads to port \(name), which no container of \(whose) has"
        var nextStep = "Correct the Service's targetPort, or name the port in the pods' template."
        if let other = example.ports.first(where: { $0.name == name }) {
            nextStep = "Correct the protocol of the Service's port, or that of the container's."
            title = "Port \(port.label) is \(transport), but \(whose) has port \(name) as \(other.transport)"
        } else if let near {
            title += "; there is \(near)"
        }
        let value: String
        if isPartial {
            value = ""
        } else if let near {
            value = "\"\(near)\""
        } else if let only = example.ports.first, example.ports.count == 1, only.transport == transport {
            value = "\(only.containerPort)"
        } else {
            value = ""
        }
        let patch = "[{\"op\":\"replace\",\"path\":\"/spec/ports/\(index)/targetPort\",\"value\":\(value)}]"
        context.report(
            FindingDraft(
                key: "\(port.label)/\(transport)",
                severity: service.isHeadless ? .hygiene : isPartial ? .degraded : .broken, title: title,
                cause: "A port given by name is looked up among those that the containers declare, name and protocol;"
                    + " a pod without it gets no traffic for this port.",
                nextStep: nextStep,
                command: value.isEmpty
                    ? "kubectl \(id.namespaceFlag)describe \(id.text)"
                    : "kubectl \(id.namespaceFlag)patch \(id.text) --type=json -p '\(patch)'",
                evidence: [
                    Evidence(id, "spec.ports[\(port.label)].targetPort", "\(name) (\(transport))"), example.evidence,
                ],
                related: lacking.prefix(3).map(\.maker), since: service.metadata.creationTimestamp))
    }

    private static func check(
        _ port: ServicePort, number: Int32, of service: Service, _ groups: [ServicePods.Group],
        _ context: inout RuleContext
    ) {
        let transport = port.transport
        // A declaration is only information: nothing is said as long as some pods have it, or declare nothing.
        guard let example = groups.first,
            groups.allSatisfy({ group in
                !group.ports.isEmpty
                    && !group.ports.contains { $0.containerPort == number && $0.transport == transport }
                    && !group.first.spec.isProbed(at: number)
            })
        else { return }
        let id = ObjectID(service)
        let other = example.ports.first { $0.containerPort == number }
        let declared = example.ports.map { "\($0.containerPort)" }.joined(separator: ", ")
        context.report(
            FindingDraft(
                key: "\(port.label)/\(transport)", severity: other == nil ? .hygiene : .degraded,
                title: other.map { other in
                    "Port \(port.label) is \(transport), but \(example.maker.text) declares \(number) as "
                        + other.transport
                } ?? "Port \(port.label) leads to \(number), which no container declares: they have \(declared)",
                cause: other == nil
                    ? "Containers need not declare ports, so something may listen there; but nothing says so."
                    : "Traffic of one protocol does not reach a program that listens with the other.",
                nextStep: "If nothing listens there, correct the Service's \(other == nil ? "targetPort" : "protocol");"
                    + " otherwise declare the port in the template.",
                command: "kubectl \(id.namespaceFlag)describe \(id.text)",
                evidence: [
                    Evidence(id, "spec.ports[\(port.label)].targetPort", "\(number) (\(transport))"), example.evidence,
                ],
                related: groups.prefix(3).map(\.maker), since: service.metadata.creationTimestamp))
    }
}

extension ServicePort {
    /// What people call it.
    var label: String { name.isEmpty ? "\(port)" : name }

    /// `TCP`, `UDP` or `SCTP`.
    var transport: String { `protocol`.isEmpty ? "TCP" : `protocol` }
}

extension ContainerPort {
    /// `TCP`, `UDP` or `SCTP`.
    var transport: String { `protocol`.isEmpty ? "TCP" : `protocol` }

    /// Such as `http 8080/TCP`.
    var text: String { (name.isEmpty ? "" : "\(name) ") + "\(containerPort)/\(transport)" }
}

extension PodSpec {
    /// Whether a probe talks to this port.
    fileprivate func isProbed(at number: Int32) -> Bool {
        containers.contains { container in
            [container.readinessProbe, container.livenessProbe, container.startupProbe].contains { probe in
                switch probe?.handler {
                case .httpGet(let action): action.port == .int(number)
                case .tcpSocket(let action): action.port == .int(number)
                case .grpc(let port, _): port == number
                case .exec, .some(.none), nil: false
                }
            }
        }
    }
}
