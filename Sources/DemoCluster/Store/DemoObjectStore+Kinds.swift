import KubernetesModel

/// The kinds that a cluster has: its own, and those of its CustomResourceDefinitions.
extension DemoObjectStore {
    /// What discovery tells.
    var discovery: DemoDiscovery {
        let custom = customResources
        guard !custom.isEmpty else { return DemoDiscovery() }
        return DemoDiscovery(DemoResource.served.filter { !$0.isCustom } + custom)
    }

    /// A kind that is served; `nil` for another.
    func resource(group: String, version: String, plural: String) -> DemoResource? {
        func isIt(_ resource: DemoResource) -> Bool {
            resource.plural == plural && resource.group == group && resource.version == version
        }
        if let own = (DemoResource.all + DemoResource.views).first(where: isIt), !own.isCustom { return own }
        let custom = customResources
        return (custom.isEmpty ? DemoResource.custom : custom).first(where: isIt)
    }

    /// The kinds that CustomResourceDefinitions define.
    var customResources: [DemoResource] {
        documents(of: .customResourceDefinitions).flatMap { definition -> [DemoResource] in
            let names = definition.at("spec", "names") ?? .null
            func texts(_ key: String) -> [String] { (names[key]?.elements ?? []).compactMap(\.text) }
            let (plural, kind) = (names.text("plural"), names.text("kind"))
            guard !plural.isEmpty, !kind.isEmpty else { return [] }
            let versions = definition.at("spec", "versions")?.elements ?? []
            return versions.filter { $0["served"] == .bool(true) }.map { version in
                var resource = DemoResource(
                    definition.text("spec", "group"), version.text("name"), plural, kind, texts("shortNames"),
                    isNamespaced: definition.text("spec", "scope") == "Namespaced",
                    isInAll: texts("categories").contains("all"),
                    otherCategories: texts("categories").filter { $0 != "all" }, isCustom: true,
                    hasStatus: version.at("subresources", "status") != nil, verbs: DemoResource.customVerbs)
                resource.singularName = names.text("singular")
                resource.isScaled = version.at("subresources", "scale") != nil
                resource.printerColumns = (version["additionalPrinterColumns"]?.elements ?? []).map { column in
                    DemoResource.PrinterColumn(
                        name: column.text("name"), type: column.text("type"), path: column.text("jsonPath"),
                        isWide: column.integer("priority") > 0)
                }
                return resource
            }
        }
    }
}
