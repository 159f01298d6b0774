import Access
import ClusterState
import KubernetesModel

extension Describer {
    /// Bindings and subjects that are listed.
    private static let limit = 200

    // MARK: - Roles

    /// The rules of a role, one row a resource, as kubectl breaks them down; and who has it.
    func role(_ page: inout Page) {
        head(&page)
        let selectors = document["aggregationRule"]["clusterRoleSelectors"].items
        if !selectors.isEmpty { page.field("Aggregates", selectors.map { Words(selector(Optional($0))) }) }
        let isClusterRole = resource.resource == "clusterroles"
        // Who has a ClusterRole in one namespace only has less.
        dangers(rules.dangers(in: isClusterRole ? "" : namespace), &page, saysWhere: false)
        policyRules(&page)
        givenBy(isClusterRole, &page)
    }

    /// The rules of the document.
    private var rules: [PolicyRule] {
        document["rules"].items.map { item in
            var rule = PolicyRule()
            rule.verbs = item["verbs"].strings
            rule.apiGroups = item["apiGroups"].strings
            rule.resources = item["resources"].strings
            rule.resourceNames = item["resourceNames"].strings
            rule.nonResourceURLs = item["nonResourceURLs"].strings
            return rule
        }
    }

    private func policyRules(_ page: inout Page) {
        struct Row: Hashable {
            var resource = ""
            var url = ""
            var names = ""
        }
        struct Verbs {
            var list: [String] = []
            var taken: Set<String> = []
        }
        var verbs: [Row: Verbs] = [:]
        var budget = Permission.budget
        let isAll = Permission.visit(rules, budget: &budget) { permission, isPath in
            let row =
                isPath
                ? Row(url: permission.resource)
                : Row(resource: permission.resource, names: permission.names.joined(separator: " "))
            for verb in permission.verbs where verbs[row, default: Verbs()].taken.insert(verb).inserted {
                verbs[row, default: Verbs()].list.append(verb)
            }
        }
        let sorted = verbs.sorted {
            ($0.key.resource, $0.key.url, $0.key.names) < ($1.key.resource, $1.key.url, $1.key.names)
        }
        page.section("PolicyRule", sorted.isEmpty ? .none : "") { page in
            guard !sorted.isEmpty else { return }
            page.table(
                ["Resources", "Non-Resource URLs", "Resource Names", "Verbs"],
                sorted.prefix(1000).map { row, verbs in
                    [
                        Words(row.resource), Words("[\(row.url)]", row.url.isEmpty ? .dim : .plain),
                        Words("[\(row.names)]", row.names.isEmpty ? .dim : .plain),
                        Words(
                            "[\(verbs.list.joined(separator: " "))]", verbs.taken.contains("*") ? .degraded : .plain),
                    ]
                })
            if sorted.count > 1000 || !isAll {
                page.line(
                    Words(isAll ? "… and \(sorted.count - 1000) more" : "… and more than can be shown", .dim))
            }
        }
    }

    /// The bindings that give the role, and to whom.
    private func givenBy(_ isClusterRole: Bool, _ page: inout Page) {
        let kind = isClusterRole ? "ClusterRole" : "Role"
        func gives(_ binding: RoleGraph.Binding) -> Bool {
            binding.role.name == name && binding.role.kind == kind
        }
        var bindings: [RoleGraph.Binding] = []
        var reasons: [Words] = []
        if isClusterRole {
            let everywhere = related.find(ClusterRoleBinding.self, in: nil) { Array($0.objects) }
            switch everywhere.map({ $0.map { RoleGraph.Binding($0) }.filter(gives) }) {
            case .known(let found): bindings += found
            case .unknown(let reason): reasons.append(Words("ClusterRoleBindings: ") + reason)
            }
        }
        let local = related.find(RoleBinding.self, in: isClusterRole ? nil : namespace) { known in
            isClusterRole ? Array(known.objects) : known.objects(inNamespace: namespace)
        }
        switch local.map({ $0.map { RoleGraph.Binding($0) }.filter(gives) }) {
        case .known(let found): bindings += found
        case .unknown(let reason): reasons.append(Words("RoleBindings: ") + reason)
        }
        bindings.sort { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
        let nobody =
            reasons.isEmpty ? Words("nobody has it", .dim) : Words("")
        page.section("Given By", bindings.isEmpty ? nobody : "") { page in
            if !bindings.isEmpty {
                var rows: [[Words]] = []
                for binding in bindings.prefix(Self.limit) {
                    let subjects = binding.subjects.prefix(Self.limit).map { subject(of: binding, $0) }
                    let place = Self.place(of: binding)
                    if subjects.isEmpty { rows.append([place, link(binding), Words("nobody", .degraded)]) }
                    for (index, words) in subjects.enumerated() {
                        rows.append(index == 0 ? [place, link(binding), words] : ["", "", words])
                    }
                }
                page.table(["In", "Binding", "To"], rows)
            }
            if bindings.count > Self.limit {
                page.line(Words("… and \(bindings.count - Self.limit) more", .dim))
            }
            for reason in reasons { page.line(Words("● ", .degraded) + reason) }
        }
    }

    /// A subject in words, and whether it is missing where that is known.
    private func subject(of binding: RoleGraph.Binding, _ subject: RoleSubject) -> Words {
        guard let holder = RoleHolder(subject, in: binding.namespace) else {
            return Words("\(subject.kind) \(subject.name)")
                + Words(
                    subject.kind == "ServiceAccount"
                        ? "  ● without its namespace it is nobody" : "  ● no kind of subject", .broken)
        }
        let words = Words("\(holder.kind.rawValue) ") + link(holder)
        guard holder.kind == .serviceAccount, !binding.isBuiltIn,
            related.has(ServiceAccount.self, namespace: holder.namespace, name: holder.name) == false
        else { return words }
        return words + Words("  ● there is no such ServiceAccount", .broken)
    }

    // MARK: - Bindings

    func roleBinding(_ page: inout Page) {
        head(&page)
        var reference = RoleReference()
        reference.kind = document["roleRef"]["kind"].string
        reference.name = document["roleRef"]["name"].string
        let given = givenRules(reference)
        page.section("Role") { page in
            page.field("Kind", Words(reference.kind))
            let words = Words(
                reference.name,
                link: DescribedLink(
                    group: "rbac.authorization.k8s.io", kind: reference.kind,
                    namespace: reference.kind == "Role" ? namespace : "", name: reference.name))
            switch given {
            case .missing:
                page.field(
                    "Name", words + Words("  ● there is no such \(reference.kind): the binding gives nothing", .broken))
            case .known, .unknown: page.field("Name", words)
            }
        }
        subjects(&page)
        switch given {
        case .known(let rules):
            dangers(rules.dangers(in: namespace), &page, saysWhere: false)
            page.section(
                namespace.isEmpty ? "Gives, in the Whole Cluster" : "Gives, in \(namespace)", rules.isEmpty ? .none : ""
            ) { page in
                if !rules.isEmpty {
                    var budget = Permission.budget
                    permissions(rules, &page, budget: &budget)
                }
            }
        case .missing: break
        case .unknown: page.field("Gives", Words("what \(reference.kind) \(reference.name) allows is not known", .dim))
        }
    }

    /// What a role of this binding allows.
    private func givenRules(_ reference: RoleReference) -> RoleGraph.Rules {
        func rules<Object: KubernetesObject>(
            _ type: Object.Type, _ namespace: String, _ rules: (Object) -> [PolicyRule]
        ) -> RoleGraph.Rules {
            let key = ObjectKey(namespace: namespace, name: reference.name)
            let found = related.find(type, in: namespace.isEmpty ? nil : namespace) { [$0[key]].compactMap(\.self) }
            guard case .known(let objects) = found else { return .unknown }
            return objects.first.map { .known(rules($0)) } ?? .missing
        }
        return switch reference.kind {
        case "ClusterRole": rules(ClusterRole.self, "") { $0.rules }
        case "Role" where !namespace.isEmpty: rules(Role.self, namespace) { $0.rules }
        default: .missing
        }
    }

    private func subjects(_ page: inout Page) {
        let subjects = document["subjects"].items
        let isBuiltIn =
            metadata["labels"]["kubernetes.io/bootstrapping"].string == "rbac-defaults" && name.hasPrefix("system:")
        page.section("Subjects", subjects.isEmpty ? Words("<none>", .degraded) : "") { page in
            guard !subjects.isEmpty else { return }
            page.table(
                ["Kind", "Name", "Namespace", ""],
                subjects.prefix(1000).map { item in
                    var subject = RoleSubject()
                    subject.kind = item["kind"].string
                    subject.name = item["name"].string
                    subject.namespace = item["namespace"].string
                    let holder = RoleHolder(subject, in: namespace)
                    var problem = Words("")
                    if holder == nil {
                        problem = Words("● this names nobody", .broken)
                    } else if let holder, holder.kind == .serviceAccount, !isBuiltIn,
                        related.has(ServiceAccount.self, namespace: holder.namespace, name: holder.name) == false
                    {
                        problem = Words("● there is no such ServiceAccount", .broken)
                    }
                    return [
                        Words(subject.kind), Words(subject.name, link: holder.map { DescribedLink($0) }),
                        Words(subject.namespace), problem,
                    ]
                })
            if subjects.count > 1000 { page.line(Words("… and \(subjects.count - 1000) more", .dim)) }
        }
    }
}
