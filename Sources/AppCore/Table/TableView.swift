import ClusterState
import KubernetesModel
import Screen

/// A table on the screen: which rows of which kind, in which order, and where the user is in it.
package struct TableView: Sendable, Equatable {
    package let kind: GroupResource
    /// `nil` for all namespaces, and for cluster-scoped kinds.
    package var namespace: String?
    package var restriction: Restriction?

    package internal(set) var filterText = ""
    package internal(set) var filter = Filter.none
    /// Why what is typed is no filter; the rows are those of the last one that was.
    package internal(set) var filterError: String?
    package internal(set) var sort: TableSort
    package internal(set) var isWide = false
    /// Only rows that are not well (`Ctrl-Z`).
    package internal(set) var faultsOnly = false
    /// UIDs of the marked rows.
    package internal(set) var marks: Set<String> = []
    /// How many columns after the first are scrolled out to the left.
    package internal(set) var columnOffset = 0
    /// The column that `Shift-O` sorts by, chosen with `Shift-Left` and `Shift-Right`.
    package internal(set) var chosenColumn: String?

    package internal(set) var rows = RowList()
    /// Rows in this scope, whatever the filter hides.
    package internal(set) var total = 0
    /// Rows in this scope by health, whatever the filter hides.
    package internal(set) var brokenCount = 0
    package internal(set) var degradedCount = 0
    /// The widest text of each column of the table so far, in cells.
    ///
    /// Never shrinks, so that nothing jumps.
    package internal(set) var widths: [Int]
    package internal(set) var loadState = LoadState.loading(count: 0)
    /// When this table was opened, for "loading ...
    ///
    ///
    ///
    /// 1.2 s".
    package let openedAt: Timestamp

    /// The index of the selected row; 0 when there are no rows.
    ///
    package internal(set) var selectedIndex = 0
    /// The index of the first row on the screen.
    package internal(set) var top = 0
    var selectedObject: (any StoredObject)?
    /// Whether the user moved the selection; until then it may stay with the first row.
    var hasChosen = false
    /// The object to select as soon as it appears.
    var wanted: ObjectKey?
    /// The store and version that `rows` shows.
    private var source: (storeID: UInt64, version: UInt64)?
    private var searchTexts: [ObjectIdentifier: [UInt8]] = [:]

    package init(_ table: ResourceTable, namespace: String?, restriction: Restriction? = nil, openedAt: Timestamp) {
        kind = table.kind.groupResource
        self.namespace = table.kind.isNamespaced ? namespace : nil
        self.restriction = restriction
        self.openedAt = openedAt
        // In all namespaces objects of one namespace stay together, as kubectl lists them.
        let mixesNamespaces = self.namespace == nil && table.kind.isNamespaced && restriction == nil
        sort =
            mixesNamespaces && table.defaultSort == TableSort(column: "NAME", descending: false)
            ? TableSort(column: "NAMESPACE", descending: false) : table.defaultSort
        widths = table.columns.map { $0.title.utf8.count }
    }

    package static func == (left: TableView, right: TableView) -> Bool {
        left.kind == right.kind && left.namespace == right.namespace && left.restriction == right.restriction
            && left.filterText == right.filterText && left.filterError == right.filterError && left.sort == right.sort
            && left.isWide == right.isWide && left.faultsOnly == right.faultsOnly && left.marks == right.marks
            && left.columnOffset == right.columnOffset && left.chosenColumn == right.chosenColumn
            && left.rows == right.rows && left.total == right.total && left.loadState == right.loadState
            && left.selectedIndex == right.selectedIndex && left.top == right.top
            && left.selectedObject === right.selectedObject
            && left.source?.storeID == right.source?.storeID && left.source?.version == right.source?.version
    }

    package var scope: KindScope { KindScope(kind, namespace: namespace) }

    /// The selected object; `nil` in an empty table.
    package var selection: (any StoredObject)? { rows.count > 0 ? selectedObject : nil }

    /// The objects an action is about: the marked ones in row order, or else the selected one.
    package var targets: [any StoredObject] {
        let marked = marks.isEmpty ? [] : rows.objects.filter { marks.contains($0.metadata.uid) }
        return marked.isEmpty ? selection.map { [$0] } ?? [] : marked
    }

    /// Columns that are shown, by index into the table's columns.
    package func visibleColumns(of table: ResourceTable) -> [Int] {
        table.columns.indices.filter { index in
            let column = table.columns[index]
            if column.title == "NAMESPACE" && table.kind.isNamespaced && index == 0 { return namespace == nil }
            return isWide || !column.isWide
        }
    }

    // MARK: - Rows

    /// Takes over what a snapshot knows of this table's kind.
    ///
    /// Costs what changed, not what there is.
    mutating func apply(_ snapshot: ClusterSnapshot, table: ResourceTable, now: Timestamp, visibleRows: Int) {
        guard let kindSnapshot = snapshot.resolve(scope) else { return }
        loadState = kindSnapshot.state
        if let source, source.storeID == kindSnapshot.storeID {
            if source.version == kindSnapshot.version { return }
            if let changes = kindSnapshot.changes(since: source.version), changes.count <= max(64, rows.count / 8) {
                for change in changes { apply(change, table: table, now: now) }
                settle(visibleRows: visibleRows)
                self.source = (kindSnapshot.storeID, kindSnapshot.version)
                return
            }
        }
        source = (kindSnapshot.storeID, kindSnapshot.version)
        rebuild(from: kindSnapshot, table: table, now: now, visibleRows: visibleRows)
    }

    /// Computes the rows anew: after a change of filter, order or scope.
    ///
    ///
    ///
    mutating func rebuild(
        from kindSnapshot: KindSnapshot, table: ResourceTable, now: Timestamp, visibleRows: Int
    ) {
        let order = RowOrder(table, sort)
        var kept: [any StoredObject] = []
        (total, brokenCount, degradedCount) = (0, 0, 0)
        let context = CellContext(now: now)
        let isScoped = namespace != nil
        let columns = visibleColumns(of: table)
        if !filter.usesText { searchTexts = [:] }
        for object in kindSnapshot.objects {
            if isScoped && object.metadata.namespace != namespace { continue }
            if let restriction, !restriction.contains(object) { continue }
            let health = table.health(object)
            count(health, by: 1)
            guard shows(object, health: health, table: table, columns: columns, context: context) else { continue }
            kept.append(object)
        }
        rows.replace(with: order.sorted(kept))
        for object in rows.objects { measure(object, table: table, columns: columns, context: context) }
        if let selected = selectedObject {
            let index =
                rows.find(selected, by: order)
                ?? rows.objects.firstIndex { $0.metadata.uid == selected.metadata.uid }
            place(at: index, visibleRows: visibleRows)
        }
        settle(visibleRows: visibleRows)
    }

    private mutating func apply(_ change: ObjectChange, table: ResourceTable, now: Timestamp) {
        let order = RowOrder(table, sort)
        let context = CellContext(now: now)
        let columns = visibleColumns(of: table)
        if let old = change.old, isInScope(old) {
            count(table.health(old), by: -1)
            searchTexts[ObjectIdentifier(old)] = nil
            rows.remove(old, by: order)
            if change.new == nil { marks.remove(old.metadata.uid) }
        }
        if let new = change.new, isInScope(new) {
            let health = table.health(new)
            count(health, by: 1)
            if shows(new, health: health, table: table, columns: columns, context: context) {
                rows.insert(new, by: order)
                measure(new, table: table, columns: columns, context: context)
            }
            if let selected = selectedObject, selected.metadata.uid == new.metadata.uid { selectedObject = new }
        }
        if let selected = selectedObject, let index = rows.find(selected, by: order) {
            place(at: index, visibleRows: nil)
        }
    }

    private func isInScope(_ object: any StoredObject) -> Bool {
        if let namespace, object.metadata.namespace != namespace { return false }
        return restriction?.contains(object) ?? true
    }

    private mutating func count(_ health: Health, by step: Int) {
        total += step
        if health == .broken { brokenCount += step }
        if health == .degraded { degradedCount += step }
    }

    private mutating func shows(
        _ object: any StoredObject, health: Health, table: ResourceTable, columns: [Int], context: CellContext
    ) -> Bool {
        if faultsOnly && health < .degraded { return false }
        guard !filter.isEmpty else { return true }
        if filter.usesText {
            let id = ObjectIdentifier(object)
            let text =
                searchTexts[id] ?? Filter.searchText(of: object, table: table, columns: columns, context: context)
            searchTexts[id] = text
            return filter.matches(object, table: table, searchText: text, context: context)
        }
        return filter.matches(object, table: table, searchText: [], context: context)
    }

    private mutating func measure(
        _ object: any StoredObject, table: ResourceTable, columns: [Int], context: CellContext
    ) {
        for index in columns where widths[index] < table.columns[index].widest {
            let width = textWidth(table.columns[index].text(object, context))
            if width > widths[index] { widths[index] = min(width, table.columns[index].widest) }
        }
    }

    // MARK: - Selection and scrolling

    /// The selected object is now at `index` (`nil`: it is gone).
    ///
    /// Keeps it on its line of the screen.
    private mutating func place(at index: Int?, visibleRows: Int?) {
        guard let index else {
            selectedObject = nil
            return
        }
        if top > 0 { top = max(0, top + index - selectedIndex) }
        selectedIndex = index
    }

    /// Makes selection and scroll offset consistent with the rows.
    ///
    ///
    ///
    mutating func settle(visibleRows: Int) {
        let visible = max(1, visibleRows)
        if let wanted,
            let index = rows.objects.firstIndex(where: {
                $0.metadata.name == wanted.name && $0.metadata.namespace == wanted.namespace
            })
        {
            self.wanted = nil
            hasChosen = true
            selectedIndex = index
            selectedObject = rows.objects[index]
            top = max(0, index - visible / 2)
        }
        guard rows.count > 0 else {
            (selectedIndex, top) = (0, 0)
            return
        }
        let stillThere =
            selectedObject.map { selected in
                selectedIndex < rows.count && rows.objects[selectedIndex].metadata.uid == selected.metadata.uid
            } ?? false
        if !stillThere {
            // The row that moved up into its place, or the last one.
            selectedIndex = min(selectedIndex, rows.count - 1)
        }
        if !hasChosen && selectedIndex >= visible && top == 0 { selectedIndex = 0 }
        selectedObject = rows.objects[selectedIndex]
        top = min(top, max(0, rows.count - visible))
        if selectedIndex < top { top = selectedIndex }
        if selectedIndex >= top + visible { top = selectedIndex - visible + 1 }
    }

    mutating func select(index: Int, visibleRows: Int) {
        guard rows.count > 0 else { return }
        hasChosen = true
        selectedIndex = max(0, min(index, rows.count - 1))
        selectedObject = rows.objects[selectedIndex]
        settle(visibleRows: visibleRows)
    }

    mutating func scroll(by lines: Int, visibleRows: Int) {
        let visible = max(1, visibleRows)
        top = max(0, min(top + lines, rows.count - visible))
        select(index: max(top, min(selectedIndex, top + visible - 1)), visibleRows: visible)
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
