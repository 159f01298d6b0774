import KubernetesModel

extension Action {
    /// The kubectl commands that do the same, one for each namespace (and number of replicas before, when scaling).
    ///
    /// - Parameters:
    ///   - targets: what it is done to; of one kind.
    ///   - context: the context of the kubeconfig.
    ///   - identity: flags that say whom one acts as, such as `--as` and a name.
    /// - Returns: lines that a shell takes as they are.
    package func kubectl(_ targets: [ActionTarget], context: String, identity: [String] = []) -> [String] {
        let flags = (context.isEmpty ? [] : ["--context", context]) + identity
        var groups: [(target: ActionTarget, names: [String])] = []
        for target in targets {
            let index = groups.firstIndex {
                $0.target.namespace == target.namespace && $0.target.resource == target.resource
                    && (isScale ? $0.target.replicas == target.replicas : true)
            }
            if let index { groups[index].names.append(target.name) } else { groups.append((target, [target.name])) }
        }
        return groups.flatMap { lines($0.target, $0.names, flags) }
    }

    private var isScale: Bool { if case .scale = self { true } else { false } }

    private func lines(_ target: ActionTarget, _ names: [String], _ flags: [String]) -> [String] {
        var words = ["kubectl"] + flags
        if !target.namespace.isEmpty { words += ["-n", target.namespace] }
        let kind = target.resource.groupResource.resource
        switch self {
        case .delete(let deletion):
            words += ["delete", "\(target.resource.groupResource)"] + names
            if deletion.propagation != .background { words.append("--cascade=\(deletion.propagation.rawValue)") }
            if deletion.isForced { words += ["--grace-period=0", "--force"] }
            words.append("--wait=false")
        case .evict:
            // kubectl evicts only when it drains: this is the request itself.
            return names.map { name in
                let body =
                    #"{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"\#(name)","namespace":"\#(target.namespace)"}}"#
                let create = [
                    "create", "--raw", "/api/v1/namespaces/\(target.namespace)/pods/\(name)/eviction", "-f", "-",
                ]
                return "echo \(Self.quoted(body)) | "
                    + (["kubectl"] + flags + create).map(Self.quoted).joined(separator: " ")
            }
        case .scale(let replicas):
            words += ["scale"] + names.map { "\(kind)/\($0)" }
            if let before = target.replicas { words.append("--current-replicas=\(before)") }
            words.append("--replicas=\(replicas)")
        case .restart:
            words += ["rollout", "restart"] + names.map { "\(kind)/\($0)" }
        case .debug(let debugging):
            words += ["debug"] + names + ["-it", "--image=\(debugging.image)", "-c", debugging.name]
            if let container = debugging.target { words.append("--target=\(container)") }
        }
        return [words.map(Self.quoted).joined(separator: " ")]
    }

    /// A word as a shell takes it.
    static func quoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_./=:@,+".utf8.contains(byte)
            }
        }
        if isPlain, !word.isEmpty { return word }
        return "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
