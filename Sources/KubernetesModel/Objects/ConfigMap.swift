/// Configuration by key (core/v1 ConfigMap); keys and sizes only, never values.
public struct ConfigMap: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(group: "", resource: "configmaps", kind: "ConfigMap", versions: ["v1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Each key and the bytes of its value, ascending by key (`data`, `binaryData`).
    public var keys: [KeySize] = []

    /// A ConfigMap with nothing set.
    public init() {}
}

/// Secrets by key (core/v1 Secret); keys and sizes only, never values.
///
/// Not called `Secret`: that is a text to keep hidden, in the client.
public struct SecretObject: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(group: "", resource: "secrets", kind: "Secret", versions: ["v1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Such as `Opaque` or `kubernetes.io/tls` (`type`).
    public var type = ""
    /// Each key and the bytes of its value, ascending by key (`data`).
    public var keys: [KeySize] = []

    /// A Secret with nothing set.
    public init() {}
}

/// A key of a ConfigMap or Secret.
public struct KeySize: Sendable, Hashable {
    /// Such as `tls.crt`.
    public var key: String
    /// How long its value is, in bytes.
    public var bytes: Int

    /// A key and the size of its value.
    public init(_ key: String, bytes: Int) {
        self.key = key
        self.bytes = bytes
    }
}

/// Who the processes in a pod are (core/v1 ServiceAccount).
public struct ServiceAccount: KubernetesObject {
    /// Its names in the API, and the versions that are decoded.
    public static let kind = ResourceKind(
        group: "", resource: "serviceaccounts", kind: "ServiceAccount", versions: ["v1"])

    /// Name, namespace, identity, labels and owners.
    public var metadata = ObjectMeta()
    /// Secrets that pods of it may mount, by name (`secrets`).
    public var secrets: [String] = []
    /// Secrets for registries, by name (`imagePullSecrets`).
    public var imagePullSecrets: [String] = []
    /// Whether pods get its token; `nil` means that they do (`automountServiceAccountToken`).
    public var automountServiceAccountToken: Bool?

    /// A ServiceAccount with nothing set.
    public init() {}
}
