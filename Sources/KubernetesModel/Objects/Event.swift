/// Something that happened to an object (core/v1 Event).
public struct Event: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(group: "", resource: "events", kind: "Event", versions: ["v1"])

    /// Name, namespace, identity, labels and owners of the event itself.
    public var metadata = ObjectMeta()
    /// The object it is about (`involvedObject`).
    public var involvedObject = ObjectReference()
    /// A word for programs (`reason`).
    public var reason = ""
    /// A sentence for people (`message`).
    public var message = ""
    /// `Normal` or `Warning` (`type`).
    public var type = ""
    /// Source: `source.component`.
    public var sourceComponent = ""
    /// Source: `source.host`.
    public var sourceHost = ""
    /// Source: `reportingComponent`.
    public var reportingComponent = ""
    /// Its host or another name of its own (`reportingInstance`).
    public var reportingInstance = ""
    /// Source: `firstTimestamp`.
    public var firstTimestamp: Timestamp?
    /// Source: `lastTimestamp`.
    public var lastTimestamp: Timestamp?
    /// Source: `eventTime`.
    public var eventTime: Timestamp?
    /// How often, as the old recorder counts (`count`).
    public var count: Int32 = 0
    /// How often, as the new recorder counts; `nil` without a series (`series.count`).
    public var seriesCount: Int32?
    /// Source: `series.lastObservedTime`.
    public var seriesLastObservedTime: Timestamp?

    /// An event with nothing set.
    public init() {}
}

/// Names another object (core/v1 ObjectReference).
public struct ObjectReference: Sendable, Hashable {
    /// Such as `apps/v1`.
    public var apiVersion = ""
    /// Such as `Pod`.
    public var kind = ""
    /// Empty for cluster-scoped objects.
    public var namespace = ""
    /// Source: `name`.
    public var name = ""
    /// Source: `uid`.
    public var uid = ""
    /// A part of the object, such as `spec.containers{app}` (`fieldPath`).
    public var fieldPath = ""

    /// A reference with nothing set.
    public init() {}
}
