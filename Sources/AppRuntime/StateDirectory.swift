import Foundation

/// Where Sextant keeps what outlives a session: `$XDG_STATE_HOME/sextant`, or `~/.local/state/sextant`.
package struct StateDirectory: Sendable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// The folder for an environment; `nil` when neither `XDG_STATE_HOME` nor `HOME` is an absolute path.
    package init?(environment: [String: String]) {
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") {
            path = state + "/sextant"
        } else if let home = environment["HOME"], home.hasPrefix("/") {
            path = home + "/.local/state/sextant"
        } else {
            return nil
        }
    }

    package var logPath: String { path + "/log/sextant.log" }
    private var historyPath: String { path + "/history" }

    /// Makes the folders, readable by their owner only.
    ///
    /// A failure is left to the writes that follow.
    package func prepare() {
        try? FileManager.default.createDirectory(
            atPath: path + "/log", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    /// What was typed at the prompt, oldest first; empty when there is nothing to read.
    package func promptHistory() -> [String] {
        guard let data = FileManager.default.contents(atPath: historyPath), data.count < 1 << 20 else { return [] }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Gives what is kept for a context to its new name: what it showed last, and its forwards.
    ///
    /// - Throws: when a file cannot be written.
    package func rename(context: String, to new: String) throws {
        try renameViews(of: context, to: new)
        try renameForwards(of: context, to: new)
    }

    /// Keeps what was typed at the prompt.
    package func save(promptHistory: [String]) throws {
        let text = promptHistory.map { $0 + "\n" }.joined()
        try Data(text.utf8).write(to: URL(fileURLWithPath: historyPath), options: .atomic)
    }
}
