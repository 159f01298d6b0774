import Access
import KubernetesModel

/// What follows `:access`.
struct AccessLineWords: Sendable, Equatable {
    /// `nil` when none was named, `.some(nil)` for all.
    var namespace: String??
    /// Whom it is about.
    var identity = AccessIdentity.own
    /// Whom they are compared with.
    var other: AccessIdentity?
}

extension CommandLine {
    /// `access`, `access NAMESPACE`, `access -A`, `access --as USER --as-group GROUP`, `access @CONTEXT`, and `vs` before
    /// whom that is to be compared with: `access vs CONTEXT`, `access vs as USER`.
    static func access(_ rest: Substring) -> Result<CommandLine, Failure> {
        var line = AccessLineWords()
        var words = rest.split(separator: " ").map(String.init)[...]
        func missing(_ word: String) -> Result<CommandLine, Failure> {
            .failure(Failure(reason: "\(word) needs a name, such as: access --as alice, access vs prod-readonly"))
        }
        while let word = words.popFirst() {
            switch word {
            case "-A", "all", "*", "--all-namespaces": line.namespace = .some(nil)
            case "vs", "--vs":
                guard let other = AccessIdentity(parsing: words.joined(separator: " ")) else { return missing(word) }
                line.other = other
                words = []
            case "as", "--as", "--as-group", "--context", "-n", "--namespace":
                guard let value = words.popFirst() else { return missing(word) }
                switch word {
                case "--context": line.identity.context = value
                case "--as-group": line.identity.groups.append(value)
                case "as", "--as": line.identity.user = value
                default: line.namespace = value
                }
            case _ where word.hasPrefix("@") && word.count > 1: line.identity.context = String(word.dropFirst())
            case _ where word.hasPrefix("-"):
                return .failure(
                    Failure(reason: "access does not know \(word); it takes a namespace, --as, @CONTEXT, vs."))
            default:
                guard line.namespace == nil else {
                    return .failure(
                        Failure(reason: "Two namespaces are named: \((line.namespace ?? nil) ?? "all") and \(word)."))
                }
                line.namespace = word
            }
        }
        guard line.identity.groups.isEmpty || line.identity.user != nil else {
            return .failure(Failure(reason: "--as-group needs --as USER too."))
        }
        return .success(.access(line))
    }
}
