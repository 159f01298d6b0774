/// Why a text is no label selector.
public struct LabelSelectorFailure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What was expected, and what is there instead.
    public var description: String
}

extension LabelSelector {
    /// The selector that a text writes as `kubectl -l` takes it: `a=b,c!=d,e in (x,y),f notin (z),g,!h,i>1`.
    public init(parsing text: String) throws(LabelSelectorFailure) {
        self.init()
        var parser = LabelSelectorParser(text)
        guard parser.peek() != .end else { return }
        repeat {
            matchExpressions.append(try parser.requirement())
        } while try parser.continues()
    }

    /// The selector as `kubectl -l` takes it.
    public var text: String {
        let equalities = matchLabels.pairs.map { "\($0.key)=\($0.value)" }
        return (equalities + matchExpressions.map(\.text)).joined(separator: ",")
    }
}

extension LabelSelectorRequirement {
    /// The requirement as `kubectl -l` takes it.
    public var text: String {
        switch (`operator`, values.count) {
        case ("In", 1): "\(key)=\(values[0])"
        case ("NotIn", 1): "\(key)!=\(values[0])"
        case ("In", _): "\(key) in (\(values.joined(separator: ",")))"
        case ("NotIn", _): "\(key) notin (\(values.joined(separator: ",")))"
        case ("Exists", _): key
        case ("DoesNotExist", _): "!\(key)"
        case ("Gt", _): "\(key)>\(values.first ?? "")"
        case ("Lt", _): "\(key)<\(values.first ?? "")"
        default: "\(key) \(`operator`) (\(values.joined(separator: ",")))"
        }
    }
}

/// Splits a selector into words and signs, and reads requirements from them.
private struct LabelSelectorParser {
    enum Token: Equatable {
        case word(String)
        case sign(String)
        case end
    }

    private static let signs = "=!,()<>".unicodeScalars

    private var tokens: [Token] = []
    private var position = 0

    init(_ text: String) {
        // Scalar by scalar: a sign is one, even when a combining mark follows it.
        var rest = text.unicodeScalars[...]
        while let first = rest.first {
            if first.properties.isWhitespace {
                rest.removeFirst()
            } else if Self.signs.contains(first) {
                rest.removeFirst()
                let isDouble = rest.first == "=" && (first == "=" || first == "!")
                if isDouble { rest.removeFirst() }
                tokens.append(.sign("\(first)\(isDouble ? "=" : "")"))
            } else {
                let word = rest.prefix { !$0.properties.isWhitespace && !Self.signs.contains($0) }
                tokens.append(.word(String(word)))
                rest = rest[word.endIndex...]
            }
        }
    }

    func peek() -> Token { position < tokens.count ? tokens[position] : .end }

    private mutating func next() -> Token {
        defer { position += 1 }
        return peek()
    }

    private func unexpected(_ token: Token, _ wanted: String) -> LabelSelectorFailure {
        switch token {
        case .end: LabelSelectorFailure(description: "expected \(wanted) at the end")
        case .word(let text), .sign(let text):
            LabelSelectorFailure(description: "expected \(wanted) instead of \"\(text)\"")
        }
    }

    /// Whether another requirement follows.
    mutating func continues() throws(LabelSelectorFailure) -> Bool {
        let token = next()
        if token == .end { return false }
        guard token == .sign(",") else { throw unexpected(token, "\",\"") }
        return true
    }

    mutating func requirement() throws(LabelSelectorFailure) -> LabelSelectorRequirement {
        if peek() == .sign("!") {
            position += 1
            return LabelSelectorRequirement(key: try key(), operator: "DoesNotExist")
        }
        let key = try key()
        switch peek() {
        case .end, .sign(","): return LabelSelectorRequirement(key: key, operator: "Exists")
        case .sign("="), .sign("=="):
            position += 1
            return LabelSelectorRequirement(key: key, operator: "In", values: [value()])
        case .sign("!="):
            position += 1
            return LabelSelectorRequirement(key: key, operator: "NotIn", values: [value()])
        case .sign(">"): return try comparison(key, "Gt")
        case .sign("<"): return try comparison(key, "Lt")
        case .word("in"): return LabelSelectorRequirement(key: key, operator: "In", values: try values())
        case .word("notin"): return LabelSelectorRequirement(key: key, operator: "NotIn", values: try values())
        case let token: throw unexpected(token, "an operator after \"\(key)\"")
        }
    }

    private mutating func key() throws(LabelSelectorFailure) -> String {
        let token = next()
        guard case .word(let key) = token else { throw unexpected(token, "a label key") }
        return key
    }

    /// A value, which may be empty.
    private mutating func value() -> String {
        guard case .word(let value) = peek() else { return "" }
        position += 1
        return value
    }

    private mutating func comparison(
        _ key: String, _ name: String
    ) throws(LabelSelectorFailure) -> LabelSelectorRequirement {
        position += 1
        let token = next()
        guard case .word(let text) = token, Int64(text) != nil else { throw unexpected(token, "a whole number") }
        return LabelSelectorRequirement(key: key, operator: name, values: [text])
    }

    /// The values in parentheses after `in` or `notin`.
    private mutating func values() throws(LabelSelectorFailure) -> [String] {
        position += 1
        let opening = next()
        guard opening == .sign("(") else { throw unexpected(opening, "\"(\"") }
        var values: [String] = []
        while true {
            values.append(value())
            let token = next()
            if token == .sign(")") { return values }
            guard token == .sign(",") else { throw unexpected(token, "\",\" or \")\"") }
        }
    }
}
