import ClusterState
import Diagnosis
import KubernetesModel

extension TableView {
    /// The pod whose containers it shows; `nil` for any other table.
    package var pod: ObjectKey? {
        if case .containers(let pod)? = restriction?.members { pod } else { nil }
    }
}

extension AppState {
    /// The container that is selected in a list of containers.
    var selectedContainer: ContainerRow? { (shownTable?.selection as? Stored<ContainerRow>)?.value }

    /// Enter on a pod: its containers.
    mutating func openContainers(of pod: ObjectKey) {
        var view = TableView(
            .containers, namespace: nil, restriction: Restriction(.containers(of: pod), title: "pods/\(pod.name)"),
            openedAt: now)
        view.isWide = table?.isWide ?? false
        push(view)
    }

    /// Makes the rows of a list of containers from its pod as it is now.
    ///
    /// A pod that is gone leaves the rows that it had last.
    mutating func makeContainers(for view: TableView) {
        guard let pod = view.pod else { return }
        guard let pods = snapshot.resolve(KindScope(Pod.kind.groupResource, namespace: pod.namespace)) else {
            // What is there may be another pod's.
            madeHere[view.scope] = nil
            return
        }
        madeHere[view.scope] = containers(of: pod, pods, in: view)
    }

    private func containers(of pod: ObjectKey, _ pods: KindSnapshot, in view: TableView) -> KindSnapshot {
        var objects: [any StoredObject] = view.all.rows.map(\.object).filter {
            ($0 as? Stored<ContainerRow>)?.value.pod == pod.name && $0.metadata.namespace == pod.namespace
        }
        var state = pods.state
        if let found = (pods[pod] as? Stored<Pod>)?.value {
            objects = ContainerRow.rows(of: found).map { Stored($0) }
        } else {
            switch pods.state {
            case .ready, .stale:
                var since = now
                if case .stale(let earlier, _, _) = view.loadState { since = earlier }
                state =
                    objects.isEmpty
                    ? .ready : .stale(since: since, reason: "the pod was deleted", retryAt: nil)
            case .loading, .forbidden, .unavailable, .failed: break
            }
        }
        return KindSnapshot(storeID: pods.storeID, version: pods.version, state: state, objects: objects)
    }

    /// `y` in a list of containers: what the pod says of the selected one.
    mutating func openDocument(of container: ContainerRow, _ effects: inout [Effect]) {
        let address = ObjectAddress(
            resource: resource(for: Pod.kind), namespace: container.metadata.namespace, name: container.pod)
        var view = DocumentView(address, now: now)
        view.container = container.metadata.name
        openPane(.document(view))
    }
}

extension JSONValue {
    /// What a pod's document says of one container: its place in the spec, and what became of it.
    ///
    /// - Returns: `nil` when the pod has no such container.
    func part(ofContainer name: String) -> JSONValue? {
        func find(_ member: String, _ lists: [String]) -> Member? {
            for list in lists {
                guard case .array(let elements)? = self[member]?[list] else { continue }
                if let found = elements.first(where: { $0["name"] == .string(name) }) {
                    return Member(list, .array([found]))
                }
            }
            return nil
        }
        guard let spec = find("spec", ["initContainers", "containers", "ephemeralContainers"]) else { return nil }
        let status = find(
            "status", ["initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"])
        return .object(
            [Member("spec", .object([spec]))] + (status.map { [Member("status", .object([$0]))] } ?? []))
    }
}
