import Access
import KubernetesModel

/// What is described although the server has no object of it: who may do something, and what somebody may do.
package enum AccessTopic {
    private static let group = "rbac.authorization.k8s.io"

    /// A user whom bindings name.
    package static let users = GroupResource(group: group, resource: "users")
    /// A group that bindings name.
    package static let groups = GroupResource(group: group, resource: "groups")
    /// A question, in its words, as the name.
    package static let whoCan = GroupResource(group: group, resource: "whocan")

    /// The same about any namespace.
    package static let whoCanAnywhere = GroupResource(group: group, resource: "whocan-anywhere")

    /// All of them.
    package static let all: Set = [users, groups, whoCan, whoCanAnywhere]

    /// The document that stands for one of them.
    package static func document(name: String, namespace: String) -> JSONValue {
        .object([
            .init(
                "metadata", .object([.init("name", .string(name)), .init("namespace", .string(namespace))]))
        ])
    }
}

extension DescribedLink {
    /// Where a holder of roles is described.
    package init(_ holder: RoleHolder) {
        self.init(
            group: holder.kind == .serviceAccount ? "" : AccessTopic.users.group, kind: holder.kind.rawValue,
            namespace: holder.namespace, name: holder.name)
    }

    /// Where a binding is described.
    init(_ binding: RoleGraph.Binding) {
        self.init(
            group: AccessTopic.users.group, kind: binding.kind, namespace: binding.namespace, name: binding.name)
    }

    /// Where the role of a binding is described.
    init(roleOf binding: RoleGraph.Binding) {
        self.init(
            group: AccessTopic.users.group, kind: binding.role.kind,
            namespace: binding.role.kind == "Role" ? binding.namespace : "", name: binding.role.name)
    }
}
