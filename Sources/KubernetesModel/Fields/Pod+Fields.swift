extension Pod: FieldReadable {
    static let fields = FieldTable<Pod>(
        "Pod",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("spec", 2) { pod, reader in
                var spec = BoundSpec(spec: pod.spec, nodeName: pod.nodeName)
                guard reader.message(&spec, BoundSpec.fields) else { return }
                pod.spec = spec.spec
                pod.nodeName = spec.nodeName
            },
            Field("status", 3) { $1.message(&$0.status) },
        ])

    mutating func shareStorage(_ interner: StringInterner) {
        interner.specs.share(&sharedSpec) { $0.value.shareStorage(interner) }
        if status.podIPs == [status.podIP] { status.podIPs = [] }
    }
}

/// A spec with the node that the scheduler added.
private struct BoundSpec: Equatable {
    var spec: PodSpec
    var nodeName: String

    static let fields = FieldTable<BoundSpec>(
        "PodSpec",
        [Field("nodeName", 10) { $0.nodeName = $1.interned() }]
            + PodSpec.fields.fields.map { field in Field(field.key, field.number) { field.read(&$0.spec, &$1) } })
}

extension PodStatus: FieldReadable {
    static let fields = FieldTable<PodStatus>(
        "PodStatus",
        [
            Field("phase", 1) { $0.phase = $1.interned() },
            Field("conditions", 2) { $1.append(&$0.conditions) },
            Field("message", 3) { $0.message = $1.string() },
            Field("reason", 4) { $0.reason = $1.interned() },
            Field("nominatedNodeName", 11) { $0.nominatedNodeName = $1.interned() },
            Field("hostIP", 5) { $0.hostIP = $1.interned() },
            Field("podIP", 6) { $0.podIP = $1.string() },
            Field("podIPs", 12) { $1.append(&$0.podIPs, "", podIP) },
            Field("startTime", 7) { $0.startTime = $1.timestamp() },
            Field("initContainerStatuses", 10) { $1.append(&$0.initContainerStatuses) },
            Field("containerStatuses", 8) { $1.append(&$0.containerStatuses) },
            Field("qosClass", 9) { $0.qosClass = $1.interned() },
            Field("ephemeralContainerStatuses", 13) { $1.append(&$0.ephemeralContainerStatuses) },
        ])

    private static let podIP = FieldTable<String>("PodIP", [Field("ip", 1) { $0 = $1.string() }])
}

extension ContainerStatus: FieldReadable {
    static let fields = FieldTable<ContainerStatus>(
        "ContainerStatus",
        [
            Field("name", 1) { $0.name = $1.interned() },
            Field("state", 2) { $1.message(&$0.state, ContainerState.fields) },
            Field("lastState", 3) { $1.message(&$0.lastState, ContainerState.fields) },
            Field("ready", 4) { $0.ready = $1.bool() },
            Field("restartCount", 5) { $0.restartCount = $1.int32() },
            Field("started", 9) { $0.started = $1.optionalBool() },
        ])
}

extension ContainerState {
    static let fields = FieldTable<ContainerState>(
        "ContainerState",
        [
            Field("waiting", 1) { state, reader in
                var waiting = Waiting()
                if reader.message(&waiting) { state = .waiting(reason: waiting.reason, message: waiting.message) }
            },
            Field("running", 2) { state, reader in
                var running = Running()
                if reader.message(&running) { state = .running(startedAt: running.startedAt) }
            },
            Field("terminated", 3) { state, reader in
                var terminated = TerminatedState()
                if reader.message(&terminated) { state = .terminated(terminated) }
            },
        ])

    private struct Waiting: FieldReadable {
        var reason = ""
        var message = ""

        static let fields = FieldTable<Waiting>(
            "ContainerStateWaiting",
            [
                Field("reason", 1) { $0.reason = $1.interned() },
                Field("message", 2) { $0.message = $1.string() },
            ])
    }

    private struct Running: FieldReadable {
        var startedAt: Timestamp?

        static let fields = FieldTable<Running>(
            "ContainerStateRunning", [Field("startedAt", 1) { $0.startedAt = $1.timestamp() }])
    }
}

extension TerminatedState: FieldReadable {
    static let fields = FieldTable<TerminatedState>(
        "ContainerStateTerminated",
        [
            Field("exitCode", 1) { $0.exitCode = $1.int32() },
            Field("signal", 2) { $0.signal = $1.int32() },
            Field("reason", 3) { $0.reason = $1.interned() },
            Field("message", 4) { $0.message = $1.string() },
            Field("startedAt", 5) { $0.startedAt = $1.timestamp() },
            Field("finishedAt", 6) { $0.finishedAt = $1.timestamp() },
        ])
}
