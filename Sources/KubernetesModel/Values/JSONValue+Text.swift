extension JSONValue {
    /// The value of one JSON document.
    ///
    /// Numbers keep their text, keys may come twice, invalid UTF-8 and lone surrogates become U+FFFD.
    /// - Throws: `WireFailure` when the bytes are no JSON, more than one value, or nested deeper than 512.
    public init(parsing bytes: UnsafeRawBufferPointer) throws(WireFailure) {
        var cursor = JSONCursor(bytes.assumingMemoryBound(to: UInt8.self))
        cursor.skipWhitespace()
        self = Self.parse(&cursor, depth: 0)
        cursor.skipWhitespace()
        if cursor.position < cursor.end { cursor.fail(.malformed) }
        if let failure = cursor.failure { throw failure }
    }

    private static func parse(_ cursor: inout JSONCursor, depth: Int) -> JSONValue {
        guard depth < WireLimits.depth else {
            cursor.fail(.tooDeep)
            return .null
        }
        switch cursor.peek() {
        case UInt8(ascii: "{"):
            cursor.advance()
            var members: [Member] = []
            guard cursor.begins(until: UInt8(ascii: "}")) else { return .object(members) }
            repeat {
                let key = cursor.string().text
                cursor.expect(UInt8(ascii: ":"))
                cursor.skipWhitespace()
                members.append(Member(key, parse(&cursor, depth: depth + 1)))
            } while cursor.continues(until: UInt8(ascii: "}"))
            return .object(members)
        case UInt8(ascii: "["):
            cursor.advance()
            var elements: [JSONValue] = []
            guard cursor.begins(until: UInt8(ascii: "]")) else { return .array(elements) }
            repeat {
                elements.append(parse(&cursor, depth: depth + 1))
            } while cursor.continues(until: UInt8(ascii: "]"))
            return .array(elements)
        case UInt8(ascii: "\""): return .string(cursor.string().text)
        default: return scalar(&cursor)
        }
    }

    private static func scalar(_ cursor: inout JSONCursor) -> JSONValue {
        let start = cursor.position
        cursor.skipValue()
        let text = String(
            decoding: UnsafeBufferPointer(start: start, count: cursor.position - start), as: UTF8.self)
        switch text {
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default:
            if !isNumber(text.utf8) { cursor.fail(.malformed, at: start) }
            return .number(text)
        }
    }

    /// Whether a text is a number by the grammar of JSON.
    private static func isNumber(_ text: String.UTF8View) -> Bool {
        var rest = text[...]
        func digits() -> Substring.UTF8View {
            let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            rest = rest.dropFirst(digits.count)
            return digits
        }
        func take(_ bytes: UInt8...) -> Bool {
            guard let first = rest.first, bytes.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        _ = take(UInt8(ascii: "-"))
        let whole = digits()
        guard !whole.isEmpty, whole.count == 1 || whole.first != UInt8(ascii: "0") else { return false }
        if take(UInt8(ascii: ".")), digits().isEmpty { return false }
        if take(UInt8(ascii: "e"), UInt8(ascii: "E")) {
            _ = take(UInt8(ascii: "+"), UInt8(ascii: "-"))
            if digits().isEmpty { return false }
        }
        return rest.isEmpty
    }

    /// Appends the value as JSON text in UTF-8, on one line without spaces.
    public func writeJSON(into bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(contentsOf: "null".utf8)
        case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
        case .number(let text): bytes.append(contentsOf: text.utf8)
        case .string(let text): Self.write(text, into: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.writeJSON(into: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.write(member.key, into: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.value.writeJSON(into: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// The value as JSON text, on one line without spaces.
    public func writeJSON() -> String {
        var bytes: [UInt8] = []
        writeJSON(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func write(_ text: String, into bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
            case 10: bytes.append(contentsOf: "\\n".utf8)
            case 13: bytes.append(contentsOf: "\\r".utf8)
            case 9: bytes.append(contentsOf: "\\t".utf8)
            case 0..<0x20:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
