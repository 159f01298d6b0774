import KubernetesModel

/// `docs/columns.md`, from the declarations.
package func columnsPage() -> String {
    var page = """
        # Columns

        Generated from the code (`TableDefinition`): `RECORD_DOCS=1 swift test --filter AppCoreTests` writes it anew.

        Titles and texts are those of `kubectl get -o wide` of Kubernetes 1.36, whatever the server's version. Columns
        marked *wide* show after `Ctrl-W`, those marked *metrics* where the server offers `metrics.k8s.io`, those marked
        *pods* where the pods of all namespaces may be listed; `sextant snapshot -o json` has them all. Any of them may stand
        in a filter: `/status:crash restarts>5 cpu>500m`.

        """
    for table in ResourceTable.all + [.containers] {
        let names = [table.kind.groupResource.resource] + table.aliases
        page += "\n## \(table.title)\n\n"
        page += table.isMadeHere ? "Enter on a pod" : names.map { "`:\($0)`" }.joined(separator: " ")
        page += ", sorted by \(table.defaultSort.column)"
        page += table.defaultSort.descending ? ", latest first.\n" : ".\n"
        page += "\n| Column | | Shows |\n|---|---|---|\n"
        for column in table.columns {
            let marks = [column.isWide ? "wide" : nil, column.needs.map { $0 == .nodePods ? "pods" : "metrics" }]
            page += "| \(column.title) | \(marks.compactMap(\.self).joined(separator: ", ")) | \(column.help) |\n"
        }
    }
    return page
}
