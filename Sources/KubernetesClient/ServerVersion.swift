import KubernetesModel

/// What an API server says of itself.
///
/// Source: `GET /version`.
public struct ServerVersion: Sendable, Hashable {
    /// Such as `v1.36.2`.
    public var gitVersion: String
    /// Such as `1`.
    public var major: String
    /// Such as `36`; some vendors append a `+`.
    public var minor: String
    /// Such as `linux/amd64`.
    public var platform: String

    /// A version of its parts.
    public init(gitVersion: String, major: String, minor: String, platform: String = "") {
        self.gitVersion = gitVersion
        self.major = major
        self.minor = minor
        self.platform = platform
    }

    /// Reads the answer; `nil` when it has no version.
    init?(_ json: JSONValue) {
        guard let gitVersion = json["gitVersion"]?.text else { return nil }
        self.init(
            gitVersion: gitVersion, major: json["major"]?.text ?? "", minor: json["minor"]?.text ?? "",
            platform: json["platform"]?.text ?? "")
    }
}

extension JSONValue {
    /// The text of a string; `nil` for anything else.
    var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The elements of an array; none for anything else.
    var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }
}
