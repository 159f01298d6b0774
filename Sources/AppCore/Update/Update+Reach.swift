import ClusterState
import KubernetesModel

/// Where Enter leads from one object to those that have to do with it.
extension AppState {
    /// Shows objects of a kind in the namespace of the one they are reached from.
    mutating func reach(
        _ kind: ResourceKind, _ members: Restriction.Members, from object: any StoredObject, _ title: String,
        nothing: String? = nil
    ) {
        let namespace = object.metadata.namespace
        goTo(
            kind, restriction: Restriction(members, title: title, nothing: nothing),
            namespace: namespace.isEmpty ? nil : namespace)
    }

    /// Shows the pods that use an object.
    mutating func reach(podsUsing dependency: PodDependency, from object: any StoredObject, _ title: String) {
        reach(Pod.kind, .using(dependency), from: object, title, nothing: "No pod uses \(title).")
    }

    /// Shows the one object that another names.
    mutating func reach(_ kind: ResourceKind, name: String, namespace: String, _ title: String) {
        goTo(
            kind,
            restriction: Restriction(
                .names([name]), title: title, nothing: "\(title) names the \(kind.kind) \(name), which is not there."),
            namespace: namespace.isEmpty ? nil : namespace)
    }

    /// The kind that an object names by its API version and kind; `nil` for one that neither we nor the server know.
    func kind(named kind: String, apiVersion: String) -> ResourceKind? {
        let parts = apiVersion.split(separator: "/", omittingEmptySubsequences: false)
        let group = parts.count == 2 ? String(parts[0]) : ""
        if let table = ResourceTable.all.first(where: { $0.kind.kind == kind && $0.kind.groupResource.group == group })
        {
            return table.kind
        }
        return resources.first { $0.kind == kind && $0.groupResource.group == group }?.resourceKind
    }

    mutating func open(targetOf autoscaler: HorizontalPodAutoscaler, _ title: String) {
        let target = autoscaler.target
        guard let kind = kind(named: target.kind, apiVersion: target.apiVersion) else {
            show(.info, "\(title) sets the size of \(autoscaler.referenceText), a kind that this server does not have.")
            return
        }
        reach(kind, name: target.name, namespace: autoscaler.metadata.namespace, title)
    }

    mutating func open(podsOf budget: PodDisruptionBudget, _ title: String) {
        // In policy/v1beta1 an empty selector selects nothing.
        let isOld = resource(for: PodDisruptionBudget.kind).version == "v1beta1"
        guard let selector = budget.selector, !isOld || selector != LabelSelector() else {
            show(.info, "\(title) has no selector: it covers no pods.")
            return
        }
        goTo(
            Pod.kind, restriction: Restriction(.selector(selector), title: title),
            namespace: budget.metadata.namespace)
    }

    /// Shows the objects of a kind that the cluster was taught.
    mutating func open(objectsOf definition: CustomResourceDefinition) {
        let kind = definition.definedKind
        guard resourceTable(of: kind) != nil else {
            show(.info, "\(kind) is not served by this server, or not yet.")
            return
        }
        goTo(kind, namespace: namespace)
    }

    /// Shows the node or the pod that holds a lease.
    mutating func open(holderOf lease: Lease, _ title: String) {
        let metadata = lease.metadata
        if metadata.namespace == "kube-node-lease" {
            reach(Node.kind, name: metadata.name, namespace: "", title)
            return
        }
        if let node = metadata.ownerReferences.first(where: { $0.kind == "Node" })?.name
            ?? metadata.labels["kubernetes.io/hostname"]
        {
            reach(Node.kind, name: node, namespace: "", title)
            return
        }
        guard !lease.holder.isEmpty else {
            show(.info, "Nobody holds the lease \(metadata.name).")
            return
        }
        // Programs that lead call themselves by their pod, most of them with something random behind it.
        let pod = String(lease.holder.prefix { $0 != "_" })
        goTo(
            Pod.kind,
            restriction: Restriction(
                .names([lease.holder, pod]), title: title,
                nothing: "\(title) is held by \(lease.holder), which is no pod of \(metadata.namespace)."),
            namespace: metadata.namespace)
    }
}
