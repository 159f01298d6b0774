/// A typed object of the Kubernetes API: the part of it that tables and rules read.
public protocol KubernetesObject: Sendable, Equatable {
    /// The kind this type decodes.
    static var kind: ResourceKind { get }
    /// Name, namespace, identity, labels and owners.
    var metadata: ObjectMeta { get set }
    /// An object with nothing set: what an empty message decodes to.
    init()
}

/// A reference to one immutable object, shared between stores, snapshots and rows.
///
/// Identity (`===`) changes with every change of the object.
public protocol StoredObject: AnyObject, Sendable {
    /// Name, namespace, identity, labels and owners.
    var metadata: ObjectMeta { get }
}

/// The one implementation of `StoredObject`: a box around a typed value.
public final class Stored<Value: KubernetesObject>: StoredObject {
    /// The object.
    public let value: Value
    /// Name, namespace, identity, labels and owners.
    public var metadata: ObjectMeta { value.metadata }

    /// Boxes a value.
    public init(_ value: Value) { self.value = value }
}

/// A kind of resource without its version: discovery says which version the server has.
public struct GroupResource: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Empty for the core group.
    public var group: String
    /// Plural and lower case, such as `pods`.
    public var resource: String

    /// A resource of a group.
    public init(group: String, resource: String) {
        self.group = group
        self.resource = resource
    }

    /// As kubectl writes it, such as `pods` or `deployments.apps`.
    public var description: String { group.isEmpty ? resource : "\(resource).\(group)" }

    /// Orders by resource, then group.
    public static func < (left: GroupResource, right: GroupResource) -> Bool {
        (left.resource, left.group) < (right.resource, right.group)
    }
}

/// A kind of objects: one with a type of its own in this library, or one that only discovery knows.
public struct ResourceKind: Sendable, Hashable {
    /// Group and plural name.
    public var groupResource: GroupResource
    /// Such as `EndpointSlice`.
    public var kind: String
    /// Versions that can be read, most wanted first.
    public var versions: [String]
    /// Whether objects live in namespaces.
    public var isNamespaced: Bool

    /// A kind of a group, with the versions that are decoded.
    public init(group: String, resource: String, kind: String, versions: [String], isNamespaced: Bool = true) {
        groupResource = GroupResource(group: group, resource: resource)
        self.kind = kind
        self.versions = versions
        self.isNamespaced = isNamespaced
    }
}
