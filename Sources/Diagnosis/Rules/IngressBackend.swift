import KubernetesModel

extension DiagnosisRule {
    static let ingressBackend = DiagnosisRule(
        id: "ingress/backend", title: "An Ingress leads to a Service or port that does not answer", severity: .broken,
        remedy: "Correct the backend's name or port, or mend its Service.",
        source: "https://kubernetes.io/docs/concepts/services-networking/ingress/#the-ingress-resource",
        subject: Ingress.self, needs: [Service.self],
        uses: [Pod.self, EndpointSlice.self, Deployment.self, StatefulSet.self, ReplicaSet.self]
    ) { ingress, context in
        guard ingress.metadata.deletionTimestamp == nil else { return }
        var reported: Set<String> = []
        for place in ingress.places where !place.backend.serviceName.isEmpty {
            let name = place.backend.serviceName
            let port = place.backend.portText
            guard let service = context.get(Service.self, namespace: ingress.metadata.namespace, name: name) else {
                guard reported.insert(name).inserted,
                    context.hasPassed(seconds: 30, since: ingress.metadata.creationTimestamp)
                else { continue }
                reportMissing(place, of: ingress, &context)
                continue
            }
            if service.spec.type != "ExternalName", !place.backend.names(aPortOf: service) {
                guard reported.insert("\(name):\(port)").inserted else { continue }
                reportPort(place, of: ingress, service, &context)
            } else if context.canRead(Pod.self), reported.insert(name).inserted {
                reportSilent(place, of: ingress, service, &context)
            }
        }
    }

    private static func reportMissing(
        _ place: IngressPlace, of ingress: Ingress, _ context: inout RuleContext
    ) {
        let id = ObjectID(ingress)
        let namespace = ingress.metadata.namespace
        let name = place.backend.serviceName
        let near = nearestName(to: name, among: context.list(Service.self, in: namespace).map(\.metadata.name))
        let elsewhere =
            near == nil ? context.all(Service.self).first { $0.metadata.name == name }?.metadata.namespace : nil
        var title = "Service \(name) does not exist"
        var cause = "Requests for \(place.what) have nowhere to go; controllers mostly answer them with 503."
        if let near { title += "; there is \(near)" }
        if let elsewhere {
            title += " here; there is one in namespace \(elsewhere)"
            cause += " An Ingress reaches the Services of its own namespace only."
        }
        let patch = near.map { "[{\"op\":\"replace\",\"path\":\"\(place.pointer)/service/name\",\"value\":\"\($0)\"}]" }
        context.report(
            FindingDraft(
                key: "service \(name)", title: title, cause: cause,
                nextStep: near == nil
                    ? "Create the Service, or correct the backend's name."
                    : "Correct the backend's name, or create the Service.",
                command: patch.map { "kubectl \(id.namespaceFlag)patch \(id.text) --type=json -p '\($0)'" }
                    ?? "kubectl \(id.namespaceFlag)get services",
                evidence: [Evidence(id, "\(place.path).service.name", name)],
                related: [near, near == nil ? nil : name].compactMap { $0 }.prefix(1).map {
                    ObjectID(Service.self, namespace: namespace, name: $0)
                }, since: ingress.metadata.creationTimestamp))
    }

    private static func reportPort(
        _ place: IngressPlace, of ingress: Ingress, _ service: Service, _ context: inout RuleContext
    ) {
        let id = ObjectID(ingress)
        let name = service.metadata.name
        let ports = service.spec.ports
        let text = ports.map { $0.name.isEmpty ? "\($0.port)" : "\($0.port) (\($0.name))" }.joined(separator: ", ")
        let wanted = place.backend.portText
        // The pods' port in place of the Service's.
        let isTarget = ports.contains { port in
            port.targetPort == .int(place.backend.servicePortNumber) && place.backend.servicePortNumber > 0
                || port.targetPort == .string(place.backend.servicePortName)
        }
        context.report(
            FindingDraft(
                key: "port \(name):\(wanted)",
                title: "Service \(name) has no port \(wanted)" + (text.isEmpty ? "" : "; it has \(text)"),
                cause: "Requests for \(place.what) have nowhere to go."
                    + (isTarget
                        ? " \(wanted) is the port of its pods; an Ingress names a port of the Service." : ""),
                nextStep: "Correct the backend's port, or give the Service that port.",
                command: ports.count == 1
                    ? "kubectl \(id.namespaceFlag)patch \(id.text) --type=json -p '[{\"op\":\"replace\",\"path\":\""
                        + "\(place.pointer)/service/port\",\"value\":{\"number\":\(ports.first?.port ?? 0)}}]'"
                    : "kubectl \(id.namespaceFlag)get service \(name) -o yaml",
                evidence: [
                    Evidence(
                        id, "\(place.path).service.port.\(place.backend.servicePortName.isEmpty ? "number" : "name")",
                        wanted),
                    Evidence(ObjectID(service), "spec.ports", text.isEmpty ? "none" : text),
                ],
                related: [ObjectID(service)], since: ingress.metadata.creationTimestamp))
    }

    private static func reportSilent(
        _ place: IngressPlace, of ingress: Ingress, _ service: Service, _ context: inout RuleContext
    ) {
        let isUnmatched = context.canRead(Deployment.self) && context.selectsNothing(service)
        guard isUnmatched || context.outage(of: service) != nil else { return }
        let id = ObjectID(ingress)
        let name = service.metadata.name
        context.report(
            FindingDraft(
                key: "silent \(name)",
                title: "Service \(name) has no pod that answers",
                cause: "Requests for \(place.what) reach nobody; controllers mostly answer them with 503.",
                nextStep: "Mend Service \(name).",
                command: "kubectl \(id.namespaceFlag)describe service/\(name)",
                evidence: [
                    Evidence(id, "\(place.path).service.name", name),
                    Evidence(ObjectID(service), "spec.selector", service.spec.selector.text),
                ],
                related: [ObjectID(service)], since: service.metadata.creationTimestamp,
                explainedBy: [ObjectID(service)]))
    }
}

/// Where an Ingress names a backend.
struct IngressPlace {
    var backend: IngressBackend
    /// Such as `spec.rules[shop.example.com].http.paths[/].backend`.
    var path: String
    /// As a JSON pointer.
    var pointer: String
    /// What goes there, such as `shop.example.com/cart`.
    var what: String
}

extension Ingress {
    /// Every backend that it names, in its order.
    var places: [IngressPlace] {
        var places: [IngressPlace] = []
        if let defaultBackend {
            places.append(
                IngressPlace(
                    backend: defaultBackend, path: "spec.defaultBackend", pointer: "/spec/defaultBackend",
                    what: "everything that no rule matches"))
        }
        for (index, rule) in rules.enumerated() {
            for (number, path) in rule.paths.enumerated() {
                let host = rule.host.isEmpty ? "*" : rule.host
                places.append(
                    IngressPlace(
                        backend: path.backend, path: "spec.rules[\(host)].http.paths[\(path.path)].backend",
                        pointer: "/spec/rules/\(index)/http/paths/\(number)/backend", what: host + path.path))
            }
        }
        return places
    }
}

extension IngressBackend {
    /// Its port's name, or else its number.
    var portText: String { servicePortName.isEmpty ? "\(servicePortNumber)" : servicePortName }

    /// Whether the Service has the port.
    fileprivate func names(aPortOf service: Service) -> Bool {
        service.spec.ports.contains { port in
            servicePortName.isEmpty ? port.port == servicePortNumber : port.name == servicePortName
        }
    }
}
