import KubernetesModel

/// Why a text is no filter, for the user.
package struct FilterFailure: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}

/// What rows of a table must be like: terms joined by AND.
///
/// `text`, `!text`, `-l selector`, `-f fuzzy`, and columns: `status:crash restarts>5 age<2h`.
package struct Filter: Sendable, Equatable {
    enum Term: Sendable, Equatable {
        case text(TextPattern, inverse: Bool)
        case labels(LabelSelector)
        /// Lower-cased UTF-8.
        case fuzzy([UInt8])
        case column(ColumnTerm, inverse: Bool)
    }

    package static let none = Filter(terms: [])

    let terms: [Term]

    private init(terms: [Term]) { self.terms = terms }

    package var isEmpty: Bool { terms.isEmpty }

    /// Texts to highlight in the rows that are shown.
    package var literals: [String] {
        terms.compactMap { if case .text(let pattern, false) = $0, pattern.isLiteral { pattern.source } else { nil } }
    }

    /// Whether rows may come and go with time alone.
    var dependsOnTime: Bool {
        terms.contains { if case .column(let term, _) = $0 { term.isTimeDependent } else { false } }
    }

    /// Reads what was typed after `/`.
    ///
    /// - Throws: what is wrong with it, and the nearest thing that would be right.
    package init(parsing text: String, table: ResourceTable) throws(FilterFailure) {
        var terms: [Term] = []
        var words = try Self.words(text)[...]
        while let word = words.popFirst() {
            switch word.text {
            case "-l" where !word.isQuoted:
                guard var selector = words.popFirst()?.text else {
                    throw FilterFailure("-l needs a label selector: -l app=web")
                }
                // `app in (web, cart)` is several words.
                if let next = words.first?.text, next == "in" || next == "notin" {
                    while !selector.hasSuffix(")"), let word = words.popFirst() { selector += " " + word.text }
                }
                terms.append(.labels(try Self.selector(selector)))
            case "-f" where !word.isQuoted:
                guard let pattern = words.popFirst() else { throw FilterFailure("-f needs a text: -f chkout") }
                terms.append(.fuzzy(Array(pattern.text.lowercased().utf8)))
            case let text where word.isQuoted:
                terms.append(.text(try TextPattern(text), inverse: false))
            case "!":
                throw FilterFailure("! needs a text: !running")
            case let text where text.hasPrefix("!"):
                let rest = String(text.dropFirst())
                if let term = try ColumnTerm(parsing: rest, table: table) {
                    terms.append(.column(term, inverse: true))
                } else {
                    terms.append(.text(try TextPattern(rest), inverse: true))
                }
            case let text:
                if let term = try ColumnTerm(parsing: text, table: table) {
                    terms.append(.column(term, inverse: false))
                } else if text.contains("="), let selector = try? Self.selector(text) {
                    terms.append(.labels(selector))
                } else {
                    terms.append(.text(try TextPattern(text), inverse: false))
                }
            }
        }
        self.terms = terms
    }

    private static func selector(_ text: String) throws(FilterFailure) -> LabelSelector {
        do {
            return try LabelSelector(parsing: text)
        } catch {
            throw FilterFailure("\(text) is no label selector: \(error)")
        }
    }

    /// The words of a filter; those in quotes are one.
    ///
    /// - Throws: when a quote is not closed.
    static func words(_ text: String) throws(FilterFailure) -> [(text: String, isQuoted: Bool)] {
        var words: [(text: String, isQuoted: Bool)] = []
        var current = ""
        var quote: Character?
        var wasQuoted = false
        for character in text {
            if let open = quote {
                if character == open { quote = nil } else { current.append(character) }
            } else if (character == "\"" || character == "'")
                && (current.isEmpty || ":=<>".contains(current.last ?? " "))
            {
                quote = character
                wasQuoted = current.isEmpty
            } else if character == " " {
                if !current.isEmpty || wasQuoted { words.append((current, wasQuoted)) }
                (current, wasQuoted) = ("", false)
            } else {
                current.append(character)
            }
        }
        if let quote { throw FilterFailure("the quote \(quote) is not closed") }
        if !current.isEmpty || wasQuoted { words.append((current, wasQuoted)) }
        return words
    }

    /// Whether a row is shown.
    func matches(_ row: TableRow, table: ResourceTable, context: CellContext) -> Bool {
        terms.allSatisfy { term in
            switch term {
            case .text(let pattern, let inverse): pattern.occurs(in: row.searchText) != inverse
            case .labels(let selector): selector.matches(row.object.metadata.labels)
            case .fuzzy(let pattern):
                isSubsequence(pattern, of: row.place.namespace, row.place.name)
            case .column(let term, let inverse):
                term.matches(row.object, column: table.columns[term.columnIndex], context: context) != inverse
            }
        }
    }
}

/// Appends a text in lower case: ASCII byte by byte, anything else by Unicode's rules.
///
/// Line breaks and zeros, which end a column's text and a row's, become spaces.
func appendLowercased(_ text: String, to bytes: inout [UInt8]) {
    let start = bytes.count
    var isASCII = true
    for byte in text.utf8 {
        if byte >= 0x80 {
            isASCII = false
            break
        }
        bytes.append(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte == 0 || byte == 0x0A ? 0x20 : byte)
    }
    if isASCII { return }
    bytes.removeLast(bytes.count - start)
    for byte in text.lowercased().utf8 { bytes.append(byte == 0 || byte == 0x0A ? 0x20 : byte) }
}

/// Whether the bytes of a lower-cased pattern occur in `namespace/name` in this order, others in between allowed.
func isSubsequence(_ pattern: [UInt8], of namespace: String, _ name: String) -> Bool {
    var next = 0
    func take(_ byte: UInt8) {
        let lower = byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
        if next < pattern.count, pattern[next] == lower { next += 1 }
    }
    for byte in namespace.utf8 { take(byte) }
    if !namespace.isEmpty { take(UInt8(ascii: "/")) }
    for byte in name.utf8 { take(byte) }
    return next == pattern.count
}
