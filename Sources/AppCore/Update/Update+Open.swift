import ClusterState
import KubernetesModel

extension AppState {
    /// Enter: goes to what the selected row stands for.
    mutating func open(_ effects: inout [Effect]) {
        if shownForwards != nil { return runInForwards(.open, &effects) }
        if case .contexts(let view) = place {
            guard contexts.indices.contains(view.selectedIndex) else { return }
            switchContext(contexts[view.selectedIndex].name, &effects)
            return
        }
        if shownXray != nil { return openXrayNode(&effects) }
        if let view = shownFindings { return openFinding(view, &effects) }
        guard let view = shownTable, let object = view.selection
        else { return }
        let table = view.table
        let metadata = object.metadata
        let title = "\(table.kind.groupResource.resource)/\(metadata.name)"
        switch object {
        case is Stored<Namespace>:
            namespace = metadata.name
            remember(metadata.name)
            goTo(Pod.kind, namespace: metadata.name)
        case let deployment as Stored<Deployment>:
            goTo(
                Pod.kind, restriction: Restriction(.selector(deployment.value.selector), title: title),
                namespace: metadata.namespace)
        case let set as Stored<StatefulSet>:
            goTo(
                Pod.kind, restriction: Restriction(.selector(set.value.selector), title: title),
                namespace: metadata.namespace)
        case let set as Stored<DaemonSet>:
            goTo(
                Pod.kind, restriction: Restriction(.selector(set.value.selector), title: title),
                namespace: metadata.namespace)
        case let set as Stored<ReplicaSet>:
            goTo(
                Pod.kind, restriction: Restriction(.selector(set.value.selector), title: title),
                namespace: metadata.namespace)
        case let service as Stored<Service>:
            guard !service.value.spec.selector.isEmpty else {
                show(.info, "Service \(metadata.name) has no selector: nothing says which pods it stands for.")
                return
            }
            goTo(
                Pod.kind, restriction: Restriction(.labels(service.value.spec.selector), title: title),
                namespace: metadata.namespace)
        case is Stored<Node>:
            goTo(Pod.kind, restriction: Restriction(.node(metadata.name), title: title), namespace: nil)
        case let ingress as Stored<Ingress>:
            let names = Self.backends(of: ingress.value)
            guard !names.isEmpty else {
                show(.info, "Ingress \(metadata.name) names no Service.")
                return
            }
            goTo(Service.kind, restriction: Restriction(.names(names), title: title), namespace: metadata.namespace)
        case is Stored<EndpointSlice>:
            guard let service = metadata.labels["kubernetes.io/service-name"] else {
                return openDocument(of: object, kind: table.kind, &effects)
            }
            goTo(Service.kind, restriction: Restriction(.names([service]), title: title), namespace: metadata.namespace)
        case let event as Stored<Event>: open(event.value.involvedObject, of: object, kind: table.kind, &effects)
        default: openDocument(of: object, kind: table.kind, &effects)
        }
    }

    private static func backends(of ingress: Ingress) -> Set<String> {
        var backends = ingress.rules.flatMap { $0.paths.map(\.backend) }
        if let backend = ingress.defaultBackend { backends.append(backend) }
        return Set(backends.map(\.serviceName).filter { !$0.isEmpty })
    }

    /// Goes to the object an event is about: in its kind's table, or as YAML where it has none.
    private mutating func open(
        _ reference: ObjectReference, of event: any StoredObject, kind: ResourceKind, _ effects: inout [Effect]
    ) {
        let group = reference.apiVersion.split(separator: "/", omittingEmptySubsequences: false)
        let groupName = group.count == 2 ? String(group[0]) : ""
        let table = ResourceTable.all.first {
            $0.kind.kind == reference.kind
                && ($0.kind.groupResource.group == groupName || reference.apiVersion.isEmpty)
        }
        guard let table else { return openDocument(of: event, kind: kind, &effects) }
        // Events about cluster-scoped objects are in some namespace all the same.
        let own = reference.namespace.isEmpty ? event.metadata.namespace : reference.namespace
        let namespace = table.kind.isNamespaced ? own : ""
        var view = TableView(table, namespace: namespace, openedAt: now)
        view.wanted = ObjectKey(namespace: namespace, name: reference.name)
        push(view)
    }
}
