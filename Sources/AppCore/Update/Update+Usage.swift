import ClusterState
import KubernetesModel

extension AppState {
    /// What is to be read for the numbers of the table on the screen, or below what covers it.
    var demandOfUsage: Set<KindScope> {
        guard let view = table else { return [] }
        var scopes: Set<KindScope> = []
        switch view.kind {
        case Pod.kind.groupResource:
            if offersMetrics(PodMetrics.kind) {
                scopes.insert(KindScope(PodMetrics.kind.groupResource, namespace: view.namespace))
            }
        case ContainerRow.kind.groupResource:
            guard let pod = view.pod else { return [] }
            scopes.insert(KindScope(Pod.kind.groupResource, namespace: pod.namespace))
            if offersMetrics(PodMetrics.kind) {
                scopes.insert(KindScope(PodMetrics.kind.groupResource, namespace: pod.namespace))
            }
        case Node.kind.groupResource:
            scopes.insert(KindScope(Pod.kind.groupResource, namespace: nil))
            if offersMetrics(NodeMetrics.kind) {
                scopes.insert(KindScope(NodeMetrics.kind.groupResource, namespace: nil))
            }
        default: break
        }
        return scopes
    }

    private func offersMetrics(_ kind: ResourceKind) -> Bool {
        (resources + otherVersions).contains {
            $0.groupResource == kind.groupResource && kind.versions.contains($0.version) && $0.isListable
        }
    }

    /// Whether all that the numbers of the table on the screen need was asked for, and has come or was refused.
    package var isUsageSettled: Bool {
        guard let view = table else { return true }
        let sources = Set(view.table.columns.compactMap(\.needs))
        return sources.allSatisfy { source in
            // Who may not ask what there is gets no numbers.
            if source != .nodePods, !hasDiscovered { return notice != nil }
            return usage.has(source) ? usage.absence(of: source) == "n/a" : usage.reasons[source] != nil
        }
    }

    /// Why the table on the screen has no numbers of usage, or old ones; `nil` when it has, or that is not known.
    package var usageReason: String? {
        guard let view = table else { return nil }
        for column in view.table.columns {
            if let source = column.needs, source != .nodePods, let reason = usage.reasons[source] { return reason }
        }
        for column in view.table.columns {
            if let source = column.needs, let reason = usage.reasons[source] { return reason }
        }
        return nil
    }

    /// Takes over what the snapshot knows of usage, for the table on the screen.
    mutating func updateUsage(for view: TableView) {
        var next = Usage()
        switch view.kind {
        case Pod.kind.groupResource:
            next.podMetrics = metrics(PodMetrics.kind, namespace: view.namespace, .podMetrics, &next.reasons)
        case ContainerRow.kind.groupResource:
            next.podMetrics = metrics(PodMetrics.kind, namespace: view.pod?.namespace, .podMetrics, &next.reasons)
        case Node.kind.groupResource:
            next.nodeMetrics = metrics(NodeMetrics.kind, namespace: nil, .nodeMetrics, &next.reasons)
            let scope = KindScope(Pod.kind.groupResource, namespace: nil)
            if let pods = read(scope, "pods in all namespaces", .nodePods, &next.reasons) {
                var loads = usage.nodeLoads ?? NodeLoads()
                usage.nodeLoads = nil
                loads.follow(pods)
                next.nodeLoads = loads
            }
        default: break
        }
        usage = next
    }

    private func metrics(
        _ kind: ResourceKind, namespace: String?, _ source: Usage.Source, _ reasons: inout [Usage.Source: String]
    ) -> KindSnapshot? {
        let name = "\(kind.groupResource)"
        guard offersMetrics(kind) else {
            guard hasDiscovered else { return nil }
            let group = kind.groupResource.group
            reasons[source] =
                discoveryFailures.first { $0.hasPrefix(group + "/") } ?? "this server does not offer \(group)"
            return nil
        }
        return read(KindScope(kind.groupResource, namespace: namespace), name, source, &reasons)
    }

    /// What is known of a kind; `nil`, and why, when it is not to be had.
    private func read(
        _ scope: KindScope, _ name: String, _ source: Usage.Source, _ reasons: inout [Usage.Source: String]
    ) -> KindSnapshot? {
        guard let known = snapshot.resolve(scope) else { return nil }
        switch known.state {
        case .loading, .ready: return known
        case .stale(_, let reason, _):
            reasons[source] = reason
            return known
        case .forbidden(let reason): reasons[source] = "you may not list \(name): \(reason)"
        case .unavailable(let reason), .failed(let reason, _): reasons[source] = reason
        }
        return nil
    }
}
