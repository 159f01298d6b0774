import ClusterState
import KubernetesModel

extension AppState {
    /// Enter: goes to what the selected row stands for.
    mutating func open(_ effects: inout [Effect]) {
        if shownForwards != nil { return runInForwards(.open, &effects) }
        if shownContexts != nil {
            guard let context = selectedContext else { return }
            if let file = context.hiddenBy {
                return show(.info, "The one of \(file) counts instead: R gives this one another name.")
            }
            return switchContext(context.name, &effects)
        }
        if shownDocument != nil { return openLink(&effects) }
        if shownAccess != nil { return openAccessTarget(&effects) }
        if shownXray != nil { return openXrayNode(&effects) }
        if let view = shownFindings { return openFinding(view, &effects) }
        guard let view = shownTable, let object = view.selection
        else { return }
        let table = view.table
        if let found = object as? Stored<FoundObject> { return open(found.value, &effects) }
        if let row = object as? Stored<RoleHolderRow> { return open(row.value.holder, &effects) }
        let metadata = object.metadata
        let title = "\(table.kind.groupResource.resource)/\(metadata.name)"
        switch object {
        case let kind as Stored<OfferedKind>:
            let resource = kind.value.resource
            guard resource.isListable else { return show(.info, CommandLine.refusal(of: resource)) }
            goTo(resource.groupResource, namespace: resource.isNamespaced ? namespace : nil)
        case is Stored<Namespace>:
            namespace = metadata.name
            remember(metadata.name)
            goTo(Pod.kind, namespace: metadata.name)
        case is Stored<Pod>: openContainers(of: ObjectKey(metadata))
        case is Stored<ContainerRow>: openSelectedLog(previous: false)
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
                return openDescription(of: object, kind: table.kind, &effects)
            }
            goTo(Service.kind, restriction: Restriction(.names([service]), title: title), namespace: metadata.namespace)
        case let job as Stored<Job>: reach(Pod.kind, .owned(by: metadata.uid), from: job, title)
        case let cronJob as Stored<CronJob>:
            reach(
                Job.kind, .owned(by: metadata.uid), from: cronJob, title, nothing: "\(title) has no Jobs that are kept."
            )
        case let autoscaler as Stored<HorizontalPodAutoscaler>: open(targetOf: autoscaler.value, title)
        case let budget as Stored<PodDisruptionBudget>: open(podsOf: budget.value, title)
        case let policy as Stored<NetworkPolicy>:
            reach(Pod.kind, .selector(policy.value.podSelector), from: policy, title)
        case is Stored<PersistentVolumeClaim>: reach(podsUsing: .claim(metadata.name), from: object, title)
        case is Stored<ConfigMap>: reach(podsUsing: .configMap(metadata.name), from: object, title)
        case is Stored<SecretObject>: reach(podsUsing: .secret(metadata.name), from: object, title)
        case is Stored<PriorityClass>: reach(podsUsing: .priorityClass(metadata.name), from: object, title)
        case let volume as Stored<PersistentVolume>:
            let claim = volume.value.claimRef
            guard !claim.name.isEmpty else {
                show(.info, "No claim has the volume \(metadata.name).")
                return
            }
            reach(PersistentVolumeClaim.kind, name: claim.name, namespace: claim.namespace, title)
        case let storageClass as Stored<StorageClass>:
            reach(
                PersistentVolumeClaim.kind, .ofStorageClass(metadata.name, isDefault: storageClass.value.isDefault),
                from: object, title, nothing: "No claim is of \(title).")
        case let ingressClass as Stored<IngressClass>:
            reach(
                Ingress.kind, .ofIngressClass(metadata.name, isDefault: ingressClass.value.isDefault), from: object,
                title, nothing: "No Ingress is of \(title).")
        case is Stored<Endpoints>: reach(Service.kind, name: metadata.name, namespace: metadata.namespace, title)
        case let definition as Stored<CustomResourceDefinition>: open(objectsOf: definition.value)
        case let lease as Stored<Lease>: open(holderOf: lease.value, title)
        case let event as Stored<Event>: open(event.value.involvedObject, of: object, kind: table.kind, &effects)
        default: openDescription(of: object, kind: table.kind, &effects)
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
        guard let table else { return openDescription(of: event, kind: kind, &effects) }
        // Events about cluster-scoped objects are in some namespace all the same.
        let own = reference.namespace.isEmpty ? event.metadata.namespace : reference.namespace
        let namespace = table.kind.isNamespaced ? own : ""
        var view = TableView(table, namespace: namespace, openedAt: now)
        view.wanted = ObjectKey(namespace: namespace, name: reference.name)
        push(view)
    }
}
