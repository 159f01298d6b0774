import KubernetesModel

/// One request that reads: what is asked for, and what to call it in messages.
struct APIRequest {
    /// The media types of `Accept`.
    enum Accept: String {
        /// Objects of a kind with a type of its own.
        case objects = "application/vnd.kubernetes.protobuf, application/json"
        case json = "application/json"
        case anything = "*/*"
        case discovery = """
            application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList, \
            application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList, application/json
            """
    }

    /// What is tried, such as `list pods in payments`.
    var attempt: String
    /// Segments of the path, not encoded.
    var path: [String]
    /// Names and values of the query, not encoded.
    var query: [(name: String, value: String)] = []
    var accept = Accept.json
    /// Whether the answer may be compressed.
    ///
    /// Not for watches, whose events would wait in a buffer.
    var allowsCompression = true

    /// The path and query, encoded.
    var target: String {
        let encodedPath = path.map { "/" + Self.encoded($0) }.joined()
        guard !query.isEmpty else { return encodedPath }
        return encodedPath + "?"
            + query.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }.joined(separator: "&")
    }

    /// Percent-encodes everything but the unreserved characters of RFC 3986.
    static func encoded(_ text: String) -> String {
        var result: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
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
