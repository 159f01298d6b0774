import KubernetesModel
import Screen

/// What a cell may need beside the row's own object.
package struct CellContext: Sendable {
    /// Now, by the server's clock.
    package var now: Timestamp
    /// What pods and nodes use.
    package var usage: Usage

    package init(now: Timestamp, usage: Usage = Usage()) {
        self.now = now
        self.usage = usage
    }
}

/// What a column sorts by.
///
/// Keys of one column are of one case; `missing` comes last in either direction.
package enum SortKey: Sendable, Hashable {
    case text(String)
    case number(Double)
    case time(Timestamp)
    case missing
}

/// One column of a table: text, style, sort key and help, all from the typed row.
///
/// Nothing parses rendered text.
package struct Column<Row>: Sendable {
    /// How wide a column is, in cells.
    package enum Width: Sendable, Equatable {
        /// As wide as its widest text, at least `min`; on a narrow screen the first to give way, down to `min`.
        case fill(min: Int)
        /// As wide as its widest text, between the title's width and `max`.
        case fit(max: Int)
    }

    package enum Alignment: Sendable { case left, right }

    /// As kubectl prints it, such as `RESTARTS`.
    ///
    /// Unique in its table.
    package var title: String
    package var width: Width
    package var alignment: Alignment
    /// Shown only in wide mode (`Ctrl-W`).
    package var isWide: Bool
    /// One sentence for help and the docs.
    package var help: String
    /// Whether its text changes while its object stays the same, such as AGE.
    package var isTimeDependent: Bool
    package var text: @Sendable (Row, CellContext) -> String
    package var role: @Sendable (Row, CellContext) -> StyleRole
    package var sortKey: @Sendable (Row) -> SortKey
    /// What it sorts by, of a column that needs more than the row's object.
    package var contextSortKey: (@Sendable (Row, CellContext) -> SortKey)?
    /// Where its numbers come from, when not from the row's object; hidden while there are none to be had.
    package var needs: Usage.Source?
    /// The least width, in cells, so that little jumps when numbers come.
    package var leastWidth = 0
    /// The direction of the first sort by it.
    package var sortsDescendingFirst: Bool
    /// On a narrow screen columns of low importance go first; 1 is usual.
    package var importance: Int

    package init(
        _ title: String, width: Width, align alignment: Alignment = .left, wide isWide: Bool = false, help: String,
        timeDependent isTimeDependent: Bool = false, descendingFirst sortsDescendingFirst: Bool = false,
        importance: Int = 1,
        role: @escaping @Sendable (Row, CellContext) -> StyleRole = { _, _ in .plain },
        text: @escaping @Sendable (Row, CellContext) -> String,
        sortKey: @escaping @Sendable (Row) -> SortKey
    ) {
        self.title = title
        self.width = width
        self.alignment = alignment
        self.isWide = isWide
        self.help = help
        self.isTimeDependent = isTimeDependent
        self.sortsDescendingFirst = sortsDescendingFirst
        self.importance = importance
        self.text = text
        self.role = role
        self.sortKey = sortKey
    }
}

/// How well an object is, for the sign before its row and `Ctrl-Z`.
package enum Health: UInt8, Sendable, Comparable {
    /// Nothing to say, or fine.
    case fine
    /// Finished: completed pods and jobs. Not a fault.
    case finished
    /// Works in part, or not yet.
    case degraded
    case broken

    package static func < (left: Health, right: Health) -> Bool { left.rawValue < right.rawValue }
}

/// One resource view: its columns, and what its rows mean.
package struct TableDefinition<Row: KubernetesObject>: Sendable {
    /// Such as `Pods`.
    package var title: String
    /// The columns after NAMESPACE, which every namespaced table has by itself, first is NAME.
    package var columns: [Column<Row>]
    package var health: @Sendable (Row) -> Health
    /// The column that sorts at first, with its direction; `nil` sorts by namespace and name.
    package var defaultSort: (column: String, descending: Bool)?
    /// Other names for `:`, beside name, plural and short names from discovery, such as `po`.
    package var aliases: [String]

    package init(
        title: String, aliases: [String], columns: [Column<Row>],
        defaultSort: (column: String, descending: Bool)? = nil,
        health: @escaping @Sendable (Row) -> Health = { _ in .fine }
    ) {
        self.title = title
        self.aliases = aliases
        self.columns = columns
        self.defaultSort = defaultSort
        self.health = health
    }
}
