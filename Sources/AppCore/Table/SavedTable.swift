import KubernetesModel
import Screen

/// What becomes of a file that was to be written.
package enum SaveOutcome: Sendable, Equatable {
    /// Written, so many bytes; with the full path.
    case written(path: String, bytes: Int)
    /// A file is there already, which was not to be written over.
    case exists
    /// In words for the user.
    case failed(String)
}

/// How a table is saved.
package enum SaveFormat: String, Sendable, CaseIterable {
    /// Aligned columns, as kubectl prints them.
    case text = "txt"
    /// RFC 4180; see `csv` for what keeps spreadsheets from running cells.
    case csv
    /// As `sextant snapshot -o json` prints it.
    case json

    /// The format that the end of a file's name asks for; `nil` for others.
    package init?(path: String) {
        let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
        self.init(rawValue: name[name.index(after: dot)...].lowercased())
    }
}

/// Rows and columns of a table as texts.
package struct SavedTable: Sendable, Equatable {
    package var view: String
    package var titles: [String]
    package var rows: [[String]]

    package init(view: String, titles: [String], rows: [[String]]) {
        self.view = view
        self.titles = titles
        self.rows = rows
    }

    package func content(_ format: SaveFormat) -> String {
        switch format {
        case .text: text
        case .csv: csv
        case .json: json
        }
    }

    /// Columns are three spaces apart; what would break a line is shown as a space.
    private var text: String {
        let cells = ([titles] + rows).map { row in
            row.map { text in Self.harmless(text.map { $0.isNewline || $0 == "\t" ? " " : String($0) }.joined()) }
        }
        var widths = [Int](repeating: 0, count: titles.count)
        for row in cells {
            for (index, cell) in row.enumerated() where index < widths.count {
                widths[index] = max(widths[index], textWidth(cell))
            }
        }
        return cells.map { row in
            var line = ""
            for (index, cell) in row.enumerated() {
                line += cell
                guard index < row.count - 1 else { break }
                line += String(repeating: " ", count: max(0, widths[index] - textWidth(cell)) + 3)
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }

    /// A header and a line for each row, with CRLF.
    ///
    /// A text that a spreadsheet would take for a formula gets a `'` before it, unless it is a number: names,
    /// annotations and messages come from whoever may write them.
    private var csv: String {
        ([titles] + rows).map { row in row.map(Self.field).joined(separator: ",") + "\r\n" }.joined()
    }

    /// Without control characters that a terminal would act on when the file is shown.
    private static func harmless(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let isControl = scalar.properties.generalCategory == .control && !"\n\r\t".unicodeScalars.contains(scalar)
            result.append(isControl ? "\u{FFFD}" : scalar)
        }
        return String(result)
    }

    private static func field(_ text: String) -> String {
        var text = harmless(text)
        if let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first), Double(text) == nil {
            text = "'" + text
        }
        let needsQuotes = text.unicodeScalars.contains { $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" }
        guard needsQuotes else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    private var json: String {
        let objects = rows.map { row in
            JSONValue.object(zip(titles, row).map { JSONValue.Member($0, .string($1)) })
        }
        let document = JSONValue.object([
            .init("view", .string(view)), .init("columns", .array(titles.map(JSONValue.string))),
            .init("rows", .array(objects)),
        ])
        var bytes: [UInt8] = []
        document.writeJSON(into: &bytes)
        return String(decoding: bytes, as: UTF8.self) + "\n"
    }
}
