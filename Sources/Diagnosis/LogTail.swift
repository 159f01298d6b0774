import KubernetesModel

/// The last lines of a container's log that a rule wants to see.
package struct LogRequest: Sendable, Hashable {
    package var namespace: String
    package var pod: String
    /// Tells a pod from its namesakes.
    package var podUID: String
    package var container: String
    /// Of the run before this one.
    package var previous: Bool
    /// Which run, so that a new crash is read again.
    package var restartCount: Int32

    package init(
        namespace: String, pod: String, podUID: String, container: String, previous: Bool, restartCount: Int32
    ) {
        self.namespace = namespace
        self.pod = pod
        self.podUID = podUID
        self.container = container
        self.previous = previous
        self.restartCount = restartCount
    }
}

/// What became of a request for a log.
package enum LogTail: Sendable, Hashable {
    /// Its last lines, oldest first, without timestamps.
    case lines([String])
    /// Why there are none, in the server's words.
    case unavailable(String)
}
