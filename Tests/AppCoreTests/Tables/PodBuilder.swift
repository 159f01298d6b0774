import KubernetesModel

extension Pod {
    /// A pod of a phase; containers are named `c0`, `c1`..., init containers `i0`..., sidecars among them last.
    ///
    /// Without a count there are as many containers as statuses.
    static func of(
        _ phase: String, containers: Int? = nil, inits: Int = 0, sidecars: Int = 0, reason: String = "",
        conditions: [(type: String, status: String, reason: String)] = [], initStatuses: [ContainerStatus] = [],
        statuses: [ContainerStatus] = [], isDeleted: Bool = false
    ) -> Pod {
        var pod = Pod()
        pod.metadata.deletionTimestamp = isDeleted ? Timestamp(seconds: 1) : nil
        pod.spec.containers = (0..<(containers ?? statuses.count)).map { .named("c\($0)") }
        pod.spec.initContainers = (0..<(inits + sidecars)).map { .named("i\($0)", isSidecar: $0 >= inits) }
        pod.status.phase = phase
        pod.status.reason = reason
        pod.status.conditions = conditions.map { given in
            var condition = Condition()
            (condition.type, condition.status, condition.reason) = (given.type, given.status, given.reason)
            return condition
        }
        pod.status.initContainerStatuses = initStatuses.named("i")
        pod.status.containerStatuses = statuses.named("c")
        return pod
    }
}

extension Container {
    fileprivate static func named(_ name: String, isSidecar: Bool = false) -> Container {
        var container = Container()
        container.name = name
        container.restartPolicy = isSidecar ? "Always" : ""
        return container
    }
}

extension [ContainerStatus] {
    fileprivate func named(_ prefix: String) -> [ContainerStatus] {
        enumerated().map { index, status in
            var status = status
            status.name = "\(prefix)\(index)"
            return status
        }
    }
}

extension ContainerStatus {
    init(
        _ state: ContainerState = .none, isReady: Bool = false, restarts: Int32 = 0, started: Bool? = nil,
        ended: Timestamp? = nil
    ) {
        self.init()
        self.state = state
        ready = isReady
        restartCount = restarts
        self.started = started
        if let ended {
            var end = TerminatedState()
            end.exitCode = 1
            end.finishedAt = ended
            lastState = .terminated(end)
        }
    }

    static func running(
        isReady: Bool = true, restarts: Int32 = 0, started: Bool? = nil, ended: Timestamp? = nil
    ) -> ContainerStatus {
        ContainerStatus(
            .running(startedAt: nil), isReady: isReady, restarts: restarts, started: started, ended: ended)
    }

    static func waiting(
        _ reason: String, restarts: Int32 = 0, started: Bool? = nil, ended: Timestamp? = nil
    ) -> ContainerStatus {
        ContainerStatus(.waiting(reason: reason, message: ""), restarts: restarts, started: started, ended: ended)
    }

    static func ended(_ code: Int32, signal: Int32 = 0, reason: String = "", restarts: Int32 = 0) -> ContainerStatus {
        var end = TerminatedState()
        (end.exitCode, end.signal, end.reason) = (code, signal, reason)
        return ContainerStatus(.terminated(end), restarts: restarts)
    }
}
