/// One container of a pod (core/v1 Container).
public struct Container: Sendable, Hashable {
    /// Source: `name`.
    public var name = ""
    /// Source: `image`.
    public var image = ""
    /// `Always`, `IfNotPresent` or `Never` (`imagePullPolicy`).
    public var imagePullPolicy = ""
    /// Of an ephemeral container, the one whose processes it sees (`targetContainerName`).
    public var targetContainerName = ""
    /// What is run in place of the image's entry point (`command`).
    public var command: [String] = []
    /// `Always` on an init container makes it a sidecar (KEP-753) (`restartPolicy`).
    public var restartPolicy = ""
    /// Source: `ports`.
    public var ports: [ContainerPort] = []
    /// Variables whose values are in ConfigMaps and Secrets, and no others (`env`).
    public var env: [EnvironmentReference] = []
    /// ConfigMaps and Secrets whose keys all become variables (`envFrom`).
    public var envFrom: [EnvironmentSource] = []
    /// What it is promised, by resource, as the quantity's text (`resources.requests`).
    public var requests = Labels()
    /// What it may use at most, by resource, as the quantity's text (`resources.limits`).
    public var limits = Labels()
    /// Its failure restarts the container (`livenessProbe`).
    public var livenessProbe: Probe?
    /// Its success lets traffic in (`readinessProbe`).
    public var readinessProbe: Probe?
    /// Until its success the others do not run (`startupProbe`).
    public var startupProbe: Probe?
    /// Whether something runs right after its start (`lifecycle.postStart`).
    public var hasPostStart = false
    /// Whether something runs before it is told to stop (`lifecycle.preStop`).
    public var hasPreStop = false
    /// Source: `securityContext`.
    public var securityContext = SecurityContext()

    /// A container with nothing set.
    public init() {}

    /// Whether this, as an init container, runs beside the others (KEP-753).
    public var isSidecar: Bool { restartPolicy == "Always" }
}

/// A port that a container declares (core/v1 ContainerPort).
public struct ContainerPort: Sendable, Hashable {
    /// May be empty (`name`).
    public var name = ""
    /// Source: `containerPort`.
    public var containerPort: Int32 = 0
    /// A port of the node that leads here, 0 for none (`hostPort`).
    public var hostPort: Int32 = 0
    /// `TCP`, `UDP` or `SCTP`; empty means TCP (`protocol`).
    public var `protocol` = ""

    /// A port with nothing set.
    public init() {}
}

/// A variable whose value is a key of a ConfigMap or Secret (core/v1 EnvVar).
public struct EnvironmentReference: Sendable, Hashable {
    /// The variable (`name`).
    public var variable = ""
    /// Whether the value is in a Secret (`valueFrom.secretKeyRef`), not a ConfigMap (`valueFrom.configMapKeyRef`).
    public var isSecret = false
    /// The ConfigMap or Secret (`valueFrom.*.name`).
    public var name = ""
    /// Source: `valueFrom.*.key`.
    public var key = ""
    /// Whether the container starts without it (`valueFrom.*.optional`).
    public var optional = false

    /// A reference with nothing set.
    public init() {}
}

/// A ConfigMap or Secret whose keys become variables (core/v1 EnvFromSource).
public struct EnvironmentSource: Sendable, Hashable {
    /// Whether it is a Secret (`secretRef`), not a ConfigMap (`configMapRef`).
    public var isSecret = false
    /// Source: `*Ref.name`.
    public var name = ""
    /// Whether the container starts without it (`*Ref.optional`).
    public var optional = false

    /// A source with nothing set.
    public init() {}
}

/// What the kubelet does again and again to see how a container is (core/v1 Probe).
public struct Probe: Sendable, Hashable {
    /// What is done.
    public var handler = ProbeHandler.none
    /// Source: `initialDelaySeconds`.
    public var initialDelaySeconds: Int32 = 0
    /// 0 means 1 (`timeoutSeconds`).
    public var timeoutSeconds: Int32 = 0
    /// 0 means 10 (`periodSeconds`).
    public var periodSeconds: Int32 = 0
    /// 0 means 1 (`successThreshold`).
    public var successThreshold: Int32 = 0
    /// 0 means 3 (`failureThreshold`).
    public var failureThreshold: Int32 = 0
    /// In place of the pod's, when this probe ends the container (`terminationGracePeriodSeconds`).
    public var terminationGracePeriodSeconds: Int32?

    /// A probe with nothing set.
    public init() {}
}

/// What a probe does: exactly one, or nothing that is known (core/v1 ProbeHandler).
public enum ProbeHandler: Sendable, Hashable {
    /// Nothing that is known.
    case none
    /// Runs a command in the container; exit code 0 is success (`exec`).
    case exec(command: [String])
    /// Asks for a page; codes 200 to 399 are success (`httpGet`).
    indirect case httpGet(HTTPGetAction)
    /// Opens a connection (`tcpSocket`).
    indirect case tcpSocket(TCPSocketAction)
    /// Calls the gRPC health service (`grpc`).
    indirect case grpc(port: Int32, service: String)
}

/// Source: core/v1 HTTPGetAction.
public struct HTTPGetAction: Sendable, Hashable {
    /// Source: `path`.
    public var path = ""
    /// A number, or the name of a port that the container declares (`port`).
    public var port = IntOrString.int(0)
    /// In place of the pod's address (`host`).
    public var host = ""
    /// `HTTP` or `HTTPS` (`scheme`).
    public var scheme = ""

    /// An action with nothing set.
    public init() {}
}

/// Source: core/v1 TCPSocketAction.
public struct TCPSocketAction: Sendable, Hashable {
    /// A number, or the name of a port that the container declares (`port`).
    public var port = IntOrString.int(0)
    /// In place of the pod's address (`host`).
    public var host = ""

    /// An action with nothing set.
    public init() {}
}
