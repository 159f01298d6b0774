/// Names a context and the file that it is in: another file may have one of the same name.
public struct ContextID: Sendable, Hashable {
    /// The context's name.
    public var name: String
    /// The kubeconfig file.
    public var file: String

    /// A context of a file.
    public init(name: String, file: String) {
        self.name = name
        self.file = file
    }
}

/// A change to kubeconfig files that somebody asks for.
public enum ContextChange: Sendable, Hashable {
    /// Give a context another name.
    case rename(ContextID, to: String)
    /// Begin in another namespace; an empty one is that of the server, `default`.
    case setNamespace(ContextID, to: String)
    /// Make it the one that is used when none is named.
    case use(ContextID)
    /// Take it away; with these of its cluster and its user, such as `cluster "dev"`, as far as nothing else uses them.
    case delete(ContextID, with: [String])

    /// What it is about.
    public var context: ContextID {
        switch self {
        case .rename(let context, _), .setNamespace(let context, _), .use(let context), .delete(let context, _): context
        }
    }

    /// The command of kubectl that does the same.
    public var command: String {
        func quoted(_ text: String) -> String {
            let isPlain = !text.isEmpty && text.allSatisfy { $0.isLetter || $0.isNumber || "-_./:@%+=".contains($0) }
            return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
        }
        let file = "--kubeconfig \(quoted(context.file))"
        let name = quoted(context.name)
        return switch self {
        case .rename(_, let new): "kubectl config rename-context \(name) \(quoted(new)) \(file)"
        case .setNamespace(_, let namespace):
            "kubectl config set-context \(name) --namespace=\(quoted(namespace)) \(file)"
        case .use: "kubectl config use-context \(name) \(file)"
        case .delete: "kubectl config delete-context \(name) \(file)"
        }
    }
}
