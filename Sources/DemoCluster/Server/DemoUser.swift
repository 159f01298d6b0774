/// Who a bearer token belongs to, and what of the cluster they may read and change.
package struct DemoUser: Sendable, Hashable {
    /// Such as `system:serviceaccount:shop:viewer`.
    package var name: String
    /// Groups, as a review of oneself shows them.
    package var groups: [String]
    /// The namespaces they may read; `nil` for everything, cluster-scoped kinds too.
    package var namespaces: Set<String>?
    /// Resources, by plural name, they may not read anywhere.
    package var deniedResources: Set<String>
    /// Whether they may change nothing, and run nothing in containers.
    package var isReadOnly: Bool

    /// A user; one who may do everything unless told otherwise.
    package init(
        name: String, groups: [String] = ["system:authenticated"], namespaces: Set<String>? = nil,
        deniedResources: Set<String> = [], isReadOnly: Bool = false
    ) {
        self.name = name
        self.groups = groups
        self.namespaces = namespaces
        self.deniedResources = deniedResources
        self.isReadOnly = isReadOnly
    }

    /// Who everybody is on a server without tokens.
    package static let admin = DemoUser(name: "demo-admin", groups: ["system:masters", "system:authenticated"])

    /// One who may read everything and change nothing.
    package static let viewer = DemoUser(name: "system:serviceaccount:shop:viewer", isReadOnly: true)

    func mayRead(_ resource: DemoResource, namespace: String) -> Bool {
        guard !deniedResources.contains(resource.plural) else { return false }
        guard let namespaces else { return true }
        return namespaces.contains(namespace)
    }
}
