import Screen

/// `:ctx`: the contexts of the kubeconfig.
package struct ContextsView: Sendable, Equatable {
    package internal(set) var selectedIndex = 0
    package internal(set) var top = 0
    /// Why the list opened by itself: the context that was asked for cannot be used.
    package internal(set) var reason: String?
    /// What else than another context may help, after the reason.
    package internal(set) var hint: String?

    /// The reason and the hint in lines, with an empty one after them; empty when there is no reason.
    package func reasonLines(columns: Int) -> [String] {
        guard let reason else { return [] }
        let width = max(16, columns - 4)
        return wrapped("● " + reason, width: width).prefix(4) + (hint.map { wrapped($0, width: width) } ?? []) + [""]
    }

    mutating func select(_ index: Int, count: Int, visibleRows: Int) {
        selectedIndex = max(0, min(index, count - 1))
        let visible = max(1, visibleRows)
        if selectedIndex < top { top = selectedIndex }
        if selectedIndex >= top + visible { top = selectedIndex - visible + 1 }
    }
}
