/// A command line as the shell understands it.
indirect enum ShellNode: Sendable, Equatable {
    case simple(assignments: [ShellAssignment], words: [ShellWord], redirects: [ShellRedirect])
    case pipeline([ShellNode], isNegated: Bool)
    case and(ShellNode, ShellNode)
    case or(ShellNode, ShellNode)
    case list([ShellNode])
    case subshell(ShellNode, [ShellRedirect])
    case group(ShellNode, [ShellRedirect])
    case condition([ShellBranch], otherwise: ShellNode?)
    case loop(condition: ShellNode, isUntil: Bool, body: ShellNode)
    case each(name: String, words: [ShellWord], body: ShellNode)
}

struct ShellBranch: Sendable, Equatable {
    var condition: ShellNode
    var body: ShellNode
}

struct ShellAssignment: Sendable, Equatable {
    var name: String
    var value: ShellWord
}

struct ShellRedirect: Sendable, Equatable {
    enum Kind: Sendable { case input, output, append, duplicate }

    /// 0, 1 or 2.
    var descriptor: Int
    var kind: Kind
    var target: ShellWord
}

/// A word: parts that are put together after expansion.
struct ShellWord: Sendable, Equatable {
    enum Part: Sendable, Equatable {
        case literal(String, isQuoted: Bool)
        case variable(String, otherwise: String?, isQuoted: Bool)
        case command(String, isQuoted: Bool)
        case arithmetic(String, isQuoted: Bool)
    }

    var parts: [Part] = []

    /// The word as it stands, when nothing in it is quoted or expanded.
    var bare: String? {
        guard parts.count == 1, case .literal(let text, false) = parts[0] else { return nil }
        return text
    }
}

/// A line that the shell does not understand.
struct ShellSyntaxFailure: Error, Equatable {
    var words: String
    /// Whether more lines may make it whole.
    var isIncomplete = false
}

/// Reads a command line.
struct ShellParser {
    private enum Token: Equatable {
        case word(ShellWord)
        case symbol(String)
        case redirect(Int, ShellRedirect.Kind)
        case end
    }

    private static let deepest = 50
    private static let incomplete = ShellSyntaxFailure(
        words: "syntax error: unexpected end of file", isIncomplete: true)

    private let text: [Character]
    private var position = 0
    private var depth = 0
    private var peeked: (token: Token, end: Int)?

    private init(_ text: String) { self.text = Array(text) }

    /// The commands of a text.
    static func parse(_ text: String) throws(ShellSyntaxFailure) -> ShellNode {
        var parser = ShellParser(text)
        let node = try parser.list(until: [])
        guard try parser.peek() == .end else { throw parser.unexpected(try parser.peek()) }
        return node
    }

    private func unexpected(_ token: Token) -> ShellSyntaxFailure {
        switch token {
        case .end: Self.incomplete
        case .symbol(let symbol):
            ShellSyntaxFailure(words: "syntax error: unexpected \"\(symbol == "\n" ? "newline" : symbol)\"")
        case .word(let word): ShellSyntaxFailure(words: "syntax error: unexpected word \"\(word.bare ?? "")\"")
        case .redirect: ShellSyntaxFailure(words: "syntax error: unexpected redirection")
        }
    }

    // MARK: Grammar

    private mutating func list(until ends: Set<String>) throws(ShellSyntaxFailure) -> ShellNode {
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.deepest else { throw ShellSyntaxFailure(words: "syntax error: nested too deeply") }
        var nodes: [ShellNode] = []
        while true {
            while [.symbol(";"), .symbol("\n"), .symbol("&")].contains(try peek()) { _ = try next() }
            switch try peek() {
            case .end, .symbol(")"): return .list(nodes)
            case .word(let word) where word.bare.map(ends.contains) ?? false: return .list(nodes)
            default: nodes.append(try chain())
            }
            guard [.symbol(";"), .symbol("\n"), .symbol("&")].contains(try peek()) else { return .list(nodes) }
        }
    }

    private mutating func chain() throws(ShellSyntaxFailure) -> ShellNode {
        var node = try pipeline()
        while true {
            switch try peek() {
            case .symbol("&&"):
                _ = try next()
                try skipNewlines()
                node = .and(node, try pipeline())
            case .symbol("||"):
                _ = try next()
                try skipNewlines()
                node = .or(node, try pipeline())
            default: return node
            }
        }
    }

    private mutating func pipeline() throws(ShellSyntaxFailure) -> ShellNode {
        var isNegated = false
        if case .word(let word) = try peek(), word.bare == "!" {
            _ = try next()
            isNegated = true
        }
        var nodes = [try command()]
        while try peek() == .symbol("|") {
            _ = try next()
            try skipNewlines()
            nodes.append(try command())
        }
        return nodes.count == 1 && !isNegated ? nodes[0] : .pipeline(nodes, isNegated: isNegated)
    }

    private mutating func command() throws(ShellSyntaxFailure) -> ShellNode {
        if try peek() == .symbol("(") {
            _ = try next()
            let body = try list(until: [])
            guard try next() == .symbol(")") else { throw Self.incomplete }
            return .subshell(body, try redirects())
        }
        if case .word(let word) = try peek() {
            switch word.bare {
            case "{":
                _ = try next()
                let body = try list(until: ["}"])
                try expect("}")
                return .group(body, try redirects())
            case "if": return .group(try condition(), try redirects())
            case "while", "until":
                _ = try next()
                let test = try list(until: ["do"])
                return .group(
                    .loop(condition: test, isUntil: word.bare == "until", body: try body()), try redirects())
            case "for": return .group(try each(), try redirects())
            default: break
            }
        }
        return try simple()
    }

    private mutating func expect(_ keyword: String) throws(ShellSyntaxFailure) {
        let token = try next()
        guard case .word(let word) = token, word.bare == keyword else { throw unexpected(token) }
    }

    private mutating func body() throws(ShellSyntaxFailure) -> ShellNode {
        try skipSeparators()
        try expect("do")
        let body = try list(until: ["done"])
        try expect("done")
        return body
    }

    private mutating func condition() throws(ShellSyntaxFailure) -> ShellNode {
        _ = try next()
        var branches: [ShellBranch] = []
        while true {
            let test = try list(until: ["then"])
            try expect("then")
            branches.append(ShellBranch(condition: test, body: try list(until: ["elif", "else", "fi"])))
            let token = try next()
            guard case .word(let word) = token else { throw unexpected(token) }
            switch word.bare {
            case "elif": continue
            case "else":
                let otherwise = try list(until: ["fi"])
                try expect("fi")
                return .condition(branches, otherwise: otherwise)
            case "fi": return .condition(branches, otherwise: nil)
            default: throw unexpected(token)
            }
        }
    }

    private mutating func each() throws(ShellSyntaxFailure) -> ShellNode {
        _ = try next()
        let token = try next()
        guard case .word(let word) = token, let name = word.bare else { throw unexpected(token) }
        var words: [ShellWord] = []
        try skipNewlines()
        if case .word(let keyword) = try peek(), keyword.bare == "in" {
            _ = try next()
            while case .word(let word) = try peek() {
                _ = try next()
                words.append(word)
            }
        }
        return .each(name: name, words: words, body: try body())
    }

    private mutating func simple() throws(ShellSyntaxFailure) -> ShellNode {
        var assignments: [ShellAssignment] = []
        var words: [ShellWord] = []
        var redirects: [ShellRedirect] = []
        loop: while true {
            switch try peek() {
            case .word(let word):
                _ = try next()
                if words.isEmpty, let assignment = Self.assignment(word) {
                    assignments.append(assignment)
                } else {
                    words.append(word)
                }
            case .redirect: redirects += try self.redirects()
            default: break loop
            }
        }
        guard !(assignments.isEmpty && words.isEmpty && redirects.isEmpty) else { throw unexpected(try peek()) }
        return .simple(assignments: assignments, words: words, redirects: redirects)
    }

    private mutating func redirects() throws(ShellSyntaxFailure) -> [ShellRedirect] {
        var redirects: [ShellRedirect] = []
        while case .redirect(let descriptor, let kind) = try peek() {
            _ = try next()
            let token = try next()
            guard case .word(let target) = token else { throw unexpected(token) }
            redirects.append(ShellRedirect(descriptor: descriptor, kind: kind, target: target))
        }
        return redirects
    }

    private static func assignment(_ word: ShellWord) -> ShellAssignment? {
        guard case .literal(let text, false) = word.parts.first, let equals = text.firstIndex(of: "=") else {
            return nil
        }
        let name = text[..<equals]
        guard let first = name.first, first.isLetter || first == "_",
            name.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" })
        else { return nil }
        var value = word
        value.parts[0] = .literal(String(text[text.index(after: equals)...]), isQuoted: true)
        return ShellAssignment(name: String(name), value: value)
    }

    // MARK: Tokens

    private mutating func skipNewlines() throws(ShellSyntaxFailure) {
        while try peek() == .symbol("\n") { _ = try next() }
    }

    private mutating func skipSeparators() throws(ShellSyntaxFailure) {
        while [.symbol("\n"), .symbol(";")].contains(try peek()) { _ = try next() }
    }

    private mutating func peek() throws(ShellSyntaxFailure) -> Token {
        if let peeked { return peeked.token }
        let start = position
        let token = try scan()
        peeked = (token, position)
        position = start
        return token
    }

    private mutating func next() throws(ShellSyntaxFailure) -> Token {
        let token = try peek()
        if let peeked { position = peeked.end }
        peeked = nil
        return token
    }

    private var current: Character? { position < text.count ? text[position] : nil }

    private func hasPrefix(_ prefix: String) -> Bool {
        text[position...].prefix(prefix.count).elementsEqual(prefix)
    }

    private mutating func scan() throws(ShellSyntaxFailure) -> Token {
        while let character = current {
            if character == " " || character == "\t" {
                position += 1
            } else if hasPrefix("\\\n") {
                position += 2
            } else if character == "#" {
                while let character = current, character != "\n" { position += character == "\n" ? 0 : 1 }
            } else {
                break
            }
        }
        guard let character = current else { return .end }
        for symbol in ["&&", "||", ";", "|", "&", "(", ")", "\n"] where hasPrefix(symbol) {
            if symbol == "&", hasPrefix("&>") { break }
            position += symbol.count
            return .symbol(symbol)
        }
        var descriptor: Int?
        if let digit = character.wholeNumberValue, (0...2).contains(digit), position + 1 < text.count,
            text[position + 1] == ">" || text[position + 1] == "<"
        {
            descriptor = digit
            position += 1
        }
        for (symbol, kind, standard) in [
            (">&", ShellRedirect.Kind.duplicate, 1), (">>", .append, 1), (">", .output, 1), ("<", .input, 0),
        ] where hasPrefix(symbol) {
            position += symbol.count
            return .redirect(descriptor ?? standard, kind)
        }
        return .word(try word())
    }

    private mutating func word() throws(ShellSyntaxFailure) -> ShellWord {
        var word = ShellWord()
        var plain = ""
        func flush(_ word: inout ShellWord) {
            if !plain.isEmpty { word.parts.append(.literal(plain, isQuoted: false)) }
            plain = ""
        }
        while let character = current {
            switch character {
            case " ", "\t", "\n", ";", "|", "&", "(", ")", "<", ">":
                flush(&word)
                return word
            case "\\":
                position += 1
                guard let escaped = current else { throw Self.incomplete }
                flush(&word)
                word.parts.append(.literal(escaped == "\n" ? "" : String(escaped), isQuoted: true))
                position += 1
            case "'":
                flush(&word)
                position += 1
                var quoted = ""
                while let inner = current, inner != "'" {
                    quoted.append(inner)
                    position += 1
                }
                guard current != nil else { throw Self.incomplete }
                position += 1
                word.parts.append(.literal(quoted, isQuoted: true))
            case "\"":
                flush(&word)
                position += 1
                try quoted(&word)
            case "$", "`":
                flush(&word)
                try expansion(&word, isQuoted: false)
            default:
                plain.append(character)
                position += 1
            }
        }
        flush(&word)
        return word
    }

    private mutating func quoted(_ word: inout ShellWord) throws(ShellSyntaxFailure) {
        var text = ""
        word.parts.append(.literal("", isQuoted: true))
        while let character = current {
            if character == "\"" {
                position += 1
                word.parts.append(.literal(text, isQuoted: true))
                return
            }
            if character == "\\", position + 1 < self.text.count, "\\\"$`\n".contains(self.text[position + 1]) {
                if self.text[position + 1] != "\n" { text.append(self.text[position + 1]) }
                position += 2
            } else if character == "$" || character == "`" {
                word.parts.append(.literal(text, isQuoted: true))
                text = ""
                try expansion(&word, isQuoted: true)
            } else {
                text.append(character)
                position += 1
            }
        }
        throw Self.incomplete
    }

    /// What follows a `$`, or stands between backquotes.
    private mutating func expansion(_ word: inout ShellWord, isQuoted: Bool) throws(ShellSyntaxFailure) {
        if current == "`" {
            position += 1
            var inner = ""
            while let character = current, character != "`" {
                inner.append(character)
                position += 1
            }
            guard current != nil else { throw Self.incomplete }
            position += 1
            word.parts.append(.command(inner, isQuoted: isQuoted))
            return
        }
        position += 1
        if hasPrefix("((") {
            let inner = try balanced(2)
            word.parts.append(.arithmetic(inner, isQuoted: isQuoted))
        } else if current == "(" {
            word.parts.append(.command(try balanced(1), isQuoted: isQuoted))
        } else if current == "{" {
            position += 1
            var inner = ""
            while let character = current, character != "}" {
                inner.append(character)
                position += 1
            }
            guard current != nil else { throw Self.incomplete }
            position += 1
            if let range = inner.range(ofFirst: ":-") {
                word.parts.append(
                    .variable(
                        String(inner[..<range]), otherwise: String(inner[range...].dropFirst(2)), isQuoted: isQuoted))
            } else {
                word.parts.append(.variable(inner, otherwise: nil, isQuoted: isQuoted))
            }
        } else if let character = current, "?$#@*!0123456789".contains(character) {
            position += 1
            word.parts.append(.variable(String(character), otherwise: nil, isQuoted: isQuoted))
        } else {
            var name = ""
            while let character = current, character.isLetter || character.isNumber || character == "_" {
                name.append(character)
                position += 1
            }
            word.parts.append(
                name.isEmpty
                    ? .literal("$", isQuoted: true) : .variable(name, otherwise: nil, isQuoted: isQuoted))
        }
    }

    /// The text up to the bracket that closes this one; `count` brackets open and close it.
    private mutating func balanced(_ count: Int) throws(ShellSyntaxFailure) -> String {
        position += count
        var level = count
        var inner = ""
        var quote: Character?
        while let character = current {
            position += 1
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "'" || character == "\"" {
                quote = character
            } else if character == "(" {
                level += 1
            } else if character == ")" {
                level -= 1
                if level == 0 { return String(inner.dropLast(count - 1)) }
            }
            inner.append(character)
        }
        throw Self.incomplete
    }
}

extension String {
    /// Where a text occurs first.
    fileprivate func range(ofFirst text: String) -> Index? {
        indices.first { self[$0...].hasPrefix(text) }
    }
}
