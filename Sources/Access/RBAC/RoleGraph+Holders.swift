import KubernetesModel

extension RoleGraph {
    // MARK: - Who can

    /// Somebody who may, and what grants it.
    public struct Grant: Sendable, Hashable {
        /// Who.
        public var holder: RoleHolder
        /// Through what.
        public var binding: Binding
        /// The names that it is limited to; empty for none.
        public var names: [String]

        /// Whether every API server sees to it by itself.
        public var isBuiltIn: Bool { binding.isBuiltIn(for: holder) }
    }

    /// The bindings that would count for a question if what they give were known, those of the whole cluster first.
    ///
    /// - Parameters:
    ///   - question: As `whoCan` is asked.
    ///   - inAnyNamespace: Whether those in some namespaces only would count too.
    /// - Returns: None that name nobody.
    public func unknownBindings(for question: AccessQuestion, inAnyNamespace: Bool = false) -> [Binding] {
        bindings.filter { binding in
            guard binding.namespace.isEmpty || inAnyNamespace || binding.namespace == question.namespace,
                case .unknown = rules(of: binding)
            else { return false }
            return !binding.holders.isEmpty
        }.sorted(by: Self.precedes)
    }

    /// Who may do what is asked.
    ///
    /// - Parameters:
    ///   - question: Of its namespace; without one, of the whole cluster.
    ///   - inAnyNamespace: Whether those count too who may in some namespaces only.
    /// - Returns: Every way, by holder, then by binding; who may do it to objects of some names only has them in
    ///   `names`.
    public func whoCan(_ question: AccessQuestion, inAnyNamespace: Bool = false) -> [Grant] {
        var ways: [RuleSource: [String]?] = [:]
        var grants: [Grant] = []
        for binding in bindings
        where binding.namespace.isEmpty || inAnyNamespace || binding.namespace == question.namespace {
            let source = RuleSource(binding)
            let names: [String]?
            if let known = ways[source] {
                names = known
            } else {
                names = rules(of: binding).list.names(for: question)
                ways[source] = .some(names)
            }
            guard let names else { continue }
            grants += Set(binding.holders).map { Grant(holder: $0, binding: binding, names: names) }
        }
        return grants.sorted { left, right in
            left.holder == right.holder
                ? Self.precedes(left.binding, right.binding) : left.holder < right.holder
        }
    }

    private struct RuleSource: Hashable {
        var role: RoleReference
        var namespace: String

        init(_ binding: Binding) {
            role = binding.role
            namespace = binding.role.kind == "Role" ? binding.namespace : ""
        }
    }

    // MARK: - What somebody may do

    /// A binding that gives somebody something.
    public struct Holding: Sendable, Hashable {
        /// Which.
        public var binding: Binding
        /// The group through which it does; empty for none.
        public var group: String
        /// What it gives.
        public var rules: Rules

        /// A binding, and what it gives through which group.
        public init(binding: Binding, group: String = "", rules: Rules) {
            self.binding = binding
            self.group = group
            self.rules = rules
        }
    }

    /// Everything that bindings give to somebody, by name or through groups; those of the whole cluster first.
    ///
    /// - Parameters:
    ///   - holder: Who.
    ///   - groups: Groups beside those that come with it.
    /// - Returns: Each binding once.
    public func holdings(of holder: RoleHolder, groups: [String] = []) -> [Holding] {
        var taken: Set<Int> = []
        var result: [Holding] = []
        let ways = [("", holder)] + (holder.groups + groups).map { ($0, RoleHolder(.group, $0)) }
        for (group, named) in ways {
            for index in byHolder[named] ?? [] where taken.insert(index).inserted {
                let binding = bindings[index]
                result.append(Holding(binding: binding, group: group, rules: rules(of: binding)))
            }
        }
        return result.sorted { Self.precedes($0.binding, $1.binding) }
    }

    /// Whether RBAC allows somebody something.
    public func allows(_ holder: RoleHolder, _ question: AccessQuestion, groups: [String] = []) -> Bool {
        if holder.isSuperUser || groups.contains(where: { RoleHolder(.group, $0).isSuperUser }) { return true }
        return holdings(of: holder, groups: groups).contains { holding in
            (holding.binding.namespace.isEmpty || holding.binding.namespace == question.namespace)
                && holding.rules.list.contains { $0.allows(question) }
        }
    }

    /// The dangerous permissions among these, the worst first, each once.
    ///
    /// What is had in the whole cluster is not said of a namespace again, nor of names what is had for all.
    public static func dangers(of holdings: [Holding]) -> [AccessReport.Danger] {
        var known = RoleDangers()
        return dangers(of: holdings, &known)
    }

    /// The same, with what was found in roles before.
    public static func dangers(of holdings: [Holding], _ known: inout RoleDangers) -> [AccessReport.Danger] {
        struct Place: Hashable {
            var id: String
            var namespace: String
            var names: [String] = []
        }
        var found: [AccessReport.Danger] = []
        for holding in holdings where holding.binding.namespace.isEmpty { found += known.dangers(of: holding) }
        let everywhere = Set(found.filter(\.names.isEmpty).map(\.grant.id))
        if !everywhere.contains(DangerousGrant.everything.id) {
            for holding in holdings where !holding.binding.namespace.isEmpty {
                found += known.dangers(of: holding).filter { !everywhere.contains($0.grant.id) }
            }
        }
        let full = Set(found.filter(\.names.isEmpty).map { Place(id: $0.grant.id, namespace: $0.namespace) })
        var taken: Set<Place> = []
        // A sort that keeps the order of equals: the order of `DangerousGrant.all`.
        return found.filter { danger in
            let place = Place(id: danger.grant.id, namespace: danger.namespace)
            if !danger.names.isEmpty, full.contains(place) || everywhere.contains(place.id) { return false }
            return taken.insert(Place(id: place.id, namespace: place.namespace, names: danger.names)).inserted
        }.enumerated()
            .sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }.map(\.element)
    }

    /// What is dangerous in the roles of one graph, each looked at once.
    public struct RoleDangers: Sendable {
        private struct Key: Hashable {
            var role: RuleSource
            var isClusterWide: Bool
        }

        private var known: [Key: [AccessReport.Danger]] = [:]

        /// Nothing looked at yet.
        public init() {}

        fileprivate mutating func dangers(of holding: Holding) -> [AccessReport.Danger] {
            guard case .known(let rules) = holding.rules else { return [] }
            let binding = holding.binding
            let key = Key(role: RuleSource(binding), isClusterWide: binding.namespace.isEmpty)
            let found: [AccessReport.Danger]
            if let before = known[key] {
                found = before
            } else {
                found = rules.dangers(in: binding.namespace)
                known[key] = found
            }
            return found.map { danger in
                var danger = danger
                danger.namespace = binding.namespace
                return danger
            }
        }
    }
}

extension [PolicyRule] {
    /// Whether any of them allows what is asked, and for which names.
    ///
    /// - Returns: None for all names; `nil` when it is not allowed at all.
    func names(for question: AccessQuestion) -> [String]? {
        var names: [String] = []
        var taken: Set<String> = []
        for rule in self {
            if rule.allows(question) { return [] }
            guard question.name.isEmpty, question.path.isEmpty, !rule.resourceNames.isEmpty, question.mayBeByName
            else { continue }
            var unlimited = rule
            unlimited.resourceNames = []
            guard unlimited.allows(question) else { continue }
            names += rule.resourceNames.filter { taken.insert($0).inserted }
        }
        return names.isEmpty ? nil : names
    }

    /// The dangerous permissions that they give where they are bound, the worst first.
    ///
    /// - Parameter namespace: Of the binding; empty for the whole cluster.
    /// - Returns: Everything alone where they give everything.
    public func dangers(in namespace: String) -> [AccessReport.Danger] {
        guard !isEmpty else { return [] }
        var found: [AccessReport.Danger] = []
        // A group is acted as together with a user only.
        let masters = names(
            for: AccessQuestion(verb: "impersonate", resource: GroupResource(group: "", resource: "groups")))
        let reachesMasters = masters.map { $0.isEmpty || $0.contains("system:masters") } ?? false
        for grant in DangerousGrant.all where grant.isNamespaced || namespace.isEmpty {
            let ways = grant.questions.compactMap { question in names(for: question).map { (question, $0) } }
            guard !ways.isEmpty else { continue }
            let isOfAll = ways.contains(where: \.1.isEmpty)
            if reachesMasters, grant.id == "impersonate-accounts" || grant.id == "impersonate" && !isOfAll {
                found.append(
                    AccessReport.Danger(
                        grant: grant, namespace: namespace, names: ["system:masters"], namedScore: .critical))
            } else if isOfAll {
                let danger = AccessReport.Danger(grant: grant, namespace: namespace)
                if grant.id == DangerousGrant.everything.id { return [danger] }
                found.append(danger)
            } else {
                let isWorst = ways.contains { question, names in question.isWorst(for: names) }
                found.append(
                    AccessReport.Danger(
                        grant: grant, namespace: namespace, names: Set(ways.flatMap(\.1)).sorted(),
                        namedScore: isWorst ? grant.score : .medium))
            }
        }
        return found.enumerated()
            .sorted { ($1.element.score, $0.offset) < ($0.element.score, $1.offset) }.map(\.element)
    }
}

extension AccessQuestion {
    /// Whether a request of this kind ever has a name: what is created has none yet, unless it is a part of something.
    fileprivate var mayBeByName: Bool {
        verb == "create" ? !subresource.isEmpty : verb != "deletecollection"
    }

    /// Whether one of the names is worth as much as all of them.
    fileprivate func isWorst(for names: [String]) -> Bool {
        switch (verb, resource.resource) {
        case ("bind", "clusterroles"), ("escalate", "clusterroles"): names.contains("cluster-admin")
        default: false
        }
    }
}
