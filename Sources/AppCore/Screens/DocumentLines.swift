import KubernetesModel

/// A document as YAML, line by line, keys sorted as kubectl sorts them.
///
/// With `foldsManagedFields`, `metadata.managedFields` takes one line that says how much it hides; with `masksSecrets`, the
/// values of a Secret's `data` and `stringData` are shown as their size only.
package func documentLines(_ document: JSONValue, foldsManagedFields: Bool, masksSecrets: Bool) -> [DocumentLine] {
    var writer = YAMLWriter(
        foldsManagedFields: foldsManagedFields,
        masksSecrets: masksSecrets && document["kind"] == .string("Secret"))
    writer.write(document, indent: 0, path: [])
    return writer.lines
}

private struct YAMLWriter {
    let foldsManagedFields: Bool
    let masksSecrets: Bool
    var lines: [DocumentLine] = []
    /// What stands before the next value on its line: indentation, `- `, `key: `.
    private var pending: [DocumentLine.Piece] = []

    init(foldsManagedFields: Bool, masksSecrets: Bool) {
        self.foldsManagedFields = foldsManagedFields
        self.masksSecrets = masksSecrets
    }

    private mutating func put(_ text: String, _ kind: DocumentLine.Kind) {
        pending.append(DocumentLine.Piece(text: text, kind: kind))
    }

    private mutating func endLine() {
        lines.append(DocumentLine(pieces: pending))
        pending = []
    }

    mutating func write(_ value: JSONValue, indent: Int, path: [String]) {
        switch value {
        case .object(let members):
            let unique = Dictionary(members.map { ($0.key, $0.value) }) { $1 }
            guard !unique.isEmpty else { return writeScalar("{}", .punctuation) }
            for (index, key) in unique.keys.sorted().enumerated() {
                guard let member = unique[key] else { continue }
                let margin = String(repeating: " ", count: indent)
                if index > 0 || pending.isEmpty { put(margin, .punctuation) }
                // YAML wants it so from 1024 characters on, and kubectl does so from here on.
                let isLong = key.utf8.count > 128
                if isLong { put("? ", .punctuation) }
                put(plainOrQuoted(key), .key)
                if isLong {
                    endLine()
                    put(margin, .punctuation)
                }
                put(":", .punctuation)
                writeMember(member, indent: indent, path: path + [key])
            }
        case .array(let elements):
            guard !elements.isEmpty else { return writeScalar("[]", .punctuation) }
            for (index, element) in elements.enumerated() {
                if index > 0 || pending.isEmpty { put(String(repeating: " ", count: indent), .punctuation) }
                put("- ", .punctuation)
                if case .string(let text) = element {
                    writeString(text, indent: indent)
                } else {
                    write(element, indent: indent + 2, path: path)
                }
            }
        case .string(let text): writeString(text, indent: indent)
        case .number(let text): writeScalar(text, .number)
        case .bool(let flag): writeScalar(flag ? "true" : "false", .constant)
        case .null: writeScalar("null", .constant)
        }
    }

    private mutating func writeMember(_ value: JSONValue, indent: Int, path: [String]) {
        if foldsManagedFields, path == ["metadata", "managedFields"], case .array(let entries) = value {
            return writeScalar(" (\(entries.count) folded, m shows them)", .folded)
        }
        if masksSecrets, path.count == 2, path[0] == "data" || path[0] == "stringData", case .string(let text) = value {
            let bytes = path[0] == "data" ? decodedSize(ofBase64: text) : text.utf8.count
            return writeScalar(" •••••• (\(bytes) bytes, x shows it)", .folded)
        }
        if masksSecrets, path == ["metadata", "annotations", lastApplied] {
            return writeScalar(" •••••• (x shows it)", .folded)
        }
        switch value {
        case .object(let members) where !members.isEmpty:
            endLine()
            write(value, indent: indent + 2, path: path)
        case .array(let elements) where !elements.isEmpty:
            // kubectl does not indent a list below its key.
            endLine()
            write(value, indent: indent, path: path)
        default:
            put(" ", .punctuation)
            write(value, indent: indent, path: path)
        }
    }

    /// kubectl keeps a whole copy of a Secret here.
    private var lastApplied: String { "kubectl.kubernetes.io/last-applied-configuration" }

    private mutating func writeScalar(_ text: String, _ kind: DocumentLine.Kind) {
        put(text, kind)
        endLine()
    }

    private mutating func writeString(_ text: String, indent: Int) {
        guard text.contains("\n"), isBlockSafe(text) else { return writeScalar(plainOrQuoted(text), .string) }
        var content = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let header: String
        if content.last == "" {
            content.removeLast()
            header = content.last == "" ? "|+" : "|"
        } else {
            header = "|-"
        }
        put(header, .punctuation)
        endLine()
        // Two further in than the key or the dash before it.
        let margin = String(repeating: " ", count: indent + 2)
        for line in content {
            put(line.isEmpty ? "" : margin + line, .string)
            endLine()
        }
    }

    /// Whether a text may stand in a `|` block: no control characters but line breaks, and no leading white space.
    private func isBlockSafe(_ text: String) -> Bool {
        // Which of the first spaces are indentation could not be told.
        !(text.utf8.first.map { " \t\n".utf8.contains($0) } ?? false)
            && text.unicodeScalars.allSatisfy { $0 == "\n" || $0 == "\t" || !needsEscape($0) }
    }
}

/// Whether a scalar may not stand in YAML text as it is.
private func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: true
    case 0x200B...0x200F, 0x202A...0x202E, 0x2066...0x2069: true
    default: false
    }
}

/// The number of bytes that a base64 text stands for.
private func decodedSize(ofBase64 text: String) -> Int {
    let padding = text.utf8.suffix(2).count { $0 == UInt8(ascii: "=") }
    return max(0, text.utf8.count / 4 * 3 - padding)
}

/// A string as a YAML scalar: plain where that reads back as the same string, else in double quotes.
func plainOrQuoted(_ text: String) -> String {
    isPlain(text) ? text : quoted(text)
}

private func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case "\t": result += "\\t"
        case "\r": result += "\\r"
        case _ where needsEscape(scalar):
            let hex = String(scalar.value, radix: 16, uppercase: true)
            result += "\\u" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}

private func isPlain(_ text: String) -> Bool {
    // Byte by byte: a sign is one for YAML also when a combining mark follows it.
    let bytes = text.utf8
    guard let first = bytes.first, let last = bytes.last else { return false }
    if "-?:,[]{}#&*!|>'\"%@` ".utf8.contains(first) {
        // A dash, question mark or colon is plain when more text follows it directly.
        guard "-?:".utf8.contains(first), let next = bytes.dropFirst().first, next != UInt8(ascii: " ") else {
            return false
        }
    }
    if bytes.starts(with: "---".utf8) || bytes.starts(with: "...".utf8) { return false }
    if last == UInt8(ascii: " ") || last == UInt8(ascii: ":") { return false }
    var previous = first
    for byte in bytes.dropFirst() {
        if byte == UInt8(ascii: " "), previous == UInt8(ascii: ":") { return false }
        if byte == UInt8(ascii: "#"), previous == UInt8(ascii: " ") { return false }
        previous = byte
    }
    return !text.unicodeScalars.contains(where: needsEscape) && !readsAsAnotherType(text)
}

/// Whether YAML 1.1 would read a plain scalar as a number, a boolean, null or a date.
private func readsAsAnotherType(_ text: String) -> Bool {
    let words: Set<String> = [
        "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", ".inf", "-.inf", "+.inf", "=", "<<",
    ]
    if words.contains(text.lowercased()) { return true }
    return readsAsNumber(text) || readsAsDate(text)
}

/// Whether YAML 1.1 reads a text as a whole number, a fraction or a sexagesimal number such as `12:30`.
private func readsAsNumber(_ text: String) -> Bool {
    var rest = text.utf8.filter { $0 != UInt8(ascii: "_") }[...]
    if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
    func takeDigits() -> Int {
        let digits = rest.prefix { isDigit($0) }.count
        rest = rest.dropFirst(digits)
        return digits
    }
    if rest.count > 2, rest.first == UInt8(ascii: "0"), let base = rest.dropFirst().first {
        let digits = rest.dropFirst(2)
        switch base | 0x20 {
        case UInt8(ascii: "x"): return digits.allSatisfy { isDigit($0) || (0x61...0x66).contains($0 | 0x20) }
        case UInt8(ascii: "o"), UInt8(ascii: "b"): return digits.allSatisfy(isDigit)
        default: break
        }
    }
    var digits = takeDigits()
    if digits > 0, rest.first == UInt8(ascii: ":") {
        return rest.allSatisfy { isDigit($0) || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".") }
    }
    if rest.first == UInt8(ascii: ".") {
        rest = rest.dropFirst()
        digits += takeDigits()
    }
    guard digits > 0 else { return false }
    if let exponent = rest.first, exponent | 0x20 == UInt8(ascii: "e") {
        rest = rest.dropFirst()
        if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        guard takeDigits() > 0 else { return false }
    }
    return rest.isEmpty
}

/// Whether a text begins like a date or a point in time: `2026-11-21`, `2026-11-21T12:00:00Z`.
private func readsAsDate(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0].count == 4, parts[0].allSatisfy(isDigit),
        (1...2).contains(parts[1].count), parts[1].allSatisfy(isDigit)
    else { return false }
    let day = parts[2].prefix(while: isDigit)
    guard (1...2).contains(day.count) else { return false }
    let next = parts[2].dropFirst(day.count).first
    return next == nil || next == UInt8(ascii: "T") || next == UInt8(ascii: "t") || next == UInt8(ascii: " ")
}

private func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
