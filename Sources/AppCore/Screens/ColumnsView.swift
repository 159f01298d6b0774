import KubernetesModel
import Screen

/// The columns of a table, to choose which are shown and in which order.
package struct ColumnsView: Sendable, Equatable {
    /// How a column is shown.
    package enum Mark: Sendable, Equatable {
        case always
        /// Only in wide mode.
        case wide
        case never
    }

    package let table: ResourceTable
    package private(set) var choice: ColumnChoice
    package private(set) var selectedIndex = 0
    package private(set) var top = 0

    package init(_ table: ResourceTable, choice: ColumnChoice?) {
        self.table = table
        self.choice = choice ?? ColumnChoice()
    }

    /// The columns from left to right, by index into the table's; without NAMESPACE, which has its place.
    package var columns: [Int] { choice.order(of: table).filter { !table.isNamespaceColumn($0) } }

    private var selectedColumn: ResourceTable.Column? {
        let columns = columns
        return columns.indices.contains(selectedIndex) ? table.columns[columns[selectedIndex]] : nil
    }

    /// Why the selected column cannot be hidden; `nil` when it can.
    var whyFixed: String? { selectedColumn?.isName == true ? "The name is what rows are known by." : nil }

    package func mark(of column: ResourceTable.Column) -> Mark {
        if choice.shows(column, inWide: false) { return .always }
        return choice.shows(column, inWide: true) ? .wide : .never
    }

    package mutating func select(_ index: Int, visibleRows: Int) {
        let visible = max(1, visibleRows)
        let count = columns.count
        selectedIndex = max(0, min(index, count - 1))
        top = max(0, min(top, count - visible))
        if selectedIndex < top { top = selectedIndex }
        if selectedIndex >= top + visible { top = selectedIndex - visible + 1 }
    }

    /// Shows the selected column, or hides it; a wide one always, never, or in wide mode.
    package mutating func toggle() {
        guard let column = selectedColumn, !column.isName else { return }
        switch mark(of: column) {
        case .always:
            choice.shown.remove(column.title)
            choice.hidden.insert(column.title)
        case .wide: choice.shown.insert(column.title)
        case .never: choice.hidden.remove(column.title)
        }
    }

    /// Moves the selected column by one place.
    mutating func move(by step: Int, visibleRows: Int) {
        var columns = columns
        let target = selectedIndex + step
        guard columns.indices.contains(selectedIndex), columns.indices.contains(target) else { return }
        columns.swapAt(selectedIndex, target)
        choice.order = columns.map { table.columns[$0].title }
        if columns == columns.sorted() { choice.order = [] }
        select(target, visibleRows: visibleRows)
    }

    mutating func reset() { choice = ColumnChoice() }
}

extension AppState {
    /// The columns of the table on the screen, or of the one below, to choose from.
    mutating func openColumns() {
        guard let view = table else { return show(.info, "There is no table here.") }
        pushPlace(.columns(ColumnsView(view.table, choice: columnChoices["\(view.kind)"])))
    }

    mutating func runInColumns(_ command: Command, _ effects: inout [Effect]) {
        guard case .columns(var view) = place else { return }
        let before = view.choice
        switch command {
        case .toggleColumn: view.toggle()
        case .moveColumnDown: view.move(by: 1, visibleRows: body.rows)
        case .moveColumnUp: view.move(by: -1, visibleRows: body.rows)
        case .resetColumns: view.reset()
        default:
            let index = moved(view.selectedIndex, by: command, page: body.rows, count: view.columns.count)
            view.select(index, visibleRows: body.rows)
        }
        place = .columns(view)
        guard view.choice != before else { return }
        columnChoices["\(view.table.kind.groupResource)"] = view.choice.isEmpty ? nil : view.choice
        effects.append(.saveColumns(columnChoices))
    }

    /// Gives the table on the screen the columns that are wanted of its kind.
    mutating func applyColumnChoice() {
        guard var view = shownTable, case let choice = columnChoices["\(view.kind)"], view.choice != choice else {
            return
        }
        view.choice = choice
        view.columnOffset = 0
        shownTable = view
        remakeTable()
    }
}
