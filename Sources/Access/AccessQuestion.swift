import KubernetesModel

/// Whether one may do something (authorization.k8s.io/v1 ResourceAttributes, NonResourceAttributes).
public struct AccessQuestion: Sendable, Hashable {
    /// Such as `delete`, or `*` for everything.
    public var verb: String
    /// What it would be done to; `*` for everything.
    public var resource: GroupResource
    /// Such as `scale`; empty for the object itself.
    public var subresource: String
    /// Empty for all, and for resources without namespaces.
    public var namespace: String
    /// Empty for any.
    public var name: String
    /// A path of the server, such as `/metrics`, instead of a resource; empty for none.
    public var path = ""

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

    /// A question about a path of the server.
    public init(verb: String, path: String) {
        self.init(verb: verb, resource: GroupResource(group: "", resource: ""))
        self.path = path
    }

    /// The same where a server looks for it: a request for a named Namespace is inside that namespace.
    package var whereItCounts: AccessQuestion {
        guard resource == Namespace.kind.groupResource, !name.isEmpty else { return self }
        var question = self
        question.namespace = name
        return question
    }

    /// Such as `delete deployments.apps/scale`.
    public var words: String {
        if !path.isEmpty { return "\(verb) \(path)" }
        return "\(verb) \(resource)\(subresource.isEmpty ? "" : "/\(subresource)")\(name.isEmpty ? "" : " \(name)")"
    }
}

extension AccessQuestion {
    /// What after the slash of `pods/exec` is a subresource and no name.
    public static let subresources: Set = [
        "log", "exec", "attach", "portforward", "proxy", "eviction", "ephemeralcontainers", "binding", "resize",
        "status", "scale", "token", "approval", "finalize", "finalizers",
    ]

    /// What permissions are for without being a kind of any server, all without namespaces.
    ///
    /// Source: k8s.io/apiserver pkg/endpoints/filters/impersonation, and the certificates API.
    static let reviewed: [GroupResource] = [
        GroupResource(group: "", resource: "users"), GroupResource(group: "", resource: "groups"),
        GroupResource(group: "authentication.k8s.io", resource: "uids"),
        GroupResource(group: "authentication.k8s.io", resource: "userextras"),
        GroupResource(group: "certificates.k8s.io", resource: "signers"),
    ]

    /// A question about what no server has as a kind; such permissions are asked for all the same.
    ///
    /// - Parameters:
    ///   - verb: What one would do.
    ///   - kind: Such as `users`, or `rockets.example.com` for a kind that this server does not have.
    ///   - name: Of one; of `userextras` the key comes first, as in `scopes/view`.
    ///   - subresource: Empty for none.
    ///   - namespace: For a kind that nothing is known of.
    /// - Returns: The question, and whether it is about something that servers know.
    package static func ofNoKind(
        _ verb: String, _ kind: String, name: String, subresource: String, namespace: String
    ) -> (question: AccessQuestion, isKnown: Bool) {
        let parts = kind.split(separator: ".", maxSplits: 1).map(String.init)
        let asked = GroupResource(group: parts.count > 1 ? parts[1] : "", resource: parts.first ?? kind)
        let known = reviewed.first {
            ($0.resource == asked.resource || $0.resource == asked.resource + "s")
                && (asked.group.isEmpty || asked.group == $0.group)
        }
        var question = AccessQuestion(
            verb: verb, resource: known ?? asked, subresource: subresource,
            namespace: known == nil ? namespace : "", name: name)
        if known?.resource == "userextras", subresource.isEmpty, !name.isEmpty {
            let pieces = name.split(separator: "/", maxSplits: 1).map(String.init)
            (question.subresource, question.name) = (pieces.first ?? "", pieces.count > 1 ? pieces[1] : "")
        }
        return (question, known != nil)
    }

    /// The question that has these `words`; `nil` for what is none.
    ///
    /// - Parameters:
    ///   - words: Such as `delete deployments.apps/scale web`.
    ///   - namespace: Where.
    public init?(words: String, namespace: String) {
        let parts = words.split(separator: " ", maxSplits: 2).map(String.init)
        guard parts.count >= 2 else { return nil }
        if parts[1].hasPrefix("/") {
            self.init(verb: parts[0], path: parts[1])
            return
        }
        let pieces = parts[1].split(separator: "/", maxSplits: 1).map(String.init)
        let names = (pieces.first ?? "").split(separator: ".", maxSplits: 1).map(String.init)
        guard let resource = names.first, !resource.isEmpty else { return nil }
        self.init(
            verb: parts[0], resource: GroupResource(group: names.count > 1 ? names[1] : "", resource: resource),
            subresource: pieces.count > 1 ? pieces[1] : "", namespace: namespace, name: parts.count > 2 ? parts[2] : "")
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

/// What is known of a permission.
public enum AccessVerdict: String, Sendable, Hashable {
    case yes, no
    /// The server does not say: a rule that is missing from an incomplete list may be there.
    case unknown
}
