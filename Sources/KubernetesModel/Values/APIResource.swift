/// A resource that a server offers (meta/v1 APIResource, apidiscovery.k8s.io APIResourceDiscovery).
public struct APIResource: Sendable, Hashable {
    /// Group and plural name.
    public var groupResource: GroupResource
    /// The version to use, such as `v1`.
    public var version: String
    /// Such as `Pod`.
    public var kind: String
    /// Such as `pod`; may be empty.
    public var singularName: String
    /// Such as `po`.
    public var shortNames: [String]
    /// Whether objects live in namespaces.
    public var isNamespaced: Bool
    /// Such as `list`, `watch`.
    public var verbs: [String]
    /// Groups of kinds it belongs to, such as `all`.
    public var categories: [String]

    /// A resource as discovery tells it.
    public init(
        groupResource: GroupResource, version: String, kind: String, singularName: String = "",
        shortNames: [String] = [], isNamespaced: Bool = true, verbs: [String] = [],
        categories: [String] = []
    ) {
        self.groupResource = groupResource
        self.version = version
        self.kind = kind
        self.singularName = singularName
        self.shortNames = shortNames
        self.isNamespaced = isNamespaced
        self.verbs = verbs
        self.categories = categories
    }

    /// `v1`, or `apps/v1`.
    public var apiVersion: String {
        groupResource.group.isEmpty ? version : "\(groupResource.group)/\(version)"
    }
}
