import KubernetesModel

/// Reads a document by its type: what the type does not have is noted and left out, and so is what is empty.
struct DocumentReader {
    /// A value that is not of its type, in the words of Go's decoder.
    struct Failure: Error, Equatable {
        var words: String
    }

    private static let mostFindings = 100

    private let schema: APISchema
    /// Such as `unknown field "spec.foo"`.
    private(set) var findings: [String] = []

    init(schema: APISchema = .current) { self.schema = schema }

    /// The document as the server takes it.
    /// - Parameters:
    ///   - document: what came.
    ///   - message: its type; `nil` for one that is not known, of which everything is kept.
    /// - Returns: the document without fields that are unknown, double or empty.
    /// - Throws: `Failure` for a value of another type than its field.
    mutating func read(_ document: JSONValue, as message: Int?) throws(Failure) -> JSONValue {
        guard let message else { return try deduplicated(document, path: "") }
        return try object(document, message, Place())
    }

    /// Where a value is.
    private struct Place {
        /// With indexes, such as `spec.containers[0].`; empty at the top.
        var path = ""
        /// Without, as Go says it.
        var goPath = ""
        var isStatus = false
    }

    private mutating func note(_ finding: String) {
        if findings.count < Self.mostFindings, !findings.contains(finding) { findings.append(finding) }
    }

    private mutating func deduplicated(_ value: JSONValue, path: String) throws(Failure) -> JSONValue {
        switch value {
        case .object(let members):
            var result: [JSONValue.Member] = []
            result.reserveCapacity(members.count)
            for member in try unique(members, path) {
                result.append(
                    JSONValue.Member(
                        member.key, try deduplicated(member.value, path: "\(path)\(member.key).")))
            }
            return .object(result)
        case .array(let elements):
            var result: [JSONValue] = []
            for (index, element) in elements.enumerated() {
                result.append(try deduplicated(element, path: "\(path.dropLast())[\(index)]."))
            }
            return .array(result)
        default: return value
        }
    }

    /// The members without those that come again: the last counts.
    private mutating func unique(_ members: [JSONValue.Member], _ path: String) throws(Failure) -> [JSONValue.Member] {
        var positions: [String: Int] = [:]
        var result: [JSONValue.Member] = []
        for member in members {
            if let known = positions[member.key] {
                note("duplicate field \"\(path)\(member.key)\"")
                result[known] = member
            } else {
                positions[member.key] = result.count
                result.append(member)
            }
        }
        return result
    }

    private mutating func object(
        _ value: JSONValue, _ index: Int, _ place: Place
    ) throws(Failure) -> JSONValue {
        let message = schema.messages[index]
        guard case .object(let members) = value else { return value }
        var result: [JSONValue.Member] = []
        for member in try unique(members, place.path) {
            let isTop = place.path.isEmpty
            if ["kind", "apiVersion"].contains(member.key), message.members[member.key] == nil,
                isTop || message.isObject
            {
                result.append(member)
                continue
            }
            guard let field = message.members[member.key] else {
                note("unknown field \"\(place.path)\(member.key)\"")
                continue
            }
            guard member.value != .null else { continue }
            let inner = Place(
                path: "\(place.path)\(member.key)", goPath: "\(place.goPath)\(member.key)",
                isStatus: place.isStatus || (isTop && member.key == "status"))
            let read = try self.value(member.value, field, inner, in: message)
            if inner.isStatus || !APISchema.isLeftOut(read, member.key) {
                result.append(JSONValue.Member(member.key, read))
            }
        }
        return .object(result)
    }

    private mutating func value(
        _ value: JSONValue, _ field: APISchema.Field, _ place: Place, in owner: APISchema.Message
    ) throws(Failure) -> JSONValue {
        switch field.count {
        case .one: return try one(value, field, place, in: owner)
        case .list:
            guard case .array(let elements) = value else { throw mismatch(value, field, place, owner) }
            var result: [JSONValue] = []
            for (index, element) in elements.enumerated() where element != .null {
                var inner = place
                inner.path += "[\(index)]"
                result.append(try one(element, field, inner, in: owner))
            }
            return .array(result)
        case .map:
            guard case .object(let members) = value else { throw mismatch(value, field, place, owner) }
            var result: [JSONValue.Member] = []
            for member in try unique(members, place.path + ".") {
                var inner = place
                inner.path += ".\(member.key)"
                let isNone = member.value == .null
                let read = isNone && field.shape == .string ? .string("") : member.value
                result.append(JSONValue.Member(member.key, try one(read, field, inner, in: owner)))
            }
            return .object(result)
        }
    }

    private mutating func one(
        _ value: JSONValue, _ field: APISchema.Field, _ place: Place, in owner: APISchema.Message
    ) throws(Failure) -> JSONValue {
        switch (field.shape, value) {
        case (.anything, _): return value
        case (.string, .string), (.bool, .bool), (.double, .number), (.duration, .string): return value
        case (.texts, .array): return value
        case (.bytes, .string(let text)):
            if let position = Base64.failure(in: text) {
                throw Failure(words: "illegal base64 data at input byte \(position)")
            }
            return value
        case (.int32, .number(let text)):
            guard Int32(text) != nil else { throw mismatch(value, field, place, owner) }
            return value
        case (.int64, .number(let text)):
            guard Int64(text) != nil else { throw mismatch(value, field, place, owner) }
            return value
        case (.time, .string(let text)), (.microTime, .string(let text)):
            guard Timestamp(text) != nil else {
                throw Failure(
                    words: "parsing time \"\(text)\" as \"2006-01-02T15:04:05Z07:00\": "
                        + "cannot parse \"\(text)\" as \"2006\"")
            }
            return value
        case (.quantity, .string(let text)), (.quantity, .number(let text)):
            guard Quantity(text) != nil else {
                throw Failure(
                    words: "quantities must match the regular expression "
                        + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
            }
            return .string(text)
        case (.intOrString, .string): return value
        case (.intOrString, .number(let text)):
            guard Int32(text) != nil else { throw mismatch(value, field, place, owner) }
            return value
        case (.message(let index), .object):
            var inner = place
            inner.path += "."
            inner.goPath += "."
            return try object(value, index, inner)
        default: throw mismatch(value, field, place, owner)
        }
    }

    private func mismatch(
        _ value: JSONValue, _ field: APISchema.Field, _ place: Place, _ owner: APISchema.Message
    ) -> Failure {
        let found =
            switch value {
            case .null: "null"
            case .bool: "bool"
            case .string: "string"
            case .array: "array"
            case .object: "object"
            case .number(let text): [.int32, .int64].contains(field.shape) ? "number \(text)" : "number"
            }
        let version = owner.package.split(separator: ".").last.map(String.init) ?? "v1"
        var type =
            switch field.shape {
            case .string, .bytes: "string"
            case .int32: "int32"
            case .int64: "int64"
            case .bool: "bool"
            case .double: "float64"
            case .time: "v1.Time"
            case .microTime: "v1.MicroTime"
            case .duration: "v1.Duration"
            case .quantity: "resource.Quantity"
            case .intOrString: "intstr.IntOrString"
            case .texts, .anything: "[]string"
            case .message(let index): "\(version).\(schema.messages[index].name)"
            }
        let isWhole = place.path.hasSuffix(field.name)
        if isWhole, field.count == .list { type = "[]\(type)" }
        if isWhole, field.count == .map { type = "map[string]\(type)" }
        return Failure(
            words: "json: cannot unmarshal \(found) into Go struct field \(owner.name).\(place.goPath) of type \(type)")
    }
}
