import KubernetesModel

/// What was typed after `:`.
enum CommandLine: Sendable, Equatable {
    /// A kind's table; `namespace` is nil when none was named, `.some(nil)` for all.
    case table(BuiltInKind, namespace: String??, filter: String?)
    case namespaces(switchTo: String?)
    case contexts(switchTo: String?)
    case help
    case quit
    case suspend

    /// Why a line is no command.
    struct Failure: Error, Equatable {
        var reason: String
    }

    /// Words that are no kinds.
    static let words = ["ctx", "context", "ns", "help", "quit", "q", "suspend"]

    static func parse(_ line: String, resources: [APIResource]) -> Result<CommandLine, Failure> {
        let line = line.drop { $0 == " " }
        let filterStart = line.firstIndex(of: "/")
        var words = (filterStart.map { line[..<$0] } ?? line[...]).split(separator: " ").map(String.init)
        let filter = filterStart.map { String(line[line.index(after: $0)...]) }
        guard !words.isEmpty else { return .failure(Failure(reason: "Type a kind such as pods, or ctx, ns, help, q.")) }
        let name = words.removeFirst().lowercased()
        switch name {
        case "q", "q!", "quit", "exit": return .success(.quit)
        case "h", "help", "?": return .success(.help)
        case "suspend": return .success(.suspend)
        case "ctx", "context", "contexts": return .success(.contexts(switchTo: words.first))
        case "ns", "namespace", "namespaces":
            if words.isEmpty, let filter {
                return .success(.table(Namespace.kind, namespace: nil, filter: filter))
            }
            return .success(.namespaces(switchTo: words.first))
        default: break
        }
        guard let kind = kind(named: name, resources: resources) else {
            if let resource = resources.first(where: { answers($0, to: name) }) {
                return .failure(Failure(reason: "Sextant has no table for \(resource.groupResource.resource)."))
            }
            let known = Self.words + ResourceTable.all.flatMap { [$0.kind.groupResource.resource] + $0.aliases }
            let hint = nearestName(to: name, among: known).map { " Did you mean \($0)?" } ?? " ? lists the commands."
            return .failure(Failure(reason: "\(name) is no command and no kind.\(hint)"))
        }
        var namespace: String??
        if let word = words.first {
            let isAll = ["-A", "all", "*", "--all-namespaces"].contains(word)
            namespace = .some(isAll ? nil : word == "-n" ? words.dropFirst().first : word)
        }
        return .success(.table(kind, namespace: namespace, filter: filter))
    }

    /// The built-in kind of a name: plural, singular, kind, short name, with or without its group.
    private static func kind(named name: String, resources: [APIResource]) -> BuiltInKind? {
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
