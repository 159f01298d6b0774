import KubernetesModel

/// What may be done to some kinds, by verb, and to parts of their objects.
extension AccessReport {
    /// The columns of the matrix.
    public static let verbs = ["get", "list", "watch", "create", "update", "patch", "delete"]

    private static let rbac = "rbac.authorization.k8s.io"

    /// Kinds of the matrix that live in namespaces.
    public static let namespacedKinds: [GroupResource] = [
        GroupResource(group: "", resource: "pods"), GroupResource(group: "apps", resource: "deployments"),
        GroupResource(group: "apps", resource: "statefulsets"), GroupResource(group: "apps", resource: "daemonsets"),
        GroupResource(group: "batch", resource: "jobs"), GroupResource(group: "batch", resource: "cronjobs"),
        GroupResource(group: "", resource: "services"),
        GroupResource(group: "networking.k8s.io", resource: "ingresses"),
        GroupResource(group: "networking.k8s.io", resource: "networkpolicies"),
        GroupResource(group: "", resource: "configmaps"), GroupResource(group: "", resource: "secrets"),
        GroupResource(group: "", resource: "persistentvolumeclaims"),
        GroupResource(group: "", resource: "serviceaccounts"), GroupResource(group: "", resource: "events"),
        GroupResource(group: rbac, resource: "roles"), GroupResource(group: rbac, resource: "rolebindings"),
    ]

    /// Kinds of the matrix of the whole cluster.
    public static let clusterKinds: [GroupResource] = [
        GroupResource(group: "", resource: "namespaces"), GroupResource(group: "", resource: "nodes"),
        GroupResource(group: "", resource: "persistentvolumes"),
        GroupResource(group: "storage.k8s.io", resource: "storageclasses"),
        GroupResource(group: "apiextensions.k8s.io", resource: "customresourcedefinitions"),
        GroupResource(group: rbac, resource: "clusterroles"),
        GroupResource(group: rbac, resource: "clusterrolebindings"),
        GroupResource(group: "certificates.k8s.io", resource: "certificatesigningrequests"),
        GroupResource(group: "admissionregistration.k8s.io", resource: "mutatingwebhookconfigurations"),
        GroupResource(group: "admissionregistration.k8s.io", resource: "validatingwebhookconfigurations"),
    ]

    /// What may be done to parts of objects: its name, the verb that it needs, and the subresource.
    ///
    /// Where `get` may do as well is said by `AccessQuestion.needsOldServer`.
    private static let parts: [GroupResource: [(name: String, verb: String, subresource: String)]] = {
        let scale = [("scale", "patch", "scale")]
        return [
            GroupResource(group: "", resource: "pods"): [
                ("exec", "create", "exec"), ("attach", "create", "attach"), ("log", "get", "log"),
                ("forward", "create", "portforward"), ("evict", "create", "eviction"),
                ("debug", "patch", "ephemeralcontainers"),
            ],
            GroupResource(group: "apps", resource: "deployments"): scale,
            GroupResource(group: "apps", resource: "statefulsets"): scale,
            GroupResource(group: "", resource: "serviceaccounts"): [("token", "create", "token")],
            GroupResource(group: "", resource: "nodes"): [("proxy", "get", "proxy")],
            GroupResource(group: "certificates.k8s.io", resource: "certificatesigningrequests"): [
                ("approve", "update", "approval")
            ],
        ]
    }()

    /// Every question that a row answers: a verb each, then a part each.
    static func questions(of kind: GroupResource, in namespace: String) -> [AccessQuestion] {
        verbs.map { AccessQuestion(verb: $0, resource: kind, namespace: namespace) }
            + (parts[kind] ?? []).flatMap { part in
                Set([part.verb, "get"]).sorted().map {
                    AccessQuestion(verb: $0, resource: kind, subresource: part.subresource, namespace: namespace)
                }.filter { $0.verb == part.verb || $0.needsOldServer }
            }
    }

    /// Rows of kinds.
    ///
    /// - Parameters:
    ///   - kinds: One row each.
    ///   - namespace: Of the questions; empty for the whole cluster.
    ///   - rules: Where single names are allowed by.
    ///   - verdict: Answers a question.
    /// - Returns: As many as there are kinds.
    static func rows(
        of kinds: [GroupResource], in namespace: String, _ rules: AccessRules?,
        _ verdict: (AccessQuestion) -> AccessVerdict
    ) -> [Row] {
        kinds.map { kind in
            var row = Row(
                resource: kind,
                verdicts: verbs.map { verdict(AccessQuestion(verb: $0, resource: kind, namespace: namespace)) })
            row.parts = (parts[kind] ?? []).map { part in
                var question = AccessQuestion(
                    verb: part.verb, resource: kind, subresource: part.subresource, namespace: namespace)
                var known = Part(name: part.name, verdict: verdict(question))
                question.verb = "get"
                if known.verdict == .no, question.needsOldServer {
                    let other = verdict(question)
                    // Whether that suffices, the version says.
                    if other != .no { known.verdict = .unknown }
                    known.needsOldServer = other == .yes
                }
                return known
            }
            row.named = rules?.names(of: kind) ?? []
            row.others = rules?.others(of: kind) ?? []
            return row
        }
    }

    /// Whether a rule on a part is shown by a column of its own.
    fileprivate static func shows(_ verb: String, _ subresource: String, of kind: GroupResource) -> Bool {
        (parts[kind] ?? []).contains { $0.subresource == subresource && ($0.verb == verb || verb == "*") }
    }

    /// A row of everything.
    static func fullRow(of kind: GroupResource) -> Row {
        rows(of: [kind], in: "", nil) { _ in .yes }[0]
    }
}

extension AccessRules {
    /// Names that single permissions on a kind are for.
    fileprivate func names(of kind: GroupResource) -> [String] {
        let own = rules.filter { rule in
            !rule.resourceNames.isEmpty && (rule.apiGroups.contains(kind.group) || rule.apiGroups.contains("*"))
                && (rule.resources.contains(kind.resource) || rule.resources.contains("*"))
        }
        return Array(Set(own.flatMap(\.resourceNames))).sorted()
    }

    /// What else is allowed on a kind: verbs without a column, and what is done to parts of it that have none.
    fileprivate func others(of kind: GroupResource) -> [String] {
        var found = Set<String>()
        for rule in rules where rule.apiGroups.contains(kind.group) || rule.apiGroups.contains("*") {
            for resource in rule.resources {
                let pieces = resource.split(separator: "/", maxSplits: 1).map(String.init)
                guard let first = pieces.first, first == kind.resource || first == "*" else { continue }
                let names = rule.resourceNames.isEmpty ? "" : " of \(rule.resourceNames.joined(separator: ", "))"
                for verb in rule.verbs {
                    if pieces.count == 1 {
                        // Names are said by themselves.
                        if names.isEmpty, verb != "*", !AccessReport.verbs.contains(verb) { found.insert(verb) }
                    } else if !names.isEmpty || !AccessReport.shows(verb, pieces[1], of: kind) {
                        found.insert("\(verb) \(pieces[1])\(names)")
                    }
                }
            }
        }
        return found.sorted { (Self.rank(ofOther: $0), $0) < (Self.rank(ofOther: $1), $1) }
    }

    /// What is worth more comes first, what says little last.
    private static func rank(ofOther other: String) -> Int {
        let words = other.split(separator: " ", maxSplits: 2)
        guard words.count > 1 else {
            return ["impersonate", "escalate", "bind", "approve", "sign"].contains(other) ? 0 : 2
        }
        switch words[1] {
        case "proxy": return 1
        case "status": return 4
        default: return 3
        }
    }

    /// Kinds that the rules name and that are not among others; all kinds of a group, or of all groups, are `*`.
    func kinds(besides known: [GroupResource]) -> [GroupResource] {
        // Questions about oneself are everybody's, and what is in two groups is the same.
        let passed = ["authorization.k8s.io", "authentication.k8s.io", "extensions", "events.k8s.io", "metrics.k8s.io"]
        var found = Set<GroupResource>()
        for rule in rules {
            for group in rule.apiGroups where !passed.contains(group) {
                for resource in rule.resources where !resource.contains("/") {
                    if group == "*", known.contains(where: { $0.resource == resource }) { continue }
                    found.insert(GroupResource(group: group, resource: resource))
                }
            }
        }
        return found.subtracting(known).sorted { ($0.group, $0.resource) < ($1.group, $1.resource) }
    }
}
