import KubernetesModel

/// What a line of a log says in fields: JSON, or logfmt; before them there may be words.
struct LogFields: Sendable {
    /// In the order of the line.
    let members: [JSONValue.Member]

    /// Bytes of a line that are read; a longer one has no fields.
    private static let lineLimit = LogRing.lineBytes

    /// - Returns: `nil` when the line has no fields.
    init?(_ line: ArraySlice<UInt8>) {
        guard line.count <= Self.lineLimit else { return nil }
        guard let members = Self.json(line) ?? Self.logfmt(line) else { return nil }
        self.members = members
    }

    private static func json(_ line: ArraySlice<UInt8>) -> [JSONValue.Member]? {
        guard let start = line.firstIndex(of: UInt8(ascii: "{")),
            let last = line.last(where: { $0 != space }), last == UInt8(ascii: "}")
        else { return nil }
        let value = line[start...].withUnsafeBytes { try? JSONValue(parsing: $0) }
        guard case .object(var members)? = value, !members.isEmpty else { return nil }
        let before = trimmed(line[..<start])
        if !before.isEmpty { members.insert(.init(freeKey("text", members), .string(before)), at: 0) }
        return members
    }

    /// `key=value key="some words"`; words before the first are the message, words in between are not logfmt.
    private static func logfmt(_ line: ArraySlice<UInt8>) -> [JSONValue.Member]? {
        var members: [JSONValue.Member] = []
        var index = line.startIndex
        /// Where the words before the first field end.
        var wordsEnd = index
        while index < line.endIndex {
            while index < line.endIndex, line[index] == space { index += 1 }
            let start = index
            while index < line.endIndex, isKeyByte(line[index]) { index += 1 }
            let hasKey = index > start && index < line.endIndex && line[index] == equals
            guard hasKey else {
                while index < line.endIndex, line[index] != space { index += 1 }
                // A word: before the fields it belongs to the message.
                if members.isEmpty { wordsEnd = index } else if index > start { return nil }
                continue
            }
            let key = String(decoding: line[start..<index], as: UTF8.self)
            index += 1
            let isQuoted = index < line.endIndex && line[index] == quote
            let text = value(line, &index)
            members.append(.init(key, !isQuoted && isNumber(text) ? .number(text) : .string(text)))
        }
        let words = trimmed(line[..<wordsEnd])
        guard !members.isEmpty, words.isEmpty || members.count >= 2 || words.last == "\"" else { return nil }
        if !words.isEmpty { members.insert(.init(freeKey("msg", members), .string(words)), at: 0) }
        return members
    }

    private static func value(_ line: ArraySlice<UInt8>, _ index: inout Int) -> String {
        guard index < line.endIndex, line[index] == quote else {
            let start = index
            while index < line.endIndex, line[index] != space { index += 1 }
            return String(decoding: line[start..<index], as: UTF8.self)
        }
        index += 1
        var text: [UInt8] = []
        while index < line.endIndex, line[index] != quote {
            if line[index] == UInt8(ascii: "\\"), index + 1 < line.endIndex {
                index += 1
                text.append(
                    line[index] == UInt8(ascii: "n") ? 0x0A : line[index] == UInt8(ascii: "t") ? 0x09 : line[index])
            } else {
                text.append(line[index])
            }
            index += 1
        }
        index = min(index + 1, line.endIndex)
        return String(decoding: text, as: UTF8.self)
    }

    /// A key that no member has.
    private static func freeKey(_ key: String, _ members: [JSONValue.Member]) -> String {
        members.contains { $0.key == key } ? "(\(key))" : key
    }

    // MARK: - Values

    /// Names under which programs write the same.
    private static let synonyms: [[String]] = [
        levelKeys, ["msg", "message", "@m", "@mt", "event"], ["time", "ts", "timestamp", "@timestamp", "t", "@t"],
        ["error", "err", "exception"], ["logger", "name", "component", "caller"],
    ]
    static let levelKeys = ["level", "severity", "lvl", "loglevel", "log.level", "levelname", "@l"]

    /// The text of a field by its name or its path, such as `order.id`; `nil` when the line has none.
    func text(of name: String) -> String? {
        if let value = value(of: name) { return Self.text(value) }
        for names in Self.synonyms where names.contains(name) {
            for other in names { if let value = value(of: other) { return Self.text(value) } }
        }
        return nil
    }

    private func value(of name: String) -> JSONValue? {
        if let value = members.last(where: { $0.key == name })?.value { return value }
        guard let dot = name.firstIndex(of: ".") else { return nil }
        var rest = name[name.index(after: dot)...].split(separator: ".", omittingEmptySubsequences: false)[...]
        var value = members.last { $0.key == name[..<dot] }?.value
        while let key = rest.popFirst() {
            guard let inner = value else { return nil }
            if case .array(let elements) = inner, let index = Int(key), elements.indices.contains(index) {
                value = elements[index]
            } else {
                value = inner[String(key)]
            }
        }
        return value
    }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .string(let text), .number(let text): text
        case .bool(let flag): flag ? "true" : "false"
        case .null: ""
        case .array, .object: value.writeJSON()
        }
    }

    /// The names of all fields, those inside of others by their path.
    var names: [String] {
        var names: [String] = []
        func add(_ members: [JSONValue.Member], _ prefix: String, _ depth: Int) {
            for member in members where names.count < 100 {
                if case .object(let inner) = member.value, !inner.isEmpty, depth < 4 {
                    add(inner, prefix + member.key + ".", depth + 1)
                } else {
                    names.append(prefix + member.key)
                }
            }
        }
        add(members, "", 0)
        return names
    }
}

private let space = UInt8(ascii: " ")
private let quote = UInt8(ascii: "\"")
private let equals = UInt8(ascii: "=")

/// Whether a text is a number that reads the same as one of JSON.
private func isNumber(_ text: String) -> Bool {
    let digits = text.utf8.drop { $0 == UInt8(ascii: "-") }
    guard digits.count <= 18, text.utf8.count - digits.count <= 1, let first = digits.first, isASCIIDigit(first) else {
        return false
    }
    let parts = digits.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return parts.count <= 2 && parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(isASCIIDigit) }
        && (first != UInt8(ascii: "0") || parts[0].count == 1)
}

private func isKeyByte(_ byte: UInt8) -> Bool {
    isASCIILetter(byte) || isASCIIDigit(byte) || "_.-/@".utf8.contains(byte)
}

private func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
    var bytes = bytes
    while let first = bytes.first, first == space || first == 0x09 { bytes.removeFirst() }
    while let last = bytes.last, last == space || last == 0x09 { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
}
