import ClusterState
import KubernetesModel

/// A table on the screen: which rows of which kind, in which order, and where the user is in it.
package struct TableView: Sendable, Equatable {
    /// Its columns; those of a kind that only discovery knows may change with the kind's definition.
    package internal(set) var table: ResourceTable
    package var kind: GroupResource { table.kind.groupResource }
    /// `nil` for all namespaces, and for cluster-scoped kinds.
    package var namespace: String?
    package var restriction: Restriction?

    package internal(set) var filterText = ""
    package internal(set) var filter = Filter.none
    /// Why what is typed is no filter; the rows are as they were before it was begun.
    package internal(set) var filterError: String?
    package internal(set) var sort: TableSort
    package internal(set) var isWide = false
    /// Which columns the user wants, and in which order; `nil` for those of the table.
    package internal(set) var choice: ColumnChoice?
    /// Only rows that are not well (`Ctrl-Z`).
    package internal(set) var faultsOnly = false
    /// UIDs of the marked rows.
    package internal(set) var marks: Set<String> = []
    /// The UID of the row that was marked last, where a range begins.
    var markAnchor: String?
    /// How many columns after the first are scrolled out to the left.
    package internal(set) var columnOffset = 0
    /// The column that `Shift-O` sorts by, chosen with `Shift-Left` and `Shift-Right`.
    package internal(set) var chosenColumn: String?

    package internal(set) var rows = RowList()
    /// Rows in this scope, whatever the filter hides.
    package var total: Int { all.count }
    /// Rows in this scope by health, whatever the filter hides.
    package internal(set) var brokenCount = 0
    package internal(set) var degradedCount = 0
    /// Rows that are not well and that no finding speaks of.
    package internal(set) var unexplainedBroken = 0
    package internal(set) var unexplainedDegraded = 0
    /// How bad the worst finding about an object is.
    private(set) var faults: [ObjectKey: Health] = [:]
    /// Which report `faults` is from.
    private(set) var faultsRevision: UInt64 = 0
    /// The widest text of each column of the table so far, in cells.
    ///
    /// Never shrinks, so that nothing jumps.
    package internal(set) var widths: [Int]
    package internal(set) var loadState = LoadState.loading(count: 0)
    /// What cells show beside the rows' objects.
    package private(set) var usage = Usage()
    /// When this table was opened, for how long it has been loading.
    package let openedAt: Timestamp

    /// The index of the selected row; 0 when there are no rows.
    package internal(set) var selectedIndex = 0
    /// The index of the first row on the screen.
    package internal(set) var top = 0
    /// The selected row as it was when it was last seen.
    var selectedRow: TableRow?
    /// Whether the user moved the selection; until then it may stay with the first row.
    var hasChosen = false
    /// The object to select as soon as it appears.
    var wanted: ObjectKey?
    /// Every row in this scope, in the order of `rows`.
    var all = RowList()
    /// Rows whose texts are not in `widths`, because the filter hid them so far; by UID.
    var unmeasured: [String: TableRow] = [:]
    /// The store and version that `all` shows.
    var source: (storeID: UInt64, version: UInt64)?

    package init(_ table: ResourceTable, namespace: String?, restriction: Restriction? = nil, openedAt: Timestamp) {
        self.table = table
        self.namespace = table.kind.isNamespaced ? namespace : nil
        self.restriction = restriction
        self.openedAt = openedAt
        // In all namespaces objects of one namespace stay together, as kubectl lists them.
        let mixesNamespaces = self.namespace == nil && table.kind.isNamespaced && restriction == nil
        sort =
            mixesNamespaces && table.defaultSort == TableSort(column: "NAME", descending: false)
            ? TableSort(column: "NAMESPACE", descending: false) : table.defaultSort
        widths = table.columns.map { max($0.title.utf8.count, $0.leastWidth) }
    }

    /// Goes on with other columns; filter, order, selection and marks stay as far as they can.
    mutating func take(_ new: ResourceTable, now: Timestamp, visibleRows: Int) {
        table = new
        widths = new.columns.map { $0.title.utf8.count }
        columnOffset = min(columnOffset, max(0, visibleColumns(of: new).count - 2))
        if new.index(ofColumn: sort.column) == nil { sort = new.defaultSort }
        if let chosenColumn, new.index(ofColumn: chosenColumn) == nil { self.chosenColumn = nil }
        if !filterText.isEmpty, let filter = try? Filter(parsing: filterText, table: new) { self.filter = filter }
        remakeRows(table: new, now: now, visibleRows: visibleRows)
        sortRows(table: new, now: now, visibleRows: visibleRows)
    }

    /// Shows what another table of this kind shows: its filter, order, columns.
    mutating func takeLook(of other: TableView, table: ResourceTable) {
        (isWide, faultsOnly, choice) = (other.isWide, other.faultsOnly, other.choice)
        (filterText, filter) = (other.filterText, other.filter)
        let asOpened = TableView(table, namespace: other.namespace, restriction: other.restriction, openedAt: openedAt)
        if other.sort != asOpened.sort { sort = other.sort }
    }

    package static func == (left: TableView, right: TableView) -> Bool {
        left.table == right.table && left.namespace == right.namespace && left.restriction == right.restriction
            && left.filterText == right.filterText && left.filterError == right.filterError && left.sort == right.sort
            && left.isWide == right.isWide && left.choice == right.choice && left.faultsOnly == right.faultsOnly
            && left.marks == right.marks
            && left.columnOffset == right.columnOffset && left.chosenColumn == right.chosenColumn
            && left.rows == right.rows && left.all == right.all && left.loadState == right.loadState
            && left.usage == right.usage && left.widths == right.widths && left.selectedIndex == right.selectedIndex
            && left.top == right.top
            && left.selectedRow === right.selectedRow && left.wanted == right.wanted
            && left.source?.storeID == right.source?.storeID && left.source?.version == right.source?.version
    }

    /// Takes over what findings say of this kind's objects.
    mutating func setFaults(_ faults: [ObjectKey: Health], revision: UInt64) {
        faultsRevision = revision
        if faults.isEmpty && self.faults.isEmpty { return }
        self.faults = faults
        recount()
    }

    /// Takes over what is used: rows that are sorted by it find their new places.
    mutating func setUsage(_ usage: Usage, now: Timestamp, visibleRows: Int) {
        guard usage != self.usage else { return }
        let before = self.usage
        self.usage = usage
        let source = table.index(ofColumn: sort.column).flatMap { table.columns[$0].needs }
        if let source, !usage.isSame(source, as: before) {
            sortRows(table: table, now: now, visibleRows: visibleRows)
        }
        measureTime(table: table, now: now, visibleRows: visibleRows)
    }

    /// The health of a row: its own, or what findings make of it.
    package func health(of row: TableRow) -> Health {
        guard !faults.isEmpty, row.health < .broken, let fault = faults[ObjectKey(row.object.metadata)] else {
            return row.health
        }
        return max(row.health, fault)
    }

    package var scope: KindScope { KindScope(kind, namespace: namespace) }

    /// The selected object; `nil` in an empty table.
    package var selection: (any StoredObject)? { rows.count > 0 ? selectedRow?.object : nil }

    /// Whether the row at an index is marked.
    package func isMarked(_ index: Int) -> Bool { marks.contains(rows[index].place.uid) }

    /// The objects an action is about: the marked ones in row order, or else the selected one.
    package var targets: [any StoredObject] {
        let marked = marks.isEmpty ? [] : rows.rows.filter { marks.contains($0.place.uid) }.map(\.object)
        return marked.isEmpty ? selection.map { [$0] } ?? [] : marked
    }

    /// Columns that are shown, by index into the table's columns, from left to right.
    package func visibleColumns(of table: ResourceTable) -> [Int] {
        let order = choice?.order(of: table) ?? Array(table.columns.indices)
        return order.filter { index in
            let column = table.columns[index]
            if let source = column.needs, !usage.has(source) { return false }
            if table.isNamespaceColumn(index) { return namespace == nil }
            guard let choice else { return isWide || !column.isWide }
            return choice.shows(column, inWide: isWide)
        }
    }
}

extension ResourceTable.Column {
    /// The widest a column may get, in cells.
    var widest: Int {
        switch width {
        case .fill: 512
        case .fit(let max): max
        }
    }
}
