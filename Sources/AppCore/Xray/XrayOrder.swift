import ClusterState
import Diagnosis
import KubernetesModel

/// What `:xray` shows: which trees, of which namespace.
package struct XrayOrder: Sendable, Hashable {
    /// What stands at the roots.
    package enum Subject: Sendable, Hashable {
        /// Everything that makes pods and is not made itself, and pods that nothing makes.
        case workloads
        /// Every object of a kind.
        case kind(ResourceKind)
        /// One object, with what owns and what uses it.
        case object(ResourceKind, ObjectKey)
    }

    package var subject: Subject
    /// `nil` for all.
    package var namespace: String?

    package init(_ subject: Subject, namespace: String?) {
        self.subject = subject
        self.namespace = namespace
    }

    /// Such as `pods`, or `deploy/web`.
    package var title: String {
        switch subject {
        case .workloads: "workloads"
        case .kind(let kind): kind.groupResource.resource
        case .object(let kind, let key): "\(ObjectID.shortName(ofKind: kind.kind))/\(key.name)"
        }
    }

    /// Kinds whose objects stand at the roots, in order.
    var rootKinds: [ResourceKind] {
        switch subject {
        case .workloads: Self.workloadKinds + [Pod.kind]
        case .kind(let kind): [kind]
        case .object: []
        }
    }

    /// The kind that people call by a name, of those with a type of their own.
    static func kind(named name: String) -> ResourceKind? {
        ObjectID.kind(named: name).flatMap { known in KindDecoder.all.first { $0.kind.kind == known }?.kind }
    }

    static let workloadKinds = [
        Deployment.kind, StatefulSet.kind, DaemonSet.kind, CronJob.kind, Job.kind, ReplicaSet.kind,
    ]
    /// What pods need, and what that needs.
    private static let neededByPods = [
        ConfigMap.kind, SecretObject.kind, ServiceAccount.kind, PersistentVolumeClaim.kind, PersistentVolume.kind,
    ]

    /// Kinds that say who may do what.
    private static let accessKinds = [
        ServiceAccount.kind, Role.kind, ClusterRole.kind, RoleBinding.kind, ClusterRoleBinding.kind,
    ]

    /// Kinds that are read for it.
    var kinds: [ResourceKind] {
        let pods = [Pod.kind] + Self.neededByPods
        switch subject {
        case .workloads: return Self.workloadKinds + pods
        case .object(let kind, _) where Self.accessKinds.contains(kind):
            return [kind] + Self.accessKinds + (kind == ServiceAccount.kind ? Self.workloadKinds + pods : [])
        case .object(let kind, _):
            return [
                kind, Service.kind, Ingress.kind, HorizontalPodAutoscaler.kind, PodDisruptionBudget.kind,
                NetworkPolicy.kind, StorageClass.kind, Node.kind,
            ] + Self.workloadKinds + pods
        case .kind(let kind):
            switch kind {
            case Deployment.kind: return [kind, ReplicaSet.kind] + pods
            case CronJob.kind: return [kind, Job.kind] + pods
            case Pod.kind, ReplicaSet.kind, StatefulSet.kind, DaemonSet.kind, Job.kind, Service.kind, Node.kind,
                PodDisruptionBudget.kind, NetworkPolicy.kind:
                return [kind] + pods
            case Ingress.kind: return [kind, Service.kind] + pods
            case IngressClass.kind: return [kind, Ingress.kind, Service.kind] + pods
            case PersistentVolumeClaim.kind, PersistentVolume.kind, StorageClass.kind:
                return [kind, PersistentVolumeClaim.kind, PersistentVolume.kind, StorageClass.kind]
                    + Self.workloadKinds + pods
            case Role.kind, ClusterRole.kind, RoleBinding.kind, ClusterRoleBinding.kind:
                return [kind] + Self.accessKinds
            case ServiceAccount.kind: return [kind] + Self.accessKinds + Self.workloadKinds + pods
            default:
                return [kind, Ingress.kind] + Self.workloadKinds + pods
            }
        }
    }

    /// What is read for it.
    package var needs: Set<KindScope> { Set(kinds.map(scope(of:))) }

    /// Where objects of a kind are looked for.
    func scope(of kind: ResourceKind) -> KindScope {
        KindScope(kind.groupResource, namespace: kind.isNamespaced ? readNamespace : nil)
    }

    /// The namespace of what is read: what belongs to no namespace is used from any.
    private var readNamespace: String? {
        switch subject {
        case .workloads: namespace
        case .kind(let kind): kind.isNamespaced || kind == Namespace.kind ? namespace : nil
        case .object(let kind, let key):
            kind.isNamespaced ? key.namespace : kind == Namespace.kind ? key.name : nil
        }
    }
}
