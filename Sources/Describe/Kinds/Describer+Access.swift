import Access
import ClusterState
import KubernetesModel

/// What could be read of roles and bindings.
struct KnownRoles {
    var graph: RoleGraph
    /// What could not be read, or not yet.
    var notes: [Words]
}

extension Describer {
    /// Rows of a table, and lines of a list, that are shown.
    private static let rowLimit = 200
    /// Fits beside its label on eighty columns.
    private static let byRBACAlone = "RBAC alone: system:masters, webhooks and clouds may allow more"

    // MARK: - What is known

    /// Roles and bindings of a namespace, or of all of them (`nil`); or those of the whole cluster alone.
    private func knownRoles(in namespace: String?, isClusterWide: Bool = false) -> KnownRoles {
        var notes: [Words] = []
        var forbidden: [String] = []
        var rolesNamespace: String?
        func read<Object: KubernetesObject>(_ type: Object.Type) -> [Object]? {
            let kind = Object.kind.groupResource
            var place = Object.kind.isNamespaced ? namespace : nil
            if place == nil, Object.kind.isNamespaced, !self.namespace.isEmpty,
                case .forbidden? = related.snapshot[KindScope(kind, namespace: nil)]?.state
            {
                // Who may not read all namespaces may perhaps read this one.
                place = self.namespace
            }
            let found: Related.Found<Object> = related.find(type, in: place) { known in
                place.map { known.objects(inNamespace: $0) } ?? Array(known.objects)
            }
            switch found {
            case .known(let objects):
                if let place, namespace == nil {
                    if type == Role.self { rolesNamespace = place }
                    notes.append(Words("only \(kind.resource) of \(place): others may not be read", .degraded))
                }
                return objects
            case .unknown(let reason):
                if case .forbidden? = related.snapshot.resolve(KindScope(kind, namespace: place))?.state {
                    forbidden.append(kind.resource)
                } else {
                    notes.append(Words("\(kind.resource): ") + reason)
                }
                return nil
            }
        }
        let clusterRoles = read(ClusterRole.self)
        let everywhere = read(ClusterRoleBinding.self)
        let roles = isClusterWide ? nil : read(Role.self)
        let local = isClusterWide ? nil : read(RoleBinding.self)
        if !forbidden.isEmpty {
            notes.append(
                Words("you may not list \(forbidden.joined(separator: ", ")): what they grant is not shown", .degraded))
        }
        return KnownRoles(
            graph: RoleGraph(
                roles: roles, in: rolesNamespace, clusterRoles: clusterRoles, roleBindings: local ?? [],
                clusterRoleBindings: everywhere ?? []),
            notes: notes)
    }

    // MARK: - Words

    func link(_ holder: RoleHolder) -> Words {
        Words(
            holder.namespace.isEmpty ? holder.name : "\(holder.namespace)/\(holder.name)", link: DescribedLink(holder))
    }

    /// The name of a binding; its kind shows in where it is.
    func link(_ binding: RoleGraph.Binding) -> Words { Words(binding.name, link: DescribedLink(binding)) }

    /// Where a binding gives its role.
    static func place(of binding: RoleGraph.Binding) -> Words {
        binding.namespace.isEmpty ? Words("cluster", .degraded) : Words(binding.namespace)
    }

    func link(roleOf binding: RoleGraph.Binding) -> Words {
        Words("\(binding.role.kind)/\(binding.role.name)", link: DescribedLink(roleOf: binding))
    }

    /// Dangerous permissions, a line each, and why they are.
    func dangers(
        _ dangers: [AccessReport.Danger], _ page: inout Page, saysWhere: Bool, label: String = "Dangerous",
        isComplete: Bool = true
    ) {
        let nothing = isComplete ? "nothing that is worth more than it seems" : "nothing among what is known"
        page.section(label, dangers.isEmpty ? Words(nothing, .dim) : "") { page in
            for danger in dangers.prefix(Self.rowLimit) {
                var words = Self.sign(of: danger.score) + Words(danger.grant.title)
                if !danger.names.isEmpty { words += Words(" named \(Self.some(of: danger.names))") }
                if saysWhere {
                    words += Words(danger.namespace.isEmpty ? " in the whole cluster" : " in \(danger.namespace)")
                }
                page.line(words + Words("  \(danger.grant.why)", .dim))
            }
            if dangers.count > Self.rowLimit {
                page.line(Words("… and \(dangers.count - Self.rowLimit) more", .dim))
            }
        }
    }

    private static func sign(of score: DangerousGrant.Score) -> Words {
        let word = score.rawValue + String(repeating: " ", count: max(0, 10 - score.rawValue.count))
        return score > .medium ? Words("● \(word)", .broken) : Words("▲ \(word)", .degraded)
    }

    /// The first of names, and how many more there are.
    static func some(of names: [String]) -> String {
        names.prefix(20).joined(separator: " ") + (names.count > 20 ? " (+\(names.count - 20))" : "")
    }

    /// What rules allow, a row a resource.
    ///
    /// - Parameters:
    ///   - rules: Of roles.
    ///   - page: Where they are written.
    ///   - budget: How much the whole page may look at.
    func permissions(_ rules: some Sequence<PolicyRule>, _ page: inout Page, budget: inout Int) {
        let own = min(Permission.budget, budget)
        var left = own
        let (gathered, isAll) = Permission.gathered(from: rules, budget: &left)
        budget -= own - left
        let hasNames = gathered.contains { !$0.names.isEmpty }
        page.table(
            ["Resource"] + (hasNames ? ["Names"] : []) + ["Verbs"],
            gathered.prefix(Self.rowLimit).map { permission in
                let verbs = permission.verbs.joined(separator: " ")
                return [Words(permission.resource, permission.resource == "*.*" ? .degraded : .plain)]
                    + (hasNames ? [Words(Self.some(of: permission.names))] : [])
                    + [Words(verbs, permission.verbs == ["*"] ? .degraded : .plain)]
            })
        if gathered.count > Self.rowLimit || !isAll {
            let more = gathered.count - Self.rowLimit
            page.line(Words(isAll ? "… and \(more) more" : "… and more than can be shown", .dim))
        }
    }

    // MARK: - What somebody may do

    /// A user or a group.
    func holder(_ kind: RoleHolder.Kind, _ page: inout Page) {
        let holder = RoleHolder(kind, name)
        page.field("Name", holder.kind == .serviceAccount ? link(holder) : Words(name))
        page.field("Kind", Words(holder.kind.rawValue))
        if holder.isSuperUser {
            page.field("Note", Words("its members pass every check before any role is asked", .broken))
        }
        let own = holder.groups.map { Words($0, link: DescribedLink(RoleHolder(.group, $0))) }
        if holder.kind == .user {
            page.field(
                "Groups", .list(own) + Words("  and those that its credential names, which RBAC does not know", .dim))
        } else if !own.isEmpty {
            page.field(holder.kind == .group ? "Members Are In" : "Groups", .list(own))
        }
        holdings(of: holder, &page)
    }

    /// What somebody may do, where, and by which binding.
    func holdings(of holder: RoleHolder, _ page: inout Page) {
        let known = knownRoles(in: nil)
        let all = known.graph.holdings(of: holder)
        // What everybody has who signs in is no news.
        func isCommon(_ holding: RoleGraph.Holding) -> Bool {
            !holding.group.isEmpty && holding.binding.isBuiltIn(for: RoleHolder(.group, holding.group))
        }
        let common = all.filter { isCommon($0) }
        let own = all.filter { !isCommon($0) }
        dangers(RoleGraph.dangers(of: all), &page, saysWhere: true, isComplete: known.notes.isEmpty)
        page.section("Bindings", own.isEmpty ? known.notes.isEmpty ? .none : Words("not known", .dim) : "") { page in
            if !own.isEmpty {
                let hasGroups = own.contains { !$0.group.isEmpty }
                page.table(
                    ["In", "Binding"] + (hasGroups ? ["Through Group"] : []) + ["Role"],
                    own.prefix(Self.rowLimit).map { holding in
                        let isLost = holding.rules == .missing
                        let group = holding.group.isEmpty ? Words("") : link(RoleHolder(.group, holding.group))
                        return [Self.place(of: holding.binding), link(holding.binding)] + (hasGroups ? [group] : [])
                            + [
                                link(roleOf: holding.binding)
                                    + (isLost
                                        ? Words("  ● there is no such role", .broken)
                                        : holding.rules == .unknown ? Words("  ● cannot be read", .degraded) : "")
                            ]
                    })
            }
            if own.count > Self.rowLimit { page.line(Words("… and \(own.count - Self.rowLimit) more", .dim)) }
            if !common.isEmpty {
                page.line(
                    Words("and what everybody like it has: ", .dim)
                        + .list(common.prefix(Self.rowLimit).map { link(roleOf: $0.binding) })
                        + (common.count > Self.rowLimit ? Words(", …", .dim) : ""))
            }
            for note in known.notes { page.line(Words("● ", .degraded) + note) }
        }
        var budget = 10 * Permission.budget
        let places = Dictionary(grouping: own, by: \.binding.namespace).sorted { $0.key < $1.key }
        for (namespace, here) in places.prefix(Self.rowLimit) {
            // Many bindings may give the same.
            var taken: Set<RoleReference> = []
            let given = here.filter { taken.insert($0.binding.role).inserted }
            page.section(namespace.isEmpty ? "May, in the Whole Cluster" : "May, in \(namespace)") { page in
                permissions(given.lazy.flatMap(\.rules.list), &page, budget: &budget)
            }
        }
        if places.count > Self.rowLimit {
            page.line(Words("… and in \(places.count - Self.rowLimit) more namespaces", .dim))
        }
        page.field("Known", Words(Self.byRBACAlone, .dim))
    }

    // MARK: - Who can

    /// Everybody who may do what the name says.
    func whoCan(_ page: inout Page) {
        guard let question = AccessQuestion(words: name, namespace: namespace) else {
            return page.field("Question", Words(name, .broken))
        }
        let isAnywhere = resource == AccessTopic.whoCanAnywhere
        let known = knownRoles(in: namespace.isEmpty ? nil : namespace, isClusterWide: !isAnywhere && namespace.isEmpty)
        let all = known.graph.whoCan(question, inAnyNamespace: isAnywhere)
        let grants = all.filter { !$0.isBuiltIn }
        let builtIn = all.filter(\.isBuiltIn)
        let unknown = known.graph.unknownBindings(for: question, inAnyNamespace: isAnywhere)
        let isComplete = known.notes.isEmpty && unknown.isEmpty
        page.field("Question", Words("who can \(question.words)"))
        page.field(
            "Where",
            Words(
                isAnywhere
                    ? "in the whole cluster, or in any namespace"
                    : namespace.isEmpty ? "in the whole cluster" : "in namespace \(namespace)"))
        let count = Set(all.map(\.holder)).count
        let own = Set(grants.map(\.holder)).count
        page.field(
            "Answer",
            Words(count > 0 ? "\(count)" : isComplete ? "nobody, by a role" : "not known")
                + Words(count > 0 && !isComplete ? ", and perhaps more" : "", .degraded)
                + Words(count > own ? ", \(count - own) of them built in" : "", .dim))
        for note in known.notes { page.field("Not Complete", Words("● ", .degraded) + note) }
        page.field("Known", Words(Self.byRBACAlone, .dim))
        if !grants.isEmpty {
            page.section("Who") { table(of: grants, &$0, showsRole: true) }
        }
        if !builtIn.isEmpty {
            page.section("Built In") { table(of: builtIn, &$0, showsRole: false) }
        }
        if !unknown.isEmpty {
            page.section("Perhaps") { table(of: unknown, &$0) }
        }
    }

    /// Whom bindings name whose roles are not known.
    private func table(of bindings: [RoleGraph.Binding], _ page: inout Page) {
        page.table(
            ["In", "Binding", "Role", "Whom"],
            bindings.prefix(Self.rowLimit).map { binding in
                let holders = binding.holders
                return [
                    Self.place(of: binding), link(binding),
                    link(roleOf: binding) + Words(" cannot be read", .degraded),
                    .list(holders.prefix(10).map { Words("\($0.kind.rawValue) ") + link($0) })
                        + (holders.count > 10 ? Words(", …", .dim) : ""),
                ]
            })
        if bindings.count > Self.rowLimit {
            page.line(Words("… and \(bindings.count - Self.rowLimit) more", .dim))
        }
    }

    private func table(of grants: [RoleGraph.Grant], _ page: inout Page, showsRole: Bool) {
        let hasNames = grants.contains { !$0.names.isEmpty }
        page.table(
            ["Kind", "Name", "In"] + (hasNames ? ["Only"] : []) + ["Binding"] + (showsRole ? ["Role"] : []),
            grants.prefix(1000).map { grant in
                var row = [Words(grant.holder.kind.rawValue), link(grant.holder)]
                row.append(Self.place(of: grant.binding))
                if hasNames { row.append(Words(Self.some(of: grant.names))) }
                return row + [link(grant.binding)] + (showsRole ? [link(roleOf: grant.binding)] : [])
            })
        if grants.count > 1000 { page.line(Words("… and \(grants.count - 1000) more", .dim)) }
    }
}
