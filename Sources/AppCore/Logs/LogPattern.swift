/// What lines of logs are looked through for: a text, a regular expression, or letters in this order.
struct LogPattern: Sendable, Equatable {
    private enum Kind: Sendable, Equatable {
        case text(ByteSearch)
        case expression(TextPattern)
        /// In lower case.
        case letters([UInt8])
    }

    /// Bytes of a line that a regular expression looks at: it may take long for each.
    private static let expressionBytes = 8 << 10

    private let kind: Kind

    /// - Throws: why it is no regular expression.
    init(_ source: String) throws(FilterFailure) {
        let pattern = try TextPattern(source)
        kind = pattern.isLiteral ? .text(ByteSearch(source)) : .expression(pattern)
    }

    init(letters: String) { kind = .letters(letters.utf8.map(asciiLowercased)) }

    /// What looking at a byte costs, as a multiple of looking for a text.
    var cost: Int {
        switch kind {
        case .text: 1
        case .letters: 8
        case .expression: 96
        }
    }

    /// Calls `body` with the index of each line from one on that it is found in.
    func forEachLine(of block: LogBlock, from start: Int, _ body: (Int) -> Void) {
        switch kind {
        case .text(let search): search.forEachLine(of: block, from: start, body)
        case .expression(let pattern):
            var line: [UInt8] = []
            for index in start..<max(start, block.lines.count) {
                line.removeAll(keepingCapacity: true)
                let place = block.lines[index]
                let end = min(place.end, place.start + UInt32(Self.expressionBytes))
                Self.append(block.bytes[Int(place.start)..<Int(end)], to: &line)
                if pattern.occurs(in: line) { body(index) }
            }
        case .letters(let letters):
            for index in start..<max(start, block.lines.count) {
                let place = block.lines[index]
                var next = 0
                for position in Int(place.start)..<Int(place.end) where next < letters.count {
                    if asciiLowercased(block.bytes[position]) == letters[next] { next += 1 }
                }
                if next == letters.count { body(index) }
            }
        }
    }

    /// Where it is found in a text, to be highlighted; nothing for letters.
    func ranges(in text: some Collection<UInt8>) -> [Range<Int>] {
        switch kind {
        case .text(let search): return search.ranges(in: text)
        case .expression(let pattern):
            var line: [UInt8] = []
            Self.append(text.prefix(Self.expressionBytes), to: &line)
            return pattern.ranges(in: line)
        case .letters: return []
        }
    }

    /// As `TextPattern` wants it: in lower case, a zero at its end and nowhere else.
    private static func append(_ text: some Collection<UInt8>, to line: inout [UInt8]) {
        for byte in text { line.append(byte == 0 || byte == 0x0A ? 0x20 : asciiLowercased(byte)) }
        line.append(0)
    }
}
