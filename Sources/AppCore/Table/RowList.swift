import KubernetesModel

/// A row of a table, with what is computed of its object once.
package final class TableRow: Sendable {
    package let object: any StoredObject
    package let health: Health
    let place: RowPlace
    /// What `/text` looks at: the visible columns' text in lower case, a line for each, closed by a zero.
    ///
    /// Without columns whose text changes with time alone.
    let searchText: [UInt8]

    init(object: any StoredObject, health: Health, place: RowPlace, searchText: [UInt8]) {
        self.object = object
        self.health = health
        self.place = place
        self.searchText = searchText
    }
}

/// The rows of a table, in order.
///
/// Equal when of equal revision: never a walk.
package struct RowList: Sendable, Equatable {
    private(set) var rows: [TableRow] = []
    /// Grows with every change.
    package private(set) var revision: UInt64 = 0

    package init() {}

    package var count: Int { rows.count }

    /// The objects of the rows, in order.
    package var objects: LazyMapSequence<[TableRow], any StoredObject> { rows.lazy.map(\.object) }

    package subscript(index: Int) -> TableRow { rows[index] }

    package static func == (left: RowList, right: RowList) -> Bool {
        left.revision == right.revision && left.rows.count == right.rows.count
    }

    mutating func replace(with rows: [TableRow]) {
        self.rows = rows
        revision += 1
    }

    mutating func insert(_ row: TableRow, by order: RowOrder) {
        rows.insert(row, at: index(of: row.place, by: order))
        revision += 1
    }

    /// Removes the row of the object at this place, if it is there.
    ///
    /// - Returns: the row.
    @discardableResult
    mutating func remove(at place: RowPlace, by order: RowOrder) -> TableRow? {
        let index = index(of: place, by: order)
        guard index < rows.count, rows[index].place.uid == place.uid else { return nil }
        revision += 1
        return rows.remove(at: index)
    }

    /// The index of the first row that does not come before `place`: of the row there, or of the one that would follow.
    func index(of place: RowPlace, by order: RowOrder) -> Int {
        var low = 0
        var high = rows.count
        while low < high {
            let middle = (low + high) / 2
            if order.areInOrder(rows[middle].place, place) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
