import KubernetesModel

extension AppState {
    /// The whole table on the screen, every column, wide ones too, as the cells' texts.
    ///
    /// - Returns: `{"view":..,"columns":[..],"rows":[{..}]}`; `NAMESPACE` is always there. `nil` when no table is shown.
    package func tableDocument() -> JSONValue? {
        guard let view = shownTable else { return nil }
        let table = view.table
        let columns = table.columns.filter { column in column.needs.map(view.usage.has) ?? true }
        var titles = columns.map(\.title)
        if !table.kind.isNamespaced { titles.insert("NAMESPACE", at: 0) }
        let context = cellContext
        let rows: [JSONValue] = view.rows.objects.map { object in
            var members = columns.map { JSONValue.Member($0.title, .string($0.text(object, context))) }
            if !table.kind.isNamespaced { members.insert(.init("NAMESPACE", .string("")), at: 0) }
            return .object(members)
        }
        return .object([
            .init("view", .string(table.kind.groupResource.resource)),
            .init("columns", .array(titles.map(JSONValue.string))), .init("rows", .array(rows)),
        ])
    }
}
