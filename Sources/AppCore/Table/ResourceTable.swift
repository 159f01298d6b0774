import KubernetesModel
import Screen

/// A `TableDefinition` without its row type: what `update` and the views work with.
package struct ResourceTable: Sendable, Equatable {
    /// A column of any kind's table.
    package struct Column: Sendable {
        package var title: String
        package var width: Width
        package var isRightAligned: Bool
        package var isWide: Bool
        package var help: String
        package var isTimeDependent: Bool
        package var sortsDescendingFirst: Bool
        /// On a narrow screen columns of low importance go first.
        package var importance: Int
        package var text: @Sendable (any StoredObject, CellContext) -> String
        package var role: @Sendable (any StoredObject, CellContext) -> StyleRole
        package var sortKey: @Sendable (any StoredObject) -> SortKey
        /// What it sorts by, of a column that needs more than the row's object.
        package var contextSortKey: (@Sendable (any StoredObject, CellContext) -> SortKey)?
        /// Where its numbers come from, when not from the row's object; hidden while there are none to be had.
        package var needs: Usage.Source?
        /// The least width, in cells.
        package var leastWidth = 0

        /// What a row sorts by.
        package func key(of object: any StoredObject, _ context: CellContext) -> SortKey {
            contextSortKey?(object, context) ?? sortKey(object)
        }

        /// Of the text in cells.
        package enum Width: Sendable, Equatable {
            case fill(min: Int)
            case fit(max: Int)
        }
    }

    package let kind: ResourceKind
    package let title: String
    package let aliases: [String]
    /// NAMESPACE first, for namespaced kinds.
    package let columns: [Column]
    package let defaultSort: TableSort
    /// The server's columns that this table is made of; `nil` for a kind with a type of its own.
    package let printed: PrintedColumns?
    package let health: @Sendable (any StoredObject) -> Health

    init(
        kind: ResourceKind, title: String, aliases: [String], columns: [Column], defaultSort: TableSort,
        printed: PrintedColumns?, health: @escaping @Sendable (any StoredObject) -> Health
    ) {
        self.kind = kind
        self.title = title
        self.aliases = aliases
        self.columns = columns
        self.defaultSort = defaultSort
        self.printed = printed
        self.health = health
    }

    /// Whether its rows are made here, as lists of kinds are: the cluster is not asked for them.
    package var isMadeHere: Bool { kind.versions.isEmpty }

    package init<Row>(_ definition: TableDefinition<Row>) {
        kind = Row.kind
        title = definition.title
        aliases = definition.aliases
        var columns = definition.columns.map(Self.erase)
        if Row.kind.isNamespaced { columns.insert(Self.namespaceColumn, at: 0) }
        self.columns = columns
        if let sort = definition.defaultSort {
            defaultSort = TableSort(column: sort.column, descending: sort.descending)
        } else {
            defaultSort = TableSort(column: "NAME", descending: false)
        }
        printed = nil
        let health = definition.health
        self.health = { object in (object as? Stored<Row>).map { health($0.value) } ?? .fine }
    }

    package static func == (left: ResourceTable, right: ResourceTable) -> Bool {
        left.kind == right.kind && left.printed == right.printed
            && left.columns.map(\.title) == right.columns.map(\.title)
    }

    /// The index of a column by its title.
    package func index(ofColumn title: String) -> Int? { columns.firstIndex { $0.title == title } }

    static let namespaceColumn = Column(
        title: "NAMESPACE", width: .fit(max: 24), isRightAligned: false, isWide: false,
        help: "Namespace of the object.", isTimeDependent: false, sortsDescendingFirst: false, importance: 2,
        text: { object, _ in object.metadata.namespace }, role: { _, _ in .plain },
        sortKey: { .text($0.metadata.namespace) })

    private static func erase<Row: KubernetesObject>(_ column: AppCore.Column<Row>) -> Column {
        let text = column.text
        let role = column.role
        let sortKey = column.sortKey
        let contextSortKey = column.contextSortKey.map { key in
            { @Sendable (object: any StoredObject, context: CellContext) in
                (object as? Stored<Row>).map { key($0.value, context) } ?? .missing
            }
        }
        let width: Column.Width =
            switch column.width {
            case .fill(let min): .fill(min: min)
            case .fit(let max): .fit(max: max)
            }
        return Column(
            title: column.title, width: width, isRightAligned: column.alignment == .right, isWide: column.isWide,
            help: column.help, isTimeDependent: column.isTimeDependent,
            sortsDescendingFirst: column.sortsDescendingFirst, importance: column.importance,
            text: { object, context in (object as? Stored<Row>).map { text($0.value, context) } ?? "" },
            role: { object, context in (object as? Stored<Row>).map { role($0.value, context) } ?? .plain },
            sortKey: { object in (object as? Stored<Row>).map { sortKey($0.value) } ?? .missing },
            contextSortKey: contextSortKey, needs: column.needs, leastWidth: column.leastWidth)
    }
}

/// How a table is sorted; rows that compare equal go by namespace and name, ascending.
package struct TableSort: Sendable, Equatable {
    package var column: String
    package var descending: Bool

    package init(column: String, descending: Bool) {
        self.column = column
        self.descending = descending
    }
}

extension ResourceTable {
    /// The table of a kind with a type of its own; `nil` for any other: see `AppState.resourceTable(of:)`.
    package static func named(_ kind: GroupResource) -> ResourceTable? { byKind[kind] }

    private static let byKind = Dictionary(uniqueKeysWithValues: all.map { ($0.kind.groupResource, $0) })
}
