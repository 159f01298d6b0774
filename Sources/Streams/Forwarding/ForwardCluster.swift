import Access
import KubernetesClient
import KubernetesModel

/// What a forward needs from a cluster and from this machine.
package protocol ForwardCluster: Sendable {
    /// Tells which objects there are, and again with every change, until cancelled; goes on after failures.
    ///
    /// - Parameters:
    ///   - followed: which objects.
    ///   - receive: gets all objects as they are now, or why they could not be read.
    func follow(_ followed: Followed, receive: @Sendable (Result<[any StoredObject], APIFailure>) async -> Void) async

    /// Why this user may not forward ports in a namespace; `nil` when they may, or when the server does not say.
    func refusal(in namespace: String) async -> String?

    /// Opens a port here.
    ///
    /// - Parameters:
    ///   - host: the address to listen at.
    ///   - port: 0 for any that is free.
    ///   - target: asked with each connection where it goes, and again with the port that refused it.
    ///   - events: told what happens to connections.
    /// - Returns: the port, open.
    /// - Throws: why the port cannot be opened.
    func listen(
        host: String, port: Int, target: @escaping @Sendable (_ refused: PodPort?) async throws -> PodPort,
        events: @escaping @Sendable (ForwardEvent) -> Void
    ) async throws -> any ForwardListener
}

/// Which objects are followed.
package struct Followed: Sendable, Equatable {
    /// By name or by labels.
    package enum Selection: Sendable, Equatable {
        case name(String)
        case labels(LabelSelector)
    }

    package var kind: ResourceKind
    package var namespace: String
    package var selection: Selection

    package init(_ kind: ResourceKind, namespace: String, _ selection: Selection) {
        self.kind = kind
        self.namespace = namespace
        self.selection = selection
    }
}

/// A port that is open here.
package protocol ForwardListener: Sendable {
    /// The number it really has.
    var port: Int { get }
    var statistics: ForwardStatistics { get }
    /// Closes the port and every connection.
    func close() async
}

extension LocalForward: ForwardListener {}

/// The cluster that a client reaches.
package struct ClientForwardCluster: ForwardCluster {
    private let client: KubernetesClient

    /// Goes through a client, which stays the caller's.
    package init(_ client: KubernetesClient) {
        self.client = client
    }

    package func follow(
        _ followed: Followed, receive: @Sendable (Result<[any StoredObject], APIFailure>) async -> Void
    ) async {
        await ObjectFollower(client, followed).run(receive)
    }

    package func refusal(in namespace: String) async -> String? {
        var reason = ""
        // Servers before 1.35 look for `get` when a WebSocket asks, newer ones for `create`.
        for verb in ["create", "get"] {
            let question = AccessQuestion(
                verb: verb, resource: Pod.kind.groupResource, subresource: "portforward", namespace: namespace)
            guard let answer = try? await client.review(question), !answer.isAllowed else { return nil }
            reason = answer.reason
        }
        return "you may not forward ports in \(namespace) (needs: create pods/portforward)"
            + (reason.isEmpty ? "" : ": \(reason)")
    }

    package func listen(
        host: String, port: Int, target: @escaping @Sendable (_ refused: PodPort?) async throws -> PodPort,
        events: @escaping @Sendable (ForwardEvent) -> Void
    ) async throws -> any ForwardListener {
        try await LocalForward.listen(client: client, host: host, port: port, target: target, report: events)
    }
}
