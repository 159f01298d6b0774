/// Why the screen cannot be opened, worded for the user.
package struct TerminalFailure: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String
}
