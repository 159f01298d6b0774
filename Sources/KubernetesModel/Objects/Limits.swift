/// What all objects of a namespace may use together (core/v1 ResourceQuota).
public struct ResourceQuota: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "", resource: "resourcequotas", kind: "ResourceQuota", versions: ["v1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Limits by resource, as the quantity's text (`spec.hard`).
    public var hard = Labels()
    /// Which objects count, such as `BestEffort`; empty for all (`spec.scopes`).
    public var scopes: [String] = []
    /// Which objects count (`spec.scopeSelector.matchExpressions`).
    public var scopeSelector: [LabelSelectorRequirement] = []
    /// The limits that are enforced (`status.hard`).
    public var enforced = Labels()
    /// What is used of them (`status.used`).
    public var used = Labels()

    /// A ResourceQuota with nothing set.
    public init() {}
}

/// What one container, pod or claim of a namespace may ask for (core/v1 LimitRange).
public struct LimitRange: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(group: "", resource: "limitranges", kind: "LimitRange", versions: ["v1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Source: `spec.limits`.
    public var limits: [LimitRangeItem] = []

    /// A LimitRange with nothing set.
    public init() {}
}

/// Bounds for one sort of object (core/v1 LimitRangeItem); quantities as text, by resource.
public struct LimitRangeItem: Sendable, Equatable {
    /// `Container`, `Pod` or `PersistentVolumeClaim` (`type`).
    public var type = ""
    /// Source: `max`.
    public var max = Labels()
    /// Source: `min`.
    public var min = Labels()
    /// The limits of containers that give none (`default`).
    public var defaultLimit = Labels()
    /// The requests of containers that give none (`defaultRequest`).
    public var defaultRequest = Labels()

    /// An item with nothing set.
    public init() {}
}
