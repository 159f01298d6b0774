import KubernetesModel

/// A container to be added to a pod that runs, in order to look into it (`kubectl debug`).
public struct DebugContainer: Sendable, Hashable {
    /// Its name: of no container of the pod, and never given again.
    public var name: String
    /// The image that it runs.
    public var image: String
    /// The container whose processes it sees; `nil` for none.
    public var target: String?

    /// A container of an image; it has a terminal.
    public init(name: String, image: String, target: String?) {
        self.name = name
        self.image = image
        self.target = target
    }

    fileprivate var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("name", .string(name)), .init("image", .string(image)),
            .init("imagePullPolicy", .string("IfNotPresent")), .init("stdin", .bool(true)), .init("tty", .bool(true)),
            .init("terminationMessagePolicy", .string("File")),
        ]
        if let target { members.append(.init("targetContainerName", .string(target))) }
        return .object(members)
    }
}

extension KubernetesClient {
    /// Adds a container to a pod that runs; it stays there as long as the pod does.
    ///
    /// - Parameters:
    ///   - container: The container.
    ///   - namespace: The pod's namespace.
    ///   - pod: The pod's name.
    ///   - uid: The pod's UID: one of the same name that came later is left alone.
    /// - Throws: `APIFailure` with the server's words (`.notFound` also where the server has no ephemeral containers,
    ///   which it says; `mayHaveHappened` when no answer came), `CancellationError`.
    public func addDebugContainer(
        _ container: DebugContainer, namespace: String, pod: String, uid: String? = nil
    ) async throws {
        var members: [JSONValue.Member] = [
            .init("spec", .object([.init("ephemeralContainers", .array([container.json]))]))
        ]
        if let uid { members.append(.init("metadata", .object([.init("uid", .string(uid))]))) }
        do {
            _ = try await change(
                APIRequest(
                    attempt: "add container \(container.name) to pods/\(pod) in \(namespace)", method: .patch,
                    path: ["api", "v1", "namespaces", namespace, "pods", pod, "ephemeralcontainers"],
                    body: .init(.object(members), as: .strategicMergePatch)))
        } catch var failure as APIFailure {
            // A missing pod is named in the answer; a missing subresource is not.
            if failure.reason == .notFound, !failure.detail.contains("\"\(pod)\"") {
                failure.detail += " (servers have ephemeral containers since Kubernetes 1.23)"
            }
            throw failure
        }
    }
}
