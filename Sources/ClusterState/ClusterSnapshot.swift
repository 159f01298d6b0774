import KubernetesModel

/// The cluster as far as it is watched, at one moment.
///
/// Copies share structure; equality is equality of versions.
package struct ClusterSnapshot: Sendable, Equatable {
    /// Grows with every publication of one cache; snapshots of different caches differ in `epoch`.
    package private(set) var version: UInt64
    /// Tells caches (contexts, sessions) apart.
    package let epoch: UInt64
    private var kinds: [KindScope: KindSnapshot]

    package init(epoch: UInt64 = 0, version: UInt64 = 0, kinds: [KindScope: KindSnapshot] = [:]) {
        self.epoch = epoch
        self.version = version
        self.kinds = kinds
    }

    /// What is known of exactly this scope; `nil` when it is not watched.
    package subscript(scope: KindScope) -> KindSnapshot? { kinds[scope] }

    /// What is known of a kind in a namespace: of that scope, or of all namespaces when that is what is watched.
    ///
    /// - Returns: the snapshot, which may hold other namespaces too (filter by `namespace` then).
    package func resolve(_ scope: KindScope) -> KindSnapshot? {
        kinds[scope] ?? kinds[KindScope(scope.kind, namespace: nil)]
    }

    /// The same, with rows that are not from the cluster.
    package func adding(_ others: [KindScope: KindSnapshot]) -> ClusterSnapshot {
        var result = self
        result.kinds.merge(others) { _, new in new }
        return result
    }

    /// The columns in which the server prints a kind, in whichever scope it is watched; `nil` when it does not.
    package func printedColumns(of kind: GroupResource) -> PrintedColumns? {
        for (scope, known) in kinds where scope.kind == kind {
            if let columns = known.printedColumns { return columns }
        }
        return nil
    }

    /// Whether any kind is current: the server answers, and knows us.
    package var isReached: Bool { kinds.values.contains { $0.state == .ready } }

    package static func == (left: ClusterSnapshot, right: ClusterSnapshot) -> Bool {
        left.epoch == right.epoch && left.version == right.version
    }
}
