extension Role: FieldReadable {
    static let fields = FieldTable<Role>(
        "Role",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("rules", 2) { $1.append(&$0.rules) },
        ])
}

extension ClusterRole: FieldReadable {
    static let fields = FieldTable<ClusterRole>(
        "ClusterRole",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("rules", 2) { $1.append(&$0.rules) },
            Field("aggregationRule", 3) { $1.message(&$0, aggregation) },
        ])

    private static let aggregation = FieldTable<ClusterRole>(
        "AggregationRule", [Field("clusterRoleSelectors", 1) { $1.append(&$0.aggregated) }])
}

extension PolicyRule: FieldReadable {
    static let fields = FieldTable<PolicyRule>(
        "PolicyRule",
        [
            Field("verbs", 1) { $1.append(&$0.verbs) },
            Field("apiGroups", 2) { $1.append(&$0.apiGroups) },
            Field("resources", 3) { $1.append(&$0.resources) },
            Field("resourceNames", 4) { $1.append(&$0.resourceNames) },
            Field("nonResourceURLs", 5) { $1.append(&$0.nonResourceURLs) },
        ])
}

extension RoleBinding: FieldReadable {
    static let fields = FieldTable<RoleBinding>(
        "RoleBinding",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("subjects", 2) { $1.append(&$0.subjects) },
            Field("roleRef", 3) { $1.message(&$0.role) },
        ])
}

extension ClusterRoleBinding: FieldReadable {
    static let fields = FieldTable<ClusterRoleBinding>(
        "ClusterRoleBinding",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("subjects", 2) { $1.append(&$0.subjects) },
            Field("roleRef", 3) { $1.message(&$0.role) },
        ])
}

extension RoleSubject: FieldReadable {
    static let fields = FieldTable<RoleSubject>(
        "Subject",
        [
            Field("kind", 1) { $0.kind = $1.interned() },
            Field("name", 3) { $0.name = $1.interned() },
            Field("namespace", 4) { $0.namespace = $1.interned() },
        ])
}

extension RoleReference: FieldReadable {
    static let fields = FieldTable<RoleReference>(
        "RoleRef",
        [
            Field("kind", 2) { $0.kind = $1.interned() },
            Field("name", 3) { $0.name = $1.interned() },
        ])
}
