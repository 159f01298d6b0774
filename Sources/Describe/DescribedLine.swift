/// A line of a description.
package struct DescribedLine: Sendable, Equatable {
    package var spans: [DescribedSpan]
    /// The column where the line goes on when it is wrapped.
    package var hang: Int

    package var text: String { spans.map(\.text).joined() }
}

/// Makes lines of parts: labels and columns aligned, what belongs together set in.
struct PageLayout {
    /// More lines than anybody reads; a description says what it leaves out.
    private static let lineLimit = 5000
    /// Bytes of one text.
    private static let textLimit = 8192
    /// Characters of a label, or of a column that is not the last, that others are aligned with.
    private static let labelLimit = 30
    private static let columnLimit = 56
    /// Sections in sections; what is deeper is left out.
    private static let depthLimit = 60

    private(set) var lines: [DescribedLine] = []
    private var isFull = false
    /// Stands before the next line instead of as many spaces.
    private var dash: Int?

    static func lines(of page: Page) -> [DescribedLine] {
        var layout = PageLayout()
        layout.write(page.parts, indent: 0, depth: 0)
        return layout.lines
    }

    private mutating func add(_ indent: Int, _ words: Words, hang: Int) {
        guard !isFull else { return }
        if lines.count >= Self.lineLimit {
            isFull = true
            let words = Words("… more than \(Self.lineLimit) lines; y shows all", .dim)
            lines.append(DescribedLine(spans: words.spans, hang: 0))
            return
        }
        var margin = String(repeating: " ", count: indent)
        if let dash, dash + 2 <= indent {
            margin = String(repeating: " ", count: dash) + "- " + String(repeating: " ", count: indent - dash - 2)
        }
        dash = nil
        lines.append(DescribedLine(spans: Words(margin).spans + words.spans, hang: hang))
    }

    private mutating func write(_ parts: [Part], indent: Int, depth: Int) {
        guard depth < Self.depthLimit else { return add(indent, Words("…", .dim), hang: indent) }
        let labels = parts.compactMap { part -> Int? in
            if case .field(let label, _) = part, label.count <= Self.labelLimit { label.count } else { nil }
        }
        let column = indent + (labels.max() ?? 0) + 3
        var followsSection = false
        for part in parts where !isFull {
            var isSection = false
            if case .section = part { isSection = true }
            // What comes after a section of the first level does not belong to it.
            if indent == 0, !lines.isEmpty, isSection || followsSection { add(0, "", hang: 0) }
            followsSection = isSection
            switch part {
            case .field(let label, let values): write(label, values, indent: indent, column: column)
            case .section(let label, let note, let children):
                var words = Words(label + ":", indent == 0 ? .heading : .label)
                if !note.isEmpty { words += "  " + note }
                add(indent, words, hang: indent + 2)
                write(children, indent: indent + 2, depth: depth + 1)
            case .table(let titles, let rows): write(titles, rows, indent: indent)
            case .line(let words):
                for line in words.lines(limit: Self.textLimit) { add(indent, line, hang: indent + 2) }
            case .item(let children):
                dash = indent
                write(children, indent: indent + 2, depth: depth + 1)
                dash = nil
            case .block(let text): writeBlock(text, indent: indent)
            }
        }
    }

    private mutating func write(_ label: String, _ values: [Words], indent: Int, column: Int) {
        let head = indent + label.count + 1
        let column = max(column, head + 2)
        var isFirst = true
        for value in values {
            for line in value.lines(limit: Self.textLimit) where !isFull {
                if isFirst {
                    let gap = line.isEmpty ? 0 : column - head
                    let words = Words(label + ":", .label) + Words(String(repeating: " ", count: gap)) + line
                    add(indent, words, hang: column)
                } else {
                    add(column, line, hang: column)
                }
                isFirst = false
            }
        }
    }

    private mutating func write(_ titles: [String], _ rows: [[Words]], indent: Int) {
        let rows = rows.map { row in
            row.enumerated().map { index, cell in
                // Only the last cell may have more lines than one.
                index == titles.count - 1 ? cell : Self.inOneLine(cell)
            }
        }
        var columns: [Int] = []
        var column = indent
        for index in titles.indices {
            columns.append(column)
            let widest = rows.lazy.map { $0.indices.contains(index) ? $0[index].width : 0 }.max() ?? 0
            column += max(titles[index].count, min(widest, Self.columnLimit)) + 2
        }
        add(indent, aligned(titles.map { Words($0, .dim) }, columns, indent), hang: indent)
        let last = columns.last ?? indent
        for row in rows where !isFull {
            let ends = row.count == titles.count ? row[row.count - 1].lines(limit: Self.textLimit) : [""]
            let first = Array(row.dropLast(row.count == titles.count ? 1 : 0)) + (ends.first.map { [$0] } ?? [])
            add(indent, aligned(first, columns, indent), hang: last)
            for end in ends.dropFirst() where !isFull { add(last, end, hang: last) }
        }
    }

    private static func inOneLine(_ words: Words) -> Words {
        var words = words
        for index in words.spans.indices where words.spans[index].text.utf8.contains(UInt8(ascii: "\n")) {
            words.spans[index].text = words.spans[index].text.split(separator: "\n").joined(separator: " ")
        }
        return words
    }

    private func aligned(_ cells: [Words], _ columns: [Int], _ indent: Int) -> Words {
        var result = Words("")
        var position = indent
        for (index, cell) in cells.enumerated() where columns.indices.contains(index) && !cell.isEmpty {
            let gap = index == 0 ? 0 : max(2, columns[index] - position)
            result += Words(String(repeating: " ", count: gap)) + cell
            position += gap + cell.width
        }
        return result
    }

    private mutating func writeBlock(_ text: String, indent: Int) {
        // Line by line, so that of a huge text only what is shown is read.
        var rest = text.utf8[...]
        while !isFull {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            let line = rest[..<end]
            var words = Words(String(decoding: line.prefix(Self.textLimit), as: UTF8.self))
            if line.count > Self.textLimit {
                words += Words(" … (\(line.count - Self.textLimit) more bytes)", .dim)
            }
            add(indent, words, hang: indent)
            guard end < rest.endIndex else { return }
            rest = rest[rest.index(after: end)...]
            if rest.isEmpty { return }
        }
    }
}
