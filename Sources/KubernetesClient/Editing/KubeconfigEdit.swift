/// One change to the text of one kubeconfig file.
enum KubeconfigEdit: Hashable {
    case rename(context: String, to: String)
    case setNamespace(context: String, to: String)
    case setCurrentContext(String)
    case remove(what: String, name: String)

    /// Makes the change, and looks whether the text says what it should.
    ///
    /// - Returns: All bytes as they were but those that are about it.
    /// - Throws: When it cannot be made so.
    func applied(to bytes: [UInt8], of path: String) throws(KubeconfigFailure) -> [UInt8] {
        var text = try KubeconfigText(path: path, bytes: bytes)
        let wanted = wanted(from: text.content)
        do throws(KubeconfigText.Refusal) {
            switch self {
            case .rename(let context, let new): try text.rename("context", context, to: new)
            case .setNamespace(let context, let namespace):
                try text.set("namespace", to: namespace, of: "context", context)
            case .setCurrentContext(let name): try text.setCurrentContext(to: name)
            case .remove(let what, let name): try text.remove(what, name)
            }
        } catch {
            throw KubeconfigFailure(file: path, problem: error.words)
        }
        let result: KubeconfigText?
        do throws(KubeconfigFailure) {
            result = try KubeconfigText(path: path, bytes: text.bytes)
        } catch {
            result = nil
        }
        guard result?.content == wanted else {
            throw KubeconfigFailure(file: path, problem: "is written in a way that cannot be changed safely")
        }
        return text.bytes
    }

    /// What the file is to say afterwards.
    private func wanted(from content: KubeconfigText.Content) -> KubeconfigText.Content {
        var content = content
        switch self {
        case .rename(let context, let new):
            content.change("context", context) { entry in
                var entry = entry
                entry["name"] = .text(new)
                return entry
            }
        case .setNamespace(let context, let namespace):
            content.change("context", context) { entry in
                var entry = entry
                entry["context"]?["namespace"] = .text(namespace)
                return entry
            }
        case .setCurrentContext(let name): content["current-context"] = .text(name)
        case .remove(let what, let name): content.change(what, name) { _ in nil }
        }
        return content
    }
}
