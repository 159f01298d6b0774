import KubernetesModel

/// What was typed after `:`.
enum CommandLine: Sendable, Equatable {
    /// A kind's table; `namespace` is nil when none was named, `.some(nil)` for all.
    case table(ResourceKind, namespace: String??, filter: String?)
    /// Another namespace for what is shown; `nil` for all.
    case namespace(String?)
    case contexts(switchTo: String?)
    case help
    /// What is forwarded to this machine.
    case forwards
    case quit
    case suspend
    case signIn
    /// What is wrong, causes first; `nil` for all namespaces.
    case triage(namespace: String??)
    /// The probes of a pod; `nil` for the selected one.
    case probes(pod: String?)
    /// Another number of replicas; `nil` to be asked for it.
    case scale(to: Int?)

    /// Why a line is no command.
    struct Failure: Error, Equatable {
        var reason: String
    }

    /// Words that are no kinds.
    static let words = [
        "ctx", "context", "ns", "help", "quit", "q", "suspend", "login", "triage", "probes", "pf", "scale",
    ]

    static func parse(_ line: String, resources: [APIResource]) -> Result<CommandLine, Failure> {
        let line = line.drop { $0 == " " }
        let word = line.prefix { $0 != " " && $0 != "/" }
        let rest = line[word.endIndex...].drop { $0 == " " }
        let name = word.lowercased()
        switch name {
        case "": return .failure(Failure(reason: "Type a kind such as pods, or ctx, ns, help, q."))
        case "q", "q!", "quit", "exit": return .success(.quit)
        case "h", "help", "?": return .success(.help)
        case "suspend": return .success(.suspend)
        case "probes", "probe":
            let pod = String(rest.prefix { $0 != " " })
            return .success(.probes(pod: pod.isEmpty ? nil : pod))
        case "scale":
            let text = rest.reversed().drop { $0 == " " }.reversed()
            guard !text.isEmpty else { return .success(.scale(to: nil)) }
            guard let number = Int(String(text)), number >= 0 else {
                return .failure(Failure(reason: "scale takes a number of replicas, such as: scale 3"))
            }
            return .success(.scale(to: number))
        case "login": return .success(.signIn)
        case "pf", "portforward", "portforwards", "port-forward", "port-forwards", "forwards":
            return .success(.forwards)
        case "ctx", "context", "contexts":
            // Names of contexts may hold anything, slashes above all.
            let context = String(rest.reversed().drop { $0 == " " }.reversed())
            return .success(.contexts(switchTo: context.isEmpty ? nil : context))
        default: break
        }
        do {
            let arguments = try Arguments(rest)
            if name == "triage" || name == "check" { return .success(.triage(namespace: arguments.namespace)) }
            if ["ns", "namespace", "namespaces"].contains(name) {
                guard let namespace = arguments.namespace else {
                    return .success(.table(Namespace.kind, namespace: nil, filter: arguments.filter))
                }
                return .success(.namespace(namespace))
            }
            if let kind = kind(named: name, resources: resources) {
                return .success(.table(kind, namespace: arguments.namespace, filter: arguments.filter))
            }
        } catch {
            return .failure(error)
        }
        if let resource = resources.first(where: { answers($0, to: name) }) {
            let kind = resource.groupResource.resource
            return .failure(Failure(reason: "\(kind) are not shown yet: they have no table."))
        }
        let known = Self.words + ResourceTable.all.flatMap { [$0.kind.groupResource.resource] + $0.aliases }
        let hint = nearestName(to: name, among: known).map { " Did you mean \($0)?" } ?? " ? lists the commands."
        return .failure(Failure(reason: "\(name) is no command and no kind.\(hint)"))
    }

    /// What follows a kind: a namespace, labels, a filter, in any order; the filter ends the line.
    private struct Arguments {
        /// `nil` when none was named, `.some(nil)` for all.
        var namespace: String??
        var filter: String?

        init(_ text: Substring) throws(Failure) {
            var terms: [String] = []
            var rest = text
            func nextWord() -> String {
                rest = rest.drop { $0 == " " }
                let quote = rest.first.flatMap { $0 == "'" || $0 == "\"" ? $0 : nil }
                if quote != nil { rest = rest.dropFirst() }
                let word = rest.prefix { $0 != quote ?? " " }
                rest = rest[word.endIndex...].dropFirst()
                return String(word)
            }
            while let first = rest.first(where: { $0 != " " }) {
                if first == "/" {
                    terms.append(String(rest.drop { $0 == " " }.dropFirst()))
                    break
                }
                let word = nextWord()
                switch word {
                case "-A", "all", "*", "--all-namespaces": try set(nil)
                case "-n", "--namespace":
                    let name = nextWord()
                    guard !name.isEmpty else { throw Failure(reason: "\(word) needs a namespace.") }
                    try set(name)
                case "-l", "-f":
                    let value = nextWord()
                    guard !value.isEmpty else { throw Failure(reason: "\(word) needs a value.") }
                    terms.append("\(word) '\(value)'")
                case _ where word.contains("=") || word.contains(" "): terms.append("-l '\(word)'")
                case _ where word.hasPrefix("@"):
                    throw Failure(reason: "Go to the context first: ctx \(word.dropFirst()).")
                default: try set(word)
                }
            }
            filter = terms.isEmpty ? nil : terms.joined(separator: " ")
        }

        private mutating func set(_ name: String?) throws(Failure) {
            if let namespace {
                throw Failure(
                    reason: "Two namespaces are named: \(namespace ?? "all") and \(name ?? "all"). / begins a filter.")
            }
            namespace = .some(name)
        }
    }

    /// The built-in kind of a name: plural, singular, kind, short name, with or without its group.
    private static func kind(named name: String, resources: [APIResource]) -> ResourceKind? {
        for table in ResourceTable.all {
            let kind = table.kind
            let names = [kind.groupResource.resource, kind.kind.lowercased()] + table.aliases
            if names.contains(name) { return kind }
            let group = kind.groupResource.group
            if !group.isEmpty, names.contains(where: { "\($0).\(group)" == name }) { return kind }
        }
        let resource = resources.first { answers($0, to: name) }
        return resource.flatMap { ResourceTable.named($0.groupResource)?.kind }
    }

    private static func answers(_ resource: APIResource, to name: String) -> Bool {
        let names =
            [resource.groupResource.resource, resource.kind.lowercased(), resource.singularName] + resource.shortNames
        return names.contains(name) || names.contains { "\($0).\(resource.groupResource.group)" == name }
    }
}
