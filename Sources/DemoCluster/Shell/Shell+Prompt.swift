extension Shell {
    /// A line that is typed at a prompt, which can be corrected and recalled.
    mutating func typedLine(
        _ prompt: String, _ terminal: PseudoTerminal
    ) async throws -> LineEditing.Outcome {
        terminal.setRaw(true)
        defer { terminal.setRaw(false) }
        process.environment["COLUMNS"] = String(terminal.size.columns)
        process.environment["LINES"] = String(terminal.size.rows)
        var editing = LineEditing(prompt: prompt, history: history, columns: terminal.size.columns)
        var keyboard = Keyboard(process.input)
        defer { keyboard.end() }
        try await process.output.print(prompt)
        var written = ""
        while let key = try await keyboard.next() {
            let (outcome, shown) = editing.take(key, columns: terminal.size.columns)
            written += shown
            switch outcome {
            case .typing: break
            case .completes: written += complete(&editing)
            case .line(let line):
                if !line.isEmpty, history.last != line { history.append(line) }
                if history.count > 500 { history.removeFirst() }
                try await process.output.print(written)
                return outcome
            case .dropped, .ended:
                try await process.output.print(written)
                return outcome
            }
            guard !keyboard.hasMore, !written.isEmpty else { continue }
            try await process.output.print(written)
            written = ""
        }
        return .ended
    }

    /// Completes the name before the cursor.
    private func complete(_ editing: inout LineEditing) -> String {
        let typed = String(editing.text[..<editing.cursor])
        let word = typed.split(separator: " ", omittingEmptySubsequences: false).last.map(String.init) ?? ""
        let slash = word.lastIndex(of: "/")
        let prefix = slash.map { String(word[...$0]) } ?? ""
        let start = slash.map { String(word[word.index(after: $0)...]) } ?? word
        var names: [String]
        if word.count == typed.count, prefix.isEmpty {
            names = Programs.all.keys.sorted()
        } else {
            names = (try? process.world.files.names(in: process.path(prefix.isEmpty ? "." : prefix))) ?? []
            names = names.map { name in
                let node = try? process.world.files.node(process.path(prefix + name))
                return node?.kind == .directory ? name + "/" : name
            }
        }
        names = names.filter { $0.hasPrefix(start) && (!$0.hasPrefix(".") || start.hasPrefix(".")) }
        guard let first = names.first else { return "\u{7}" }
        let common = names.reduce(first) { String(zip($0, $1).prefix { $0 == $1 }.map(\.0)) }
        let rest = String(common.dropFirst(start.count)) + (names.count == 1 && !first.hasSuffix("/") ? " " : "")
        return rest.isEmpty ? "\u{7}" : editing.insert(rest)
    }
}
