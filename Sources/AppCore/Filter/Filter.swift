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
        case fuzzy([Character])
        case column(ColumnTerm)
    }

    package static let none = Filter(terms: [])

    let terms: [Term]

    private init(terms: [Term]) { self.terms = terms }

    package var isEmpty: Bool { terms.isEmpty }

    /// Whether it looks at the visible columns' text.
    var usesText: Bool { terms.contains { if case .text = $0 { true } else { false } } }

    /// Texts to highlight in the rows that are shown.
    package var literals: [String] {
        terms.compactMap { if case .text(let pattern, false) = $0, pattern.isLiteral { pattern.source } else { nil } }
    }

    /// Whether rows may come and go with time alone.
    var dependsOnTime: Bool {
        terms.contains { if case .column(let term) = $0 { term.isTimeDependent } else { false } }
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
                guard let selector = words.popFirst() else {
                    throw FilterFailure("-l needs a label selector: -l app=web")
                }
                terms.append(.labels(try Self.selector(selector.text)))
            case "-f" where !word.isQuoted:
                guard let pattern = words.popFirst() else { throw FilterFailure("-f needs a text: -f chkout") }
                terms.append(.fuzzy(Array(pattern.text.lowercased())))
            case let text where word.isQuoted:
                terms.append(.text(try TextPattern(text), inverse: false))
            case "!":
                throw FilterFailure("! needs a text: !running")
            case let text where text.hasPrefix("!"):
                terms.append(.text(try TextPattern(String(text.dropFirst())), inverse: true))
            case let text:
                if let term = try ColumnTerm(parsing: text, table: table) {
                    terms.append(.column(term))
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

    private static func words(_ text: String) throws(FilterFailure) -> [(text: String, isQuoted: Bool)] {
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

    /// The lower-cased text of a row's visible columns, less what changes with time alone.
    static func searchText(
        of object: any StoredObject, table: ResourceTable, columns: [Int], context: CellContext
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128)
        for index in columns where !table.columns[index].isTimeDependent {
            appendLowercased(table.columns[index].text(object, context), to: &bytes)
            bytes.append(UInt8(ascii: " "))
        }
        return bytes
    }

    /// Whether a row is shown.
    ///
    /// `searchText` is needed only when `usesText`.
    func matches(
        _ object: any StoredObject, table: ResourceTable, searchText: [UInt8], context: CellContext
    ) -> Bool {
        terms.allSatisfy { term in
            switch term {
            case .text(let pattern, let inverse): pattern.occurs(in: searchText) != inverse
            case .labels(let selector): selector.matches(object.metadata.labels)
            case .fuzzy(let pattern):
                isSubsequence(pattern, of: "\(object.metadata.namespace)/\(object.metadata.name)")
            case .column(let term): term.matches(object, column: table.columns[term.columnIndex], context: context)
            }
        }
    }
}

/// Appends a text in lower case: ASCII byte by byte, anything else by Unicode's rules.
///
///
///
private func appendLowercased(_ text: String, to bytes: inout [UInt8]) {
    if text.utf8.allSatisfy({ $0 < 0x80 }) {
        for byte in text.utf8 { bytes.append(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte) }
    } else {
        bytes.append(contentsOf: text.lowercased().utf8)
    }
}

/// Whether the characters occur in this order, others in between allowed; without case.
func isSubsequence(_ pattern: [Character], of text: String) -> Bool {
    var remaining = pattern[...]
    for character in text.lowercased() where character == remaining.first { remaining = remaining.dropFirst() }
    return remaining.isEmpty
}
