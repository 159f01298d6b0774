import KubernetesModel
import Screen

extension AppState {
    /// The rows and columns of the table on the screen, in its order; columns that do not fit too.
    package func savedTable() -> SavedTable? {
        guard let view = shownTable else { return nil }
        let table = view.table
        let columns = view.visibleColumns(of: table).map { table.columns[$0] }
        let context = cellContext
        return SavedTable(
            view: table.kind.groupResource.resource, titles: columns.map(\.title),
            rows: view.rows.objects.map { object in columns.map { $0.text(object, context) } })
    }

    /// `Ctrl-S`: asks for the file to save the table to.
    mutating func askForFile() {
        guard let view = shownTable else { return }
        let table = view.table
        let namespace = shownSearch.map(\.order.namespace) ?? view.namespace
        let place = table.kind.isNamespaced ? "-\(namespace ?? "all")" : ""
        let local = Timestamp(
            microseconds: now.microseconds &+ Int64(options.utcOffsetSeconds) &* 1_000_000)
        let stamp = local.rfc3339.prefix(19).filter { $0.isNumber }
        prompt = Prompt(.save, text: "\(table.kind.groupResource.resource)\(place)-\(stamp).txt")
    }

    /// Enter in that prompt.
    mutating func saveTable(as line: Prompt, _ effects: inout [Effect]) {
        var path = line.editor.text
        while path.last == " " { path.removeLast() }
        guard let format = SaveFormat(path: path) else {
            prompt?.error = "The name ends in .txt, .csv or .json."
            return
        }
        guard let table = savedTable() else {
            prompt = nil
            return
        }
        prompt = nil
        effects.append(.save(path: path, content: table.content(format), overwrites: line.overwritten == path))
    }

    /// What became of the file.
    mutating func take(_ outcome: SaveOutcome, ofSaving path: String) {
        switch outcome {
        case .written(let path, let bytes):
            show(.info, "Saved \(path) (\(bytes) bytes).")
        case .failed(let reason): show(.error, reason)
        case .exists:
            guard prompt == nil, dialog == nil, shownTable != nil || shownLog != nil else {
                return show(.error, "\(path) exists; nothing was written.")
            }
            var line = Prompt(shownLog == nil ? .save : .log(.save(isEverything: savesWholeLog)), text: path)
            line.overwritten = path
            line.error = "It exists: enter writes over it."
            prompt = line
        }
    }
}
