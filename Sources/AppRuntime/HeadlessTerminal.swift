import Screen

/// A terminal without a screen: keeps the last grid that was painted.
///
/// For `sextant snapshot` and tests.
@MainActor
package final class HeadlessTerminal: Terminal {
    package var size: Size
    package private(set) var grid: CellGrid
    package private(set) var cursor: Position?
    /// What was copied last.
    package private(set) var clipboard: String?

    package init(size: Size) {
        self.size = size
        grid = CellGrid(size: size)
    }

    package func paint(_ grid: CellGrid, cursor: Position?) {
        self.grid = grid
        self.cursor = cursor
    }

    package func repaint() {}

    package func copy(_ text: String) { clipboard = text }
}
