import KubernetesModel

/// The body of a request, read.
struct DemoBody: Sendable {
    /// The document; `null` when there is none.
    var document: JSONValue
    /// What it has that its type does not, such as `unknown field "spec.foo"`.
    var findings: [String] = []

    /// Which types of bodies the server reads.
    private static let types = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"]

    /// Reads the body of a request.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - apiVersion: of the kind that is expected.
    ///   - kind: the kind that is expected.
    /// - Throws: `DemoStatus`, in the API server's words.
    init(_ request: DemoRequest, apiVersion: String, kind: String) throws(DemoStatus) {
        document = .null
        guard !request.body.isEmpty else { return }
        let type = request.contentType.isEmpty ? Self.types[0] : request.contentType
        var found: JSONValue
        switch type {
        case "application/json":
            do {
                found = try Self.json(request.body)
            } catch {
                throw Self.unrecognized(
                    kind, "couldn't get version/kind; json parse error: \(Self.words(of: error, request.body))",
                    request.body)
            }
        case "application/yaml":
            guard let parsed = YAMLBody.document(request.body) else {
                throw Self.unrecognized(
                    kind, "couldn't get version/kind; json parse error: yaml: could not find expected ':'",
                    request.body)
            }
            found = parsed
        case "application/vnd.kubernetes.protobuf":
            do {
                found = try ProtobufBody.document(request.body, expected: (apiVersion, kind))
            } catch {
                throw Self.unrecognized(kind, error.words, request.body)
            }
        default: throw .unknownBody
        }
        guard case .object = found else {
            throw Self.unrecognized(
                kind,
                "couldn't get version/kind; json parse error: json: cannot unmarshal \(Self.goType(found)) into Go "
                    + "value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; "
                    + "Kind string \"json:\\\"kind,omitempty\\\"\" }", request.body)
        }
        try take(found, apiVersion: apiVersion, kind: kind)
    }

    /// A document that a patch made.
    /// - Throws: `DemoStatus` for values of another type than their fields.
    init(_ document: JSONValue, apiVersion: String, kind: String) throws(DemoStatus) {
        self.document = .null
        try take(document, apiVersion: apiVersion, kind: kind)
    }

    private mutating func take(_ found: JSONValue, apiVersion: String, kind: String) throws(DemoStatus) {
        var found = found
        if found.text("kind").isEmpty { found.set("kind", to: .string(kind)) }
        if found.text("apiVersion").isEmpty { found.set("apiVersion", to: .string(apiVersion)) }
        let (foundKind, foundVersion) = (found.text("kind"), found.text("apiVersion"))
        let message = APISchema.current.message(apiVersion: foundVersion, kind: foundKind)
        var reader = DocumentReader()
        do {
            document = try reader.read(found, as: message)
        } catch {
            let version = foundVersion.split(separator: "/").last.map(String.init) ?? foundVersion
            throw .badRequest(
                "\(foundKind) in version \"\(version)\" cannot be handled as a \(kind): \(error.words)")
        }
        findings = reader.findings
    }

    /// A JSON text as a document.
    static func json(_ bytes: [UInt8]) throws(WireFailure) -> JSONValue {
        let result = bytes.withUnsafeBytes { raw in
            Result { () throws(WireFailure) -> JSONValue in try JSONValue(parsing: raw) }
        }
        return try result.get()
    }

    private static func unrecognized(_ kind: String, _ words: String, _ body: [UInt8]) -> DemoStatus {
        let head = body.prefix(30)
        var summary = head.map { byte in
            let text = String(byte, radix: 16)
            return text.utf8.count == 1 ? "0\(text)" : text
        }.joined()
        if body.first == UInt8(ascii: "{") { summary = String(decoding: head, as: UTF8.self) }
        if body.count > 30 { summary += " ..." }
        return .badRequest("the object provided is unrecognized (must be of type \(kind)): \(words) (\(summary))")
    }

    /// Why a text is no JSON, as Go's decoder says it.
    static func words(of failure: WireFailure, _ body: [UInt8]) -> String {
        let offset = failure.offset
        guard failure.problem != .truncated, body.indices.contains(offset) else {
            return "unexpected end of JSON input"
        }
        let character = String(decoding: [body[offset]], as: UTF8.self)
        let before = body[..<offset].last { ![9, 10, 13, 32].contains($0) }
        let place =
            switch before {
            case nil, UInt8(ascii: ":"): "looking for beginning of value"
            case UInt8(ascii: "{"): "looking for beginning of object key string"
            case UInt8(ascii: "["): "looking for beginning of value"
            case UInt8(ascii: ","): "looking for beginning of object key string"
            default: "after object key:value pair"
            }
        return "invalid character '\(character)' \(place)"
    }

    static func goType(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool: "bool"
        case .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }

    /// Refuses what was found, or warns of it, as the request wants.
    /// - Returns: the warnings.
    /// - Throws: `DemoStatus` when the request is strict.
    func checked(_ request: DemoRequest, kind: String) throws(DemoStatus) -> [String] {
        switch try Self.validation(of: request) {
        case "Ignore": return []
        case "Strict":
            guard !findings.isEmpty else { return [] }
            let version = document.text("apiVersion").split(separator: "/").last.map(String.init) ?? "v1"
            throw .badRequest(
                "\(document.text("kind")) in version \"\(version)\" cannot be handled as a \(kind): "
                    + "strict decoding error: \(findings.joined(separator: ", "))")
        default: return findings
        }
    }

    /// What a request wants done about unknown fields.
    /// - Throws: `DemoStatus` for a value that does not exist.
    static func validation(of request: DemoRequest) throws(DemoStatus) -> String {
        let value = request.query["fieldValidation"] ?? ""
        guard ["", "Ignore", "Warn", "Strict"].contains(value) else {
            let kinds = ["POST": "CreateOptions", "PUT": "UpdateOptions", "PATCH": "PatchOptions"]
            throw .invalid(
                kind: kinds[request.method] ?? "CreateOptions", group: "meta.k8s.io", name: "",
                field: "fieldValidation", reason: "FieldValueNotSupported",
                "Unsupported value: \"\(value)\": supported values: \"Ignore\", \"Strict\", \"Warn\"")
        }
        return value.isEmpty ? "Warn" : value
    }
}
