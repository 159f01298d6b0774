/// A part of a description.
indirect enum Part: Sendable, Equatable {
    /// A label and what it says, in one line or several.
    case field(String, [Words])
    /// A label with parts below it, set in.
    case section(String, Words, [Part])
    /// Titles and rows.
    case table([String], [[Words]])
    case line(Words)
    /// Parts that belong together, with a dash before the first.
    case item([Part])
    /// A text of several lines as it is.
    case block(String)
}

/// A description that is being written.
struct Page: Sendable, Equatable {
    private(set) var parts: [Part] = []

    mutating func field(_ label: String, _ value: Words) { parts.append(.field(label, [value])) }

    /// A label with one value a line.
    mutating func field(_ label: String, _ values: [Words], orElse none: Words = .none) {
        parts.append(.field(label, values.isEmpty ? [none] : values))
    }

    /// A label with a text, if there is one.
    mutating func field(_ label: String, ifAny text: String) {
        if !text.isEmpty { parts.append(.field(label, [Words(text)])) }
    }

    mutating func section(_ label: String, _ note: Words = "", _ write: (inout Page) -> Void) {
        var page = Page()
        write(&page)
        parts.append(.section(label, note, page.parts))
    }

    mutating func item(_ write: (inout Page) -> Void) {
        var page = Page()
        write(&page)
        parts.append(.item(page.parts))
    }

    mutating func table(_ titles: [String], _ rows: [[Words]]) { parts.append(.table(titles, rows)) }

    mutating func line(_ words: Words) { parts.append(.line(words)) }

    mutating func block(_ text: String) { parts.append(.block(text)) }
}
