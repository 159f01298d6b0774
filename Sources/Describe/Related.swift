import ClusterState
import KubernetesModel

/// What is known of other objects than the one that is described.
struct Related: Sendable {
    let snapshot: ClusterSnapshot

    /// Objects of a kind, or why they are not known.
    enum Found<Object: Sendable>: Sendable {
        case known([Object])
        case unknown(Words)

        func map<Other>(_ transform: ([Object]) -> [Other]) -> Found<Other> {
            switch self {
            case .known(let objects): .known(transform(objects))
            case .unknown(let reason): .unknown(reason)
            }
        }
    }

    /// The objects of a kind that are picked from what is known of it in a namespace (`nil` for all).
    func find<Object: KubernetesObject>(
        _ type: Object.Type, in namespace: String?, pick: (KindSnapshot) -> [any StoredObject]
    ) -> Found<Object> {
        guard let kind = snapshot.resolve(KindScope(Object.kind.groupResource, namespace: namespace)) else {
            return .unknown(Words("loading …", .dim))
        }
        switch kind.state {
        case .ready, .stale:
            return .known(pick(kind).compactMap { ($0 as? Stored<Object>)?.value })
        case .loading: return .unknown(Words("loading …", .dim))
        case .forbidden(let reason), .unavailable(let reason), .failed(let reason, _):
            return .unknown(Words(reason, .degraded))
        }
    }

    /// All objects of a kind in a namespace.
    func all<Object: KubernetesObject>(_ type: Object.Type, in namespace: String) -> Found<Object> {
        find(type, in: namespace) { $0.objects(inNamespace: namespace) }
    }

    /// The objects of a kind in a namespace that an object owns.
    func owned<Object: KubernetesObject>(_ type: Object.Type, in namespace: String, by uid: String) -> Found<Object> {
        find(type, in: namespace) { uid.isEmpty ? [] : $0.objects(ownedBy: uid) }
    }

    /// Whether an object is there; `nil` when its kind happens not to be known.
    func has<Object: KubernetesObject>(_ type: Object.Type, namespace: String, name: String) -> Bool? {
        guard
            let kind = snapshot.resolve(
                KindScope(Object.kind.groupResource, namespace: Object.kind.isNamespaced ? namespace : nil)),
            kind.state == .ready
        else { return nil }
        return kind[ObjectKey(namespace: Object.kind.isNamespaced ? namespace : "", name: name)] != nil
    }
}

/// The kinds that a description of an object reads beside the object itself, in one namespace those that may not be read
/// in all of them.
///
/// - Parameters:
///   - resource: what the object is.
///   - namespace: its namespace; empty for cluster-scoped objects.
///   - name: its name.
///   - snapshot: what is known by now.
/// - Returns: scopes to keep current while the description is shown.
package func describedScopes(
    of resource: GroupResource, namespace: String, name: String, in snapshot: ClusterSnapshot
) -> Set<KindScope> {
    var scopes = describedScopes(of: resource, namespace: namespace, name: name)
    guard !namespace.isEmpty else { return scopes }
    for kind in [Role.kind, RoleBinding.kind, ServiceAccount.kind].map(\.groupResource) {
        let all = KindScope(kind, namespace: nil)
        guard scopes.contains(all), case .forbidden? = snapshot[all]?.state else { continue }
        scopes.insert(KindScope(kind, namespace: namespace))
    }
    return scopes
}

/// The kinds that a description of an object reads beside the object itself.
///
/// - Parameters:
///   - resource: what the object is.
///   - namespace: its namespace; empty for cluster-scoped objects.
///   - name: its name.
/// - Returns: scopes to keep current while the description is shown.
package func describedScopes(of resource: GroupResource, namespace: String, name: String) -> Set<KindScope> {
    // Events about objects in no namespace are in `default`.
    var scopes: Set = [KindScope(Event.kind.groupResource, namespace: namespace.isEmpty ? "default" : namespace)]
    func add(_ kinds: ResourceKind..., in namespace: String?) {
        for kind in kinds { scopes.insert(KindScope(kind.groupResource, namespace: namespace)) }
    }
    switch resource.description {
    case "nodes":
        add(Pod.kind, in: nil)
        add(Lease.kind, in: "kube-node-lease")
    case "deployments.apps": add(ReplicaSet.kind, Pod.kind, in: namespace)
    case "replicasets.apps", "statefulsets.apps", "daemonsets.apps", "jobs.batch", "replicationcontrollers",
        "persistentvolumeclaims", "configmaps", "secrets", "poddisruptionbudgets.policy",
        "networkpolicies.networking.k8s.io":
        add(Pod.kind, in: namespace)
    case "serviceaccounts":
        add(Pod.kind, SecretObject.kind, in: namespace)
        add(Role.kind, ClusterRole.kind, RoleBinding.kind, ClusterRoleBinding.kind, in: nil)
    case "roles.rbac.authorization.k8s.io": add(RoleBinding.kind, ServiceAccount.kind, in: namespace)
    case "clusterroles.rbac.authorization.k8s.io":
        add(RoleBinding.kind, ClusterRoleBinding.kind, ServiceAccount.kind, in: nil)
    case "rolebindings.rbac.authorization.k8s.io":
        add(Role.kind, ServiceAccount.kind, in: namespace)
        add(ClusterRole.kind, in: nil)
    case "clusterrolebindings.rbac.authorization.k8s.io": add(ClusterRole.kind, ServiceAccount.kind, in: nil)
    case AccessTopic.users.description, AccessTopic.groups.description:
        scopes = []
        add(Role.kind, ClusterRole.kind, RoleBinding.kind, ClusterRoleBinding.kind, in: nil)
    case AccessTopic.whoCan.description, AccessTopic.whoCanAnywhere.description:
        scopes = []
        if resource == AccessTopic.whoCanAnywhere || !namespace.isEmpty {
            add(Role.kind, RoleBinding.kind, in: namespace.isEmpty ? nil : namespace)
        }
        add(ClusterRole.kind, ClusterRoleBinding.kind, in: nil)
    case "cronjobs.batch": add(Job.kind, in: namespace)
    case "services": add(EndpointSlice.kind, in: namespace)
    case "ingresses.networking.k8s.io", "ingresses.extensions":
        add(Service.kind, EndpointSlice.kind, in: namespace)
    case "namespaces": add(ResourceQuota.kind, LimitRange.kind, in: name)
    case "events", "events.events.k8s.io": scopes = []
    default: break
    }
    return scopes
}
