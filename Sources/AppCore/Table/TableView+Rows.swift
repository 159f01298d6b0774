import ClusterState
import KubernetesModel
import Screen

extension TableView {
    /// What rows are made with.
    struct RowMaker {
        let table: ResourceTable
        let order: RowOrder
        /// Visible ones, into the table's columns.
        let columns: [Int]
        let context: CellContext

        init(_ view: TableView, table: ResourceTable, now: Timestamp) {
            self.table = table
            context = CellContext(now: now, usage: view.usage)
            order = RowOrder(table, view.sort, context)
            columns = view.visibleColumns(of: table)
        }

        /// A row, and in `widths` the widths of its texts.
        func row(of object: any StoredObject, widths: inout [Int]) -> TableRow {
            var bytes: [UInt8] = []
            bytes.reserveCapacity(96)
            for index in columns {
                let column = table.columns[index]
                // These are measured when they are on the screen.
                if column.needs != nil { continue }
                let text = column.text(object, context)
                if widths[index] < column.widest { widths[index] = max(widths[index], width(text, of: column)) }
                if column.isTimeDependent { continue }
                appendLowercased(text, to: &bytes)
                bytes.append(UInt8(ascii: "\n"))
            }
            bytes.append(0)
            return TableRow(
                object: object, health: table.health(object), place: order.place(of: object), searchText: bytes)
        }

        /// Widens `widths` to the row's texts.
        func measure(_ row: TableRow, onlyTimeDependent: Bool = false, widths: inout [Int]) {
            for index in columns where !onlyTimeDependent || table.columns[index].isTimeDependent {
                let column = table.columns[index]
                guard widths[index] < column.widest, onlyTimeDependent || column.needs == nil else { continue }
                widths[index] = max(widths[index], width(column.text(row.object, context), of: column))
            }
        }

        private func width(_ text: String, of column: ResourceTable.Column) -> Int {
            min(textWidth(text), column.widest)
        }
    }

    // MARK: - Following the cluster

    /// Takes over what a snapshot knows of this table's kind.
    ///
    /// Costs what changed, not what there is.
    mutating func apply(_ snapshot: ClusterSnapshot, table: ResourceTable, now: Timestamp, visibleRows: Int) {
        guard let known = snapshot.resolve(scope) else { return }
        // One namespace may be allowed where all of them are not.
        if namespace != nil, snapshot[scope] == nil, case .forbidden = known.state { return }
        let isSameStore = source.map { $0.storeID == known.storeID } ?? false
        if !isSameStore, all.count > 0, keepsRows(while: known.state, now: now) { return }
        loadState = known.state
        let maker = RowMaker(self, table: table, now: now)
        if isSameStore, let source {
            if source.version == known.version { return }
            if let changes = known.changes(since: source.version), changes.count <= max(64, all.count / 8) {
                for change in changes { apply(change, maker) }
                self.source = (known.storeID, known.version)
                follow(by: maker.order, visibleRows: visibleRows)
                return
            }
        }
        source = (known.storeID, known.version)
        takeAll(of: known, maker)
        showRows(maker, visibleRows: visibleRows)
    }

    /// Whether the rows of a store that is gone stay until the one in its place has been read: a table never blinks empty.
    private mutating func keepsRows(while state: LoadState, now: Timestamp) -> Bool {
        switch state {
        case .loading: return true
        case .failed(let reason, let retryAt):
            var since = now
            if case .stale(let earlier, _, _) = loadState { since = earlier }
            loadState = .stale(since: since, reason: reason, retryAt: retryAt)
            return true
        case .ready, .stale, .forbidden, .unavailable: return false
        }
    }

    private mutating func apply(_ change: ObjectChange, _ maker: RowMaker) {
        if let old = change.old, isInScope(old) {
            let place = maker.order.place(of: old)
            if let row = all.remove(at: place, by: maker.order) { count(row, by: -1) }
            rows.remove(at: place, by: maker.order)
            if !unmeasured.isEmpty { unmeasured[place.uid] = nil }
            if change.new?.metadata.uid != old.metadata.uid { marks.remove(place.uid) }
        }
        if let new = change.new, isInScope(new) {
            var wider = widths
            let row = maker.row(of: new, widths: &wider)
            all.insert(row, by: maker.order)
            count(row, by: 1)
            if shows(row, maker) {
                widths = wider
                rows.insert(row, by: maker.order)
            } else {
                unmeasured[row.place.uid] = row
            }
            if selectedRow?.place.uid == row.place.uid { selectedRow = row }
        }
    }

    /// Makes `all` the objects of a store; rows whose object is the same stay.
    private mutating func takeAll(of known: KindSnapshot, _ maker: RowMaker) {
        let before = Set(all.rows.map { ObjectIdentifier($0.object) })
        var stays = Set<ObjectIdentifier>(minimumCapacity: before.count)
        var added: [TableRow] = []
        var wider = widths
        for object in known.objects where isInScope(object) {
            if before.contains(ObjectIdentifier(object)) {
                stays.insert(ObjectIdentifier(object))
                continue
            }
            var rowWidths = wider
            let row = maker.row(of: object, widths: &rowWidths)
            if shows(row, maker) { wider = rowWidths } else { unmeasured[row.place.uid] = row }
            added.append(row)
        }
        widths = wider
        let kept =
            stays.count == before.count ? all.rows : all.rows.filter { stays.contains(ObjectIdentifier($0.object)) }
        all.replace(with: merged(kept, added.sorted { maker.order.areInOrder($0.place, $1.place) }, by: maker.order))
        recount()
        let uids = marks.isEmpty && unmeasured.isEmpty ? [] : Set(all.rows.map(\.place.uid))
        marks.formIntersection(uids)
        if !unmeasured.isEmpty { unmeasured = unmeasured.filter { uids.contains($0.key) } }
        if let uid = selectedRow?.place.uid, let row = added.first(where: { $0.place.uid == uid }) { selectedRow = row }
    }

    private func merged(_ left: [TableRow], _ right: [TableRow], by order: RowOrder) -> [TableRow] {
        if right.isEmpty { return left }
        if left.isEmpty { return right }
        var result: [TableRow] = []
        result.reserveCapacity(left.count + right.count)
        var index = 0
        for row in left {
            while index < right.count, order.areInOrder(right[index].place, row.place) {
                result.append(right[index])
                index += 1
            }
            result.append(row)
        }
        result.append(contentsOf: right[index...])
        return result
    }

    private func isInScope(_ object: any StoredObject) -> Bool {
        if let namespace, object.metadata.namespace != namespace { return false }
        return restriction?.contains(object) ?? true
    }

    mutating func recount() {
        (brokenCount, degradedCount, unexplainedBroken, unexplainedDegraded) = (0, 0, 0, 0)
        for row in all.rows { count(row, by: 1) }
    }

    private mutating func count(_ row: TableRow, by step: Int) {
        guard row.health >= .degraded else { return }
        let isExplained = !faults.isEmpty && faults[ObjectKey(row.object.metadata)] != nil
        if row.health == .broken {
            brokenCount += step
            if !isExplained { unexplainedBroken += step }
        } else {
            degradedCount += step
            if !isExplained { unexplainedDegraded += step }
        }
    }

    // MARK: - Following the user

    /// Shows what the filter lets through: after a change of the filter, or when time alone may change it.
    mutating func filterRows(table: ResourceTable, now: Timestamp, visibleRows: Int) {
        showRows(RowMaker(self, table: table, now: now), visibleRows: visibleRows)
    }

    /// Puts the rows into the order of `sort`.
    mutating func sortRows(table: ResourceTable, now: Timestamp, visibleRows: Int) {
        let maker = RowMaker(self, table: table, now: now)
        func moved(_ row: TableRow) -> TableRow {
            TableRow(
                object: row.object, health: row.health, place: maker.order.place(of: row.object),
                searchText: row.searchText)
        }
        selectedRow = selectedRow.map(moved)
        var sorted = all.rows.map(moved)
        sorted.sort { maker.order.areInOrder($0.place, $1.place) }
        all.replace(with: sorted)
        showRows(maker, visibleRows: visibleRows)
    }

    /// Makes every row anew: after a change of the visible columns.
    mutating func remakeRows(table: ResourceTable, now: Timestamp, visibleRows: Int) {
        let maker = RowMaker(self, table: table, now: now)
        let selected = selectedRow?.place.uid
        unmeasured = [:]
        var wider = widths
        all.replace(
            with: all.rows.map { row in
                var rowWidths = wider
                let made = maker.row(of: row.object, widths: &rowWidths)
                if shows(made, maker) { wider = rowWidths } else { unmeasured[made.place.uid] = made }
                if made.place.uid == selected { selectedRow = made }
                return made
            })
        widths = wider
        showRows(maker, visibleRows: visibleRows)
    }

    /// Widens columns such as AGE and CPU to what the rows on the screen say by now.
    mutating func measureTime(table: ResourceTable, now: Timestamp, visibleRows: Int) {
        let maker = RowMaker(self, table: table, now: now)
        for index in top..<max(top, min(rows.count, top + visibleRows)) {
            maker.measure(rows[index], onlyTimeDependent: true, widths: &widths)
        }
    }

    private mutating func showRows(_ maker: RowMaker, visibleRows: Int) {
        if filter.isEmpty && !faultsOnly {
            rows.replace(with: all.rows)
        } else {
            rows.replace(with: all.rows.filter { shows($0, maker) })
        }
        if !unmeasured.isEmpty {
            for row in unmeasured.values where shows(row, maker) {
                maker.measure(row, widths: &widths)
                unmeasured[row.place.uid] = nil
            }
        }
        follow(by: maker.order, visibleRows: visibleRows)
    }

    private func shows(_ row: TableRow, _ maker: RowMaker) -> Bool {
        if faultsOnly && health(of: row) < .degraded { return false }
        return filter.isEmpty || filter.matches(row, table: maker.table, context: maker.context)
    }
}
