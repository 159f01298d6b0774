import KubernetesModel

extension DiagnosisRule {
    static let roleBindingDangling = DiagnosisRule(
        id: "rolebinding/dangling", title: "A RoleBinding names a role or an account that does not exist",
        severity: .hygiene,
        remedy:
            "Delete the binding, or create what it names: whoever makes an object of that name later gets the rights.",
        source: "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#role-binding-examples",
        subject: RoleBinding.self, needs: [Role.self, ClusterRole.self, ServiceAccount.self]
    ) { binding, context in
        guard !binding.metadata.isMadeByServers else { return }
        let namespace = binding.metadata.namespace
        let id = ObjectID(binding)
        let isThere =
            binding.role.kind == "Role"
            ? context.get(Role.self, namespace: namespace, name: binding.role.name) != nil
            : context.get(ClusterRole.self, name: binding.role.name) != nil
        if !isThere { context.reportMissingRole(binding.role, id, binding.metadata.creationTimestamp) }
        var reported: Set<String> = []
        for subject in binding.subjects where subject.kind == "ServiceAccount" && reported.insert(subject.name).inserted
        {
            // Accounts of other namespaces may not have been looked at.
            guard subject.namespace.isEmpty || subject.namespace == namespace,
                context.get(ServiceAccount.self, namespace: namespace, name: subject.name) == nil
            else { continue }
            let near = nearestName(
                to: subject.name, among: context.list(ServiceAccount.self, in: namespace).map(\.metadata.name))
            context.report(
                FindingDraft(
                    key: "account \(subject.name)",
                    title: "ServiceAccount \(subject.name) does not exist" + (near.map { "; there is \($0)" } ?? ""),
                    cause: "The binding gives \(binding.role.kind) \(binding.role.name) to nobody. Whoever may create"
                        + " a ServiceAccount of that name has these rights then.",
                    nextStep: "Take the subject out of the binding, or create the account.",
                    command: "kubectl \(id.namespaceFlag)get serviceaccounts",
                    evidence: [Evidence(id, "subjects[*].name", subject.name)],
                    related: [ObjectID(ServiceAccount.self, namespace: namespace, name: subject.name)],
                    since: binding.metadata.creationTimestamp))
        }
    }

    static let clusterRoleBindingDangling = DiagnosisRule(
        id: "clusterrolebinding/dangling", title: "A ClusterRoleBinding names a role that does not exist",
        severity: .hygiene,
        remedy: "Delete the binding, or create the role: whoever makes one of that name later gives its rights.",
        source: "https://kubernetes.io/docs/reference/access-authn-authz/rbac/#clusterrolebinding-example",
        subject: ClusterRoleBinding.self, needs: [ClusterRole.self]
    ) { binding, context in
        guard !binding.metadata.isMadeByServers,
            context.get(ClusterRole.self, name: binding.role.name) == nil
        else { return }
        context.reportMissingRole(binding.role, ObjectID(binding), binding.metadata.creationTimestamp)
    }
}

extension RuleContext {
    fileprivate mutating func reportMissingRole(_ role: RoleReference, _ id: ObjectID, _ since: Timestamp?) {
        let kind = role.kind == "Role" ? Role.kind : ClusterRole.kind
        report(
            FindingDraft(
                key: "role \(role.name)", title: "\(role.kind) \(role.name) does not exist",
                cause: "The binding gives nothing to those it names. Whoever may create a \(role.kind) of that name"
                    + " decides then what they may do.",
                nextStep: "Delete the binding, which cannot be pointed at another role, or create the role.",
                command: "kubectl \(id.namespaceFlag)get \(kind.groupResource.resource)",
                evidence: [Evidence(id, "roleRef.name", role.name)],
                related: [
                    ObjectID(
                        group: kind.groupResource.group, kind: kind.kind,
                        namespace: kind.isNamespaced ? id.namespace : "", name: role.name)
                ],
                since: since))
    }
}

extension ObjectMeta {
    /// Whether every API server makes the object by itself, with accounts that come when they are needed.
    fileprivate var isMadeByServers: Bool { labels["kubernetes.io/bootstrapping"] == "rbac-defaults" }
}
