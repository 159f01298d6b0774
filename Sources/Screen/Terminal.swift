/// Something that shows a grid: the real tty, or a recorder in tests.
@MainActor
package protocol Terminal: AnyObject {
    /// The size in cells, at least 1x1.
    var size: Size { get }
    /// Shows a grid; only what changed since the last one is sent. `cursor` is where the text cursor is shown, `nil` hides it.
    func paint(_ grid: CellGrid, cursor: Position?)
    /// Forgets what is on the screen, so that the next `paint` sends everything.
    func repaint()
    /// Puts a text on the user's clipboard by OSC 52.
    func copy(_ text: String)
}
