import KubernetesModel
import Screen

/// Logs of one or many containers, as they grow.
package struct LogView: Sendable, Equatable {
    /// A part of a line.
    package struct Piece: Sendable, Equatable {
        package enum Kind: Sendable, Equatable {
            case time
            /// Whose line it is, by number.
            case origin(Int)
            case text
            /// Words of our own.
            case mark
        }

        package var text: String
        package var kind: Kind
    }

    /// The cell where lines begin; the one before it is for a mark.
    package static let textColumn = 1
    /// The cell where the rest of a wrapped line begins.
    package static let wrappedColumn = 3

    package internal(set) var order: LogOrder
    package let openedAt: Timestamp
    package internal(set) var news: LogNews
    /// How each origin is called on its lines; empty where there is only one.
    package internal(set) var labels: [String] = []
    /// Whether the end stays on the screen as logs grow.
    package internal(set) var follows = true
    package internal(set) var wraps = false
    package internal(set) var showsTimes = false
    /// Whether it has the whole screen.
    package internal(set) var isFull = false
    /// The number of the first line on the screen.
    package internal(set) var top = 0
    /// The first column that is shown, when lines are not wrapped.
    package internal(set) var leftColumn = 0
    package internal(set) var search = ""
    /// The numbers of the lines that hold the search text.
    package internal(set) var matches: [Int] = []
    /// The line that was jumped to last.
    package internal(set) var match: Int?
    /// Up to where was searched.
    private var searched = 0

    init(_ order: LogOrder, now: Timestamp) {
        self.order = order
        openedAt = now
        news = LogNews(order)
    }

    package var text: LogText { news.text }

    /// Pods of which at least one log is being read, and all.
    package var podCounts: (reading: Int, all: Int) {
        let reading = Set(news.origins.filter { $0.phase == .reading }.map(\.pod))
        let present = Set(news.origins.filter { $0.phase != .ended }.map(\.pod))
        return (reading.count, present.count)
    }

    /// Takes what came.
    mutating func take(_ news: LogNews) {
        guard news.order == order else { return }
        if news.origins != self.news.origins || news.text.end < text.end { labels = Self.labels(of: news.origins) }
        let hasBegunAnew = news.text.end < text.end
        self.news = news
        if hasBegunAnew { searched = 0 }
        searchOn()
    }

    /// The shortest names by which origins can be told apart.
    static func labels(of origins: [LogOrigin]) -> [String] {
        let pods = Set(origins.map(\.pod))
        let hasContainers = pods.contains { pod in origins.count { $0.pod == pod } > 1 }
        guard pods.count > 1 || hasContainers else { return [] }
        let ends = pods.map { ($0, $0.split(separator: "-").last.map(String.init) ?? $0) }
        let isUnique = Set(ends.map(\.1)).count == ends.count
        let names = Dictionary(isUnique ? ends : pods.map { ($0, $0) }) { first, _ in first }
        return origins.map { origin in
            guard pods.count > 1 else { return origin.container }
            return (names[origin.pod] ?? origin.pod) + (hasContainers ? "/\(origin.container)" : "")
        }
    }

    // MARK: - Search

    mutating func find(_ text: String) {
        search = text
        matches = []
        match = nil
        searched = 0
        searchOn()
    }

    /// Looks through the lines that came since.
    private mutating func searchOn() {
        guard !search.isEmpty else { return }
        if searched == 0 { matches = [] }
        let first = text.first
        matches.removeAll { $0 < first }
        matches += text.matches(search, from: max(searched, first))
        searched = text.end
    }

    /// Goes to the next match after the one jumped to last, or after the first line shown.
    mutating func goToMatch(forward: Bool, rows: Int, columns: Int, utcOffset: Int) {
        guard let first = matches.first, let last = matches.last else { return }
        let place = match ?? (forward ? top - 1 : top)
        let next =
            forward
            ? matches.first { $0 > place } ?? first
            : matches.last { $0 < place } ?? last
        match = next
        follows = false
        if next < top || next > lastLine(rows: rows, columns: columns, utcOffset: utcOffset) {
            scroll(to: next - rows / 3, rows: rows, columns: columns, utcOffset: utcOffset)
        }
    }

    // MARK: - Layout

    /// What a line shows.
    package func pieces(of number: Int, utcOffset: Int) -> [Piece] {
        guard let (line, text) = text[number] else { return [] }
        guard line.source >= 0 else { return [Piece(text: text, kind: .mark)] }
        var pieces: [Piece] = []
        if showsTimes, line.stamp != .min {
            pieces.append(Piece(text: Self.time(line.stamp, utcOffset: utcOffset) + " ", kind: .time))
        }
        let source = Int(line.source)
        if labels.indices.contains(source) {
            pieces.append(Piece(text: labels[source] + " ", kind: .origin(source)))
        }
        pieces.append(Piece(text: text, kind: .text))
        return pieces
    }

    /// The time of day with milliseconds, such as `12:03:41.120`.
    private static func time(_ stamp: Int64, utcOffset: Int) -> String {
        let milliseconds = stamp / 1_000_000 &+ Int64(utcOffset) * 1000
        let day = ((milliseconds % 86_400_000) + 86_400_000) % 86_400_000
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let seconds = day / 1000
        return "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
            + ".\(padded(day % 1000, 3))"
    }

    /// Keeps the place within what is kept, or at the end.
    mutating func settle(rows: Int, columns: Int, utcOffset: Int) {
        scroll(to: follows ? text.end : top, rows: rows, columns: columns, utcOffset: utcOffset)
    }

    mutating func scroll(to line: Int, rows: Int, columns: Int, utcOffset: Int) {
        top = max(text.first, min(line, lastTop(rows: rows, columns: columns, utcOffset: utcOffset)))
    }

    /// Whether the last line is on the screen.
    func isAtEnd(rows: Int, columns: Int, utcOffset: Int) -> Bool {
        top >= lastTop(rows: rows, columns: columns, utcOffset: utcOffset)
    }

    /// The number of the last line on the screen, at least in part.
    package func lastLine(rows: Int, columns: Int, utcOffset: Int) -> Int {
        guard wraps else { return min(text.end, top + max(1, rows)) - 1 }
        var room = rows
        var line = top
        while line < text.end {
            room -= height(of: line, columns: columns, limit: room, utcOffset: utcOffset)
            if room <= 0 { break }
            line += 1
        }
        return min(line, text.end - 1)
    }

    /// The first line on the screen when the last one is.
    private func lastTop(rows: Int, columns: Int, utcOffset: Int) -> Int {
        guard wraps else { return text.end - max(1, rows) }
        var room = rows
        var line = text.end
        while line > text.first {
            room -= height(of: line - 1, columns: columns, limit: room, utcOffset: utcOffset)
            if room < 0 { break }
            line -= 1
        }
        return min(line, text.end - 1)
    }

    /// The rows that a wrapped line takes; of one higher than `limit` no more is read than shows that.
    private func height(of number: Int, columns: Int, limit: Int, utcOffset: Int) -> Int {
        var rows = 1
        var column = Self.textColumn
        for piece in pieces(of: number, utcOffset: utcOffset) {
            let isWhole = forEachCell(of: piece.text) { _, width in
                if column + width > columns - 1 {
                    rows += 1
                    column = Self.wrappedColumn
                }
                column += width
                return rows <= limit
            }
            if !isWhole { break }
        }
        return rows
    }

    /// All lines that are kept, with the times and names that are shown.
    func copiedText(utcOffset: Int) -> String {
        (text.first..<text.end).map { pieces(of: $0, utcOffset: utcOffset).map(\.text).joined() + "\n" }.joined()
    }
}
