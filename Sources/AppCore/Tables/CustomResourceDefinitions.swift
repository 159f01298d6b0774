import KubernetesModel
import Screen

extension TableDefinition where Row == CustomResourceDefinition {
    /// Definitions, as `kubectl get customresourcedefinitions` shows them, and what they define.
    package static var customResourceDefinitions: TableDefinition {
        TableDefinition(
            title: "CustomResourceDefinitions", aliases: ["crd", "crds", "customresourcedefinition"],
            columns: [
                .name(help: "Name of the definition: the resource and its group."),
                .text("KIND", width: .fit(max: 40), importance: 2, help: "Kind of its objects.") { $0.names.kind },
                .text("SCOPE", width: .fit(max: 10), help: "Whether its objects live in namespaces.", text: \.scope),
                .text(
                    "VERSIONS", width: .fit(max: 32),
                    help: "Versions that are served; the one that is kept comes first."
                ) {
                    $0.versionsText
                },
                .text(
                    "STATUS", width: .fit(max: 24), help: "Whether its objects are served.",
                    role: { definition, _ in definition.health.role }, text: \.statusText),
                .age, .created,
                .text(
                    "GROUP", width: .fill(min: 8), wide: true, importance: 0, help: "Group of the API.", text: \.group),
                .text("SHORT NAMES", width: .fit(max: 24), wide: true, importance: 0, help: "Short names.") {
                    orNone($0.names.shortNames.joined(separator: ","))
                },
                .text("CATEGORIES", width: .fit(max: 24), wide: true, importance: 0, help: "Groups that list it too.") {
                    orNone($0.names.categories.joined(separator: ","))
                },
            ],
            health: { $0.health })
    }
}

extension CustomResourceDefinition {
    fileprivate var versionsText: String {
        let served = definedVersions.filter(\.served)
        return orNone((served.filter(\.storage) + served.filter { !$0.storage }).map(\.name).joined(separator: ","))
    }

    /// Such as `Established`, or why it is not.
    fileprivate var statusText: String {
        if metadata.deletionTimestamp != nil { return "Terminating" }
        if let names = conditions[type: "NamesAccepted"], names.status == "False" { return names.reason }
        guard let established = conditions[type: "Established"] else { return "<unknown>" }
        return established.status == "True" ? "Established" : established.reason
    }

    /// Broken when its objects cannot be had; degraded while it goes away.
    fileprivate var health: Health {
        if metadata.deletionTimestamp != nil { return .degraded }
        if conditions[type: "NamesAccepted"]?.status == "False" { return .broken }
        return conditions[type: "Established"]?.status == "True" ? .fine : .broken
    }
}
