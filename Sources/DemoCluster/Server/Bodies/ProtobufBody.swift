import KubernetesModel

/// Reads bodies in the protobuf form of the API.
struct ProtobufBody {
    /// A body that cannot be read, in a few words.
    struct Failure: Error, Equatable {
        var words: String
    }

    private static let magic: [UInt8] = [0x6B, 0x38, 0x73, 0x00]
    private static let deepest = 64

    private let bytes: [UInt8]
    private let schema: APISchema

    /// The document of a body, with its `kind` and `apiVersion`.
    /// - Parameters:
    ///   - bytes: the body, from its magic number on.
    ///   - expected: the kind to assume when the body names none.
    ///   - schema: the fields of the API.
    /// - Returns: the document as JSON.
    /// - Throws: `Failure` when the body is broken or of an unknown kind.
    static func document(
        _ bytes: [UInt8], expected: (apiVersion: String, kind: String), schema: APISchema = .current
    ) throws(Failure) -> JSONValue {
        guard bytes.starts(with: magic) else {
            throw Failure(
                words: "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]")
        }
        let reader = ProtobufBody(bytes: bytes, schema: schema)
        var (apiVersion, kind) = ("", "")
        var raw = bytes.count..<bytes.count
        var contentType = ""
        try reader.forEachField(magic.count..<bytes.count) { (number, value) throws(Failure) in
            switch (number, value) {
            case (1, .bytes(let range)):
                try reader.forEachField(range) { (number, value) throws(Failure) in
                    if number == 1 { apiVersion = reader.text(value) }
                    if number == 2 { kind = reader.text(value) }
                }
            case (2, .bytes(let range)): raw = range
            case (4, _): contentType = reader.text(value)
            default: break
            }
        }
        if kind.isEmpty { (apiVersion, kind) = expected }
        let head = [JSONValue.Member("kind", .string(kind)), JSONValue.Member("apiVersion", .string(apiVersion))]
        if contentType == "application/json" {
            guard let document = reader.json(raw) else { throw Failure(words: "the raw bytes are no JSON") }
            return document
        }
        guard let message = schema.message(apiVersion: apiVersion, kind: kind) else {
            throw Failure(
                words: "no kind \"\(kind)\" is registered for version \"\(apiVersion)\" in scheme "
                    + "\"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\"")
        }
        return .object(head + (try reader.members(of: message, in: raw, depth: 0)))
    }

    // MARK: Messages

    private func members(
        of index: Int, in range: Range<Int>, depth: Int
    ) throws(Failure) -> [JSONValue.Member] {
        guard depth < Self.deepest else { throw Failure(words: "the message is nested too deeply") }
        let message = schema.messages[index]
        var members: [JSONValue.Member] = []
        var positions: [String: Int] = [:]
        // Of maps, by field and key.
        var places: [String: [String: Int]] = [:]
        try forEachField(range) { (number, value) throws(Failure) in
            guard let position = message.numbers[number] else { return }
            let field = message.fields[position]
            if field.isInline, case .message(let inner) = field.shape, case .bytes(let range) = value {
                members += try self.members(of: inner, in: range, depth: depth + 1)
                return
            }
            switch field.count {
            case .one:
                guard let found = try self.value(value, field.shape, depth: depth),
                    message.name.hasSuffix("Status") || !APISchema.isLeftOut(found, field.name)
                else { return }
                if let known = positions[field.name] {
                    members[known].value = found
                } else {
                    positions[field.name] = members.count
                    members.append(JSONValue.Member(field.name, found))
                }
            case .list:
                guard let found = try self.value(value, field.shape, depth: depth) else { return }
                if let known = positions[field.name], case .array(var elements) = members[known].value {
                    members[known].value = .null
                    elements.append(found)
                    members[known].value = .array(elements)
                } else {
                    positions[field.name] = members.count
                    members.append(JSONValue.Member(field.name, .array([found])))
                }
            case .map:
                guard case .bytes(let range) = value else { return }
                let entry = try self.entry(range, field.shape, depth: depth)
                let known = positions[field.name] ?? members.count
                if known == members.count {
                    positions[field.name] = known
                    members.append(JSONValue.Member(field.name, .object([])))
                }
                guard case .object(var entries) = members[known].value else { return }
                members[known].value = .null
                if let place = places[field.name]?[entry.key] {
                    entries[place].value = entry.value
                } else {
                    places[field.name, default: [:]][entry.key] = entries.count
                    entries.append(entry)
                }
                members[known].value = .object(entries)
            }
        }
        return members
    }

    private func entry(
        _ range: Range<Int>, _ shape: APISchema.Shape, depth: Int
    ) throws(Failure) -> JSONValue.Member {
        var member = JSONValue.Member("", shape == .string ? .string("") : .object([]))
        try forEachField(range) { (number, value) throws(Failure) in
            if number == 1 { member.key = text(value) }
            if number == 2, let found = try self.value(value, shape, depth: depth) { member.value = found }
        }
        return member
    }

    /// - Returns: `nil` for a value that is not of its type, and for no time.
    private func value(_ value: Value, _ shape: APISchema.Shape, depth: Int) throws(Failure) -> JSONValue? {
        switch (shape, value) {
        case (.string, .bytes): return .string(text(value))
        case (.bytes, .bytes(let range)): return .string(Base64.encoded(bytes[range]))
        case (.int32, .number(let bits)): return .number(String(Int32(truncatingIfNeeded: bits)))
        case (.int64, .number(let bits)): return .number(String(Int64(bitPattern: bits)))
        case (.bool, .number(let bits)): return .bool(bits != 0)
        case (.double, .number(let bits)):
            let number = Double(bitPattern: bits)
            return number.isFinite ? .number("\(number)") : nil
        case (.time, .bytes(let range)), (.microTime, .bytes(let range)):
            let (seconds, nanos) = try pair(range)
            guard seconds != 0 || nanos != 0 else { return nil }
            let moment = Timestamp(seconds: seconds)
            guard shape == .microTime else { return .string(moment.rfc3339) }
            return .string(
                Timestamp(microseconds: moment.microseconds &+ Int64(clamping: nanos / 1000)).microText)
        case (.duration, .bytes(let range)): return .string("\(try pair(range).0 / 1_000_000_000)s")
        case (.quantity, .bytes(let range)):
            var found = ""
            try forEachField(range) { (number, value) throws(Failure) in if number == 1 { found = text(value) } }
            return .string(found)
        case (.intOrString, .bytes(let range)):
            var (isText, number, words) = (false, Int64(0), "")
            try forEachField(range) { (field, value) throws(Failure) in
                if case .number(let bits) = value {
                    if field == 1 { isText = bits == 1 }
                    if field == 2 { number = Int64(Int32(truncatingIfNeeded: bits)) }
                } else if field == 3 {
                    words = text(value)
                }
            }
            return isText ? .string(words) : .number(String(number))
        case (.texts, .bytes(let range)):
            var items: [JSONValue] = []
            try forEachField(range) { (_, value) throws(Failure) in items.append(.string(text(value))) }
            return .array(items)
        case (.anything, .bytes(let range)):
            var found: JSONValue?
            try forEachField(range) { (number, value) throws(Failure) in
                if number == 1, case .bytes(let raw) = value { found = json(raw) }
            }
            return found
        case (.message(let index), .bytes(let range)):
            return .object(try members(of: index, in: range, depth: depth + 1))
        default: return nil
        }
    }

    private func pair(_ range: Range<Int>) throws(Failure) -> (Int64, Int64) {
        var pair: (Int64, Int64) = (0, 0)
        try forEachField(range) { (number, value) throws(Failure) in
            guard case .number(let bits) = value else { return }
            if number == 1 { pair.0 = Int64(bitPattern: bits) }
            if number == 2 { pair.1 = Int64(bitPattern: bits) }
        }
        return pair
    }

    private func json(_ range: Range<Int>) -> JSONValue? {
        bytes[range].withUnsafeBytes { try? JSONValue(parsing: $0) }
    }

    // MARK: The wire

    private enum Value {
        case number(UInt64)
        case bytes(Range<Int>)
    }

    private func text(_ value: Value) -> String {
        guard case .bytes(let range) = value else { return "" }
        return String(decoding: bytes[range], as: UTF8.self)
    }

    private func forEachField(
        _ range: Range<Int>, _ body: (Int, Value) throws(Failure) -> Void
    ) throws(Failure) {
        var position = range.lowerBound
        while position < range.upperBound {
            let tag = try varint(&position, range.upperBound)
            let number = Int(clamping: tag >> 3)
            switch tag & 7 {
            case 0: try body(number, .number(try varint(&position, range.upperBound)))
            case 1, 5:
                let width = tag & 7 == 1 ? 8 : 4
                guard range.upperBound - position >= width else { throw Failure(words: "unexpected EOF") }
                var bits: UInt64 = 0
                for (place, byte) in bytes[position..<position + width].enumerated() {
                    bits |= UInt64(byte) << UInt64(place * 8)
                }
                position += width
                try body(number, .number(bits))
            case 2:
                let length = try varint(&position, range.upperBound)
                guard length <= UInt64(range.upperBound - position) else { throw Failure(words: "unexpected EOF") }
                let end = position + Int(length)
                try body(number, .bytes(position..<end))
                position = end
            default: throw Failure(words: "proto: illegal wireType \(tag & 7)")
            }
        }
    }

    private func varint(_ position: inout Int, _ end: Int) throws(Failure) -> UInt64 {
        var result: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < end else { throw Failure(words: "unexpected EOF") }
            let byte = bytes[position]
            position += 1
            result |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return result }
        }
        throw Failure(words: "proto: integer overflow")
    }
}

/// Base64 as JSON holds bytes (RFC 4648).
enum Base64 {
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let values: [UInt8: UInt32] = {
        var values: [UInt8: UInt32] = [:]
        for (value, digit) in digits.enumerated() { values[digit] = UInt32(value) }
        return values
    }()

    static func encoded(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var rest = bytes[...]
        while !rest.isEmpty {
            let group = rest.prefix(3)
            rest = rest.dropFirst(3)
            var bits: UInt32 = 0
            for byte in group { bits = bits << 8 | UInt32(byte) }
            bits <<= UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                text.append(
                    place <= group.count ? digits[Int(bits >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Where a text stops being base64; `nil` when it is base64 to its end.
    static func failure(in text: String) -> Int? {
        let bytes = Array(text.utf8).filter { $0 != 10 && $0 != 13 }
        let body = bytes.prefix { values[$0] != nil }
        let padding = bytes.count - body.count
        guard bytes[body.count...].allSatisfy({ $0 == UInt8(ascii: "=") }), padding <= 2 else { return body.count }
        return bytes.count % 4 == 0 && body.count % 4 != 1 ? nil : bytes.count
    }
}
