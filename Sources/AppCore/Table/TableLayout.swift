/// Which columns of a table are on the screen, and where.
package struct TableLayout: Sendable, Equatable {
    package struct Placed: Sendable, Equatable {
        /// Into the table's columns.
        package var column: Int
        /// The first cell.
        package var start: Int
        /// In cells.
        package var width: Int
    }

    /// Cells before the first column: selection and health or mark.
    package static let margin = 3
    /// Cells between two columns.
    package static let gap = 2

    package private(set) var columns: [Placed] = []
    /// Columns that do not fit, to the right or scrolled out.
    package private(set) var hiddenCount = 0

    /// Lays a table out on a screen that many cells wide.
    package init(_ view: TableView, table: ResourceTable, columns screen: Int) {
        let visible = view.visibleColumns(of: table)
        // NAMESPACE and NAME, or whatever is first, stay when the others scroll.
        let fixedCount = min(visible.count, visible.first.map { table.columns[$0].title } == "NAMESPACE" ? 2 : 1)
        let fixed = Array(visible.prefix(fixedCount))
        let scrolled = visible.dropFirst(fixedCount).dropFirst(view.columnOffset)
        var shown = fixed + scrolled
        let available = max(1, screen - Self.margin)

        func natural(_ index: Int) -> Int { max(view.widths[index], table.columns[index].title.count) }
        func least(_ index: Int) -> Int {
            switch table.columns[index].width {
            case .fill(let min): Swift.min(Swift.max(min, table.columns[index].title.count), natural(index))
            case .fit: natural(index)
            }
        }
        var widths = Dictionary(uniqueKeysWithValues: shown.map { ($0, natural($0)) })
        func total() -> Int { shown.reduce(0) { $0 + (widths[$1] ?? 0) } + Self.gap * max(0, shown.count - 1) }
        func squeeze(_ index: Int) {
            let excess = total() - available
            guard excess > 0, let width = widths[index] else { return }
            widths[index] = max(least(index), width - excess)
        }
        // Texts that may be cut give way first, then whole columns of low importance, and names last.
        let name = fixed.last ?? 0
        for index in shown.reversed() where index != name { squeeze(index) }
        while total() > available, shown.count > fixedCount {
            let candidates = shown.dropFirst(fixedCount)
            let lowest = candidates.map { table.columns[$0].importance }.min() ?? 0
            // A long name may be cut to keep a column that matters.
            let excess = total() - available
            if lowest >= 2, (widths[name] ?? 0) - excess >= max(least(name), min(36, available / 2)) { break }
            guard let victim = candidates.last(where: { table.columns[$0].importance == lowest }) else { break }
            shown.removeAll { $0 == victim }
        }
        for index in fixed.reversed() { squeeze(index) }
        // A wide column that went may have made room for a narrow one that went before it.
        for index in visible where scrolled.contains(index) && !shown.contains(index) {
            let width = natural(index)
            guard table.columns[index].importance >= 1, total() + Self.gap + width <= available else { continue }
            widths[index] = width
            let together = shown + [index]
            shown = visible.filter { together.contains($0) }
        }
        // What the dropped columns leave over goes back to the texts that were cut, the name first.
        let needy = shown.filter { $0 != name }.sorted { table.columns[$0].importance > table.columns[$1].importance }
        for index in [name] + needy {
            let spare = available - total()
            guard spare > 0, let width = widths[index] else { break }
            widths[index] = min(natural(index), width + spare)
        }
        hiddenCount = visible.count - shown.count

        var start = Self.margin
        for index in shown {
            let width = min(widths[index] ?? 0, screen - start)
            guard width > 0 else { break }
            self.columns.append(Placed(column: index, start: start, width: width))
            start += width + Self.gap
        }
    }

    /// The column at a cell of the title line, the gap behind it included.
    package func column(at cell: Int) -> Int? {
        columns.last { $0.start <= cell }.flatMap { cell < $0.start + $0.width + Self.gap ? $0.column : nil }
    }
}
