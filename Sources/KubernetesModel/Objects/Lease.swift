/// Who holds something, and for how long (coordination.k8s.io/v1 Lease): a node says that it lives, a program that it
/// leads.
public struct Lease: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "coordination.k8s.io", resource: "leases", kind: "Lease", versions: ["v1", "v1beta1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Empty for nobody (`spec.holderIdentity`).
    public var holder = ""
    /// For how long after `renewTime` it is held; `nil` when that is not said (`spec.leaseDurationSeconds`).
    public var durationSeconds: Int32?
    /// Source: `spec.acquireTime`.
    public var acquireTime: Timestamp?
    /// Source: `spec.renewTime`.
    public var renewTime: Timestamp?
    /// How often the holder changed (`spec.leaseTransitions`).
    public var transitions: Int32 = 0

    /// A Lease with nothing set.
    public init() {}

    /// When it ends unless it is renewed; `nil` when that cannot be said.
    public var expiry: Timestamp? {
        guard let renewTime, let durationSeconds else { return nil }
        return Timestamp(microseconds: renewTime.microseconds &+ Int64(durationSeconds) * 1_000_000)
    }
}
