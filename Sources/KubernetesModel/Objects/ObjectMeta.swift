/// What every object has: name, namespace, identity, labels and owners (`metadata` (meta/v1 ObjectMeta)).
///
/// Annotations are kept as far as something reads them; YAML and describe fetch the full object.
public struct ObjectMeta: Sendable, Equatable {
    /// Source: `metadata.name`.
    public var name = ""
    /// Empty for cluster-scoped objects (`metadata.namespace`).
    public var namespace = ""
    /// Unique over the lifetime of the cluster (`metadata.uid`).
    public var uid = ""
    /// An opaque version (`metadata.resourceVersion`).
    public var resourceVersion = ""
    /// Counts changes of the spec (`metadata.generation`).
    public var generation: Int64 = 0
    /// Source: `metadata.creationTimestamp`.
    public var creationTimestamp: Timestamp?
    /// Set once deletion was requested (`metadata.deletionTimestamp`).
    public var deletionTimestamp: Timestamp?
    /// Source: `metadata.labels`.
    public var labels = Labels()
    /// The annotations that `ObjectMeta.readAnnotations` names (`metadata.annotations`).
    public var annotations = Labels()
    /// Source: `metadata.ownerReferences`.
    public var ownerReferences: [OwnerReference] = []
    /// What must happen before the object can be deleted (`metadata.finalizers`).
    public var finalizers: [String] = []

    /// Metadata with nothing set.
    public init() {}

    /// The owner that manages the object; `nil` for none.
    public var controller: OwnerReference? { ownerReferences.first { $0.controller } }

    /// The annotations that are kept.
    public static let readAnnotations: Set<String> = [
        "sextant/silence", "argocd.argoproj.io/tracking-id", "control-plane.alpha.kubernetes.io/leader",
        "deployment.kubernetes.io/revision", "ingressclass.kubernetes.io/is-default-class",
        "kubectl.kubernetes.io/default-container", "kubernetes.io/config.mirror", "kubernetes.io/ingress.class",
        "meta.helm.sh/release-name",
        "meta.helm.sh/release-namespace", "nginx.ingress.kubernetes.io/canary",
        "storageclass.beta.kubernetes.io/is-default-class", "storageclass.kubernetes.io/is-default-class",
        "volume.beta.kubernetes.io/storage-class", "volume.kubernetes.io/selected-node",
    ]
}

/// The owner of an object (`metadata.ownerReferences[]`).
public struct OwnerReference: Sendable, Hashable {
    /// Such as `apps/v1`.
    public var apiVersion = ""
    /// Such as `ReplicaSet`.
    public var kind = ""
    /// Name of the owner, in the same namespace or cluster-scoped.
    public var name = ""
    /// UID of the owner.
    public var uid = ""
    /// Whether this is the managing controller.
    public var controller = false

    /// A reference with nothing set.
    public init() {}
}

/// Labels sorted by key, each key once.
public struct Labels: Sendable, Hashable {
    /// One label.
    public struct Pair: Sendable, Hashable {
        /// Such as `app.kubernetes.io/name`.
        public var key: String
        /// May be empty.
        public var value: String

        /// A label of a key and a value.
        public init(_ key: String, _ value: String) {
            self.key = key
            self.value = value
        }
    }

    /// The labels, ascending by key.
    public private(set) var pairs: [Pair] = []

    /// No labels.
    public init() {}

    /// Labels of these pairs; of a key given twice the last counts.
    public init(_ pairs: [Pair]) {
        for pair in pairs { self[pair.key] = pair.value }
    }

    /// Whether there are none.
    public var isEmpty: Bool { pairs.isEmpty }

    /// The value of a key, `nil` when the key is absent.
    public subscript(key: String) -> String? {
        get {
            let index = position(of: key)
            return index < pairs.count && pairs[index].key == key ? pairs[index].value : nil
        }
        set {
            let index = position(of: key)
            let found = index < pairs.count && pairs[index].key == key
            switch (newValue, found) {
            case (let value?, true): pairs[index].value = value
            case (let value?, false): pairs.insert(Pair(key, value), at: index)
            case (nil, true): pairs.remove(at: index)
            case (nil, false): break
            }
        }
    }

    /// The index of the first pair whose key is not below `key`.
    private func position(of key: String) -> Int {
        var low = 0
        var high = pairs.count
        while low < high {
            let middle = (low + high) / 2
            if pairs[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension Labels: ExpressibleByDictionaryLiteral {
    /// Labels of these keys and values; of a key given twice the last counts.
    public init(dictionaryLiteral elements: (String, String)...) {
        self.init(elements.map { Pair($0.0, $0.1) })
    }
}
