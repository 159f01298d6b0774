import KubernetesModel

/// Kind, namespace and name of an object: what people call it by.
package struct ObjectID: Sendable, Hashable {
    /// Empty for the core group.
    package var group: String
    /// Such as `Deployment`.
    package var kind: String
    /// Empty for cluster-scoped objects.
    package var namespace: String
    package var name: String

    package init(group: String, kind: String, namespace: String, name: String) {
        self.group = group
        self.kind = kind
        self.namespace = namespace
        self.name = name
    }

    /// An object of a kind with a type of its own, whether it exists or not.
    package init<Object: KubernetesObject>(_ type: Object.Type, namespace: String = "", name: String) {
        self.init(group: type.kind.groupResource.group, kind: type.kind.kind, namespace: namespace, name: name)
    }

    /// The identity of an object.
    package init<Object: KubernetesObject>(_ object: Object) {
        self.init(Object.self, namespace: object.metadata.namespace, name: object.metadata.name)
    }

    /// The owner that a reference of an object in `namespace` names.
    package init(_ owner: OwnerReference, namespace: String) {
        let slash = owner.apiVersion.firstIndex(of: "/")
        let group = slash.map { String(owner.apiVersion[..<$0]) } ?? ""
        self.init(group: group, kind: owner.kind, namespace: namespace, name: owner.name)
    }

    /// As kubectl takes it, such as `deployment/checkout`.
    package var text: String { "\(kind.lowercased())/\(name)" }

    /// How kubectl is told the namespace: `-n payments `, or nothing for cluster-scoped objects.
    package var namespaceFlag: String { namespace.isEmpty ? "" : "-n \(namespace) " }
}

extension ObjectID: CustomStringConvertible, Comparable {
    /// Such as `Deployment payments/checkout`.
    package var description: String { namespace.isEmpty ? "\(kind) \(name)" : "\(kind) \(namespace)/\(name)" }

    package static func < (left: ObjectID, right: ObjectID) -> Bool {
        (left.namespace, left.kind, left.name, left.group) < (right.namespace, right.kind, right.name, right.group)
    }
}
