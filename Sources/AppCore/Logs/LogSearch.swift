/// A text that is looked for in logs, and the lines that have it, as they come.
package struct LogSearch: Sendable, Equatable {
    /// As it was typed.
    package let text: String
    /// Why it cannot be looked for.
    let failure: String?
    private let pattern: LogPattern?
    /// The numbers of the lines that have it, in order.
    private(set) var matches: [Int] = []
    /// The first line that was not looked at.
    private var next = 0

    init(_ text: String = "") {
        self.text = text
        do throws(FilterFailure) {
            pattern = text.isEmpty ? nil : try LogPattern(text)
            failure = nil
        } catch {
            pattern = nil
            failure = error.description
        }
    }

    package var isEmpty: Bool { pattern == nil }

    /// Looks at lines that were not looked at.
    ///
    /// - Parameters:
    ///   - lines: the lines as they are now, of the same ring as before.
    ///   - budget: the bytes that may be looked at, by what they cost; what was used is taken away.
    /// - Returns: whether there is none left.
    mutating func take(_ lines: LogText, budget: inout Int) -> Bool {
        guard let pattern else { return true }
        let first = lines.first
        if let oldest = matches.first, oldest < first { matches.removeFirst(matches.lowerBound(of: first)) }
        next = max(next, first)
        while next < lines.end {
            guard budget > 0, let (block, index) = lines.place(of: next) else { return false }
            budget -= pattern.cost * (block.bytes.count - Int(block.lines[index].start))
            pattern.forEachLine(of: block, from: index) { matches.append(block.first + $0) }
            next = block.end
        }
        return true
    }

    /// Where it is in a text.
    func ranges(in text: some Collection<UInt8>) -> [Range<Int>] { pattern?.ranges(in: text) ?? [] }
}
