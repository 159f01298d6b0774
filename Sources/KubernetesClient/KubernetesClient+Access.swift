import KubernetesModel

/// Whether one may do something (authorization.k8s.io/v1 ResourceAttributes).
public struct AccessQuestion: Sendable, Hashable {
    /// Such as `delete`.
    public var verb: String
    /// What it would be done to.
    public var resource: GroupResource
    /// Such as `scale`; empty for the object itself.
    public var subresource: String
    /// Empty for all, and for resources without namespaces.
    public var namespace: String
    /// Empty for any.
    public var name: String

    /// A question about a verb.
    public init(
        verb: String, resource: GroupResource, subresource: String = "", namespace: String = "", name: String = ""
    ) {
        self.verb = verb
        self.resource = resource
        self.subresource = subresource
        self.namespace = namespace
        self.name = name
    }
}

/// What the server's authorizers say to a question.
public struct AccessAnswer: Sendable, Hashable {
    /// Whether it is allowed.
    public var isAllowed: Bool
    /// Why, in the authorizer's words; may be empty.
    public var reason: String

    /// An answer with its reason.
    public init(isAllowed: Bool, reason: String = "") {
        self.isAllowed = isAllowed
        self.reason = reason
    }
}

extension KubernetesClient {
    /// Asks the server whether this user may do something; nothing is done.
    ///
    /// - Parameter question: What one would do.
    /// - Returns: What the authorizers say.
    /// - Throws: `APIFailure`, `CancellationError`.
    public func review(_ question: AccessQuestion) async throws -> AccessAnswer {
        let attributes = [
            ("verb", question.verb), ("group", question.resource.group), ("resource", question.resource.resource),
            ("subresource", question.subresource), ("namespace", question.namespace), ("name", question.name),
        ].filter { !$0.1.isEmpty }.map { JSONValue.Member($0.0, .string($0.1)) }
        let review = JSONValue.object([
            .init("apiVersion", .string("authorization.k8s.io/v1")),
            .init("kind", .string("SelfSubjectAccessReview")),
            .init("spec", .object([.init("resourceAttributes", .object(attributes))])),
        ])
        let request = APIRequest(
            attempt: "ask whether you may \(question.verb) \(question.resource)", method: .post,
            path: ["apis", "authorization.k8s.io", "v1", "selfsubjectaccessreviews"], body: .init(review))
        let answer = try await json(request)
        guard case .bool(let isAllowed)? = answer["status"]?["allowed"] else {
            throw APIFailure(.malformedAnswer, attempt: request.attempt, detail: "the answer says neither yes nor no")
        }
        var reason = ""
        if case .string(let text)? = answer["status"]?["reason"] { reason = text }
        return AccessAnswer(isAllowed: isAllowed, reason: reason)
    }
}
