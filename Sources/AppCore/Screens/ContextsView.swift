/// `:ctx`: the contexts of the kubeconfig.
package struct ContextsView: Sendable, Equatable {
    package internal(set) var selectedIndex = 0
    package internal(set) var top = 0
    /// Why the list opened by itself: the context that was asked for cannot be used.
    package internal(set) var reason: String?

    mutating func select(_ index: Int, count: Int, visibleRows: Int) {
        selectedIndex = max(0, min(index, count - 1))
        let visible = max(1, visibleRows)
        if selectedIndex < top { top = selectedIndex }
        if selectedIndex >= top + visible { top = selectedIndex - visible + 1 }
    }
}
