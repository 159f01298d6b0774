import KubernetesModel

/// `docs/columns.md`, from the declarations.
package func columnsPage() -> String {
    var page = """
        # Columns

        Generated from the code (`TableDefinition`): `RECORD_DOCS=1 swift test --filter AppCoreTests` writes it anew.

        Titles and texts are those of `kubectl get -o wide` of Kubernetes 1.36, whatever the server's version. Columns
        marked *wide* show after `Ctrl-W`; `sextant snapshot -o json` has them all. Any of them may stand in a filter:
        `/status:crash restarts>5`.

        """
    for table in ResourceTable.all {
        let names = [table.kind.groupResource.resource] + table.aliases
        page += "\n## \(table.title)\n\n\(names.map { "`:\($0)`" }.joined(separator: " "))"
        page += ", sorted by \(table.defaultSort.column)"
        page += table.defaultSort.descending ? ", latest first.\n" : ".\n"
        page += "\n| Column | | Shows |\n|---|---|---|\n"
        for column in table.columns {
            page += "| \(column.title) | \(column.isWide ? "wide" : "") | \(column.help) |\n"
        }
    }
    return page
}
