import KubernetesModel

/// What is known of somebody's permissions while a server is asked: rules first, and single questions for what they leave open.
public struct AccessSurvey: Sendable, Hashable {
    /// The namespace that is asked about; empty for the whole cluster.
    public let namespace: String
    /// The rules of the namespace, with those of the whole cluster among them; `nil` when the server does not tell.
    public var rules: AccessRules?
    /// The rules of the whole cluster alone; `nil` when the server does not tell.
    public var clusterRules: AccessRules?
    /// Whether kinds are in namespaces, as the server offers them; none while it was not asked.
    public var scopes: [GroupResource: Bool] = [:]
    /// What was asked by itself.
    public var answers: [AccessQuestion: AccessVerdict] = [:]

    /// Nothing is known yet.
    public init(namespace: String) { self.namespace = namespace }

    private static let every = GroupResource(group: "*", resource: "*")

    /// What is known of a question; its namespace is the survey's, or empty.
    public func verdict(on question: AccessQuestion) -> AccessVerdict {
        if let answer = answers[question] { return answer }
        if question.path.isEmpty {
            for verb in [question.verb, "*"] {
                // What is allowed on every resource is allowed on their parts; on one resource it is not.
                let wider = AccessQuestion(verb: verb, resource: Self.every, namespace: question.namespace)
                if answers[wider] == .yes { return .yes }
            }
            var wider = question
            wider.verb = "*"
            if answers[wider] == .yes { return .yes }
        }
        var everywhere = question
        everywhere.namespace = ""
        if question.namespace.isEmpty {
            if let verdict = clusterRules?.verdict(on: question), verdict != .unknown { return verdict }
            // What counts everywhere is among the rules of every namespace.
            return rules?.verdict(on: question) == .no ? .no : .unknown
        }
        if verdict(on: everywhere) == .yes { return .yes }
        return rules?.verdict(on: question) ?? .unknown
    }

    // MARK: - What to ask

    private var grants: [DangerousGrant] { DangerousGrant.all.filter { $0.id != DangerousGrant.everything.id } }

    /// What is worth asking first, of what is open: the worst that one could do, and what answers much at once.
    public func firstQuestions(limit: Int) -> [AccessQuestion] {
        let worst = grants.compactMap { $0.questions(in: "").first }
        let wide = ["get", "list", "create", "patch", "delete"].map {
            AccessQuestion(verb: $0, resource: Self.every, namespace: namespace)
        }
        return open(worst + (hasOpenRows ? wide : []), limit)
    }

    /// What is worth asking then, of what is open: what people do most comes first.
    public func moreQuestions(limit: Int) -> [AccessQuestion] {
        func ask(_ verb: String, _ group: String, _ resource: String, _ part: String = "") -> AccessQuestion {
            AccessQuestion(
                verb: verb, resource: GroupResource(group: group, resource: resource), subresource: part,
                namespace: namespace)
        }
        let usual = [
            ask("list", "", "pods"), ask("get", "", "pods", "log"), ask("list", "", "secrets"),
            ask("create", "", "pods", "exec"), ask("create", "", "pods"), ask("delete", "", "pods"),
            ask("patch", "apps", "deployments"), ask("list", "apps", "deployments"),
            ask("create", "apps", "deployments"), ask("delete", "apps", "deployments"),
            ask("patch", "", "configmaps"), ask("list", "", "configmaps"), ask("create", "", "pods", "portforward"),
        ]
        // One question for each danger before further ways to it.
        func ways(_ grants: [DangerousGrant], _ namespace: String) -> [AccessQuestion] {
            let all = grants.map { $0.questions(in: namespace) }
            return all.compactMap(\.first) + all.flatMap { $0.dropFirst() }
        }
        let dangers = namespace.isEmpty ? [] : ways(grants.filter(\.isNamespaced), namespace)
        let cluster = AccessReport.clusterKinds.prefix(2).flatMap { kind in
            ["list", "patch", "delete"].map { AccessQuestion(verb: $0, resource: kind) }
        }
        let rest = ["list", "delete", "get", "create", "update", "patch", "watch"].flatMap { verb in
            AccessReport.namespacedKinds.map { AccessQuestion(verb: verb, resource: $0, namespace: namespace) }
        }
        return open(usual + dangers + cluster + ways(grants, "") + rest, limit)
    }

    private var hasOpenRows: Bool {
        AccessReport.namespacedKinds.contains { kind in
            AccessReport.questions(of: kind, in: namespace).contains { verdict(on: $0) == .unknown }
        }
    }

    private func open(_ questions: [AccessQuestion], _ limit: Int) -> [AccessQuestion] {
        var chosen: [AccessQuestion] = []
        var taken = Set<AccessQuestion>()
        for question in questions where chosen.count < limit {
            if verdict(on: question) == .unknown, taken.insert(question).inserted { chosen.append(question) }
        }
        return chosen
    }

    // MARK: - What comes of it

    /// Writes what is known into a report.
    public func fill(_ report: inout AccessReport) {
        report.survey = self
        report.dangers = grants.flatMap { dangers($0) }
        report.dangers.sort { $0.score > $1.score }
        let named = namedKinds
        let ofCluster = named.filter { isNamespaced($0) == false }
        report.rows = AccessReport.rows(
            of: AccessReport.namespacedKinds + named.filter { isNamespaced($0) != false }, in: namespace,
            namespace.isEmpty ? clusterRules : rules
        ) { question in
            let verdict = verdict(on: question)
            guard verdict == .yes, !namespace.isEmpty, isNamespaced(question.resource) == nil else { return verdict }
            // A rule of the namespace gives nothing for a kind that is in none.
            var everywhere = question
            everywhere.namespace = ""
            return self.verdict(on: everywhere) == .yes ? .yes : .unknown
        }
        report.clusterRows = AccessReport.rows(of: AccessReport.clusterKinds + ofCluster, in: "", clusterRules) {
            verdict(on: $0)
        }
        report.paths = paths
    }

    /// The kinds beside the usual that rules name.
    private var namedKinds: [GroupResource] {
        let known = AccessReport.namespacedKinds + AccessReport.clusterKinds
        return (namespace.isEmpty ? clusterRules : rules)?.kinds(besides: known) ?? []
    }

    /// The API groups of which the server is to be asked what is in namespaces: those of kinds beside the usual that rules
    /// name.
    public var unscopedGroups: Set<String> {
        Set(namedKinds.filter { isNamespaced($0) == nil }.map(\.group))
    }

    /// Whether a kind is in namespaces; `nil` when that is not known.
    private func isNamespaced(_ kind: GroupResource) -> Bool? {
        // All kinds of a group: some will be.
        if kind.resource == "*" || AccessReport.namespacedKinds.contains(kind) { return true }
        if AccessReport.clusterKinds.contains(kind) || AccessQuestion.reviewed.contains(kind) { return false }
        guard kind.group == "*" else { return scopes[kind] }
        let all = Set(scopes.filter { $0.key.resource == kind.resource }.values)
        return all.count == 1 ? all.first : nil
    }

    /// Paths of the server that rules allow, those that everybody has last.
    public var paths: [AccessReport.Path] {
        var verbs: [String: Set<String>] = [:]
        for rule in (clusterRules?.rules ?? []) + (rules?.rules ?? []) {
            for path in rule.nonResourceURLs { verbs[path, default: []].formUnion(rule.verbs) }
        }
        return verbs.map { path, verbs in
            AccessReport.Path(path: path, verbs: verbs.contains("*") ? ["*"] : verbs.sorted())
        }.sorted { ($0.isUsual ? 1 : 0, $0.path) < ($1.isUsual ? 1 : 0, $1.path) }
    }

    // MARK: - Dangers

    /// Whether every dangerous permission that is looked for is known to be there or not.
    public var knowsAllDangers: Bool {
        grants.allSatisfy { grant in
            grant.questions(in: "").allSatisfy { verdict(on: $0) != .unknown }
                && (!grant.isNamespaced || grant.questions(in: namespace).allSatisfy { verdict(on: $0) != .unknown })
        }
    }

    /// A danger, as far as one has it: everywhere, in the namespace, for some names.
    private func dangers(_ grant: DangerousGrant) -> [AccessReport.Danger] {
        func whole(_ namespace: String) -> DangerousGrant? {
            grant.had(by: grant.questions(in: namespace).filter { verdict(on: $0) == .yes })
        }
        var found: [AccessReport.Danger] = []
        if let everywhere = whole("") {
            found.append(AccessReport.Danger(grant: everywhere, namespace: ""))
            if everywhere == grant { return found }
        }
        let places = grant.isNamespaced && !namespace.isEmpty ? [namespace] : []
        for place in places {
            guard let here = whole(place), here == grant || found.isEmpty else { continue }
            found.append(AccessReport.Danger(grant: here, namespace: place))
        }
        let fatal = fatalNames(for: grant)
        if !fatal.isEmpty {
            var grave = AccessReport.Danger(grant: grant, namespace: "", names: fatal, namedScore: .critical)
            if grant.id == "impersonate" {
                // The name is a group's, and worth as much as all users.
                grave = AccessReport.Danger(grant: grant, namespace: "")
                grave.grant.title = "act as the group \(fatal[0])"
                grave.grant.safer = "leave \(fatal[0]) out of the names"
            }
            found.append(grave)
        }
        guard found.isEmpty else { return found }
        for place in [""] + places where found.isEmpty {
            let rules = (place.isEmpty ? clusterRules : rules)?.rules ?? []
            let names = Set(grant.questions.flatMap { Self.names(for: $0, rules) })
            if !names.isEmpty {
                found.append(AccessReport.Danger(grant: grant, namespace: place, names: names.sorted()))
            }
        }
        return found
    }

    /// Names that are as bad as all of them.
    private func fatalNames(for grant: DangerousGrant) -> [String] {
        func may(_ verb: String, _ resource: String, _ group: String, _ name: String) -> Bool {
            verdict(
                on: AccessQuestion(verb: verb, resource: GroupResource(group: group, resource: resource), name: name))
                == .yes
        }
        switch grant.id {
        case "bind", "escalate":
            return may(grant.id, "clusterroles", "rbac.authorization.k8s.io", "cluster-admin") ? ["cluster-admin"] : []
        case "impersonate":
            // A group needs a user to be in it, or a ServiceAccount.
            guard may("impersonate", "groups", "", "system:masters") else { return [] }
            let hasUser = ["users", "serviceaccounts"].contains { resource in
                let question = AccessQuestion(
                    verb: "impersonate", resource: GroupResource(group: "", resource: resource))
                var here = question
                here.namespace = namespace
                return verdict(on: question) == .yes || verdict(on: here) == .yes
                    || !Self.names(for: question, (clusterRules?.rules ?? []) + (rules?.rules ?? [])).isEmpty
            }
            return hasUser ? ["system:masters"] : []
        default: return []
        }
    }

    /// Names that rules allow something for.
    private static func names(for question: AccessQuestion, _ rules: [PolicyRule]) -> [String] {
        // What is created has no name yet, its parts do.
        if question.verb == "create", question.subresource.isEmpty { return [] }
        return rules.flatMap { rule -> [String] in
            var unlimited = rule
            unlimited.resourceNames = []
            return unlimited.allows(question) ? rule.resourceNames : []
        }
    }
}
