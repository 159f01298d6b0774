import Screen

/// A shell as it is now.
package struct ShellNews: Sendable, Equatable {
    package enum State: Sendable, Equatable {
        /// Not there yet; what is waited for.
        case starting(String)
        case running
        /// Its program ended with this code.
        case exited(Int)
        /// It could not be started, or its end is not known; why.
        case failed(String, Failure)

        /// What may help against a failure.
        package enum Failure: Sendable, Equatable {
            /// The image has no shell: a container with one may be added.
            case missingShell
            case other
        }

        package var isEnded: Bool {
            switch self {
            case .starting, .running: false
            case .exited, .failed: true
            }
        }
    }

    package var order: ShellOrder
    package var state = State.starting("connecting")
    /// `nil` before the first output.
    package var picture: TerminalPicture?
    /// Whether what is typed reaches the program.
    package var takesInput = true

    package init(_ order: ShellOrder) { self.order = order }
}
