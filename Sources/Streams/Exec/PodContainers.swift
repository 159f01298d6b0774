import KubernetesClient
import KubernetesModel

/// The containers that a pod has, and the one that is meant when none is named.
package struct PodContainers: Sendable, Equatable {
    /// The annotation that names a pod's main container.
    ///
    /// Source: kubectl's `DefaultContainerAnnotationName`.
    static let annotation = "kubectl.kubernetes.io/default-container"

    /// Those of the specification, in its order: containers, then init containers, then ephemeral ones.
    package var names: [String] = []
    /// What the annotation says, or the first container.
    package var main: String?

    /// What the status says of containers that do not run, such as `waiting: CrashLoopBackOff`, by name.
    private var states: [String: String] = [:]

    /// Reads them from a pod as the server sent it.
    package init(_ pod: JSONValue) {
        func names(_ field: String) -> [String] {
            guard case .array(let containers)? = pod["spec"]?[field] else { return [] }
            return containers.compactMap { if case .string(let name)? = $0["name"] { name } else { nil } }
        }
        let containers = names("containers")
        self.names = containers + names("initContainers") + names("ephemeralContainers")
        main = containers.first
        if case .string(let name)? = pod["metadata"]?["annotations"]?[Self.annotation], containers.contains(name) {
            main = name
        }
        readStates(pod)
    }

    /// Why a container does not run, such as `waiting: CrashLoopBackOff`; `nil` when it does, or the status says nothing.
    package func state(of name: String?) -> String? { (name ?? main).flatMap { states[$0] } }

    private mutating func readStates(_ pod: JSONValue) {
        for field in ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"] {
            guard case .array(let statuses)? = pod["status"]?[field] else { continue }
            for status in statuses {
                guard case .string(let name)? = status["name"] else { continue }
                for word in ["waiting", "terminated"] {
                    guard let state = status["state"]?[word] else { continue }
                    var words = word
                    if case .string(let reason)? = state["reason"] { words += ": \(reason)" }
                    if case .number(let code)? = state["exitCode"] { words += ", exit code \(code)" }
                    states[name] = words
                }
            }
        }
    }

    /// What kubectl says when it chooses.
    package var choice: String { "Defaulted container \"\(main ?? "")\" out of: \(names.joined(separator: ", "))" }
}

extension KubernetesClient {
    /// The containers of a pod.
    ///
    /// - Throws: `APIFailure`, `CancellationError`.
    package func containers(ofPod name: String, in namespace: String) async throws -> PodContainers {
        let pods = APIResource(groupResource: Pod.kind.groupResource, version: "v1", kind: "Pod", isNamespaced: true)
        return PodContainers(try await get(pods, namespace: namespace, name: name))
    }

    /// Runs a command in a container; without a name, in the one that the pod's annotation names, or its first.
    ///
    /// The pod is only read when the server wants a name, which saves a round trip where there is but one.
    ///
    /// - Parameters:
    ///   - call: What to run.
    ///   - choosing: Is told the container that was chosen among several.
    ///   - body: As in `withCall`.
    /// - Returns: What `body` returns.
    /// - Throws: As `withCall`.
    package func withCallOfMainContainer<Value: Sendable>(
        _ call: ContainerCall, choosing: @Sendable (PodContainers) -> Void,
        _ body: @Sendable (ContainerSession) async throws -> Value
    ) async throws -> Value {
        do {
            return try await withCall(call, body)
        } catch var failure as APIFailure {
            switch failure.reason {
            case .server(400) where call.container == nil:
                let containers = try await containers(ofPod: call.pod, in: call.namespace)
                guard containers.names.count > 1, let main = containers.main else { throw failure }
                choosing(containers)
                var call = call
                call.container = main
                return try await withCallOfMainContainer(call, choosing: choosing, body)
            case .server(500) where failure.detail.contains("container not found"):
                // The server knows no more; the pod's status does.
                let state = try? await containers(ofPod: call.pod, in: call.namespace).state(of: call.container)
                if let state { failure.detail += "; it is \(state)" }
                throw failure
            default: throw failure
            }
        }
    }
}

extension ExecOutcome {
    /// The words of a failure; where a program is missing, that first.
    package func words(for call: ContainerCall) -> String? {
        guard case .failed(let words) = self else { return nil }
        guard case .exec(let command) = call.target, let program = command.first,
            words.contains("executable file not found") || words.contains("no such file or directory")
        else { return words }
        let place = call.container.map { "container \($0) of \(call.pod)" } ?? call.pod
        let hint =
            switch program.split(separator: "/").last ?? "" {
            case "sh", "ash": "; its image may have no shell at all"
            case "bash", "zsh": "; try sh"
            default: ""
            }
        return "\(place) has no program \"\(program)\"\(hint) (\(words))"
    }
}
