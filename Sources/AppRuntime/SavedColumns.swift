import AppCore
import Foundation

extension StateDirectory {
    /// More kinds and columns than anybody has.
    private static let choiceLimit = 1000
    private static let columnLimit = 200

    private var columnsPath: String { path + "/columns.json" }

    /// Which columns are wanted, by kind; empty when there is nothing to read.
    ///
    /// Columns that a table does not have stay: it may have them on another server.
    package func columnChoices() -> [String: ColumnChoice] {
        guard let data = FileManager.default.contents(atPath: columnsPath), data.count < 1 << 20,
            let read = try? JSONDecoder().decode([String: ColumnChoice].self, from: data),
            read.count <= Self.choiceLimit
        else { return [:] }
        return read.filter { choice in
            !choice.value.isEmpty && choice.value.order.count <= Self.columnLimit
                && choice.value.hidden.count <= Self.columnLimit && choice.value.shown.count <= Self.columnLimit
        }
    }

    /// Keeps which columns are wanted.
    ///
    /// - Throws: when the file cannot be written.
    package func save(columnChoices choices: [String: ColumnChoice]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        let data = try encoder.encode(choices)
        try data.write(to: URL(fileURLWithPath: columnsPath), options: .atomic)
    }
}
