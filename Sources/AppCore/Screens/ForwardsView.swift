/// `:pf`: the forwards of this context.
package struct ForwardsView: Sendable, Equatable {
    package internal(set) var selectedIndex = 0
    package internal(set) var top = 0

    mutating func select(_ index: Int, count: Int, visibleRows: Int) {
        selectedIndex = max(0, min(index, count - 1))
        let visible = max(1, visibleRows)
        top = max(0, min(top, count - visible))
        if selectedIndex < top { top = selectedIndex }
        if selectedIndex >= top + visible { top = selectedIndex - visible + 1 }
    }
}
