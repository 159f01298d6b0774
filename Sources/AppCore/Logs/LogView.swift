import KubernetesModel
import Screen

/// The room that lines of logs have, and where times are told from.
package struct LogSpace: Sendable, Equatable {
    package var rows: Int
    package var columns: Int
    /// Local time less UTC, in seconds.
    package var utcOffset: Int

    package init(rows: Int, columns: Int, utcOffset: Int) {
        self.rows = max(1, rows)
        self.columns = columns
        self.utcOffset = utcOffset
    }
}

/// Logs of one or many containers, as they grow.
package struct LogView: Sendable, Equatable {
    /// Whether lines say when they were written.
    package enum Times: Sendable, Equatable, CaseIterable {
        case off, local, utc
    }

    package internal(set) var order: LogOrder
    package let openedAt: Timestamp
    package internal(set) var news: LogNews
    /// Whether the end stays on the screen as logs grow.
    package internal(set) var follows = true
    /// How many lines there were when it stopped following.
    private(set) var pausedAt = 0
    package internal(set) var wraps = false
    package internal(set) var times = Times.off
    /// The number of the first line on the screen.
    package internal(set) var top = 0
    /// How many of its rows are above the screen.
    package internal(set) var topRow = 0
    /// The line that keys are about; `nil` while it follows.
    package internal(set) var cursor: Int?
    /// The first column that is shown, when lines are not wrapped.
    package internal(set) var leftColumn = 0
    /// The lines whose fields are shown below them.
    package internal(set) var expanded: Set<Int> = []
    /// The fields that lines show instead of their text, such as `level` or `order.id`.
    package internal(set) var fields: [String] = []
    /// How wide the columns of the fields are.
    var fieldWidths: [Int] = []
    /// What the lines on the screen have in the fields, by their numbers.
    var fieldTexts: [Int: [String?]] = [:]

    package private(set) var filter = LogFilter()
    /// The lines that the filter shows; `nil` for all.
    package private(set) var index: LogIndex?
    package private(set) var search = LogSearch()
    /// The numbers of lines that hold the search text and are shown, when not all are.
    private var shownMatches: [Int] = []
    /// Whether there are lines that were not yet looked at for the filter or the search.
    package private(set) var isBehind = false
    /// Whether it goes to a match when one is known.
    private var awaitsMatch = false

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
        return (reading.count, present.count + news.podsLeftOut)
    }

    /// Whether nothing more comes of it by itself.
    var isOver: Bool {
        switch news.state {
        case .ended, .failed: true
        case .reading:
            news.origins.contains(where: \.hasFailed) && news.origins.allSatisfy { $0.phase == .ended }
        case .retrying: false
        }
    }

    /// Takes what came.
    mutating func take(_ news: LogNews) {
        guard news.order == order else { return }
        if !news.text.continues(text) {
            expanded = []
            pausedAt = 0
            fieldTexts = [:]
            index = filter.isEmpty ? nil : LogIndex(filter)
            search = LogSearch(search.text)
        }
        self.news = news
        if let oldest = expanded.min(), oldest < text.first { expanded = expanded.filter { $0 >= text.first } }
        work()
    }

    /// Shows other logs in the same way.
    func showing(_ order: LogOrder, now: Timestamp) -> LogView {
        var next = LogView(order, now: now)
        (next.wraps, next.times) = (wraps, times)
        (next.fields, next.fieldWidths) = (fields, fieldWidths)
        next.set(filter)
        next.find(search.text)
        return next
    }

    // MARK: - What is shown

    /// How many lines are shown.
    package var shownCount: Int { index?.numbers.count ?? text.end - text.first }

    /// The numbers of the lines that are shown, from the top of the screen on.
    package var shownLines: some Sequence<Int> {
        let first = place(of: top)
        return (first..<max(first, shownCount)).lazy.map { number(at: $0) }
    }

    /// The number of the line that is shown at a place from 0 on.
    func number(at place: Int) -> Int { index?.numbers[place] ?? text.first + place }

    /// The place of a line, or of the next one that is shown; the count when there is none.
    func place(of number: Int) -> Int {
        index?.numbers.lowerBound(of: number) ?? max(0, min(number, text.end) - text.first)
    }

    /// How many lines that are shown came since it stopped following.
    package var newCount: Int { follows ? 0 : max(0, shownCount - place(of: pausedAt)) }

    /// The lines that hold the search text and are shown.
    package var matches: [Int] { index == nil ? search.matches : shownMatches }

    /// Which of the matches is at the cursor, from 0 on.
    package var matchIndex: Int? {
        guard let cursor, !matches.isEmpty else { return nil }
        let index = matches.lowerBound(of: cursor)
        return index < matches.count && matches[index] == cursor ? index : nil
    }

    // MARK: - Filter and search

    /// Bytes that are looked at in one go for a plain text: some milliseconds of work.
    static let workBytes = 12 << 20

    mutating func set(_ filter: LogFilter) {
        guard filter != self.filter else { return }
        self.filter = filter
        index = filter.isEmpty ? nil : LogIndex(filter)
        work()
    }

    mutating func find(_ text: String) {
        search = LogSearch(text)
        awaitsMatch = false
        work()
    }

    /// Looks at lines that were not yet looked at, so many that it takes a few milliseconds.
    mutating func work() {
        var budget = Self.workBytes
        let text = text
        let isFiltered = index?.take(text, budget: &budget) ?? true
        let isSearched = search.take(text, budget: &budget)
        isBehind = !(isFiltered && isSearched)
        shownMatches = index.map { search.matches.intersection($0.numbers) } ?? []
    }

    /// Takes search or filter away.
    mutating func clear() {
        if !search.text.isEmpty { return find("") }
        set(LogFilter())
    }

    /// Why a search finds nothing, or not yet; `nil` when it does.
    var whyNothingIsFound: String? {
        if let failure = search.failure { return failure }
        if search.isEmpty || !matches.isEmpty { return nil }
        return isBehind ? "Searching …" : "Nothing matches."
    }

    /// Whether there is something to take away.
    var isNarrowed: Bool { !search.text.isEmpty || !filter.isEmpty }

    // MARK: - Moving

    /// Stays at the end from now on.
    mutating func follow() {
        follows = true
        cursor = nil
    }

    /// Stays where it is from now on, the cursor on the last line of the screen.
    mutating func pause(_ space: LogSpace) {
        guard follows else { return }
        follows = false
        pausedAt = text.end
        if shownCount > 0 { cursor = number(at: lastPlace(space)) }
    }

    /// Goes to the next match after the cursor, or after the beginning of the screen.
    mutating func goToMatch(forward: Bool, _ space: LogSpace) {
        awaitsMatch = isBehind && matches.isEmpty
        guard let first = matches.first, let last = matches.last else { return }
        let from = cursor ?? (forward ? top - 1 : top)
        let index = matches.lowerBound(of: forward ? from + 1 : from)
        let next = forward ? (index < matches.count ? matches[index] : first) : index > 0 ? matches[index - 1] : last
        pause(space)
        cursor = next
        let place = place(of: next)
        guard place < self.place(of: top) || place > lastPlace(space) else { return }
        (top, topRow) = (number(at: place), 0)
        scroll(by: -space.rows / 3, space)
        settle(space)
    }

    /// Goes to the match that was waited for.
    mutating func goToAwaitedMatch(_ space: LogSpace) {
        if awaitsMatch, !matches.isEmpty || !isBehind { goToMatch(forward: true, space) }
    }
}
