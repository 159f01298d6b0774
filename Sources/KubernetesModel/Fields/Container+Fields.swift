extension Container: FieldReadable {
    static let fields = FieldTable<Container>(
        "Container",
        [
            Field("name", 1) { $0.name = $1.interned() },
            Field("image", 2) { $0.image = $1.interned() },
            Field("command", 3) { $1.append(&$0.command) },
            Field("ports", 6) { $1.append(&$0.ports) },
            Field("envFrom", 19) { $1.append(&$0.envFrom) },
            Field("env", 7) { $1.append(&$0.env) { !$0.name.isEmpty } },
            Field("resources", 8) { $1.message(&$0, resources) },
            Field("restartPolicy", 24) { $0.restartPolicy = $1.interned() },
            Field("livenessProbe", 10) { $1.message(&$0.livenessProbe) },
            Field("readinessProbe", 11) { $1.message(&$0.readinessProbe) },
            Field("startupProbe", 22) { $1.message(&$0.startupProbe) },
            Field("lifecycle", 12) { $1.message(&$0, lifecycle) },
            Field("imagePullPolicy", 14) { $0.imagePullPolicy = $1.interned() },
            Field("securityContext", 15) { $1.message(&$0.securityContext) },
        ])

    /// Of an ephemeral container: JSON has in it what protobuf has one message deeper.
    static let ephemeralFields = FieldTable<Container>(
        "EphemeralContainer",
        [
            Field("ephemeralContainerCommon", 1) { $1.message(&$0, ephemeralCommon) },
            Field("targetContainerName", 2) { $0.targetContainerName = $1.interned() },
        ] + ephemeralCommon.fields.map { Field(inJSON: $0) })

    /// It has no ports, resources or probes.
    private static let ephemeralCommon = FieldTable<Container>(
        "EphemeralContainerCommon",
        fields.fields.filter {
            ["name", "image", "command", "envFrom", "env", "imagePullPolicy", "securityContext"].contains("\($0.key)")
        })

    private static let resources = FieldTable<Container>(
        "ResourceRequirements",
        [
            Field("limits", 1) { $1.quantities(&$0.limits) },
            Field("requests", 2) { $1.quantities(&$0.requests) },
        ])

    private static let lifecycle = FieldTable<Container>(
        "Lifecycle",
        [
            Field("postStart", 1) { $0.hasPostStart = $1.message(&$0, nothing) },
            Field("preStop", 2) { $0.hasPreStop = $1.message(&$0, nothing) },
        ])

    private static let nothing = FieldTable<Container>("LifecycleHandler", [])
}

extension ContainerPort: FieldReadable {
    static let fields = FieldTable<ContainerPort>(
        "ContainerPort",
        [
            Field("name", 1) { $0.name = $1.interned() },
            Field("hostPort", 2) { $0.hostPort = $1.int32() },
            Field("containerPort", 3) { $0.containerPort = $1.int32() },
            Field("protocol", 4) { $0.protocol = $1.interned() },
        ])
}

extension EnvironmentReference: FieldReadable {
    static let fields = FieldTable<EnvironmentReference>(
        "EnvVar",
        [
            Field("name", 1) { $0.variable = $1.interned() },
            Field("valueFrom", 3) { $1.message(&$0, source) },
        ])

    private static let source = FieldTable<EnvironmentReference>(
        "EnvVarSource",
        [
            Field("configMapKeyRef", 3) { $1.message(&$0, selector) },
            Field("secretKeyRef", 4) { $0.isSecret = $1.message(&$0, selector) },
        ])

    /// JSON has the name in the selector; protobuf has it one message deeper.
    private static let selector = FieldTable<EnvironmentReference>(
        "ConfigMapKeySelector",
        [
            Field("localObjectReference", 1) { $1.message(&$0.name, objectName) },
            Field(inJSON: "name") { $0.name = $1.interned() },
            Field("key", 2) { $0.key = $1.interned() },
            Field("optional", 3) { $0.optional = $1.bool() },
        ])
}

extension EnvironmentSource: FieldReadable {
    static let fields = FieldTable<EnvironmentSource>(
        "EnvFromSource",
        [
            Field("configMapRef", 2) { $1.message(&$0, source) },
            Field("secretRef", 3) { $0.isSecret = $1.message(&$0, source) },
        ])

    private static let source = FieldTable<EnvironmentSource>(
        "ConfigMapEnvSource",
        [
            Field("localObjectReference", 1) { $1.message(&$0.name, objectName) },
            Field(inJSON: "name") { $0.name = $1.interned() },
            Field("optional", 2) { $0.optional = $1.bool() },
        ])
}

extension Probe: FieldReadable {
    /// JSON has the handler's member in the probe; protobuf has it one message deeper.
    static let fields = FieldTable<Probe>(
        "Probe",
        [
            Field("handler", 1) { $1.message(&$0.handler, ProbeHandler.fields) },
            Field("initialDelaySeconds", 2) { $0.initialDelaySeconds = $1.int32() },
            Field("timeoutSeconds", 3) { $0.timeoutSeconds = $1.int32() },
            Field("periodSeconds", 4) { $0.periodSeconds = $1.int32() },
            Field("successThreshold", 5) { $0.successThreshold = $1.int32() },
            Field("failureThreshold", 6) { $0.failureThreshold = $1.int32() },
            Field("terminationGracePeriodSeconds", 7) { $0.terminationGracePeriodSeconds = $1.optionalInt32() },
        ] + ProbeHandler.fields.fields.map { field in Field(inJSON: field.key) { field.read(&$0.handler, &$1) } })
}

extension ProbeHandler {
    static let fields = FieldTable<ProbeHandler>(
        "ProbeHandler",
        [
            Field("exec", 1) { handler, reader in
                var command: [String] = []
                if reader.message(&command, exec) { handler = .exec(command: command) }
            },
            Field("httpGet", 2) { handler, reader in
                var action = HTTPGetAction()
                if reader.message(&action) { handler = .httpGet(action) }
            },
            Field("tcpSocket", 3) { handler, reader in
                var action = TCPSocketAction()
                if reader.message(&action) { handler = .tcpSocket(action) }
            },
            Field("grpc", 4) { handler, reader in
                var action = GRPCAction()
                if reader.message(&action) { handler = .grpc(port: action.port, service: action.service) }
            },
        ])

    private static let exec = FieldTable<[String]>("ExecAction", [Field("command", 1) { $1.append(&$0) }])

    private struct GRPCAction: FieldReadable {
        var port: Int32 = 0
        var service = ""

        static let fields = FieldTable<GRPCAction>(
            "GRPCAction",
            [
                Field("port", 1) { $0.port = $1.int32() },
                Field("service", 2) { $0.service = $1.interned() },
            ])
    }
}

extension HTTPGetAction: FieldReadable {
    static let fields = FieldTable<HTTPGetAction>(
        "HTTPGetAction",
        [
            Field("path", 1) { $0.path = $1.interned() },
            Field("port", 2) { $0.port = $1.intOrString() },
            Field("host", 3) { $0.host = $1.interned() },
            Field("scheme", 4) { $0.scheme = $1.interned() },
        ])
}

extension TCPSocketAction: FieldReadable {
    static let fields = FieldTable<TCPSocketAction>(
        "TCPSocketAction",
        [
            Field("port", 1) { $0.port = $1.intOrString() },
            Field("host", 2) { $0.host = $1.interned() },
        ])
}
