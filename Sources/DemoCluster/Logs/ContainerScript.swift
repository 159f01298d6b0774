import KubernetesModel

/// What a command says that only says something, as those of people who try a cluster: `echo hi`, `sh -c "..."`, `sleep`.
struct ContainerScript: Sendable {
    /// What it writes, in its order.
    private(set) var lines: [String] = []
    /// Whether it writes that again and again.
    private(set) var repeats = false

    private static let silent: Set<String> = [
        "sleep", "true", "false", "exit", "trap", "wait", "do", "done", "then", "fi", ":",
    ]
    private static let loops: Set<String> = ["while", "until", "for"]

    /// Reads the command of a container.
    /// - Returns: `nil` for one that does more, or for the image's own.
    init?(of container: JSONValue) {
        let words = ["command", "args"].flatMap { container[$0]?.elements.compactMap(\.text) ?? [] }
        guard let program = words.first?.split(separator: "/").last.map(String.init) else { return nil }
        switch program {
        case "echo": lines = [words.dropFirst().joined(separator: " ")]
        case "sh", "ash", "bash", "dash":
            guard words.count > 2, words[1].hasPrefix("-"), words[1].hasSuffix("c"), read(words[2]) else { return nil }
        case _ where Self.silent.contains(program): break
        default: return nil
        }
    }

    /// Reads a script.
    /// - Returns: whether all of it is known.
    private mutating func read(_ script: String) -> Bool {
        let separators: Set<Character> = [";", "&", "|", "\n"]
        for statement in script.split(whereSeparator: { separators.contains($0) }) {
            var words = statement.split(separator: " ")[...]
            if let first = words.first, ["do", "then"].contains(first) { words.removeFirst() }
            guard let first = words.first.map(String.init) else { continue }
            if first == "echo" {
                var text = words.dropFirst().joined(separator: " ")
                if text.hasPrefix("-e ") || text.hasPrefix("-n ") { text.removeFirst(3) }
                lines.append(text.filter { $0 != "\"" && $0 != "'" })
            } else if Self.loops.contains(first) {
                repeats = true
            } else if !Self.silent.contains(first) {
                return false
            }
        }
        return true
    }
}
