import KubernetesModel

/// What one asks in words: `VERB KIND[/NAME] [--subresource S] [-n NAMESPACE | -A]`, or `VERB /PATH`.
package struct AccessWords: Sendable, Hashable {
    package struct Failure: Error, Hashable, CustomStringConvertible {
        package var description: String
    }

    package var verb: String
    /// A kind, or a path that begins with a slash.
    package var kind: String
    /// Empty for any.
    package var name = ""
    /// Empty for the object itself.
    package var subresource = ""
    /// `nil` when none was named, empty for the whole cluster.
    package var namespace: String?

    /// Reads what was typed.
    package init(parsing text: String) throws(Failure) {
        var words: [String] = []
        var rest = text.split(separator: " ").map(String.init)[...]
        var (subresource, namespace): (String, String?) = ("", nil)
        while let word = rest.popFirst() {
            switch word {
            case "-A", "--all-namespaces": namespace = ""
            case "-n", "--namespace", "--subresource":
                guard let value = rest.popFirst() else { throw Failure(description: "\(word) needs a name.") }
                if word == "--subresource" { subresource = value } else { namespace = value }
            case _ where word.hasPrefix("-") && word != "-": throw Failure(description: "\(word) is not known here.")
            default: words.append(word)
            }
        }
        guard words.count == 2 else {
            throw Failure(
                description: "Write VERB KIND, such as delete pods, get secrets/tls, create pods --subresource exec.")
        }
        verb = words[0].lowercased()
        if words[1].hasPrefix("/") {
            kind = words[1]
            return
        }
        let parts = words[1].split(separator: "/", maxSplits: 1).map(String.init)
        guard let kind = parts.first else { throw Failure(description: "A kind is missing, such as pods.") }
        self.kind = kind.lowercased()
        name = parts.count > 1 ? parts[1] : ""
        self.subresource = subresource
        self.namespace = namespace
        if subresource.isEmpty, let usual = Self.usualParts[name], self.kind.hasPrefix("po") {
            // What people write who think of a path.
            (self.subresource, name) = (usual, "")
        }
    }

    /// Parts of pods that are more often meant than pods of these names.
    private static let usualParts = [
        "exec": "exec", "log": "log", "logs": "log", "attach": "attach", "portforward": "portforward",
        "port-forward": "portforward", "eviction": "eviction",
    ]

    /// The question, once it is known what kind is meant.
    package func question(_ resource: GroupResource, isNamespaced: Bool, in namespace: String) -> AccessQuestion {
        AccessQuestion(
            verb: verb, resource: resource, subresource: subresource,
            namespace: isNamespaced ? self.namespace ?? namespace : "", name: name
        ).whereItCounts
    }

    /// The question about a kind that the server does not have, and whether it is about something that servers know.
    package func questionOfNoKind(in namespace: String) -> (question: AccessQuestion, isKnown: Bool) {
        AccessQuestion.ofNoKind(
            verb, kind, name: name, subresource: subresource, namespace: self.namespace ?? namespace)
    }
}

extension AccessIdentity {
    /// Reads `CONTEXT`, `as USER`, `CONTEXT as USER GROUP…`; `--as` and `--as-group` may be written too.
    ///
    /// - Returns: `nil` when nobody is named.
    package init?(parsing text: String) {
        var words = text.split(separator: " ").map(String.init)
        words.removeAll { $0 == "--as-group" || $0 == "--context" }
        let mark = words.firstIndex { $0 == "as" || $0 == "--as" }
        let context = words[..<(mark ?? words.endIndex)].joined(separator: " ")
        let others = mark.map { Array(words[($0 + 1)...]) } ?? []
        if mark != nil, others.isEmpty { return nil }
        if context.isEmpty, others.isEmpty { return nil }
        self.init(
            context: context.isEmpty ? nil : context, user: others.first, groups: Array(others.dropFirst()))
    }
}
