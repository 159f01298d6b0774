/// The numbers of the lines that a filter shows, kept as lines come.
package struct LogIndex: Sendable, Equatable {
    /// The record of a source whose lines come now.
    private struct Record: Sendable, Equatable {
        var head: Int
        /// Which of the wanted patterns it has, by bit.
        var found: UInt32 = 0
        var isUnwanted = false
        var isShown = false
    }

    let filter: LogFilter
    /// In order.
    package private(set) var numbers: [Int] = []
    /// The first line that was not looked at.
    private(set) var next = 0
    private var records: [Int32: Record] = [:]

    init(_ filter: LogFilter) { self.filter = filter }

    /// Looks at lines that were not looked at.
    ///
    /// - Parameters:
    ///   - text: the lines as they are now, of the same ring as before.
    ///   - budget: the bytes that may be looked at, by what they cost; what was used is taken away.
    /// - Returns: whether there is none left.
    mutating func take(_ text: LogText, budget: inout Int) -> Bool {
        let first = text.first
        if let oldest = numbers.first, oldest < first {
            numbers.removeFirst(numbers.lowerBound(of: first))
        }
        next = max(next, first)
        if records.count > 1024 { records = records.filter { $0.value.head >= first } }
        let cost = max(1, (filter.wanted + filter.unwanted).reduce(0) { $0 + $1.cost })
        while next < text.end {
            guard budget > 0, let (block, index) = text.place(of: next) else { return false }
            budget -= cost * (block.bytes.count - Int(block.lines[index].start)) + 16 * (block.lines.count - index)
            take(block, from: index, text)
            next = block.end
        }
        return true
    }

    private static let unwantedBit: UInt32 = 1 << 31

    private mutating func take(_ block: LogBlock, from start: Int, _ text: LogText) {
        var marks = [UInt32](repeating: 0, count: block.lines.count)
        for (bit, pattern) in filter.wanted.enumerated() {
            pattern.forEachLine(of: block, from: start) { marks[$0] |= 1 << UInt32(bit) }
        }
        for pattern in filter.unwanted {
            pattern.forEachLine(of: block, from: start) { marks[$0] |= Self.unwantedBit }
        }
        let all = UInt32(truncatingIfNeeded: (UInt64(1) << UInt64(filter.wanted.count)) - 1)
        for index in start..<block.lines.count {
            let line = block.lines[index]
            let number = block.first + index
            // Words of our own are about all of them.
            guard line.source >= 0 else {
                numbers.append(number)
                continue
            }
            let head = number - line.back
            var record = records[line.source] ?? Record(head: head)
            if record.head != head { record = Record(head: head) }
            record.found |= marks[index] & ~Self.unwantedBit
            record.isUnwanted = record.isUnwanted || marks[index] & Self.unwantedBit != 0
            let shows = filter.admits(line.level) && record.found & all == all && !record.isUnwanted
            let wasShown = record.isShown
            record.isShown = shows
            records[line.source] = record
            switch (wasShown, shows) {
            case (_, true) where wasShown || line.back == 0: numbers.append(number)
            case (false, true): insert(lines(of: line, number, text, block) + [number])
            case (true, false): remove(lines(of: line, number, text, block))
            default: break
            }
        }
    }

    /// The lines of a record before this one.
    private func lines(of line: LogBlock.Line, _ number: Int, _ text: LogText, _ block: LogBlock) -> [Int] {
        let head = number - line.back
        return (max(head, text.first)..<max(head, text.first, number)).filter { other in
            let known = other >= block.first ? block.lines[other - block.first] : text.line(other)
            guard let known else { return false }
            return known.source == line.source && other - known.back == head
        }
    }

    private mutating func insert(_ lines: [Int]) {
        guard let first = lines.first else { return }
        let start = numbers.lowerBound(of: first)
        numbers.replaceSubrange(start..., with: (numbers[start...] + lines).sorted())
    }

    private mutating func remove(_ lines: [Int]) {
        guard let first = lines.first else { return }
        let start = numbers.lowerBound(of: first)
        let gone = Set(lines)
        numbers.replaceSubrange(start..., with: numbers[start...].filter { !gone.contains($0) })
    }
}

extension [Int] {
    /// The first index in a sorted array whose element is not below a number.
    func lowerBound(of number: Int) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The elements of a sorted array that are in another too.
    func intersection(_ other: [Int]) -> [Int] {
        var result: [Int] = []
        var index = 0
        for number in self {
            while index < other.count, other[index] < number { index += 1 }
            guard index < other.count else { break }
            if other[index] == number { result.append(number) }
        }
        return result
    }
}
