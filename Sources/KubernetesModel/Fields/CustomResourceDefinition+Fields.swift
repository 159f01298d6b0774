extension CustomResourceDefinition: FieldReadable {
    /// Versions v1 and v1beta1 number these fields alike.
    static let fields = FieldTable<CustomResourceDefinition>(
        "CustomResourceDefinition",
        [
            Field("metadata", 1) { $1.message(&$0.metadata) },
            Field("spec", 2) { $1.message(&$0, spec) },
            Field("status", 3) { $1.message(&$0, status) },
        ])

    private static let spec = FieldTable<CustomResourceDefinition>(
        "CustomResourceDefinitionSpec",
        [
            Field("group", 1) { $0.group = $1.interned() },
            Field("names", 3) { $1.message(&$0.names) },
            Field("scope", 4) { $0.scope = $1.interned() },
            Field("versions", 7) { $1.append(&$0.definedVersions) },
        ])

    private static let status = FieldTable<CustomResourceDefinition>(
        "CustomResourceDefinitionStatus",
        [Field("conditions", 1) { $1.append(&$0.conditions, Condition(), Condition.workloadFields) }])
}

extension CustomResourceNames: FieldReadable {
    static let fields = FieldTable<CustomResourceNames>(
        "CustomResourceDefinitionNames",
        [
            Field("plural", 1) { $0.plural = $1.interned() },
            Field("singular", 2) { $0.singular = $1.interned() },
            Field("shortNames", 3) { $1.append(&$0.shortNames) },
            Field("kind", 4) { $0.kind = $1.interned() },
            Field("categories", 6) { $1.append(&$0.categories) },
        ])
}

extension CustomResourceVersion: FieldReadable {
    static let fields = FieldTable<CustomResourceVersion>(
        "CustomResourceDefinitionVersion",
        [
            Field("name", 1) { $0.name = $1.interned() },
            Field("served", 2) { $0.served = $1.bool() },
            Field("storage", 3) { $0.storage = $1.bool() },
            Field("deprecated", 7) { $0.deprecated = $1.bool() },
        ])
}
