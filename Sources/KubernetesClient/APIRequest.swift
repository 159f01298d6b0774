import KubernetesModel

/// One request: what is asked for, and what to call it in messages.
struct APIRequest {
    enum Method: String {
        case get = "GET"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// What a request carries.
    struct Body {
        enum ContentType: String {
            case json = "application/json"
            case mergePatch = "application/merge-patch+json"
            case strategicMergePatch = "application/strategic-merge-patch+json"
        }

        var contentType: ContentType
        var bytes: [UInt8]

        init(_ value: JSONValue, as contentType: ContentType = .json) {
            self.contentType = contentType
            bytes = []
            value.writeJSON(into: &bytes)
        }
    }

    /// The media types of `Accept`.
    enum Accept: String {
        /// Objects of a kind with a type of its own.
        case objects = "application/vnd.kubernetes.protobuf, application/json"
        /// Metadata of objects of any kind, or the objects.
        case metadata = """
            application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, \
            application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1, application/json
            """
        /// Objects of any kind, as the server prints them.
        case tables = """
            application/json;as=Table;v=v1;g=meta.k8s.io, application/json;as=Table;v=v1beta1;g=meta.k8s.io, \
            application/json
            """
        case json = "application/json"
        case anything = "*/*"
        case discovery = """
            application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList, \
            application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList, application/json
            """
    }

    /// Whom to act as; `nil` for whom the access acts as.
    var impersonation: ClusterAccess.Impersonation?
    /// What is tried, such as `list pods in payments`.
    var attempt: String
    var method = Method.get
    /// Segments of the path, not encoded.
    var path: [String]
    /// What follows the path, encoded already, for somebody behind the server.
    var suffix = ""
    /// Further headers.
    var headers: [(name: String, value: String)] = []
    /// Names and values of the query, not encoded.
    var query: [(name: String, value: String)] = []
    var accept = Accept.json
    /// Whether the answer may be compressed.
    ///
    /// Not for watches, whose events would wait in a buffer.
    var allowsCompression = true
    /// Whether the answer is a log, which may be long and silent.
    var isLog = false
    /// Whether the answer grows as its subject does, from a time that nobody knows.
    var isFollowed = false
    var body: Body?

    /// Whether the cluster, or what runs in it, may be another one afterwards: what a read-only client does not send.
    ///
    /// By the verb, with these exceptions: a command in a container can do anything, whatever the verb that begins it;
    /// a forwarded port only carries what its user sends, as for k9s; and a review is a question that is posted.
    var changesCluster: Bool {
        if path.count == 7, path[4] == "pods" {
            if path[6] == "exec" || path[6] == "attach" { return true }
            if path[6] == "portforward" { return false }
        }
        let isReview =
            path.count == 4 && ["authorization.k8s.io", "authentication.k8s.io"].contains(path[1])
            && path[3].hasSuffix("reviews")
        return method != .get && !(isReview && method == .post)
    }

    /// The path and query, encoded.
    var target: String {
        let encodedPath = path.map { "/" + Self.encoded($0) }.joined() + suffix
        guard !query.isEmpty else { return encodedPath }
        return encodedPath + "?"
            + query.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }.joined(separator: "&")
    }

    /// Percent-encodes everything but the unreserved characters of RFC 3986.
    static func encoded(_ text: String) -> String { encoded(text.utf8) }

    /// Percent-encodes everything but the unreserved characters of RFC 3986.
    static func encoded(_ bytes: some Sequence<UInt8>) -> String {
        var result: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(byte)
            default:
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

extension APIResource {
    /// The path of the resource in a namespace, or of one object of it.
    func path(namespace: String?, name: String? = nil) -> [String] {
        var path = groupResource.group.isEmpty ? ["api", version] : ["apis", groupResource.group, version]
        if isNamespaced, let namespace, !namespace.isEmpty { path += ["namespaces", namespace] }
        path.append(groupResource.resource)
        if let name { path.append(name) }
        return path
    }

    /// Such as ` in payments`; empty for resources without namespaces.
    func place(_ namespace: String?) -> String {
        guard isNamespaced else { return "" }
        guard let namespace, !namespace.isEmpty else { return " in all namespaces" }
        return " in \(namespace)"
    }
}
