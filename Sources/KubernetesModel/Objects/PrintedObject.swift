/// The columns in which a server prints a kind, shared by the objects that came with them.
public final class PrintedColumns: Sendable, Equatable {
    /// One column (meta/v1 TableColumnDefinition).
    public struct Column: Sendable, Hashable {
        /// As the server writes it, such as `Age`.
        public var name = ""
        /// An OpenAPI type: `integer`, `number`, `string`, `boolean` or `date`.
        public var type = ""
        /// An OpenAPI format; `name` marks the object's name.
        public var format = ""
        /// What it shows.
        public var description = ""
        /// 0 is always shown; the higher, the less important.
        public var priority: Int32 = 0

        /// A column with nothing set.
        public init() {}
    }

    /// In the server's order.
    public let columns: [Column]

    /// Columns in an order.
    public init(_ columns: [Column]) { self.columns = columns }

    /// No columns: of an object that the server does not print.
    public static let none = PrintedColumns([])

    /// Whether the columns are equal.
    public static func == (left: PrintedColumns, right: PrintedColumns) -> Bool {
        left === right || left.columns == right.columns
    }
}

/// What a server prints in one column of an object.
public enum PrintedCell: Sendable, Hashable {
    /// `null`, as for a printer column that found nothing or failed.
    case none
    /// A text, or the text of `true`, `false`, a list or an object.
    case text(String)
    /// A number, in the text it came in.
    case number(String)

    /// What is shown; empty for nothing.
    public var text: String {
        switch self {
        case .none: ""
        case .text(let text), .number(let text): text
        }
    }
}

/// An object of any kind: its metadata, and what the server prints of the rest (a row of a meta/v1 Table).
public final class PrintedObject: StoredObject {
    /// Name, namespace, identity, labels and owners.
    public let metadata: ObjectMeta
    /// The columns that the cells are of.
    public let columns: PrintedColumns
    /// One for each column, perhaps fewer.
    public let cells: [PrintedCell]
    /// When the cells were true, by the server's clock: ages in them were counted up to then.
    public let printedAt: Timestamp

    /// An object and its cells.
    public init(_ metadata: ObjectMeta, columns: PrintedColumns, cells: [PrintedCell], printedAt: Timestamp) {
        self.metadata = metadata
        self.columns = columns
        self.cells = cells
        self.printedAt = printedAt
    }
}
