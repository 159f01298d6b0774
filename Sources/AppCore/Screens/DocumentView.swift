import ClusterState
import Describe
import KubernetesModel
import Screen

/// One object, live: as YAML, or described in words.
package struct DocumentView: Sendable, Equatable {
    package enum Content: Sendable, Equatable {
        case loading(since: Timestamp)
        case loaded(JSONValue)
        case failed(APIFailure)
    }

    package enum Form: Sendable, Equatable { case yaml, description }

    package let address: ObjectAddress
    package internal(set) var form: Form
    /// Of a pod, the one container that is shown of it.
    package internal(set) var container: String?
    package internal(set) var content: Content
    /// Deleted while open: the content is its last state.
    package internal(set) var isDeleted = false
    /// Why the content may be old.
    package internal(set) var failure: APIFailure?
    /// When it is tried again.
    package internal(set) var retryAt: Timestamp?
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

    /// The link that Enter follows: which of those to its object, and where that is now.
    package internal(set) var selectedLink: LinkPosition?
    /// What was known of related objects when it was described last.
    var describedFrom: [KindScope: KindSnapshot] = [:]

    init(_ address: ObjectAddress, form: Form = .yaml, now: Timestamp) {
        self.address = address
        self.form = form
        wraps = form == .description
        content =
            AccessTopic.all.contains(address.resource.groupResource)
            ? .loaded(AccessTopic.document(name: address.name, namespace: address.namespace)) : .loading(since: now)
    }

    mutating func load(_ document: JSONValue) {
        content = .loaded(document)
        failure = nil
        isDeleted = false
        layOut()
    }

    /// Characters of the longest line.
    var longestLine: Int { lines.reduce(0) { max($0, $1.text.count) } }

    /// What is copied: the lines as they are shown, without those that only say what is folded.
    var copiedText: String {
        lines.filter { !$0.saysOnlyWhatIsFolded }.map { $0.text + "\n" }.joined()
    }

    /// Makes the lines anew: the document or what is folded changed.
    ///
    /// Lines that come or go above the screen do not move what is on it.
    mutating func layOut() {
        guard form == .yaml, case .loaded(let document) = content else { return }
        let before = lines
        let shown = container.map { document.part(ofContainer: $0) ?? .object([]) } ?? document
        lines = documentLines(shown, foldsManagedFields: foldsManagedFields, masksSecrets: masksSecrets)
        let sameAtEnd = zip(before.reversed(), lines.reversed()).prefix { $0 == $1 }.count
        if top > 0, top >= before.count - sameAtEnd { top += lines.count - before.count }
        find(search)
    }

    mutating func find(_ text: String) {
        search = text
        let wanted = text.lowercased()
        matches = wanted.isEmpty ? [] : lines.indices.filter { lines[$0].text.lowercased().contains(wanted) }
        if let index = matchIndex, index >= matches.count { matchIndex = nil }
    }

    /// Goes to the next match after the one jumped to last, or after the first line shown.
    mutating func goToMatch(forward: Bool, visibleRows: Int, columns: Int) {
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
        if matches[index] < top || matches[index] > lastLine(visibleRows: visibleRows, columns: columns) {
            scroll(to: matches[index] - visibleRows / 3, visibleRows: visibleRows, columns: columns)
        }
    }

    mutating func scroll(to line: Int, visibleRows: Int, columns: Int) {
        top = max(0, min(line, lastTop(visibleRows: visibleRows, columns: columns)))
    }

    // MARK: - Wrapped lines

    /// The cell where lines begin; the one before it is for a mark.
    package static let textColumn = 1

    /// The last line that is on the screen, at least in part.
    package func lastLine(visibleRows: Int, columns: Int) -> Int {
        guard wraps else { return min(lines.count, top + max(1, visibleRows)) - 1 }
        var room = visibleRows
        var line = top
        while line < lines.count {
            room -= height(of: lines[line], columns: columns, limit: room)
            if room <= 0 { break }
            line += 1
        }
        return min(line, lines.count - 1)
    }

    /// The first line on the screen when the last one is.
    private func lastTop(visibleRows: Int, columns: Int) -> Int {
        guard wraps else { return lines.count - max(1, visibleRows) }
        var room = visibleRows
        var line = lines.count
        while line > 0 {
            room -= height(of: lines[line - 1], columns: columns, limit: room)
            if room < 0 { break }
            line -= 1
        }
        return min(line, lines.count - 1)
    }

    /// The rows that a wrapped line takes; of one higher than `limit` no more is read than shows that.
    private func height(of line: DocumentLine, columns: Int, limit: Int) -> Int {
        var rows = 1
        let wrappedColumn = line.wrappedColumn(columns: columns)
        var column = Self.textColumn
        for piece in line.pieces {
            let isWhole = forEachCell(of: piece.text) { _, width in
                if column + width > columns - 1 {
                    rows += 1
                    column = wrappedColumn
                }
                column += width
                return rows <= limit
            }
            if !isWhole { break }
        }
        return rows
    }
}

/// A line of a document: pieces of text with what they mean.
package struct DocumentLine: Sendable, Equatable {
    package struct Piece: Sendable, Equatable {
        package var text: String
        package var kind: Kind
        /// Where it leads.
        package var link: DescribedLink?
    }

    package enum Kind: Sendable, Equatable {
        case key, string, number, constant, punctuation, folded, text
        /// Of descriptions.
        case heading, fine, degraded, broken, link
    }

    package var pieces: [Piece]
    /// The character below which a wrapped line goes on; `nil` near the margin.
    package var hang: Int?

    init(pieces: [Piece], hang: Int? = nil) {
        self.pieces = pieces
        self.hang = hang
    }

    /// The cell where the rest of the line begins when it is wrapped.
    package func wrappedColumn(columns: Int) -> Int {
        guard let hang else { return 3 }
        return DocumentView.textColumn + max(2, min(hang, columns / 2))
    }

    package var text: String { pieces.map(\.text).joined() }

    /// Whether it stands for `metadata.managedFields`, folded.
    fileprivate var saysOnlyWhatIsFolded: Bool {
        pieces.last?.kind == .folded && pieces.contains { $0.kind == .key && $0.text == "managedFields" }
    }
}
