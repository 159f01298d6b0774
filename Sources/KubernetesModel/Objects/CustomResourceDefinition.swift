/// A kind that the cluster was taught (apiextensions.k8s.io/v1 CustomResourceDefinition); without its schemas.
public struct CustomResourceDefinition: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "apiextensions.k8s.io", resource: "customresourcedefinitions", kind: "CustomResourceDefinition",
        versions: ["v1", "v1beta1"], isNamespaced: false)

    /// Name, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Source: `spec.group`.
    public var group = ""
    /// Source: `spec.names`.
    public var names = CustomResourceNames()
    /// `Namespaced` or `Cluster` (`spec.scope`).
    public var scope = ""
    /// Source: `spec.versions`.
    public var definedVersions: [CustomResourceVersion] = []
    /// Source: `status.conditions`.
    public var conditions: [Condition] = []

    /// A definition with nothing set.
    public init() {}

    /// The kind it defines.
    public var definedKind: GroupResource { GroupResource(group: group, resource: names.plural) }
}

/// Source: apiextensions.k8s.io/v1 CustomResourceDefinitionNames.
public struct CustomResourceNames: Sendable, Hashable {
    /// Such as `certificates` (`plural`).
    public var plural = ""
    /// Source: `singular`.
    public var singular = ""
    /// Source: `shortNames`.
    public var shortNames: [String] = []
    /// Such as `Certificate` (`kind`).
    public var kind = ""
    /// Groups that list it too, such as `all` (`categories`).
    public var categories: [String] = []

    /// Names with nothing set.
    public init() {}
}

/// Source: apiextensions.k8s.io/v1 CustomResourceDefinitionVersion.
public struct CustomResourceVersion: Sendable, Hashable {
    /// Such as `v1` (`name`).
    public var name = ""
    /// Whether it can be asked for (`served`).
    public var served = false
    /// Whether it is the one that is kept (`storage`).
    public var storage = false
    /// Source: `deprecated`.
    public var deprecated = false

    /// A version with nothing set.
    public init() {}
}
