import KubernetesModel

/// What to run in a container, or what of its main process to attach to.
public struct ContainerCall: Sendable, Equatable {
    /// A running command, or the container's main process.
    public enum Target: Sendable, Equatable {
        case exec([String])
        case attach
    }

    public var namespace: String
    public var pod: String
    /// `nil` for the pod's only container.
    public var container: String?
    public var target: Target
    public var stdin: Bool
    public var stdout = true
    /// With a tty the server sends everything as stdout.
    public var stderr = true
    public var tty: Bool

    public init(
        namespace: String, pod: String, container: String? = nil, target: Target, stdin: Bool = false,
        tty: Bool = false
    ) {
        self.namespace = namespace
        self.pod = pod
        self.container = container
        self.target = target
        self.stdin = stdin
        self.tty = tty
    }
}

/// What a container sends.
public enum ContainerOutput: Sendable, Equatable {
    case stdout([UInt8])
    case stderr([UInt8])
    /// The last: how the command ended.
    case ended(ExecOutcome)
}

/// How a command in a container ended.
public enum ExecOutcome: Sendable, Equatable {
    /// It ran and exited with this code, 0...255.
    case exited(Int)
    /// It could not be run, or its end is not known; in the server's words.
    case failed(String)
}
