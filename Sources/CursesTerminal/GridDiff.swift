import Screen

/// Which cells of a row have to be painted.
enum GridDiff {
    /// The columns of a row from the first to the last that differ; empty when none does.
    ///
    /// They never start inside a wide character.
    static func changedColumns(of row: Int, from old: CellGrid?, to new: CellGrid) -> Range<Int> {
        let cells = new.row(row)
        guard let old, old.size == new.size else { return 0..<cells.count }
        let before = old.row(row)
        guard var first = zip(cells, before).enumerated().first(where: { $1.0 != $1.1 })?.offset else { return 0..<0 }
        let start = cells.startIndex
        while first > 0, cells[start + first].width == 0 { first -= 1 }
        var end = cells.count
        while end > first, cells[start + end - 1] == before[start + end - 1] { end -= 1 }
        return first..<end
    }
}
