import KubernetesModel

/// Which pods a forward may go to, and what its port means to them.
package struct ForwardSource: Sendable, Equatable {
    /// Which pods.
    package enum Pods: Sendable, Equatable {
        case named(String)
        case selected(LabelSelector)
    }

    package var pods: Pods
    /// The Service whose ports are meant; `nil` where ports are the pods' own.
    package var service: ServiceSpec?

    package init(pods: Pods, service: ServiceSpec? = nil) {
        self.pods = pods
        self.service = service
    }

    /// What a Service or workload stands for.
    ///
    /// - Throws: `ForwardProblem` when it stands for no pods.
    package init(of object: any StoredObject) throws(ForwardProblem) {
        let name = object.metadata.name
        switch object {
        case let service as Stored<Service>: try self.init(name, service.value.spec)
        case let deployment as Stored<Deployment>: self.init(pods: .selected(deployment.value.selector))
        case let set as Stored<ReplicaSet>: self.init(pods: .selected(set.value.selector))
        case let set as Stored<StatefulSet>: self.init(pods: .selected(set.value.selector))
        case let set as Stored<DaemonSet>: self.init(pods: .selected(set.value.selector))
        case let job as Stored<Job>: self.init(pods: .selected(job.value.spec.selector))
        default: throw ForwardProblem("\(name) stands for no pods")
        }
        if case .selected(let selector) = pods, selector.matchLabels.isEmpty, selector.matchExpressions.isEmpty {
            throw ForwardProblem("\(name) has no selector: nothing says which pods it stands for")
        }
    }

    private init(_ name: String, _ spec: ServiceSpec) throws(ForwardProblem) {
        if spec.type == "ExternalName" {
            throw ForwardProblem(
                "Service \(name) is another name of \(spec.externalName), which is outside of the cluster: no pod is behind it"
            )
        }
        guard !spec.selector.isEmpty else {
            throw ForwardProblem(
                "Service \(name) has no selector: its endpoints are no pods that it knows; forward to a pod instead")
        }
        var selector = LabelSelector()
        selector.matchLabels = spec.selector
        self.init(pods: .selected(selector), service: spec)
    }

    /// The port of a Service that is meant; `nil` where there is no Service.
    ///
    /// - Throws: `ForwardProblem` when it has no such port, or not over TCP.
    func servicePort(_ remote: ForwardPort.Remote) throws(ForwardProblem) -> ServicePort? {
        guard let service else { return nil }
        let meant = service.ports.filter { port in
            switch remote {
            case .number(let number): Int(port.port) == number
            case .name(let name): port.name == name
            }
        }
        if let port = meant.first(where: { $0.protocol.isEmpty || $0.protocol == "TCP" }) { return port }
        if let other = meant.first { throw Self.notTCP(remote, other.protocol) }
        let known = service.ports.map { $0.name.isEmpty ? "\($0.port)" : "\($0.port) (\($0.name))" }
        throw ForwardProblem(
            "the Service has no port \(remote)" + (known.isEmpty ? "" : "; it has \(known.joined(separator: ", "))"))
    }

    /// The port of a pod that is meant.
    ///
    /// - Returns: `nil` when this pod has no port of that name.
    /// - Throws: `ForwardProblem` when no pod can have it.
    func port(_ remote: ForwardPort.Remote, of pod: Pod) throws(ForwardProblem) -> Int? {
        guard let port = try servicePort(remote), let service else { return try Self.own(remote, of: pod) }
        // A name that stands for pods themselves leads to the port that is asked for.
        if service.clusterIP == "None" { return Int(port.port) }
        switch port.targetPort {
        case .int(0): return Int(port.port)
        case .int(let number):
            guard (1...65535).contains(number) else {
                throw ForwardProblem("the Service's target port \(number) is no port")
            }
            return Int(number)
        case .string(let name): return try Self.own(.name(name), of: pod)
        }
    }

    private static func own(_ remote: ForwardPort.Remote, of pod: Pod) throws(ForwardProblem) -> Int? {
        let ports = (pod.spec.containers + pod.spec.initContainers.filter(\.isSidecar)).flatMap(\.ports)
        func isTCP(_ port: ContainerPort) -> Bool { port.protocol.isEmpty || port.protocol == "TCP" }
        switch remote {
        case .number(let number):
            // A port need not be declared; one that is declared for something else is a mistake.
            let declared = ports.filter { Int($0.containerPort) == number }
            if let first = declared.first, !declared.contains(where: isTCP) { throw notTCP(remote, first.protocol) }
            return number
        case .name(let name):
            let declared = ports.filter { $0.name == name }
            if let port = declared.first(where: isTCP) { return Int(port.containerPort) }
            if let first = declared.first { throw notTCP(remote, first.protocol) }
            return nil
        }
    }

    private static func notTCP(_ remote: ForwardPort.Remote, _ protocolName: String) -> ForwardProblem {
        ForwardProblem("port \(remote) is \(protocolName): only TCP can be forwarded")
    }
}
