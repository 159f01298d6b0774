import KubernetesModel

/// The order of a table's rows: by one column, then by namespace and name.
///
/// Total, so that a row's place can be found by
/// binary search.
struct RowOrder: Sendable {
    private let key: @Sendable (any StoredObject) -> SortKey
    private let descending: Bool

    init(_ table: ResourceTable, _ sort: TableSort) {
        if let index = table.index(ofColumn: sort.column) {
            key = table.columns[index].sortKey
        } else {
            key = { _ in .missing }
        }
        descending = sort.descending
    }

    /// Whether one row comes before another.
    ///
    ///
    ///
    func areInOrder(_ left: any StoredObject, _ right: any StoredObject) -> Bool {
        Self.areInOrder((key(left), left), (key(right), right), descending: descending)
    }

    /// All rows, in order; each key is computed once.
    func sorted(_ objects: [any StoredObject]) -> [any StoredObject] {
        let descending = descending
        return objects.map { (key($0), $0) }
            .sorted { Self.areInOrder($0, $1, descending: descending) }
            .map(\.1)
    }

    private static func areInOrder(
        _ left: (key: SortKey, object: any StoredObject), _ right: (key: SortKey, object: any StoredObject),
        descending: Bool
    ) -> Bool {
        switch compare(left.key, right.key) {
        case .orderedSame: break
        case .missingLast(let leftIsPresent): return leftIsPresent
        case .ascending: return !descending
        case .descending: return descending
        }
        let (a, b) = (left.object.metadata, right.object.metadata)
        if a.namespace != b.namespace { return a.namespace < b.namespace }
        if a.name != b.name { return a.name < b.name }
        return a.uid < b.uid
    }

    private enum Comparison { case orderedSame, ascending, descending, missingLast(leftIsPresent: Bool) }

    private static func compare(_ left: SortKey, _ right: SortKey) -> Comparison {
        switch (left, right) {
        case (.text(let a), .text(let b)): a == b ? .orderedSame : a < b ? .ascending : .descending
        case (.number(let a), .number(let b)): a == b ? .orderedSame : a < b ? .ascending : .descending
        case (.time(let a), .time(let b)): a == b ? .orderedSame : a < b ? .ascending : .descending
        case (.missing, .missing): .orderedSame
        case (_, .missing): .missingLast(leftIsPresent: true)
        case (.missing, _): .missingLast(leftIsPresent: false)
        default: .orderedSame
        }
    }
}

/// The rows of a table, in order.
///
/// Equal when of equal revision: never a walk.
package struct RowList: Sendable, Equatable {
    package private(set) var objects: [any StoredObject] = []
    /// Grows with every change.
    ///
    ///
    ///
    package private(set) var revision: UInt64 = 0

    package init() {}

    package var count: Int { objects.count }

    package static func == (left: RowList, right: RowList) -> Bool {
        left.revision == right.revision && left.objects.count == right.objects.count
    }

    mutating func replace(with objects: [any StoredObject]) {
        self.objects = objects
        revision += 1
    }

    mutating func insert(_ object: any StoredObject, by order: RowOrder) {
        objects.insert(object, at: index(of: object, by: order))
        revision += 1
    }

    /// Removes the row that is this very object, if it is one.
    mutating func remove(_ object: any StoredObject, by order: RowOrder) {
        guard let index = find(object, by: order) else { return }
        objects.remove(at: index)
        revision += 1
    }

    /// Where this very object is.
    func find(_ object: any StoredObject, by order: RowOrder) -> Int? {
        let index = index(of: object, by: order)
        guard index < objects.count, objects[index].metadata.uid == object.metadata.uid else { return nil }
        return index
    }

    /// The index of the first row that does not come before `object`.
    private func index(of object: any StoredObject, by order: RowOrder) -> Int {
        var low = 0
        var high = objects.count
        while low < high {
            let middle = (low + high) / 2
            if order.areInOrder(objects[middle], object) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
