import KubernetesModel

/// Which columns of a kind's table somebody wants, and in which order.
///
/// By titles, since tables change with versions and servers: titles that a table does not have mean nothing.
package struct ColumnChoice: Sendable, Equatable, Codable {
    /// From left to right; columns that it does not name follow the one before them in the table.
    package var order: [String]
    /// Never shown.
    package var hidden: Set<String>
    /// Wide columns that are always shown.
    package var shown: Set<String>

    package init(order: [String] = [], hidden: Set<String> = [], shown: Set<String> = []) {
        self.order = order
        self.hidden = hidden
        self.shown = shown
    }

    /// Whether it wants nothing else than the table does.
    package var isEmpty: Bool { order.isEmpty && hidden.isEmpty && shown.isEmpty }

    /// Every column of a table in the order that is wanted, by index.
    package func order(of table: ResourceTable) -> [Int] {
        var result: [Int] = []
        for title in order {
            if let index = table.index(ofColumn: title), !table.isNamespaceColumn(index), !result.contains(index) {
                result.append(index)
            }
        }
        for index in table.columns.indices where !result.contains(index) {
            if table.isNamespaceColumn(index) {
                result.insert(index, at: 0)
            } else if index > 0, let before = result.firstIndex(of: index - 1) {
                result.insert(index, at: before + 1)
            } else {
                result.insert(index, at: 0)
            }
        }
        return result
    }

    /// Whether a column is shown; the name always is.
    func shows(_ column: ResourceTable.Column, inWide isWide: Bool) -> Bool {
        if column.isName { return true }
        if hidden.contains(column.title) { return false }
        return isWide || !column.isWide || shown.contains(column.title)
    }
}

extension ResourceTable {
    /// Whether a column is NAMESPACE, which is shown where it says something.
    package func isNamespaceColumn(_ index: Int) -> Bool {
        index == 0 && kind.isNamespaced && columns[0].title == "NAMESPACE"
    }
}

extension ResourceTable.Column {
    /// Whether a row is known by it.
    package var isName: Bool { title == "NAME" && !isWide }
}
