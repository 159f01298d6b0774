import KubernetesModel

/// Who the server says one is (authentication.k8s.io/v1 UserInfo).
public struct UserIdentity: Sendable, Hashable {
    /// Such as `admin` or `system:serviceaccount:shop:viewer`.
    public var username: String
    /// Source: `uid`; empty for none.
    public var uid: String
    /// Such as `system:authenticated`.
    public var groups: [String]

    /// A user.
    public init(username: String, uid: String = "", groups: [String] = []) {
        self.username = username
        self.uid = uid
        self.groups = groups
    }

    /// Reads `status.userInfo` of a SelfSubjectReview; `nil` when there is no name in it.
    public init?(review: JSONValue) {
        guard let info = review["status"]?["userInfo"], case .string(let name)? = info["username"] else { return nil }
        self.init(username: name, groups: info["groups"]?.texts ?? [])
        if case .string(let text)? = info["uid"] { uid = text }
    }

    /// Reads whom a server refuses something: `User "dev" cannot ...`; `nil` when the words name nobody.
    public init?(refusal words: String) {
        guard let start = words.firstRange(of: "User \""),
            let end = words[start.upperBound...].firstRange(of: "\" cannot "), start.upperBound < end.lowerBound
        else { return nil }
        self.init(username: String(words[start.upperBound..<end.lowerBound]))
    }

    /// Whether every check is passed before any rule is asked (kubernetes.io, RBAC good practices).
    public var isSuperUser: Bool { groups.contains("system:masters") }
}

extension JSONValue {
    /// The texts of an array; others in it are passed over.
    var texts: [String] {
        guard case .array(let elements) = self else { return [] }
        return elements.compactMap { element in
            if case .string(let text) = element { text } else { nil }
        }
    }
}
