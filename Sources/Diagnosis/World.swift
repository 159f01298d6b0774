import ClusterState
import KubernetesModel

/// What is known of the kinds that rules read, in one namespace or in all.
struct World {
    /// One kind as far as it is known.
    struct Kind {
        var snapshot: KindSnapshot?
        /// Why it cannot be read; `nil` when it can.
        var obstacle: String?
        /// Whether `snapshot` has all namespaces.
        var hasAllNamespaces: Bool
    }

    /// `nil` for all namespaces.
    let namespace: String?
    private(set) var kinds: [ObjectIdentifier: Kind] = [:]

    init(_ snapshot: ClusterSnapshot, namespace: String?, types: [any KubernetesObject.Type]) {
        self.namespace = namespace
        for type in types {
            let scoped = KindScope(type.kind.groupResource, namespace: type.kind.isNamespaced ? namespace : nil)
            let all = KindScope(type.kind.groupResource, namespace: nil)
            var found = snapshot[scoped] ?? snapshot[all]
            // Of objects that came as the server prints them nothing can be read.
            let isPrinted = found?.printedColumns != nil
            if isPrinted { found = nil }
            kinds[ObjectIdentifier(type)] = Kind(
                snapshot: found,
                obstacle: isPrinted ? "in no version that can be read" : Self.obstacle(found?.state),
                hasAllNamespaces: scoped == all || snapshot[scoped] == nil)
        }
    }

    subscript(type: any KubernetesObject.Type) -> Kind? { kinds[ObjectIdentifier(type)] }

    /// The objects of a kind that are looked at, in no order.
    func objects(of type: any KubernetesObject.Type) -> [any StoredObject] {
        guard let kind = self[type], let snapshot = kind.snapshot else { return [] }
        if let namespace, type.kind.isNamespaced { return snapshot.objects(inNamespace: namespace) }
        return Array(snapshot.objects)
    }

    private static func obstacle(_ state: LoadState?) -> String? {
        switch state {
        case nil: "not read"
        case .loading: "still loading"
        // Of a kind that the server does not have there are no objects.
        case .ready, .stale, .unavailable: nil
        case .forbidden(let reason): "may not be read: \(reason)"
        case .failed(let reason, _): "cannot be read: \(reason)"
        }
    }
}
