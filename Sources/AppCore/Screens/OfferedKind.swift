import KubernetesModel
import Screen

/// A kind that the server offers, as a row of the list of kinds (`:kinds`).
package struct OfferedKind: KubernetesObject {
    /// No kind of a cluster: its rows are made here.
    package static let kind = ResourceKind(
        group: "", resource: "kinds", kind: "OfferedKind", versions: [], isNamespaced: false)

    package var metadata = ObjectMeta()
    package var resource: APIResource
    /// Versions that the server serves as well, but prefers less.
    package var otherVersions: [String] = []

    package init() {
        resource = APIResource(groupResource: GroupResource(group: "", resource: ""), version: "", kind: "")
    }

    init(_ resource: APIResource, otherVersions: [String]) {
        self.resource = resource
        self.otherVersions = otherVersions
        metadata.name = "\(resource.groupResource)"
        metadata.uid = metadata.name
        metadata.resourceVersion = resource.version
    }
}

extension TableDefinition where Row == OfferedKind {
    /// Every kind that the server offers, as `kubectl api-resources` lists them.
    static var offeredKinds: TableDefinition {
        TableDefinition(
            title: "Kinds", aliases: ["aliases", "api-resources"],
            columns: [
                .text(
                    "NAME", width: .fill(min: 12), importance: 3, help: "Plural name: what to type after a colon.",
                    role: { row, _ in row.resource.isListable ? .plain : .finished },
                    text: \.resource.groupResource.resource),
                .text("SHORTNAMES", width: .fit(max: 24), importance: 2, help: "Shorter names for the same.") {
                    $0.resource.shortNames.joined(separator: ",")
                },
                .text("APIVERSION", width: .fill(min: 12), importance: 2, help: "Group, and the version shown.") {
                    $0.resource.apiVersion
                },
                .text("NAMESPACED", width: .fit(max: 10), help: "Whether its objects live in namespaces.") {
                    $0.resource.isNamespaced ? "true" : "false"
                },
                .text("KIND", width: .fill(min: 10), help: "As manifests name it.", text: \.resource.kind),
                .text("VERBS", width: .fill(min: 12), importance: 0, help: "What the server does with it.") {
                    $0.resource.verbs.joined(separator: ",")
                },
                .text("CATEGORIES", width: .fit(max: 24), wide: true, help: "Groups of kinds it belongs to.") {
                    $0.resource.categories.joined(separator: ",")
                },
                .text("OTHER VERSIONS", width: .fit(max: 24), wide: true, help: "Versions served besides.") {
                    $0.otherVersions.joined(separator: ",")
                },
            ])
    }
}

extension ResourceTable {
    /// The list of every kind.
    package static let kinds = ResourceTable(.offeredKinds)
}
