import Access
import KubernetesModel

/// What `:who-can` asks for.
struct WhoCanLine: Sendable, Equatable {
    /// Its namespace is left empty, but for a namespace that is asked about itself.
    var question: AccessQuestion
    var isNamespaced: Bool
    /// `nil` when none was named, `.some(nil)` for all.
    var namespace: String??
}

/// What `:subject` asks for.
struct SubjectLine: Sendable, Equatable {
    var kind: RoleHolder.Kind
    var name: String
    /// Of a ServiceAccount; `nil` for the namespace in use.
    var namespace: String?
}

extension CommandLine {
    /// `who-can VERB KIND[/SUBRESOURCE][/NAME] [NAME] [--subresource S] [-n NS|-A]`, or `who-can VERB /PATH`.
    static func whoCan(_ rest: Substring, resources: [APIResource]) -> Result<CommandLine, Failure> {
        var words: [String] = []
        var namespace: String??
        var subresource = ""
        var parts = rest.split(separator: " ").map(String.init)[...]
        while let part = parts.popFirst() {
            switch part {
            case "-A", "--all-namespaces",
                "all" where words.count >= 2:
                namespace = .some(nil)
            case "-n", "--namespace", "--subresource":
                guard let value = parts.popFirst() else { return .failure(Failure(reason: "\(part) needs a value.")) }
                if part == "--subresource" { subresource = value } else { namespace = value }
            default: words.append(part)
            }
        }
        guard words.count == 2 || words.count == 3 else {
            return .failure(Failure(reason: "who-can takes a verb and a kind, such as: who-can delete pods -n shop"))
        }
        // kubectl auth can-i writes them the same way.
        let verb = words[0].lowercased()
        if words[1].hasPrefix("/") {
            return .success(
                .whoCan(WhoCanLine(question: AccessQuestion(verb: verb, path: words[1]), isNamespaced: false)))
        }
        var pieces = words[1].split(separator: "/").map(String.init)
        guard !pieces.isEmpty else { return .failure(Failure(reason: "\(words[1]) is no kind.")) }
        let kindName = pieces.removeFirst().lowercased()
        if subresource.isEmpty, let first = pieces.first, AccessQuestion.subresources.contains(first) {
            subresource = pieces.removeFirst()
        }
        let name = pieces.first ?? (words.count == 3 ? words[2] : "")
        if kindName == "*" {
            let question = AccessQuestion(
                verb: verb, resource: GroupResource(group: "*", resource: "*"), subresource: subresource, name: name)
            return .success(.whoCan(WhoCanLine(question: question, isNamespaced: true, namespace: namespace)))
        }
        guard let kind = kind(named: kindName, resources: resources) ?? unlisted(kindName, resources) else {
            let (question, isKnown) = AccessQuestion.ofNoKind(
                verb, kindName, name: pieces.isEmpty ? name : pieces.joined(separator: "/"), subresource: subresource,
                namespace: "")
            if isKnown { return .success(.whoCan(WhoCanLine(question: question, isNamespaced: false))) }
            return .failure(Failure(reason: "\(kindName) is no kind that this server has.", isUnknownName: true))
        }
        var question = AccessQuestion(
            verb: verb, resource: kind.groupResource, subresource: subresource, name: name)
        // The server takes a namespace to be in itself.
        if kind.groupResource == Namespace.kind.groupResource { question.namespace = name }
        return .success(.whoCan(WhoCanLine(question: question, isNamespaced: kind.isNamespaced, namespace: namespace)))
    }

    /// A kind that cannot be listed, such as a review.
    private static func unlisted(_ name: String, _ resources: [APIResource]) -> ResourceKind? {
        resources.first { $0.groupResource.resource == name || $0.groupResource.description == name }?.resourceKind
    }

    /// `subject`, `subject user/jane`, `subject Group ops`, `subject sa/shop/web`, `subject sa/web -n shop`.
    static func subject(_ rest: Substring) -> Result<CommandLine, Failure> {
        var words = rest.split(separator: " ").map(String.init)
        var namespace: String?
        if let option = words.firstIndex(where: { $0 == "-n" || $0 == "--namespace" }) {
            guard words.indices.contains(option + 1) else {
                return .failure(Failure(reason: "\(words[option]) needs a namespace."))
            }
            namespace = words[option + 1]
            words.removeSubrange(option...option + 1)
        }
        guard let first = words.first else { return .success(.subject(nil)) }
        let slash = first.firstIndex(of: "/")
        let head = slash.map { String(first[..<$0]) } ?? first
        let kind: RoleHolder.Kind? =
            switch head.lowercased() {
            case "user", "users", "u": .user
            case "group", "groups", "g": .group
            case "sa", "serviceaccount", "serviceaccounts": .serviceAccount
            default: nil
            }
        guard let kind, slash != nil || words.count > 1 else {
            // Names of users and groups may hold anything.
            return .success(.subject(SubjectLine(kind: .user, name: words.joined(separator: " "))))
        }
        var name = slash.map { String(first[first.index(after: $0)...]) } ?? ""
        let others = words.dropFirst().joined(separator: " ")
        if !others.isEmpty { name += (name.isEmpty ? "" : " ") + others }
        if kind == .serviceAccount, let slash = name.firstIndex(of: "/") ?? name.firstIndex(of: ":") {
            namespace = String(name[..<slash])
            name = String(name[name.index(after: slash)...])
        }
        guard !name.isEmpty else {
            return .failure(Failure(reason: "\(head) needs a name, such as: subject \(head)/jane"))
        }
        return .success(.subject(SubjectLine(kind: kind, name: name, namespace: namespace)))
    }
}
