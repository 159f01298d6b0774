import ClusterState
import Diagnosis
import KubernetesModel

/// Which objects of a kind a table shows, when it was reached from another object: a Deployment's pods, a node's pods.
package struct Restriction: Sendable, Equatable {
    package enum Members: Sendable, Equatable {
        /// Matched by a label selector.
        case selector(LabelSelector)
        /// Carrying all these labels; none selects nothing, as in a Service.
        case labels(Labels)
        /// Pods bound to a node.
        case node(String)
        /// With one of these names.
        case names(Set<String>)
        /// The containers of a pod.
        case containers(of: ObjectKey)
        /// Events about one of these objects.
        case about(Set<ObjectID>)
        /// Owned by the object of this UID.
        case owned(by: String)
        /// Pods that use something.
        case using(PodDependency)
        /// Claims of a storage class; the default class is that of claims that name none, too.
        case ofStorageClass(String, isDefault: Bool)
        /// Ingresses of a class; the default class is that of Ingresses that name none, too.
        case ofIngressClass(String, isDefault: Bool)
    }

    package var members: Members
    /// What it was reached from, such as `deployments/web`.
    package var title: String
    /// What it means when there are none, in a sentence; `nil` to say just that.
    package var nothing: String?

    package init(_ members: Members, title: String, nothing: String? = nil) {
        self.members = members
        self.title = title
        self.nothing = nothing
    }

    func contains(_ object: any StoredObject) -> Bool {
        switch members {
        case .selector(let selector): selector.matches(object.metadata.labels)
        case .labels(let labels):
            !labels.isEmpty && labels.pairs.allSatisfy { object.metadata.labels[$0.key] == $0.value }
        case .node(let name): (object as? Stored<Pod>)?.value.nodeName == name
        case .names(let names): names.contains(object.metadata.name)
        case .containers(let pod): (object as? Stored<ContainerRow>)?.value.podKey == pod
        case .about(let objects):
            (object as? Stored<Event>).map { event in
                let reference = event.value.involvedObject
                return objects.contains {
                    $0.name == reference.name && $0.kind == reference.kind && $0.namespace == reference.namespace
                }
            } ?? false
        case .owned(let uid): object.metadata.ownerReferences.contains { $0.uid == uid }
        case .using(let dependency): (object as? Stored<Pod>)?.value.uses(dependency) ?? false
        case .ofStorageClass(let name, let isDefault):
            (object as? Stored<PersistentVolumeClaim>).map { claim in
                claim.value.className == name || isDefault && claim.value.namesNoClass
            } ?? false
        case .ofIngressClass(let name, let isDefault):
            (object as? Stored<Ingress>).map { ingress in
                guard let named = ingress.value.className else { return isDefault }
                return named == name
            } ?? false
        }
    }
}
