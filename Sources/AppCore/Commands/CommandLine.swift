import Access
import KubernetesModel

/// What was typed after `:`.
enum CommandLine: Sendable, Equatable {
    /// A kind's table; `namespace` is nil when none was named, `.some(nil)` for all.
    case table(ResourceKind, namespace: String??, filter: String?)
    /// Another namespace for what is shown; `nil` for all.
    case namespace(String?)
    case contexts(switchTo: String?)
    case help
    /// Every kind that the server offers.
    case kinds(filter: String?)
    /// What is forwarded to this machine.
    case forwards
    case quit
    case suspend
    case signIn
    /// What is wrong, causes first; `nil` for all namespaces.
    case triage(namespace: String??)
    /// Who may do something, by RBAC.
    case whoCan(WhoCanLine)
    /// What somebody may do; `nil` for whoever is selected.
    case subject(SubjectLine?)
    /// Everybody whom bindings name.
    case roleHolders(filter: String?)
    /// What one may do, or somebody else, perhaps beside each other.
    case access(AccessLineWords)
    /// One question about what one may do.
    case canI(AccessWords)
    /// The probes of a pod; `nil` for the selected one.
    case probes(pod: String?)
    /// Another number of replicas; `nil` to be asked for it.
    case scale(to: Int?)
    /// A shell, or the main process, of a pod; `nil` for what is selected.
    case shell(ShellOrder.What, pod: String?, container: String?)
    /// A container to look into the selected pod; `nil` for the usual image.
    case debug(image: String?)

    /// Trees of a kind, or of one object; `nil` for workloads, and for the namespace in use.
    case xray(ResourceKind?, name: String?, namespace: String??)

    /// Logs, as they grow.
    case logs(LogsLine)

    /// The columns of the table, to choose from.
    case columns
    /// Objects of any kind with a name like this; the namespace is nil when none was named.
    case find(String, namespace: String??)

    /// Why a line is no command.
    struct Failure: Error, Equatable {
        var reason: String
        /// Whether a kind of this name may be known by now to the server.
        var isUnknownName = false
    }

    /// Words that are no kinds.
    static let words = [
        "ctx", "context", "ns", "help", "quit", "q", "suspend", "login", "triage", "probes", "pf", "scale", "xray",
        "find", "columns", "shell", "attach", "debug", "logs",
        "kinds", "who-can", "subject", "subjects", "users", "groups", "access", "can-i",
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
        case "shell", "sh", "exec": return shell(.shell, rest)
        case "attach": return shell(.attach, rest)
        case "debug":
            let image = String(rest.prefix { $0 != " " })
            return .success(.debug(image: image.isEmpty ? nil : image))
        case "pf", "portforward", "portforwards", "port-forward", "port-forwards", "forwards":
            return .success(.forwards)
        case "ctx", "context", "contexts":
            // Names of contexts may hold anything, slashes above all.
            let context = String(rest.reversed().drop { $0 == " " }.reversed())
            return .success(.contexts(switchTo: context.isEmpty ? nil : context))
        default: break
        }
        if name == "access" || name == "whoami" { return access(rest) }
        if name == "can-i" || name == "cani" {
            do {
                return .success(.canI(try AccessWords(parsing: String(rest))))
            } catch {
                return .failure(Failure(reason: error.description))
            }
        }
        if name == "columns" || name == "cols" { return .success(.columns) }
        if name == "logs" || name == "log" { return logs(rest, resources: resources) }
        if name == "find" { return find(rest) }
        if ["who-can", "whocan"].contains(name) { return whoCan(rest, resources: resources) }
        if ["subject", "rights"].contains(name) { return subject(rest) }
        if name == "xray" { return xray(rest, resources: resources) }
        do {
            let arguments = try Arguments(rest)
            if ["kinds", "aliases", "alias", "api-resources"].contains(name) {
                return .success(.kinds(filter: arguments.filter))
            }
            if name == "triage" || name == "check" { return .success(.triage(namespace: arguments.namespace)) }
            // A kind of the cluster of that name is meant by its full name.
            if let filter = ["subjects": "", "users": "kind:User", "groups": "kind:Group"][name] {
                let terms = [filter, arguments.filter ?? ""].filter { !$0.isEmpty }
                return .success(.roleHolders(filter: terms.isEmpty ? nil : terms.joined(separator: " ")))
            }
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
            return .failure(Failure(reason: refusal(of: resource)))
        }
        let known =
            Self.words + ResourceTable.all.flatMap { [$0.kind.groupResource.resource] + $0.aliases }
            + resources.filter(\.isListable).flatMap { [$0.groupResource.resource] + $0.shortNames }
        let hint = nearestName(to: name, among: known).map { " Did you mean \($0)?" } ?? " ? lists the commands."
        return .failure(Failure(reason: "\(name) is no command and no kind.\(hint)", isUnknownName: true))
    }

    /// `shell`, `shell POD`, `shell POD -c CONTAINER`.
    private static func shell(_ what: ShellOrder.What, _ rest: Substring) -> Result<CommandLine, Failure> {
        var words = rest.split(separator: " ").map(String.init)
        var container: String?
        if let option = words.firstIndex(of: "-c") {
            guard words.indices.contains(option + 1) else {
                return .failure(Failure(reason: "-c takes the name of a container."))
            }
            container = words[option + 1]
            words.removeSubrange(option...option + 1)
        }
        guard words.count <= 1, container == nil || words.count == 1 else {
            return .failure(Failure(reason: "A pod is wanted, and perhaps its container: shell web-0 -c app"))
        }
        let pod = words.first.map { $0.hasPrefix("pod/") ? String($0.dropFirst(4)) : $0 }
        return .success(.shell(what, pod: pod, container: container))
    }

    /// `find NAME`, `find NAME NAMESPACE`, `find NAME -A`.
    private static func find(_ rest: Substring) -> Result<CommandLine, Failure> {
        let text = rest.prefix { $0 != " " }
        guard !text.isEmpty else {
            return .failure(Failure(reason: "find takes a part of a name, such as: find checkout, find *-db-?"))
        }
        do {
            let arguments = try Arguments(rest[text.endIndex...])
            guard arguments.filter == nil else { return .failure(Failure(reason: "find takes its filter after /.")) }
            return .success(.find(String(text), namespace: arguments.namespace))
        } catch {
            return .failure(error)
        }
    }

    /// `xray`, `xray KIND`, `xray KIND/NAME`, `xray KIND NAMESPACE`.
    private static func xray(_ rest: Substring, resources: [APIResource]) -> Result<CommandLine, Failure> {
        let word = rest.prefix { $0 != " " }
        if word.isEmpty { return .success(.xray(nil, name: nil, namespace: nil)) }
        let parts = word.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        do {
            // A word that is no kind but an argument, such as `-A`, is about the workloads.
            let name = parts[0].lowercased()
            let kind = kind(named: name, resources: resources) ?? XrayOrder.kind(named: name)
            let arguments = try Arguments(kind == nil ? rest : rest[word.endIndex...])
            guard arguments.filter == nil else { return .failure(Failure(reason: "xray takes its filter after /.")) }
            guard let kind else {
                if word.hasPrefix("-") || word == "all" {
                    return .success(.xray(nil, name: nil, namespace: arguments.namespace))
                }
                return .failure(Failure(reason: "\(parts[0]) is no kind that xray knows: xray deploy, xray svc/web."))
            }
            let object = parts.count == 2 && !parts[1].isEmpty ? String(parts[1]) : nil
            return .success(.xray(kind, name: object, namespace: arguments.namespace))
        } catch {
            return .failure(error)
        }
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

    /// Why a kind that the server offers cannot be shown.
    static func refusal(of resource: APIResource) -> String {
        let can = resource.verbs.isEmpty ? "" : " (only: \(resource.verbs.joined(separator: ", ")))"
        return "\(resource.groupResource) cannot be listed: the server offers no list of them\(can)."
    }

    /// The kind of a name: plural, singular, kind or short name, with or without its group and version.
    ///
    /// Kinds with a type of their own come first.
    static func kind(named name: String, resources: [APIResource]) -> ResourceKind? {
        for table in ResourceTable.all {
            let kind = table.kind
            let names = [kind.groupResource.resource, kind.kind.lowercased()] + table.aliases
            if names.contains(name) { return kind }
            if matches(name, names, group: kind.groupResource.group, versions: kind.versions) { return kind }
        }
        let answering = resources.filter { answers($0, to: name) }
        guard let resource = answering.first(where: \.isListable) else { return nil }
        return ResourceTable.named(resource.groupResource)?.kind ?? resource.resourceKind
    }

    private static func answers(_ resource: APIResource, to name: String) -> Bool {
        let names =
            [resource.groupResource.resource, resource.kind.lowercased(), resource.singularName] + resource.shortNames
        if names.contains(name) { return true }
        return matches(name, names, group: resource.groupResource.group, versions: [resource.version])
    }

    /// Whether `NAME.GROUP`, `NAME.VERSION.GROUP` or `NAME.VERSION` is meant by one of these names; of a group its
    /// beginning is enough, as for kubectl.
    private static func matches(_ text: String, _ names: [String], group: String, versions: [String]) -> Bool {
        guard let dot = text.firstIndex(of: "."), names.contains(String(text[..<dot])) else { return false }
        let rest = text[text.index(after: dot)...]
        if rest.isEmpty { return false }
        if !group.isEmpty, group.hasPrefix(rest) { return true }
        for version in versions where rest.hasPrefix(version) {
            let end = rest.dropFirst(version.count)
            if end.isEmpty || end.first == "." && group.hasPrefix(end.dropFirst()) { return true }
        }
        return false
    }
}

extension CommandLine {
    fileprivate static func resource(named name: String, among resources: [APIResource]) -> APIResource? {
        if let kind = kind(named: name, resources: resources),
            let offered = resources.first(where: { $0.groupResource == kind.groupResource })
        {
            return offered
        }
        return resources.first { answers($0, to: name) }
    }
}

/// The resource that a name in small letters means, as after a colon; kinds with a type of their own come first.
package func resource(named name: String, among resources: [APIResource]) -> APIResource? {
    CommandLine.resource(named: name, among: resources)
}

extension APIResource {
    /// The kind, with the one version that is offered.
    package var resourceKind: ResourceKind {
        ResourceKind(
            group: groupResource.group, resource: groupResource.resource, kind: kind, versions: [version],
            isNamespaced: isNamespaced)
    }

    /// Whether a table of it can be shown; discovery that names no verbs is believed to offer all.
    package var isListable: Bool { verbs.isEmpty || verbs.contains("list") }
}
