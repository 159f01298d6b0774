import Access
import KubernetesModel

extension KubernetesClient {
    /// Asks the server whether this user may do something; nothing is done.
    ///
    /// - Parameters:
    ///   - question: What one would do.
    ///   - user: Whom to ask about, by acting as them; `nil` for whom the client acts as.
    /// - Returns: What the authorizers say.
    /// - Throws: `APIFailure`, `CancellationError`.
    public func review(
        _ question: AccessQuestion, as user: ClusterAccess.Impersonation? = nil
    ) async throws -> AccessAnswer {
        func attributes(_ pairs: [(String, String)]) -> JSONValue {
            .object(pairs.filter { !$0.1.isEmpty }.map { JSONValue.Member($0.0, .string($0.1)) })
        }
        let subject: JSONValue.Member
        if question.path.isEmpty {
            subject = .init(
                "resourceAttributes",
                attributes([
                    ("verb", question.verb), ("group", question.resource.group),
                    ("resource", question.resource.resource), ("subresource", question.subresource),
                    ("namespace", question.namespace), ("name", question.name),
                ]))
        } else {
            subject = .init("nonResourceAttributes", attributes([("verb", question.verb), ("path", question.path)]))
        }
        let answer = try await post(
            "SelfSubjectAccessReview", "selfsubjectaccessreviews", in: "authorization.k8s.io/v1",
            spec: .object([subject]), as: user, attempt: "ask whether you may \(question.words)")
        guard case .bool(let isAllowed)? = answer["status"]?["allowed"] else {
            throw APIFailure(
                .malformedAnswer, attempt: "ask whether you may \(question.words)",
                detail: "the answer says neither yes nor no")
        }
        var reason = ""
        if case .string(let text)? = answer["status"]?["reason"] { reason = text }
        return AccessAnswer(isAllowed: isAllowed, reason: reason)
    }

    /// Asks the server what this user may do in a namespace.
    ///
    /// - Parameters:
    ///   - namespace: Not empty: there is no such list for the whole cluster.
    ///   - user: Whom to ask about, by acting as them; `nil` for whom the client acts as.
    /// - Returns: The rules, which may be incomplete.
    /// - Throws: `APIFailure`, `CancellationError`.
    public func rules(
        in namespace: String, as user: ClusterAccess.Impersonation? = nil
    ) async throws -> AccessRules {
        let attempt = "ask what you may do in \(namespace)"
        let answer = try await post(
            "SelfSubjectRulesReview", "selfsubjectrulesreviews", in: "authorization.k8s.io/v1",
            spec: .object([.init("namespace", .string(namespace))]), as: user, attempt: attempt)
        guard let rules = AccessRules(review: answer) else {
            throw APIFailure(.malformedAnswer, attempt: attempt, detail: "the answer has no rules that can be read")
        }
        return rules
    }

    /// Asks the server what this user may do in the whole cluster.
    ///
    /// Rules of the whole cluster count in every namespace, and in one whose name none can have there are no others.
    ///
    /// - Parameter user: Whom to ask about, by acting as them; `nil` for whom the client acts as.
    /// - Returns: The rules, which may be incomplete.
    /// - Throws: `APIFailure`, `CancellationError`.
    public func clusterRules(as user: ClusterAccess.Impersonation? = nil) async throws -> AccessRules {
        try await rules(in: "-none-", as: user)
    }

    /// Asks the server who this user is.
    ///
    /// - Parameter user: Whom to ask about, by acting as them; `nil` for whom the client acts as.
    /// - Returns: `nil` from a server before 1.28, which cannot tell (authentication.k8s.io/v1 SelfSubjectReview), unless
    ///   it refuses the question: then its words name the user, without the groups.
    /// - Throws: `APIFailure`, `CancellationError`.
    public func whoAmI(as user: ClusterAccess.Impersonation? = nil) async throws -> UserIdentity? {
        let attempt = "ask who you are"
        for version in ["v1", "v1beta1"] {
            do {
                let answer = try await post(
                    "SelfSubjectReview", "selfsubjectreviews", in: "authentication.k8s.io/\(version)", spec: nil,
                    as: user, attempt: attempt)
                guard let identity = UserIdentity(review: answer) else {
                    throw APIFailure(.malformedAnswer, attempt: attempt, detail: "the answer names nobody")
                }
                return identity
            } catch let failure as APIFailure where failure.reason == .notFound {
                continue
            } catch let failure as APIFailure where failure.reason == .forbidden {
                // RBAC refuses before a server finds out that it has no such API, and says whom it refuses.
                guard let name = UserIdentity(refusal: failure.detail),
                    !failure.detail.contains("\" cannot impersonate ")
                else { throw failure }
                return name
            }
        }
        return nil
    }

    /// Posts a question.
    private func post(
        _ kind: String, _ resource: String, in apiVersion: String, spec: JSONValue?,
        as user: ClusterAccess.Impersonation?, attempt: String
    ) async throws -> JSONValue {
        let review = JSONValue.object(
            [
                .init("apiVersion", .string(apiVersion)), .init("kind", .string(kind)),
                spec.map { JSONValue.Member("spec", $0) },
            ].compactMap(\.self))
        var request = APIRequest(
            attempt: attempt, method: .post,
            path: ["apis"] + apiVersion.split(separator: "/").map(String.init) + [resource], body: .init(review))
        request.impersonation = user
        return try await json(request)
    }
}
