import KubernetesModel

/// How far a kind has been read, and whether what is shown is current.
///
/// "No rows" and "may not look" never look alike.
package enum LoadState: Sendable, Equatable {
    /// Nothing asked yet, or the first list is still coming in; `count` objects so far.
    case loading(count: Int)
    /// Listed and watched.
    case ready
    /// Was ready; the connection has been lost since. `retryAt` is when the next attempt starts.
    case stale(since: Timestamp, reason: String, retryAt: Timestamp?)
    /// The server refuses: its own words.
    case forbidden(reason: String)
    /// The server does not have this kind.
    case unavailable(reason: String)
    /// Never listed, and the last attempt failed: the reason. It is tried again at `retryAt`.
    case failed(reason: String, retryAt: Timestamp?)
}

/// A kind in one namespace, or in all.
package struct KindScope: Sendable, Hashable {
    package var kind: GroupResource
    /// `nil` for all namespaces and for cluster-scoped kinds.
    package var namespace: String?

    package init(_ kind: GroupResource, namespace: String?) {
        self.kind = kind
        self.namespace = namespace
    }
}
