import ClusterState
import KubernetesModel

extension TableView {
    /// Finds the selected row again after the rows changed, and keeps it on its line of the screen.
    ///
    /// When it is gone its successor of the same name is selected, or the row that followed it, or the last one.
    mutating func follow(by order: RowOrder, visibleRows: Int) {
        if rows.count > 0, let selectedRow {
            let place = selectedRow.place
            var index = min(rows.index(of: place, by: order), rows.count - 1)
            if rows[index].place.uid != place.uid, index > 0, rows[index - 1].place.name == place.name,
                rows[index - 1].place.namespace == place.namespace
            {
                index -= 1
            }
            if top > 0 { top = max(0, top + index - selectedIndex) }
            selectedIndex = index
        }
        settle(visibleRows: visibleRows)
    }

    /// Makes selection and scroll offset consistent with the rows.
    mutating func settle(visibleRows: Int) {
        let visible = max(1, visibleRows)
        if let wanted, let index = index(of: wanted) {
            self.wanted = nil
            hasChosen = true
            selectedIndex = index
            top = max(0, index - visible / 2)
        }
        guard rows.count > 0 else {
            (selectedIndex, top) = (0, 0)
            return
        }
        if !hasChosen {
            // While rows stream in, and when newer ones would push it off the screen, it stays with the first.
            var isLoading = false
            if case .loading = loadState { isLoading = true }
            if isLoading || (selectedIndex >= visible && top == 0) { (selectedIndex, top) = (0, 0) }
        }
        selectedIndex = max(0, min(selectedIndex, rows.count - 1))
        selectedRow = rows[selectedIndex]
        top = max(0, min(top, rows.count - visible))
        if selectedIndex < top { top = selectedIndex }
        if selectedIndex >= top + visible { top = selectedIndex - visible + 1 }
    }

    private func index(of key: ObjectKey) -> Int? {
        rows.rows.firstIndex { $0.place.name == key.name && $0.place.namespace == key.namespace }
    }

    /// Marks the rows from the one that was marked last to the selected one.
    mutating func markRange() {
        guard rows.count > 0 else { return }
        let anchor = markAnchor.flatMap { uid in rows.rows.firstIndex { $0.place.uid == uid } } ?? selectedIndex
        for index in min(anchor, selectedIndex)...max(anchor, selectedIndex) { marks.insert(rows[index].place.uid) }
        markAnchor = rows[selectedIndex].place.uid
    }

    mutating func select(index: Int, visibleRows: Int) {
        wanted = nil
        guard rows.count > 0 else { return }
        hasChosen = true
        selectedIndex = index
        settle(visibleRows: visibleRows)
    }

    mutating func scroll(by lines: Int, visibleRows: Int) {
        let visible = max(1, visibleRows)
        top = max(0, min(top + lines, rows.count - visible))
        select(index: max(top, min(selectedIndex, top + visible - 1)), visibleRows: visible)
    }
}
