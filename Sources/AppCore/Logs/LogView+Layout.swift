import KubernetesModel
import Screen

extension LogView {
    /// A part of a line.
    package struct Piece: Sendable, Equatable {
        package enum Kind: Sendable, Equatable {
            case time
            /// Whose line it is, by the number of its pod.
            case origin(Int)
            /// The sign of a line that belongs to the one before.
            case continuation
            case text
            /// In colours of its own.
            case painted(Paint)
            /// Where a line says how grave it is.
            case level(LogLevel)
            /// Words of our own.
            case mark
            /// A field of a line that is expanded.
            case field(DocumentLine.Kind)
        }

        package var text: String
        package var kind: Kind
        /// Whether it is what was searched for.
        package var isMatch = false

        /// Whether search looks at it.
        fileprivate var isSearched: Bool {
            switch kind {
            case .text, .painted, .level, .mark: true
            case .time, .origin, .continuation, .field: false
            }
        }
    }

    /// A row of the screen.
    package struct Row: Sendable, Equatable {
        package var pieces: [Piece]
        /// The cell where it begins.
        package var column: Int
        /// Whether it scrolls to the side.
        package var isWhole: Bool
        /// Whether it is of the line itself, not of its fields.
        package var isText = true
    }

    /// The cell where lines begin; the one before it is for a mark.
    package static let textColumn = 1
    /// The cell where the rest of a wrapped line begins.
    package static let wrappedColumn = 3
    /// The cell where the fields of an expanded line begin.
    private static let fieldColumn = 5

    /// The rows that a line takes.
    package func rows(of number: Int, _ space: LogSpace) -> [Row] {
        let isExpanded = expanded.contains(number)
        // What is right of the screen is not needed, but that something is found may depend on it.
        let isCut = !wraps && !isExpanded && search.isEmpty
        let pieces = pieces(of: number, space, upTo: isCut ? leftColumn + space.columns : .max)
        var rows: [Row] = []
        if wraps || isExpanded {
            rows = Self.wrapped(pieces, space)
        } else {
            rows = [Row(pieces: pieces, column: Self.textColumn, isWhole: true)]
        }
        guard isExpanded else { return rows }
        for line in details(of: number, space) {
            let pieces = line.pieces.map { Piece(text: $0.text, kind: .field($0.kind)) }
            rows.append(Row(pieces: pieces, column: Self.fieldColumn, isWhole: true, isText: false))
        }
        return rows
    }

    /// How many rows a line takes.
    func height(of number: Int, _ space: LogSpace) -> Int {
        guard wraps || expanded.contains(number) else { return 1 }
        return max(1, rows(of: number, space).count)
    }

    private static func wrapped(_ pieces: [Piece], _ space: LogSpace) -> [Row] {
        var rows: [Row] = []
        var row = Row(pieces: [], column: textColumn, isWhole: false)
        var column = textColumn
        for piece in pieces {
            var part = Piece(text: "", kind: piece.kind, isMatch: piece.isMatch)
            forEachCell(of: piece.text) { character, width in
                if column + width > space.columns - 1, column > row.column {
                    if !part.text.isEmpty { row.pieces.append(part) }
                    rows.append(row)
                    part.text = ""
                    row = Row(pieces: [], column: wrappedColumn, isWhole: false)
                    column = wrappedColumn
                }
                part.text.append(character)
                column += width
                return true
            }
            if !part.text.isEmpty { row.pieces.append(part) }
        }
        return rows + [row]
    }

    // MARK: - Pieces

    /// What a line shows; what is more than `limit` cells from its beginning may be left out.
    package func pieces(of number: Int, _ space: LogSpace, upTo limit: Int = .max) -> [Piece] {
        guard let (block, index) = text.place(of: number) else { return [] }
        let line = block.lines[index]
        let bytes = block.bytes[Int(line.start)..<Int(line.end)]
        guard line.source >= 0 else {
            let time = line.stamp == .min ? "" : " " + Self.time(line.stamp, space.utcOffset).prefix(8)
            return found(in: [Piece(text: "── \(String(decoding: bytes, as: UTF8.self))\(time) ──", kind: .mark)])
        }
        var pieces: [Piece] = []
        let isContinued = line.back > 0
        if times != .off, line.stamp != .min {
            let time = Self.time(line.stamp, times == .utc ? nil : space.utcOffset) + " "
            pieces.append(Piece(text: isContinued ? blank(time) : time, kind: .time))
        }
        let source = Int(line.source)
        if news.origins.indices.contains(source), !news.origins[source].label.isEmpty {
            let origin = news.origins[source]
            let label = origin.label + " "
            let isTold = isContinued && follows(lineBefore: number, line)
            pieces.append(Piece(text: isTold ? blank(label) : label, kind: .origin(origin.colour)))
        }
        if !fields.isEmpty, !isContinued, let columns = columns(of: number, bytes, line.level) {
            return found(in: pieces + columns)
        }
        var shown = bytes.prefix(LogText.shownBytes)
        let colours = block.colours(ofLineAt: index)
        if isContinued {
            pieces.append(Piece(text: "▏", kind: .continuation))
            if colours.isEmpty {
                // The sign stands for a space, and tabs at the beginning need not be wide.
                let tabs = shown.prefix { $0 == 0x09 }.count
                shown = shown.dropFirst(tabs > 0 ? tabs : shown.first == 0x20 ? 1 : 0)
                if tabs > 0 { pieces.append(Piece(text: String(repeating: "  ", count: tabs), kind: .continuation)) }
            }
        }
        pieces += Self.text(shown, colours, hasLevel: line.level != .unknown && !isContinued, upTo: limit)
        if shown.endIndex < bytes.endIndex {
            pieces.append(Piece(text: LogText.cutMark(UInt32(bytes.endIndex - shown.endIndex)), kind: .mark))
        }
        return found(in: pieces)
    }

    private func blank(_ text: String) -> String { String(repeating: " ", count: textWidth(text)) }

    /// Whether the line that is shown before this one is of the same record.
    private func follows(lineBefore number: Int, _ line: LogBlock.Line) -> Bool {
        let place = place(of: number)
        guard place > 0, number != top else { return false }
        let before = self.number(at: place - 1)
        guard let other = text.line(before) else { return false }
        return other.source == line.source && before - other.back == number - line.back
    }

    /// The text of a line in its colours, or with the word that says how grave it is by itself.
    private static func text(
        _ bytes: ArraySlice<UInt8>, _ colours: ArraySlice<UInt8>, hasLevel: Bool, upTo limit: Int
    ) -> [Piece] {
        /// Where something changes, and to what.
        var changes: [(at: Int, kind: Piece.Kind)] = [(0, .text)]
        if !colours.isEmpty {
            for change in ColouredLine.changes(in: colours) where change.at <= bytes.count {
                changes.append((change.at, change.paint == .plain ? .text : .painted(change.paint)))
            }
        } else if hasLevel {
            let found = bytes.withUnsafeBufferPointer { findLevel($0) }
            if found.level != .unknown, found.range.upperBound <= bytes.count {
                changes.append((found.range.lowerBound, .level(found.level)))
                changes.append((found.range.upperBound, .text))
            }
        }
        var pieces: [Piece] = []
        var column = 0
        for (index, change) in changes.enumerated() where column < limit {
            let end = index + 1 < changes.count ? changes[index + 1].at : bytes.count
            guard end > change.at else { continue }
            let part = bytes[bytes.startIndex + change.at..<bytes.startIndex + end]
            let text = withoutTabs(part, &column, upTo: limit)
            pieces.append(Piece(text: text, kind: change.kind))
        }
        return pieces
    }

    /// A text whose tabs are spaces up to the next column that is a multiple of eight.
    ///
    /// `column` is where it begins, then where it ends, or only some cell after `limit` where it ends after that.
    private static func withoutTabs(_ bytes: ArraySlice<UInt8>, _ column: inout Int, upTo limit: Int) -> String {
        guard bytes.contains(0x09) else {
            let text = String(decoding: bytes, as: UTF8.self)
            column += textWidth(text, upTo: limit)
            return text
        }
        var result = ""
        for (index, part) in bytes.split(separator: 0x09, omittingEmptySubsequences: false).enumerated() {
            if index > 0 {
                let spaces = 8 - column % 8
                result += String(repeating: " ", count: spaces)
                column += spaces
            }
            let text = String(decoding: part, as: UTF8.self)
            column += textWidth(text)
            result += text
        }
        return result
    }

    /// Pieces in which what was searched for stands by itself.
    private func found(in pieces: [Piece]) -> [Piece] {
        guard !search.isEmpty else { return pieces }
        let searched = pieces.filter(\.isSearched).flatMap(\.text.utf8)
        var ranges = search.ranges(in: searched)[...]
        guard !ranges.isEmpty else { return pieces }
        var result: [Piece] = []
        var start = 0
        for piece in pieces {
            guard piece.isSearched else {
                result.append(piece)
                continue
            }
            let end = start + piece.text.utf8.count
            while start < end {
                while let range = ranges.first, range.upperBound <= start { ranges.removeFirst() }
                let isMatch = ranges.first.map { $0.lowerBound <= start } ?? false
                let next = min(end, isMatch ? ranges.first?.upperBound ?? end : ranges.first?.lowerBound ?? end)
                let text = String(decoding: searched[start..<next], as: UTF8.self)
                result.append(Piece(text: text, kind: piece.kind, isMatch: isMatch))
                start = next
            }
        }
        return result
    }

    /// The time of day with milliseconds, such as `12:03:41.120`; with a `Z` when it is UTC.
    static func time(_ stamp: Int64, _ utcOffset: Int?) -> String {
        let milliseconds = stamp / 1_000_000 &+ Int64(utcOffset ?? 0) * 1000
        let day = ((milliseconds % 86_400_000) + 86_400_000) % 86_400_000
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.count)) + digits
        }
        let seconds = day / 1000
        return "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
            + ".\(padded(day % 1000, 3))" + (utcOffset == nil ? "Z" : "")
    }

    // MARK: - Fields

    /// Cells that a column of a field may take, but for the last: a third of the screen.
    private static func fieldWidth(_ space: LogSpace) -> Int { max(8, space.columns / 3) }

    /// The chosen fields of a line; `nil` when it has none of them.
    private func columns(of number: Int, _ bytes: ArraySlice<UInt8>, _ level: LogLevel) -> [Piece]? {
        let texts = fieldTexts[number] ?? Self.texts(of: fields, in: bytes)
        guard texts.contains(where: { $0 != nil }) else { return nil }
        var pieces: [Piece] = []
        for (index, text) in texts.enumerated() {
            let isLevel = LogFields.levelKeys.contains(fields[index]) && level != .unknown && text != nil
            var shown = isLevel ? level.word : (text ?? "")
            if index + 1 < fields.count {
                let width = fieldWidths.indices.contains(index) ? fieldWidths[index] : 0
                shown = Self.fitted(shown, width: max(1, width)) + " "
            }
            pieces.append(Piece(text: shown, kind: isLevel ? .level(level) : .text))
        }
        return pieces
    }

    /// What a line has in some fields.
    private static func texts(of fields: [String], in bytes: ArraySlice<UInt8>) -> [String?] {
        guard let read = LogFields(bytes) else { return fields.map { _ in nil } }
        return fields.map { read.text(of: $0) }
    }

    /// A text in exactly so many cells.
    private static func fitted(_ text: String, width: Int) -> String {
        var result = ""
        var column = 0
        let isWhole = forEachCell(of: text) { character, cells in
            guard column + cells <= width else { return false }
            result.append(character)
            column += cells
            return true
        }
        if isWhole { return result + String(repeating: " ", count: width - column) }
        while column >= width, let last = result.popLast() { column -= textWidth(String(last)) }
        return result + "…" + String(repeating: " ", count: max(0, width - column - 1))
    }

    /// Reads the fields of the lines on the screen that are new there, and makes the columns as wide as they are; these
    /// never become narrower.
    mutating func widenFields(_ space: LogSpace) {
        let known = fieldTexts
        fieldTexts = [:]
        guard !fields.isEmpty, shownCount > 0 else { return }
        if fieldWidths.count != fields.count { fieldWidths = fields.map { _ in 0 } }
        let first = follows ? max(0, shownCount - space.rows) : min(place(of: top), shownCount - 1)
        for place in first..<min(shownCount, first + space.rows) {
            let number = number(at: place)
            guard let line = text.line(number), line.source >= 0, line.back == 0, let bytes = text.bytes(of: number)
            else { continue }
            let texts = known[number] ?? Self.texts(of: fields, in: bytes)
            fieldTexts[number] = texts
            guard texts.contains(where: { $0 != nil }) else { continue }
            for index in fields.indices {
                let isLevel = LogFields.levelKeys.contains(fields[index]) && line.level != .unknown
                let text = isLevel ? line.level.word : texts[index] ?? ""
                let limit = Self.fieldWidth(space)
                fieldWidths[index] = min(limit, max(fieldWidths[index], textWidth(text, upTo: limit)))
            }
        }
    }

    /// The fields that lines on the screen have, the most frequent first.
    func knownFields(_ space: LogSpace) -> [String] {
        var counts: [String: Int] = [:]
        let end = min(shownCount, follows ? shownCount : place(of: top) + space.rows)
        // Reading a huge line takes long.
        var room = 1 << 20
        for place in (max(0, end - 200)..<max(0, end)).reversed() where room > 0 {
            guard let bytes = text.bytes(of: number(at: place)) else { continue }
            room -= bytes.count
            guard let read = LogFields(bytes) else { continue }
            for name in read.names { counts[name, default: 0] += 1 }
        }
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    }

    /// What is known of a line: where it is from, when it was written, and its fields.
    func details(of number: Int, _ space: LogSpace) -> [DocumentLine] {
        guard let line = text.line(number), let bytes = text.bytes(of: number) else { return [] }
        var lines: [DocumentLine] = []
        func say(_ key: String, _ text: String) {
            lines.append(
                DocumentLine(pieces: [
                    DocumentLine.Piece(text: key, kind: .key), DocumentLine.Piece(text: ": ", kind: .punctuation),
                    DocumentLine.Piece(text: text, kind: .text),
                ]))
        }
        let source = Int(line.source)
        if news.origins.indices.contains(source) {
            say("from", "\(news.origins[source].pod)/\(news.origins[source].container)")
        }
        if line.stamp != .min { say("written", Timestamp(microseconds: line.stamp / 1000).rfc3339) }
        if let read = LogFields(bytes) {
            lines += documentLines(.object(read.members), foldsManagedFields: false, masksSecrets: false)
        }
        return Array(lines.prefix(1000))
    }
}
