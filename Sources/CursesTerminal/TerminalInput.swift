import Screen

/// What comes from the terminal.
package enum TerminalInput: Sendable, Hashable {
    case event(InputEvent)
    /// The window has another size; `resize(to:)` takes it over.
    case resized(Size)
    /// The first SIGTERM, SIGHUP, SIGINT or SIGQUIT. A second one ends the process at once.
    case signal(Int32)
    /// The process goes on after it was stopped.
    case continued
    /// The terminal is gone; nothing more comes.
    case hungUp
}
