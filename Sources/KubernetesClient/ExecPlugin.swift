import Glibc
import KubernetesModel

/// A program that prints a credential.
///
/// Source: `users[].user.exec` of a kubeconfig, client.authentication.k8s.io.
public struct ExecPlugin: Sendable, Hashable {
    /// The version of the API that the program speaks.
    public enum APIVersion: String, Sendable, Hashable, CaseIterable {
        /// The current one.
        case v1 = "client.authentication.k8s.io/v1"
        /// The one before.
        case v1beta1 = "client.authentication.k8s.io/v1beta1"
    }

    /// Whether the program may talk to a person.
    public enum InteractiveMode: String, Sendable, Hashable, CaseIterable {
        /// It never reads standard input.
        case never = "Never"
        /// It reads standard input where there is a terminal.
        case ifAvailable = "IfAvailable"
        /// It cannot do without.
        case always = "Always"
    }

    /// A variable that is added to the environment.
    public struct EnvironmentVariable: Sendable, Hashable {
        /// The name.
        public var name: String
        /// The value, which may be a key.
        public var value: Secret

        /// A variable with its value.
        public init(name: String, value: Secret) {
            self.name = name
            self.value = value
        }
    }

    /// The version of the API that the program speaks.
    public var apiVersion: APIVersion
    /// An absolute path, or a name that is looked for in `PATH`.
    public var command: String
    /// The arguments, which may hold a key.
    public var arguments: [Secret]
    /// Variables in addition to our own.
    public var environment: [EnvironmentVariable]
    /// What to do when the program is missing, in the words of whoever wrote the kubeconfig; empty for none.
    public var installHint: String
    /// Whether the program is told of the cluster.
    public var provideClusterInfo: Bool
    /// Whether the program may talk to a person.
    public var interactiveMode: InteractiveMode
    /// What the cluster entry holds for the program.
    ///
    /// Source: the cluster's extension `client.authentication.k8s.io/exec`.
    public var clusterConfiguration: Secret?

    /// A program with nothing but its name.
    public init(
        apiVersion: APIVersion, command: String, arguments: [Secret] = [], environment: [EnvironmentVariable] = [],
        installHint: String = "", provideClusterInfo: Bool = false, interactiveMode: InteractiveMode = .ifAvailable,
        clusterConfiguration: Secret? = nil
    ) {
        self.apiVersion = apiVersion
        self.command = command
        self.arguments = arguments
        self.environment = environment
        self.installHint = installHint
        self.provideClusterInfo = provideClusterInfo
        self.interactiveMode = interactiveMode
        self.clusterConfiguration = clusterConfiguration
    }

    /// The program's name without its folder.
    public var name: String { command.split(separator: "/").last.map(String.init) ?? command }

    /// Whether the program is there.
    ///
    /// - Parameter searchPath: The folders in which it is looked for, as in `PATH`.
    /// - Returns: Whether it is a file that may be run.
    func canRun(searchPath: String) -> Bool {
        func isProgram(_ file: String) -> Bool {
            var status = stat()
            return stat(file, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(file, X_OK) == 0
        }
        if command.contains("/") { return isProgram(command) }
        return searchPath.split(separator: ":").contains { isProgram("\($0)/\(command)") }
    }

    /// What is said where it cannot be run.
    var whyNotRun: String {
        "its program \(command) \(command.contains("/") ? "cannot be run" : "is not on the PATH")"
    }

    /// How to get it.
    var installation: String { installHint.isEmpty ? "install it, or correct exec.command" : installHint }
}
