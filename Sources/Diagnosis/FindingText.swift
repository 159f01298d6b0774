import KubernetesModel

extension Finding {
    /// The finding for a terminal or a file, over several lines; no colours, the server's words unescaped.
    package var text: String {
        var lines = ["\(severity.rawValue)  \(subject)  \(title)"]
        func add(_ label: String, _ text: String) {
            guard !text.isEmpty else { return }
            lines.append("  \(label)\(String(repeating: " ", count: max(1, 10 - label.count)))\(text)")
        }
        add("why", cause)
        add("next", nextStep)
        add("run", command)
        for item in evidence { add("evidence", "\(item.object.text) \(item.field) = \(item.value)") }
        if members.count > 1 { add("has it", Self.list(members)) }
        add("related", Self.list(related))
        if let since { add("since", since.rfc3339) }
        add("caused by", causedBy ?? "")
        add("rule", rule)
        return lines.joined(separator: "\n")
    }

    private static func list(_ objects: [ObjectID]) -> String {
        let listed = objects.prefix(5).map(\.text).joined(separator: ", ")
        return objects.count > 5 ? "\(listed) and \(objects.count - 5) more" : listed
    }
}
