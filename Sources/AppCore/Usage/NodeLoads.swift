import ClusterState
import KubernetesModel

/// What the pods on each node ask for and may use together, as `kubectl describe node` adds it up.
///
/// Equal when made of the same version of the same pods.
package struct NodeLoads: Sendable, Equatable {
    /// The pods of one node that have not ended.
    package struct Load: Sendable, Equatable {
        package private(set) var pods = 0
        private var requestedNanos: Int128 = 0
        private var requestedBytes: Int128 = 0
        private var limitNanos: Int128 = 0
        private var limitBytes: Int128 = 0

        /// What they ask for, in billionths of a core or bytes.
        func requests(_ kind: ComputeKind) -> Int64 {
            Int64(clamping: kind == .cpu ? requestedNanos : requestedBytes)
        }

        /// What they may use at most, as far as they have limits.
        func limits(_ kind: ComputeKind) -> Int64 { Int64(clamping: kind == .cpu ? limitNanos : limitBytes) }

        fileprivate mutating func count(_ claim: Claim, by step: Int) {
            pods += step
            let factor = Int128(step)
            requestedNanos += factor * Int128(claim.requests.cpuNanos)
            requestedBytes += factor * Int128(claim.requests.memoryBytes)
            limitNanos += factor * Int128(claim.limits.cpuNanos)
            limitBytes += factor * Int128(claim.limits.memoryBytes)
        }
    }

    /// What one pod counts.
    fileprivate struct Claim {
        let requests: ComputeResources
        let limits: ComputeResources

        init(_ spec: PodSpec) {
            requests = spec.effectiveRequests
            limits = spec.effectiveLimits
        }
    }

    /// How far the pods have been read.
    package private(set) var state = LoadState.loading(count: 0)
    private var storeID: UInt64 = 0
    private var version: UInt64 = 0
    private var byNode: [String: Load] = [:]

    /// Nothing is known.
    package init() {}

    package static func == (left: NodeLoads, right: NodeLoads) -> Bool {
        left.storeID == right.storeID && left.version == right.version
    }

    /// The load of a node; `nil` while the pods are being read.
    package subscript(node: String) -> Load? {
        if case .loading = state { return nil }
        return byNode[node] ?? Load()
    }

    /// Takes over what changed of the pods of all namespaces.
    package mutating func follow(_ pods: KindSnapshot) {
        defer {
            storeID = pods.storeID
            version = pods.version
            state = pods.state
        }
        if pods.storeID == storeID, let changes = pods.changes(since: version) {
            for change in changes {
                if let old = Self.bound(change.old) {
                    byNode[old.nodeName, default: Load()].count(Claim(old.spec), by: -1)
                }
                if let new = Self.bound(change.new) {
                    byNode[new.nodeName, default: Load()].count(Claim(new.spec), by: 1)
                }
            }
            return
        }
        byNode = [:]
        // Pods of one template share their spec.
        var claims: [ObjectIdentifier: Claim] = [:]
        for object in pods.objects {
            guard let pod = Self.bound(object) else { continue }
            let claim = claims[pod.specIdentity] ?? Claim(pod.spec)
            claims[pod.specIdentity] = claim
            byNode[pod.nodeName, default: Load()].count(claim, by: 1)
        }
    }

    /// A pod that counts: it has a node, and has not ended.
    private static func bound(_ object: (any StoredObject)?) -> Pod? {
        guard let pod = (object as? Stored<Pod>)?.value, !pod.nodeName.isEmpty, !pod.isPhaseTerminal else { return nil }
        return pod
    }
}
