import KubernetesModel

/// What to run in a container, or what of its main process to attach to.
public struct ContainerCall: Sendable, Equatable {
    /// A running command, or the container's main process.
    public enum Target: Sendable, Equatable {
        /// A command with its arguments.
        case exec([String])
        /// The container's main process.
        case attach
    }

    /// The pod's namespace.
    public var namespace: String
    /// The pod's name.
    public var pod: String
    /// `nil` for the pod's only container.
    public var container: String?
    /// What to run, or attach to.
    public var target: Target
    /// Whether something will be written to it.
    public var stdin: Bool
    /// Whether its output is wanted.
    public var stdout = true
    /// With a tty the server sends everything as stdout.
    public var stderr = true
    /// Whether it gets a terminal.
    public var tty: Bool

    /// A call of a container.
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
    /// Bytes of its output.
    case stdout([UInt8])
    /// Bytes of its error output.
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
