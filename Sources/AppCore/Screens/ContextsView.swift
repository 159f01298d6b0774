import Screen

/// `:ctx`: the contexts of the kubeconfig.
package struct ContextsView: Sendable, Equatable {
    package internal(set) var selectedIndex = 0
    package internal(set) var top = 0
    /// Why the list opened by itself: the context that was asked for cannot be used.
    package internal(set) var reason: String?

    /// The reason in lines, with an empty one after it; empty when there is none.
    package func reasonLines(columns: Int) -> [String] {
        guard let reason else { return [] }
        return wrapped("● " + reason, width: max(16, columns - 4)).prefix(4) + [""]
    }

    mutating func select(_ index: Int, count: Int, visibleRows: Int) {
        selectedIndex = max(0, min(index, count - 1))
        let visible = max(1, visibleRows)
        if selectedIndex < top { top = selectedIndex }
        if selectedIndex >= top + visible { top = selectedIndex - visible + 1 }
    }
}
