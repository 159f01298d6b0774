import KubernetesClient
import KubernetesModel
import Synchronization

/// A command that runs in a container: what it prints, and what it is given.
package protocol ContainerPipe: Sendable {
    associatedtype Output: AsyncSequence where Output.Element == ContainerOutput

    /// Ends with `ended`; for one reader.
    var output: Output { get }
    /// Whether the end of its input can be told.
    var canCloseStdin: Bool { get }
    /// Waits while the command takes no more.
    ///
    /// - Throws: when it takes no more at all, `CancellationError`.
    func write(piece: [UInt8]) async throws
    /// - Throws: when it cannot be told.
    func closeStdin() async throws
}

extension ContainerSession: ContainerPipe {
    package func write(piece: [UInt8]) async throws { try await write(piece) }
}

/// Runs commands in one container.
package protocol ContainerRunner: Sendable {
    associatedtype Pipe: ContainerPipe

    /// The pod and, where it is known, the container, such as `web-0/app`.
    var place: String { get }
    /// - Throws: when the command cannot be run, `CancellationError`, what `body` throws.
    func run<Value: Sendable>(
        _ command: [String], stdin: Bool, _ body: @Sendable (Pipe) async throws -> Value
    ) async throws -> Value
}

/// Runs commands in a container of a pod; where none is named, in its main one.
package final class PodRunner: ContainerRunner {
    private let client: KubernetesClient
    private let namespace: String
    private let pod: String
    private let container: Mutex<String?>
    private let choosing: @Sendable (Pod) -> Void

    /// - Parameters:
    ///   - client: Stays open as long as commands run.
    ///   - namespace: The pod's.
    ///   - pod: Its name.
    ///   - container: `nil` for the main one.
    ///   - choosing: Is told, once, when one was chosen among several.
    package init(
        client: KubernetesClient, namespace: String, pod: String, container: String?,
        choosing: @escaping @Sendable (Pod) -> Void
    ) {
        self.client = client
        self.namespace = namespace
        self.pod = pod
        self.container = Mutex(container)
        self.choosing = choosing
    }

    package var place: String { container.withLock { $0 }.map { "\(pod)/\($0)" } ?? pod }

    package func run<Value: Sendable>(
        _ command: [String], stdin: Bool, _ body: @Sendable (ContainerSession) async throws -> Value
    ) async throws -> Value {
        let call = ContainerCall(
            namespace: namespace, pod: pod, container: container.withLock { $0 }, target: .exec(command), stdin: stdin)
        return try await client.withCallOfMainContainer(
            call,
            choosing: { pod in
                container.withLock { $0 = pod.usualContainer }
                choosing(pod)
            }, body)
    }
}
