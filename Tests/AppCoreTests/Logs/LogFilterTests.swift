import Testing

@testable import AppCore

/// Filters and searches against what looking at every line by itself would say.
struct LogFilterTests {
    private struct Random {
        var state: UInt64

        mutating func below(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
    }

    private static let words = [
        "timeout", "Timeout", "health", "GET", "/cart", "order=7", "retry", "ünïcode", "a", "",
        "\u{1B}[31mred\u{1B}[0m",
    ]
    private static let starts = [
        "INFO ", "ERROR ", "WARN ", "DEBUG ", "", "  at ", "\t", "Caused by: ", "{\"level\":30} ",
    ]

    private static func line(_ random: inout Random) -> String {
        var line = starts[random.below(starts.count)]
        for _ in 0..<random.below(5) { line += words[random.below(words.count)] + " " }
        return line
    }

    /// What the filter shows, by looking at whole records.
    private static func shown(_ text: LogText, _ filter: LogFilter) -> [Int] {
        var records: [[Int]] = []
        var known: [String: Int] = [:]
        for number in text.first..<text.end {
            guard let line = text.line(number) else { continue }
            let name = "\(line.source)/\(number - line.back)"
            if line.source >= 0, let index = known[name] {
                records[index].append(number)
            } else {
                known[name] = records.count
                records.append([number])
            }
        }
        func has(_ pattern: LogPattern, _ number: Int) -> Bool {
            guard let (block, index) = text.place(of: number) else { return false }
            var found = false
            pattern.forEachLine(of: block, from: index) { if $0 == index { found = true } }
            return found
        }
        return records.filter { record in
            guard let line = text.line(record[0]) else { return false }
            if line.source < 0 { return true }
            return filter.admits(line.level)
                && filter.wanted.allSatisfy { pattern in record.contains { has(pattern, $0) } }
                && !filter.unwanted.contains { pattern in record.contains { has(pattern, $0) } }
        }.flatMap(\.self).sorted()
    }

    @Test(arguments: 1...12)
    func aFilterShowsWholeRecordsHoweverTheyCome(seed: Int) async throws {
        var random = Random(state: UInt64(seed))
        var filter = LogFilter()
        try filter.include(["", "timeout", "timeout !health", "-f tmt", "^INFO.*cart", "\"order=7 \" retry"][seed % 6])
        try filter.exclude(["", "health", "GET !retry", ""][seed % 4])
        filter.minimum = LogLevel.allCases[seed % 7]
        var ring = LogRing()
        var index = LogIndex(filter)
        for _ in 0..<40 {
            await Task.yield()
            for _ in 0..<random.below(60) {
                ring.append(source: random.below(4) - 1, stamp: 0, Self.line(&random).utf8)
            }
            let text = ring.snapshot()
            var isDone = false
            while !isDone {
                var budget = 1
                isDone = index.take(text, budget: &budget)
            }
            #expect(index.numbers == Self.shown(text, filter))
        }
    }

    @Test func whatTheRingDropsIsNotShownAnyMore() throws {
        var filter = LogFilter()
        try filter.include("even")
        var ring = LogRing(maximumLines: 1000)
        var index = LogIndex(filter)
        for number in 0..<5000 {
            ring.append(source: 0, stamp: 0, "\(number) \(number % 2 == 0 ? "even" : "odd")".utf8)
            if number % 300 == 299 {
                let text = ring.snapshot()
                var budget = Int.max
                let isDone = index.take(text, budget: &budget)
                #expect(isDone)
                #expect(index.numbers == (text.first..<text.end).filter { $0 % 2 == 0 })
            }
        }
    }

    @Test(arguments: ["a", "TIMEOUT", "t h", "ünï", "zz", "order=7", "red", "^ERROR", "(cart|retry) $", "31m"])
    func searchFindsWhatEveryLineHas(_ wanted: String) throws {
        var random = Random(state: 99)
        var ring = LogRing(maximumLines: 700)
        var search = LogSearch(wanted)
        let pattern = try LogPattern(wanted)
        for _ in 0..<30 {
            for _ in 0..<random.below(90) { ring.append(source: 0, stamp: 0, Self.line(&random).utf8) }
            let text = ring.snapshot()
            var budget = Int.max
            let isDone = search.take(text, budget: &budget)
            #expect(isDone)
            let expected = (text.first..<text.end).filter { number in
                guard let bytes = text.bytes(of: number) else { return false }
                return !pattern.ranges(in: bytes).isEmpty
            }
            #expect(search.matches == expected)
        }
    }

    @Test func whatCannotBeReadIsSaid() {
        var filter = LogFilter()
        #expect(throws: FilterFailure.self) { try filter.include("a(") }
        #expect(throws: FilterFailure("! needs a text: !health")) { try filter.exclude("!") }
        #expect(throws: FilterFailure("-f needs a text: -f chkout")) { try filter.include("-f") }
        #expect(filter.isEmpty)
        #expect(LogSearch("a(").failure != nil)
    }

    @Test func placesOfATextAreFound() {
        #expect(ByteSearch("ab").ranges(in: Array("abABxaab".utf8)) == [0..<2, 2..<4, 6..<8])
        #expect(ByteSearch("aa").ranges(in: Array("aaaaa".utf8)) == [0..<2, 2..<4])
        #expect(ByteSearch("").ranges(in: Array("a".utf8)) == [])
    }
}
