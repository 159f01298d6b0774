import Screen

/// Which program of a container a shell view is joined to.
package struct ShellOrder: Sendable, Hashable {
    package enum What: Sendable, Hashable {
        /// A shell that is started: bash, else sh.
        case shell
        /// The container's main process.
        case attach
        /// The shell of a container that was added to look into the pod; it may have yet to start.
        case debugger
    }

    package var namespace: String
    package var pod: String
    /// The pod's UID: one of the same name that came later is not meant.
    package var uid: String
    package var container: String
    package var what: What
    /// Grows each time it is started again.
    package var attempt = 0

    package init(namespace: String, pod: String, uid: String, container: String, what: What = .shell) {
        self.namespace = namespace
        self.pod = pod
        self.uid = uid
        self.container = container
        self.what = what
    }

    /// Such as `web-1/app`.
    package var title: String { "\(pod)/\(container)" }

    /// Whether two are about the same, whenever they were started.
    package func isSame(as other: ShellOrder) -> Bool {
        var other = other
        other.attempt = attempt
        return self == other
    }
}

/// What somebody does in a shell.
package enum ShellInput: Sendable, Equatable {
    case key(Key)
    case paste(String)
    /// By the cells of its screen.
    case mouse(MouseEvent)
}
