import KubernetesClient
import KubernetesModel

extension KubernetesClient {
    /// Runs a command in a container; without a name, in the pod's usual one.
    ///
    /// The pod is only read when the server wants a name, which saves a round trip where there is but one.
    ///
    /// - Parameters:
    ///   - call: What to run.
    ///   - choosing: Is told the pod where a container was chosen among several.
    ///   - body: As in `withCall`.
    /// - Returns: What `body` returns.
    /// - Throws: As `withCall`; the failure says why a container does not run.
    package func withCallOfMainContainer<Value: Sendable>(
        _ call: ContainerCall, choosing: @Sendable (Pod) -> Void,
        _ body: @Sendable (ContainerSession) async throws -> Value
    ) async throws -> Value {
        do {
            return try await withCall(call, body)
        } catch var failure as APIFailure {
            switch failure.reason {
            case .server(400) where call.container == nil:
                guard let pod = try await pod(call.pod, in: call.namespace), pod.allContainers.count > 1,
                    let container = pod.usualContainer
                else { throw failure }
                choosing(pod)
                var call = call
                call.container = container
                return try await withCallOfMainContainer(call, choosing: choosing, body)
            case .server(500) where failure.detail.contains("container not found"):
                // The server knows no more; the pod's status does.
                let pod = try? await pod(call.pod, in: call.namespace)
                if let container = call.container ?? pod?.usualContainer, let words = pod?.stateWords(of: container) {
                    failure.detail += "; it is \(words)"
                }
                throw failure
            default: throw failure
            }
        }
    }

    private func pod(_ name: String, in namespace: String) async throws -> Pod? {
        (try await object(Pod.kind, namespace: namespace, name: name) as? Stored<Pod>)?.value
    }

    /// The pod that is meant: itself, or of a Service or workload one that is ready, or else runs.
    ///
    /// - Throws: `ForwardProblem` when there is none, `APIFailure`, `CancellationError`.
    package func podName(of target: ForwardTarget, in namespace: String) async throws -> String {
        guard target.kind != .pod else { return target.name }
        let owner = try await object(target.kind.builtIn, namespace: namespace, name: target.name)
        guard let owner, case .selected(let selector) = try ForwardSource(of: owner).pods,
            let decoder = KindDecoder.named(Pod.kind.groupResource)
        else { throw ForwardProblem("\(target.text) stands for no pods") }
        var pods: [Pod] = []
        _ = try await list(
            decoder, APIResource(Pod.kind), namespace: namespace, options: ListOptions(labelSelector: selector.text)
        ) { page in pods += page.compactMap { ($0 as? Stored<Pod>)?.value } }
        let running = pods.filter { $0.metadata.deletionTimestamp == nil && $0.status.phase == "Running" }
        let best = running.first { $0.status.conditions[type: "Ready"]?.status == "True" } ?? running.first
        guard let best else {
            throw ForwardProblem(
                pods.isEmpty ? "\(target.text) has no pods" : "none of the \(pods.count) pods of \(target.text) runs")
        }
        return best.metadata.name
    }

    /// Reads one object of a kind with a type of its own.
    ///
    /// - Throws: `APIFailure`, `CancellationError`.
    func object(_ kind: ResourceKind, namespace: String, name: String) async throws -> (any StoredObject)? {
        guard let decoder = KindDecoder.named(kind.groupResource) else { return nil }
        let document = try await get(APIResource(kind), namespace: namespace, name: name)
        var bytes: [UInt8] = []
        document.writeJSON(into: &bytes)
        do {
            return try bytes.withUnsafeBytes { try decoder.decode($0, format: .json, interner: StringInterner()) }
        } catch let failure as WireFailure {
            let attempt = "read \(kind.groupResource.resource) \(name) in \(namespace)"
            throw APIFailure(.malformedAnswer, attempt: attempt, detail: "\(failure)")
        }
    }
}

extension APIResource {
    /// Where a kind is that has had one version for as long as servers are supported.
    init(_ kind: ResourceKind) {
        self.init(groupResource: kind.groupResource, version: kind.versions.first ?? "v1", kind: kind.kind)
    }
}

extension Pod {
    /// Why a container does not run, such as `waiting: CrashLoopBackOff`; `nil` when it does, or nothing is known.
    fileprivate func stateWords(of container: String) -> String? {
        let statuses =
            status.containerStatuses + status.initContainerStatuses + status.ephemeralContainerStatuses
        switch statuses.first(where: { $0.name == container })?.state {
        case .waiting(let reason, _): return reason.isEmpty ? "waiting" : "waiting: \(reason)"
        case .terminated(let end):
            return "terminated: \(end.reason.isEmpty ? "" : "\(end.reason), ")exit code \(end.exitCode)"
        case .running, .some(.none), nil: return nil
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
