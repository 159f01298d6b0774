import Yams

/// The text of a kubeconfig file and where its parts stand, to change some bytes of it and leave all others.
///
/// What cannot be changed so, because it is written in an unusual way, is refused.
struct KubeconfigText {
    /// Why a change is not made.
    struct Refusal: Error {
        var words: String
    }

    private(set) var bytes: [UInt8]
    private let path: String
    private var root: Node.Mapping = [:]
    /// Where lines begin, as libyaml counts them.
    private var lineStarts: [Int] = [0]

    /// Reads a text.
    ///
    /// - Throws: When it is no kubeconfig, or one that is not to be changed by a program.
    init(path: String, bytes: [UInt8]) throws(KubeconfigFailure) {
        self.path = path
        self.bytes = bytes
        let document = try KubeconfigDocument(file: path, bytes: bytes)
        // Where keys are there twice, places are not those of the file.
        if let warning = document.warnings.first(where: { $0.contains("is there twice") }) {
            throw KubeconfigFailure(problem: warning, remedy: "correct that first")
        }
        root = document.root?.mapping ?? [:]
        lineStarts = Self.lineStarts(bytes)
    }

    /// The whole content, to compare.
    var content: Content { Content(.mapping(root)) }

    // MARK: - Entries

    /// The entries of a list with a name.
    private func entries(_ what: String, _ name: String) -> [(index: Int, entry: Node.Mapping)] {
        (root["\(what)s"]?.sequence ?? []).enumerated().compactMap { index, node in
            guard let mapping = node.mapping, mapping["name"]?.scalarText == name else { return nil }
            return (index, mapping)
        }
    }

    private func entry(_ what: String, _ name: String) throws(Refusal) -> (index: Int, entry: Node.Mapping) {
        let found = entries(what, name)
        guard let first = found.first else { throw Refusal(words: "\(what) \"\(name)\" is not there any more") }
        guard found.count == 1 else { throw Refusal(words: "\(what) \"\(name)\" is there twice") }
        return first
    }

    /// Gives an entry another name.
    mutating func rename(_ what: String, _ name: String, to new: String) throws(Refusal) {
        let entry = try entry(what, name).entry
        try setScalar("name", in: entry, to: new)
    }

    /// Sets a field of what an entry is about.
    mutating func set(_ field: String, to text: String, of what: String, _ name: String) throws(Refusal) {
        guard let fields = try entry(what, name).entry[what], case .mapping(let mapping) = fields else {
            throw Refusal(words: "\(what) \"\(name)\" has no fields")
        }
        if mapping.contains(where: { $0.key.scalarText == field }) {
            return try setScalar(field, in: mapping, to: text)
        }
        try insert(field, text, into: mapping, after: ["cluster", "user"])
    }

    /// Sets the current context.
    mutating func setCurrentContext(to name: String) throws(Refusal) {
        if root.contains(where: { $0.key.scalarText == "current-context" }) {
            return try setScalar("current-context", in: root, to: name)
        }
        try insert("current-context", name, into: root, after: ["kind", "apiVersion"])
    }

    // MARK: - Values

    private mutating func setScalar(_ key: String, in mapping: Node.Mapping, to text: String) throws(Refusal) {
        guard let pair = mapping.first(where: { $0.key.scalarText == key }) else {
            throw Refusal(words: "there is no \(key)")
        }
        // In JSON all texts are in quotes, as the keys are.
        let bare: Node.Scalar.Style = pair.key.scalar?.style == .doubleQuoted ? .doubleQuoted : .plain
        if pair.value.isNull, pair.value.scalar?.string.isEmpty == true {
            let colon = try colon(after: pair.key)
            return splice(colon + 1..<colon + 1, " " + quoted(text, like: bare))
        }
        guard let scalar = pair.value.scalar, let span = span(of: scalar) else { throw unusual(key) }
        splice(span, quoted(text, like: scalar.style == .plain ? bare : scalar.style))
    }

    private func unusual(_ what: String) -> Refusal { Refusal(words: "\(what) is written in an unusual way") }

    /// The bytes that a scalar takes, with its quotes; `nil` where it is not on one line in a simple form.
    private func span(of scalar: Node.Scalar) -> Range<Int>? {
        guard let start = scalar.mark.flatMap(offset(of:)), start < bytes.count else { return nil }
        switch scalar.style {
        case .plain:
            let text = Array(scalar.string.utf8)
            let end = start + text.count
            guard !text.isEmpty, end <= bytes.count, Array(bytes[start..<end]) == text else { return nil }
            let isEnd = end == bytes.count || [0x20, 0x09, 0x0A, 0x0D, 0x2C, 0x5D, 0x7D, 0x3A].contains(bytes[end])
            return isEnd ? start..<end : nil
        case .singleQuoted:
            guard bytes[start] == UInt8(ascii: "'") else { return nil }
            return quotedEnd(from: start).map { start..<$0 }
        case .doubleQuoted:
            guard bytes[start] == UInt8(ascii: "\"") else { return nil }
            return quotedEnd(from: start).map { start..<$0 }
        default: return nil
        }
    }

    /// The place after a quoted text on one line.
    private func quotedEnd(from start: Int) -> Int? {
        let quote = bytes[start]
        var index = start + 1
        while index < bytes.count, bytes[index] != 0x0A, bytes[index] != 0x0D {
            if bytes[index] == quote {
                guard quote == UInt8(ascii: "'"), index + 1 < bytes.count, bytes[index + 1] == quote else {
                    return index + 1
                }
                index += 1
            } else if bytes[index] == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                index += 1
            }
            index += 1
        }
        return nil
    }

    /// The place of the colon after a key.
    private func colon(after key: Node) throws(Refusal) -> Int {
        guard let scalar = key.scalar, var index = span(of: scalar)?.upperBound else { throw unusual("a key") }
        while index < bytes.count, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
        guard index < bytes.count, bytes[index] == UInt8(ascii: ":") else { throw unusual("a key") }
        return index
    }

    /// A text as YAML, in quotes where it has them or needs them.
    private func quoted(_ text: String, like style: Node.Scalar.Style) -> String {
        let double = "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        switch style {
        case .singleQuoted: return "'" + text.replacing("'", with: "''") + "'"
        case .plain: return Self.isPlain(text) ? text : double
        default: return double
        }
    }

    /// Whether a text without quotes is that text and nothing else.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, UInt8(ascii: "a")...UInt8(ascii: "z") ~= first | 0x20,
            text.utf8.last != UInt8(ascii: ":")
        else { return false }
        let words = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"]
        return !words.contains(text.lowercased())
            && text.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII
                    && (scalar.properties.isAlphabetic || "0123456789._/@+:-".unicodeScalars.contains(scalar))
            }
    }

    // MARK: - New fields

    /// Adds a field after one of others, or before the first.
    private mutating func insert(
        _ key: String, _ text: String, into mapping: Node.Mapping, after others: [String]
    ) throws(Refusal) {
        // The style that the parser tells is that of the end.
        if let start = mapping.mark.flatMap(offset(of:)), start < bytes.count, bytes[start] == UInt8(ascii: "{") {
            let comma = mapping.isEmpty ? "" : ", "
            return splice(start + 1..<start + 1, "\"\(key)\": \(quoted(text, like: .doubleQuoted))\(comma)")
        }
        for other in others {
            guard let pair = mapping.first(where: { $0.key.scalarText == other }), let scalar = pair.value.scalar,
                let span = span(of: scalar), let mark = pair.key.mark, mark.line == scalar.mark?.line,
                let indent = indentation(before: mark)
            else { continue }
            let line = "\(indent)\(key): \(quoted(text, like: .plain))"
            let end = lineEnd(after: span.upperBound)
            guard mark.line < lineStarts.count else {
                splice(bytes.count..<bytes.count, newline(near: span.lowerBound) + line)
                return
            }
            return splice(end..<end, line + newline(near: span.lowerBound))
        }
        guard let mark = mapping.first?.key.mark, let indent = indentation(before: mark) else {
            throw unusual("the entry")
        }
        let start = max(lineStarts[mark.line - 1], mark.line == 1 ? byteOrderMark : 0)
        splice(start..<start, "\(indent)\(key): \(quoted(text, like: .plain))" + newline(near: start))
    }

    /// The blanks before a place, where there is nothing else before it on its line.
    private func indentation(before mark: Mark) -> String? {
        guard let place = offset(of: mark), lineStarts.indices.contains(mark.line - 1) else { return nil }
        let before = bytes[max(lineStarts[mark.line - 1], mark.line == 1 ? byteOrderMark : 0)..<place]
        guard before.allSatisfy({ $0 == 0x20 }) else { return nil }
        return String(decoding: before, as: UTF8.self)
    }

    /// The line break that the text has after a place, or else before it.
    private func newline(near place: Int) -> String {
        guard let feed = bytes[place...].firstIndex(of: 0x0A) ?? bytes[..<place].lastIndex(of: 0x0A) else {
            return "\n"
        }
        return feed > 0 && bytes[feed - 1] == 0x0D ? "\r\n" : "\n"
    }

    private func lineEnd(after place: Int) -> Int { lineStarts.first { $0 > place } ?? bytes.count }

    // MARK: - Removing

    /// Removes an entry; comments between entries stay.
    mutating func remove(_ what: String, _ name: String) throws(Refusal) {
        let (index, entry) = try entry(what, name)
        guard let pair = root.first(where: { $0.key.scalarText == "\(what)s" }), let list = pair.value.sequence,
            let mark = entry.mark, let start = offset(of: mark)
        else { throw unusual("the list of \(what)s") }
        if let open = list.mark.flatMap(offset(of:)), open < bytes.count, bytes[open] == UInt8(ascii: "[") {
            return try removeInFlow(from: start)
        }
        guard lineStarts.indices.contains(mark.line - 1) else { throw unusual("the entry") }
        let lineStart = lineStarts[mark.line - 1]
        let before = bytes[max(lineStart, mark.line == 1 ? byteOrderMark : 0)..<start]
        guard let dash = before.firstIndex(of: UInt8(ascii: "-")),
            before[..<dash].allSatisfy({ $0 == 0x20 }), before[(dash + 1)...].allSatisfy({ $0 == 0x20 })
        else { throw unusual("the entry") }
        let range = lineStart..<blockEnd(line: mark.line, indent: dash - lineStart)
        guard list.count > 1, index < list.count else {
            let colon = try colon(after: pair.key)
            splice(range, "")
            return splice(colon + 1..<colon + 1, " []")
        }
        splice(range, "")
    }

    /// Where an item of a list ends that begins in a line: after its last line that is indented more than its dash.
    private func blockEnd(line: Int, indent: Int) -> Int {
        var end = line
        for number in line..<max(line, lineStarts.count) {
            let start = lineStarts[number]
            let next = number + 1 < lineStarts.count ? lineStarts[number + 1] : bytes.count
            let text = bytes[start..<next]
            guard let first = text.firstIndex(where: { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D }) else { continue }
            if first - start > indent {
                end = number + 1
            } else if bytes[first] != UInt8(ascii: "#") {
                break
            }
        }
        return end < lineStarts.count ? lineStarts[end] : bytes.count
    }

    /// Removes `{...}` from a list in brackets, with the comma beside it.
    private mutating func removeInFlow(from start: Int) throws(Refusal) {
        guard start < bytes.count, bytes[start] == UInt8(ascii: "{"), var end = flowEnd(from: start) else {
            throw unusual("the entry")
        }
        func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }
        var after = end
        while after < bytes.count, isBlank(bytes[after]) { after += 1 }
        if after < bytes.count, bytes[after] == UInt8(ascii: ",") {
            end = after + 1
            while end < bytes.count, isBlank(bytes[end]) { end += 1 }
            return splice(start..<end, "")
        }
        var begin = start
        while begin > 0, isBlank(bytes[begin - 1]) { begin -= 1 }
        if begin > 0, bytes[begin - 1] == UInt8(ascii: ",") { return splice(begin - 1..<end, "") }
        splice(start..<end, "")
    }

    /// The place after the brace that closes the one here; `nil` where a comment may be in between.
    private func flowEnd(from start: Int) -> Int? {
        var depth = 0
        var index = start
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return index + 1 }
            case UInt8(ascii: "\""), UInt8(ascii: "'"):
                guard let end = quotedEnd(from: index) else { return nil }
                index = end
                continue
            case UInt8(ascii: "#"): return nil
            default: break
            }
            index += 1
        }
        return nil
    }

    // MARK: - Places

    private var byteOrderMark: Int { bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0 }

    /// Where a place is in the bytes.
    private func offset(of mark: Mark) -> Int? {
        guard lineStarts.indices.contains(mark.line - 1) else { return nil }
        var index = max(lineStarts[mark.line - 1], mark.line == 1 ? byteOrderMark : 0)
        var left = mark.column - 1
        while left > 0 {
            guard index < bytes.count else { return nil }
            index += 1
            while index < bytes.count, bytes[index] & 0xC0 == 0x80 { index += 1 }
            left -= 1
        }
        return index
    }

    private static func lineStarts(_ bytes: [UInt8]) -> [Int] {
        var starts = [0]
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case 0x0A: starts.append(index + 1)
            case 0x0D: if index + 1 >= bytes.count || bytes[index + 1] != 0x0A { starts.append(index + 1) }
            case 0xC2: if index + 1 < bytes.count, bytes[index + 1] == 0x85 { starts.append(index + 2) }
            case 0xE2:
                if index + 2 < bytes.count, bytes[index + 1] == 0x80, bytes[index + 2] & 0xFE == 0xA8 {
                    starts.append(index + 3)
                }
            default: break
            }
            index += 1
        }
        return starts
    }

    private mutating func splice(_ range: Range<Int>, _ text: String) {
        bytes.replaceSubrange(range, with: Array(text.utf8))
    }
}

extension KubeconfigText {
    /// What a text says, without how it is written.
    indirect enum Content: Hashable {
        /// A scalar, and whether it is a text; `nil` for null.
        case scalar(String?, isText: Bool)
        case list([Content])
        case fields([String: Content])

        init(_ node: Node) {
            switch node {
            case .scalar(let scalar):
                self = .scalar(node.isNull ? nil : scalar.string, isText: node.tag == Tag(.str))
            case .sequence(let sequence): self = .list(sequence.map { Content($0) })
            case .mapping(let mapping):
                self = .fields(
                    Dictionary(
                        mapping.map { ($0.key.scalarText ?? "", Content($0.value)) },
                        uniquingKeysWith: { _, last in last }))
            case .alias: self = .scalar(nil, isText: false)
            }
        }

        /// A text.
        static func text(_ text: String) -> Content { .scalar(text, isText: true) }

        /// A field.
        subscript(_ key: String) -> Content? {
            get { if case .fields(let fields) = self { fields[key] } else { nil } }
            set {
                guard case .fields(var fields) = self else { return }
                fields[key] = newValue
                self = .fields(fields)
            }
        }

        /// Changes the entries of a list that have a name; `nil` removes them.
        mutating func change(_ what: String, _ name: String, _ change: (Content) -> Content?) {
            guard case .list(let entries)? = self["\(what)s"] else { return }
            self["\(what)s"] = .list(
                entries.compactMap { entry in
                    guard case .scalar(name, _)? = entry["name"] else { return entry }
                    return change(entry)
                })
        }
    }
}
