import Screen

/// A program in a container, on a terminal of its own.
package struct ShellView: Sendable, Equatable {
    package let order: ShellOrder
    package internal(set) var news: ShellNews
    /// Looking back at what was shown, while that does not move.
    package internal(set) var copyMode: CopyMode?

    package init(_ order: ShellOrder) {
        self.order = order
        news = ShellNews(order)
    }

    /// Whether keys go to the program.
    package var isLive: Bool { copyMode == nil && !news.state.isEnded }

    /// The same, started once more.
    var again: ShellView {
        var order = order
        order.attempt += 1
        return ShellView(order)
    }

    mutating func take(_ news: ShellNews) {
        guard news.order == order else { return }
        let picture = self.news.picture
        self.news = news
        // What was on the screen stays, whatever becomes of the program.
        if news.picture == nil { self.news.picture = picture }
    }

    /// Begins to look back; there must be something to look at.
    mutating func beginCopyMode(rows: Int) {
        guard copyMode == nil, let picture = news.picture else { return }
        copyMode = CopyMode(picture, rows: rows)
    }
}
