import KubernetesModel

/// The YAML of one object, live.
package struct DocumentView: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        case loading(since: Timestamp)
        case loaded(JSONValue)
        case failed(APIFailure)
    }

    package let address: ObjectAddress
    package internal(set) var content: Content
    /// Deleted while open: the content is its last state.
    package internal(set) var isDeleted = false
    /// Why the content may be old.
    package internal(set) var failure: APIFailure?
    package internal(set) var lines: [DocumentLine] = []
    package internal(set) var foldsManagedFields = true
    package internal(set) var masksSecrets = true
    package internal(set) var wraps = false
    package internal(set) var top = 0
    /// The first column that is shown, when lines are not wrapped.
    package internal(set) var leftColumn = 0
    package internal(set) var search = ""
    /// The indexes of the lines that hold the search text.
    package internal(set) var matches: [Int] = []
    /// Which of `matches` was jumped to last.
    package internal(set) var matchIndex: Int?

    init(_ address: ObjectAddress, now: Timestamp) {
        self.address = address
        content = .loading(since: now)
    }

    mutating func load(_ document: JSONValue) {
        content = .loaded(document)
        failure = nil
        layOut()
    }

    /// Makes the lines anew: the document or what is folded changed.
    mutating func layOut() {
        guard case .loaded(let document) = content else { return }
        lines = documentLines(document, foldsManagedFields: foldsManagedFields, masksSecrets: masksSecrets)
        find(search)
    }

    mutating func find(_ text: String) {
        search = text
        let wanted = text.lowercased()
        matches = wanted.isEmpty ? [] : lines.indices.filter { lines[$0].text.lowercased().contains(wanted) }
        if let index = matchIndex, index >= matches.count { matchIndex = nil }
    }

    /// Goes to the next match after the one jumped to last, or after the first line shown.
    mutating func goToMatch(forward: Bool, visibleRows: Int) {
        guard !matches.isEmpty else { return }
        let index: Int
        if let current = matchIndex {
            index = (current + (forward ? 1 : matches.count - 1)) % matches.count
        } else if forward {
            index = matches.firstIndex { $0 >= top } ?? 0
        } else {
            index = matches.lastIndex { $0 < top } ?? matches.count - 1
        }
        matchIndex = index
        if matches[index] < top || matches[index] >= top + visibleRows {
            scroll(to: matches[index] - visibleRows / 3, visibleRows: visibleRows)
        }
    }

    mutating func scroll(to line: Int, visibleRows: Int) {
        top = max(0, min(line, lines.count - max(1, visibleRows)))
    }
}

/// A line of a document: pieces of text with what they mean.
package struct DocumentLine: Sendable, Equatable {
    package struct Piece: Sendable, Equatable {
        package var text: String
        package var kind: Kind
    }

    package enum Kind: Sendable, Equatable { case key, string, number, constant, punctuation, folded }

    package var pieces: [Piece]

    package var text: String { pieces.map(\.text).joined() }
}
