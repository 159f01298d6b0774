/// What an exec credential plugin needs of the program that it runs for.
public struct PluginHost: Sendable {
    /// Takes what a plugin does, for the person who waits.
    public var report: @Sendable (PluginEvent) async -> Void
    /// Lends the terminal for the time of the body; `nil` where there is none.
    public var withTerminal: (@Sendable (_ body: @Sendable () async -> Void) async -> Void)?
    /// Whether nothing else is on the terminal: a plugin that may use it then does, without being told to.
    public var isTerminalFree: Bool

    /// A host that reports, and that may have a terminal.
    public init(
        report: @escaping @Sendable (PluginEvent) async -> Void,
        withTerminal: (@Sendable (_ body: @Sendable () async -> Void) async -> Void)? = nil,
        isTerminalFree: Bool = false
    ) {
        self.isTerminalFree = isTerminalFree
        self.report = report
        self.withTerminal = withTerminal
    }

    /// Nobody to tell, and no terminal.
    public static let none = PluginHost { _ in }
}

/// What an exec credential plugin does.
public enum PluginEvent: Sendable, Hashable {
    /// It runs; `command` is its name without arguments.
    case started(command: String)
    /// It wrote a line to standard error, such as where to enter a device code; made printable.
    case said(String)
    /// It is over; `failure` is `nil` when it gave a credential.
    case ended(failure: String?)
}
