import KubernetesModel

/// What decides where a row stands: its sort key, then namespace and name.
struct RowPlace: Sendable {
    let key: SortKey
    let namespace: String
    let name: String
    /// The object's UID; of one without, as metrics are, its namespace and name.
    let uid: String
}

/// The order of a table's rows: by one column, then by namespace and name.
///
/// Total, so that a row can be found by binary search.
struct RowOrder: Sendable {
    private let key: @Sendable (any StoredObject) -> SortKey
    private let descending: Bool

    init(_ table: ResourceTable, _ sort: TableSort, _ context: CellContext) {
        if let index = table.index(ofColumn: sort.column) {
            let column = table.columns[index]
            key = { column.key(of: $0, context) }
        } else {
            key = { _ in .missing }
        }
        descending = sort.descending
    }

    func place(of object: any StoredObject) -> RowPlace {
        let metadata = object.metadata
        return RowPlace(
            key: key(object), namespace: metadata.namespace, name: metadata.name,
            uid: metadata.uid.isEmpty ? "\(metadata.namespace)/\(metadata.name)" : metadata.uid)
    }

    /// Whether one row comes before another.
    func areInOrder(_ left: RowPlace, _ right: RowPlace) -> Bool {
        switch Self.compare(left.key, right.key) {
        case .orderedSame: break
        case .missingLast(let leftIsPresent): return leftIsPresent
        case .ascending: return !descending
        case .descending: return descending
        }
        if left.namespace != right.namespace { return left.namespace < right.namespace }
        if left.name != right.name { return left.name < right.name }
        return left.uid < right.uid
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
