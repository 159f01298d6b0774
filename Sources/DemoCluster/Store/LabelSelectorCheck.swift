/// Says in an API server's words what is wrong with a label selector.
struct LabelSelectorCheck {
    private enum Token: Equatable {
        case end, comma, open, close, not, equals, doubleEquals, notEquals, less, greater, isIn, isNotIn, identifier
    }

    /// Why a text is no selector.
    private struct Failure: Error { var words: String }

    private var tokens: [(token: Token, text: String)] = []
    private var position = 0

    /// - Returns: `nil` for a selector that parses.
    static func complaint(about text: String) -> String? {
        var check = LabelSelectorCheck(text)
        do throws(Failure) {
            try check.parse()
            return nil
        } catch {
            return error.words
        }
    }

    // MARK: Words

    private init(_ text: String) {
        let bytes = Array(text.utf8)
        let special = Set("=!(),<>".utf8)
        let spaces = Set(" \t\r\n".utf8)
        let signs: [String: Token] = [
            ")": .close, ",": .comma, "!": .not, "==": .doubleEquals, "=": .equals, ">": .greater, "<": .less,
            "!=": .notEquals, "(": .open,
        ]
        var index = 0
        while index < bytes.count {
            guard !spaces.contains(bytes[index]) else {
                index += 1
                continue
            }
            let start = index
            guard special.contains(bytes[index]) else {
                while index < bytes.count, !special.contains(bytes[index]), !spaces.contains(bytes[index]) {
                    index += 1
                }
                let word = String(decoding: bytes[start..<index], as: UTF8.self)
                tokens.append((word == "in" ? .isIn : word == "notin" ? .isNotIn : .identifier, word))
                continue
            }
            // The longest sign that there is.
            let two = String(decoding: bytes[start..<min(start + 2, bytes.count)], as: UTF8.self)
            let one = String(decoding: bytes[start...start], as: UTF8.self)
            let sign = two.utf8.count == 2 && signs[two] != nil ? two : one
            tokens.append((signs[sign] ?? .identifier, sign))
            index += sign.utf8.count
        }
    }

    /// What comes next; where values are, `in` and `notin` are words like others.
    private func next(isOperator: Bool = false) -> (token: Token, text: String) {
        guard position < tokens.count else { return (.end, "") }
        let (token, text) = tokens[position]
        return (!isOperator && (token == .isIn || token == .isNotIn) ? .identifier : token, text)
    }

    private mutating func take(isOperator: Bool = false) -> (token: Token, text: String) {
        defer { position += 1 }
        return next(isOperator: isOperator)
    }

    // MARK: Grammar

    private mutating func parse() throws(Failure) {
        while true {
            let (token, text) = next()
            switch token {
            case .end: return
            case .identifier, .not:
                do throws(Failure) {
                    try requirement()
                } catch {
                    throw Failure(words: "unable to parse requirement: \(error.words)")
                }
                let (after, word) = take()
                if after == .end { return }
                guard after == .comma else { throw Failure(words: "found '\(word)', expected: ',' or 'end of string'") }
                let (following, name) = next()
                guard following == .identifier || following == .not else {
                    throw Failure(words: "found '\(name)', expected: identifier after ','")
                }
            default: throw Failure(words: "found '\(text)', expected: !, identifier, or 'end of string'")
            }
        }
    }

    private mutating func requirement() throws(Failure) {
        var (token, key) = take()
        let isNegated = token == .not
        if isNegated { (token, key) = take() }
        guard token == .identifier else { throw Failure(words: "found '\(key)', expected: identifier") }
        try checkKey(key)
        if next().token == .end || next().token == .comma || isNegated { return }
        let (sign, text) = take(isOperator: true)
        switch sign {
        case .isIn, .isNotIn:
            for (index, value) in try values().enumerated() { try check(value, at: index, of: key) }
        case .less, .greater:
            let value = try exactValue()
            guard Int64(value) != nil else {
                throw Failure(
                    words:
                        "values[0]: Invalid value: \"\(value)\": for 'Gt', 'Lt' operators, the value must be an integer"
                )
            }
        case .equals, .doubleEquals, .notEquals: try check(try exactValue(), at: 0, of: key)
        default: throw Failure(words: "found '\(text)', expected: in, notin, =, ==, !=, gt, lt")
        }
    }

    private mutating func exactValue() throws(Failure) -> String {
        if next().token == .end || next().token == .comma { return "" }
        let (token, text) = take()
        guard token == .identifier else { throw Failure(words: "found '\(text)', expected: identifier") }
        return text
    }

    private mutating func values() throws(Failure) -> [String] {
        let (first, text) = take()
        guard first == .open else { throw Failure(words: "found '\(text)' expected: '('") }
        var values: [String] = []
        while true {
            let (token, word) = take()
            switch token {
            case .close: return values
            case .comma: continue
            case .identifier:
                values.append(word)
                let (after, other) = next()
                guard after == .comma || after == .close else {
                    throw Failure(words: "found '\(other)', expected: ',' or ')'")
                }
            default: throw Failure(words: "found '\(word)', expected: ',', ')' or identifier")
            }
        }
    }

    // MARK: Names

    private static let name =
        "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
        + "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is "
        + "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
    private static let value =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start "
        + "and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for "
        + "validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"
    private static let longest = 63

    private func checkKey(_ key: String) throws(Failure) {
        let parts = key.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.last else {
            throw Failure(
                words: "key: Invalid value: \"\(key)\": a qualified name \(Self.name) with an optional DNS subdomain "
                    + "prefix and '/' (e.g. 'example.com/MyName')")
        }
        func invalid(_ words: String) -> Failure { Failure(words: "key: Invalid value: \"\(key)\": \(words)") }
        if parts.count == 2, parts[0].isEmpty { throw invalid("prefix part must be non-empty") }
        if name.isEmpty { throw invalid("name part must be non-empty") }
        if name.utf8.count > Self.longest { throw invalid("name part must be no more than 63 bytes") }
        if !Self.isName(name) { throw invalid("name part \(Self.name)") }
    }

    private func check(_ value: String, at index: Int, of key: String) throws(Failure) {
        func invalid(_ words: String) -> Failure {
            Failure(words: "values[\(index)][\(key)]: Invalid value: \"\(value)\": \(words)")
        }
        if value.utf8.count > Self.longest { throw invalid("must be no more than 63 bytes") }
        if !value.isEmpty, !Self.isName(Substring(value)) { throw invalid(Self.value) }
    }

    private static func isName(_ text: Substring) -> Bool {
        func isPlain(_ letter: Character?) -> Bool {
            letter.map { $0.isASCII && ($0.isLetter || $0.isNumber) } ?? false
        }
        return isPlain(text.first) && isPlain(text.last)
            && text.allSatisfy { isPlain($0) || $0 == "-" || $0 == "_" || $0 == "." }
    }
}
