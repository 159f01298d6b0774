import KubernetesModel

/// A program that gets the credential, at work.
package struct SignIn: Sendable, Equatable {
    package var program: String
    package var since: Timestamp
    /// What it said last, oldest first.
    package internal(set) var lines: [String] = []

    private static let lineLimit = 8

    mutating func add(line: String) {
        guard !line.isEmpty else { return }
        lines.append(line)
        if lines.count > Self.lineLimit { lines.removeFirst() }
    }
}
