import KubernetesModel

/// A program that gets the credential, at work.
package struct SignIn: Sendable, Equatable {
    package var program: String
    package var since: Timestamp
    /// What it said last, oldest first.
    package internal(set) var lines: [String] = []

    private static let lineLimit = 8
    /// What takes longer is shown; in microseconds.
    private static let blink: Int64 = 150_000
    /// The same where a credential is only renewed, and rows are on the screen meanwhile.
    private static let renewal: Int64 = 3_000_000

    mutating func add(line: String) {
        guard !line.isEmpty else { return }
        lines.append(line)
        if lines.count > Self.lineLimit { lines.removeFirst() }
    }

    /// Whether somebody waits for it, or it has something to say.
    func isOfInterest(now: Timestamp, isRenewal: Bool) -> Bool {
        !lines.isEmpty || now.microseconds &- since.microseconds > (isRenewal ? Self.renewal : Self.blink)
    }
}

extension AppState {
    /// The program that gets the credential, while it is worth a place on the screen: Esc ends it then, and only then.
    package var shownSignIn: SignIn? {
        signIn.flatMap { $0.isOfInterest(now: now, isRenewal: connection == .connected) ? $0 : nil }
    }
}
